"""Django, and the relay beside it, as one ASGI application: uvicorn shop.asgi:application."""

import os
from pathlib import Path

from django.core.asgi import get_asgi_application
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from edgee_py.relay import RelaySettings, edgee_relay

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
EXAMPLES = Path(__file__).parents[2]

application = Starlette(
    routes=[
        Mount("/_edgee", edgee_relay(RelaySettings.load(EXAMPLES / "edgee.toml"))),
        Mount("/static", StaticFiles(directory=EXAMPLES / "static")),
        Mount("/", get_asgi_application()),
    ]
)
