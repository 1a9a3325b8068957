"""The relay as an ASGI application, to run alone or to mount into a site's own."""

from __future__ import annotations

import asyncio
import atexit
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from edgee_py.relay import data_layer_schema, openapi
from edgee_py.relay.assets import Assets
from edgee_py.relay.clock import now_ms
from edgee_py.relay.envelope import Envelope
from edgee_py.relay.errors import (
    RelayError,
    error_body,
    error_response,
    json_response,
    on_http_exception,
    on_relay_error,
)
from edgee_py.relay.feed import Feed
from edgee_py.relay.forwarder import STOP_WAIT, Forwarder, Health
from edgee_py.relay.guard import Guard, allow_origin, joined
from edgee_py.relay.inspector import PAGE_HEADERS, Door, feed_response, take_report
from edgee_py.relay.intake import Intake
from edgee_py.relay.metrics import CONTENT_TYPE, Metrics
from edgee_py.relay.outbox import Outbox, OutboxFull, OutboxUnavailable, Stats
from edgee_py.relay.outbox_url import open_outbox
from edgee_py.relay.pinterest_api import PinterestApi
from edgee_py.relay.posts import Posts
from edgee_py.relay.secret import Secret
from edgee_py.relay.settings import RelaySettings
from edgee_py.relay.shared_look import SharedLook
from edgee_py.relay.tasks import end

logger = logging.getLogger("edgee.relay")


def edgee_relay(settings: RelaySettings | None = None) -> Starlette:
    """The relay, ready to run or to mount: `app.mount("/_edgee", edgee_relay(settings))`.

    Run alone, it starts and stops with the server; mounted, where no start is announced, it starts at its
    first request.

    Args:
        settings: None takes those of the environment.

    Returns:
        An ASGI application with the routes that are below `/_edgee/`.

    Raises:
        InvalidSettings: naming what is missing or wrong.
    """
    relay = Relay(settings or RelaySettings.load())

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await relay.start()
        try:
            yield
        finally:
            await relay.close()

    app = Envelope(
        relay.start,
        relay.posts.endpoints,
        routes=relay.routes(),
        exception_handlers={RelayError: on_relay_error, HTTPException: on_http_exception},
        lifespan=lifespan,
    )
    app.state.relay = relay
    return app


class Relay:
    """One relay: its parts, its routes, its life."""

    def __init__(self, settings: RelaySettings) -> None:
        settings.require_account()
        PinterestApi.check(settings.api_base)
        self.settings = settings
        self.door = Door(settings)
        self._metrics_secret = Secret.of(settings.metrics_secret)
        self.feed = Feed(on=self.door.leads_anywhere)
        self.metrics = Metrics()
        self.assets = Assets(settings)
        self.guard = Guard(settings)
        intake = Intake(settings, self.open, self.feed, self.metrics)
        self.posts = Posts(settings, self.guard, intake, self.feed, self.metrics)
        self._outbox_trouble = SharedLook(self._look_for_trouble)
        self._counts = SharedLook(self._count)
        self._outbox: Outbox | None = None
        self._forwarder: Forwarder | None = None
        self._task: asyncio.Task[None] | None = None

    # Life

    def open(self) -> Outbox:
        """The outbox, opened at the first call.

        Raises:
            OutboxUnavailable: where it cannot be.
        """
        if self._outbox is None:
            self._outbox = open_outbox(self.settings.outbox)
            atexit.register(self._close_at_exit)
        return self._outbox

    async def start(self) -> None:
        """Open the outbox and start forwarding; does nothing where that is done already."""
        loop = asyncio.get_running_loop()
        if self._task and not self._task.done() and self._task.get_loop() is loop:
            return
        try:
            outbox = self.open()
        except OutboxUnavailable as error:
            # Posts are answered with 503 and readyz says why; the next request tries again.
            logger.error("outbox: %s", error)
            return
        self.feed.open()
        settings = self.settings
        if not settings.forward:
            self.feed.tell_health(now_ms(), Health.ELSEWHERE.value, ok=True)
            return
        if settings.is_test:
            logger.warning("is_test is on: Pinterest checks the events and records none of them")
        api = PinterestApi(
            settings.api_base, settings.pinterest_ad_account_id, is_test=settings.is_test
        )
        self._forwarder = Forwarder(outbox, api, settings.read_token, self.feed, self.metrics)
        self._task = loop.create_task(self._forwarder.run(), name="edgee-forwarder")

    async def close(self) -> None:
        """Stop forwarding and close the outbox. What is not delivered is sent after the next start.

        Pinterest's answer under way is waited for, but not for long.
        """
        self.feed.close()
        if self._task and self._forwarder:
            self._forwarder.stop()
            await asyncio.wait({self._task}, timeout=STOP_WAIT)
            await end(self._task)
            self._task = None
        if self._outbox:
            await self._outbox.close()
            self._outbox = None
            atexit.unregister(self._close_at_exit)

    def _close_at_exit(self) -> None:
        if self._outbox:
            asyncio.run(self._outbox.close())

    # Routes

    def routes(self) -> list[Route]:
        """All of them, below the mount point."""
        posts = ["POST", "OPTIONS"]
        return [
            *(Route(path, self.post, methods=posts) for path in self.posts.endpoints),
            Route("/sdk.js", self.asset),
            Route("/adapters.js", self.asset),
            Route("/manifest.json", self.asset),
            Route("/a/{path:path}", self.asset),
            Route("/inspector", self.inspector),
            Route("/inspector/feed", self.inspector_feed),
            Route("/inspector/calls", self.inspector_calls, methods=posts),
            Route("/inspector/{path:path}", self.inspector_file),
            Route("/openapi.json", self.openapi),
            Route("/data-layer.schema.json", self.data_layer_schema),
            Route("/healthz", self.healthz),
            Route("/readyz", self.readyz),
            Route("/metrics", self.prometheus),
        ]

    async def post(self, request: Request) -> Response:
        """What comes to a POST route and is no POST, or comes by way of middleware."""
        path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
        endpoint = self.posts.endpoints.get(path)
        if endpoint is None:  # a route's pattern takes a line break after its path
            raise HTTPException(404)
        return await endpoint(request.scope, request.receive)

    async def asset(self, request: Request) -> Response:
        """A file of the browser half."""
        path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
        return self.assets.get(path.lstrip("/")).respond(request.headers)

    async def inspector(self, request: Request) -> Response:
        """The inspector's page."""
        caller = self.guard.caller(request.scope, joined(request.scope))
        secure = caller.own_origin.startswith("https:")
        entered = self.door.enter(request, caller.ip, secure=secure)
        if entered:
            return entered
        self.door.check(request, caller.ip)
        response = self.assets.get("inspector/index.html").respond(request.headers)
        response.headers.update(PAGE_HEADERS)
        return response

    async def inspector_feed(self, request: Request) -> Response:
        """The live events."""
        self.door.check(request, self.guard.caller(request.scope, joined(request.scope)).ip)
        return feed_response(self.feed, request)

    async def inspector_calls(self, request: Request) -> Response:
        """What a page tells of its calls; heard only from those who may look at the inspector.

        The answer is the same whether there is one or not: `{"shown": 0}` tells a page to stop.
        """
        headers = joined(request.scope)
        caller = self.guard.caller(request.scope, headers)
        try:
            if request.method == "OPTIONS":
                return allow_origin(self.guard.preflight(caller), caller)
            self.guard.check(headers, caller)
            shown = 0
            if self.door.admits(request, caller.ip):
                body = await self.guard.body(headers, request.receive, caller, request.scope)
                shown = take_report(self.feed, body, now_ms())
            response = json_response({"shown": shown}, 202)
        except RelayError as error:
            response = error_response(error)
        return allow_origin(response, caller)

    async def inspector_file(self, request: Request) -> Response:
        """The page's script and style."""
        self.door.check(request, self.guard.caller(request.scope, joined(request.scope)).ip)
        if not request.path_params["path"]:
            return RedirectResponse("../inspector", 307)
        return await self.asset(request)

    async def openapi(self, _: Request) -> Response:
        """The routes, for tools."""
        return Response(openapi.document(), media_type="application/json")

    async def data_layer_schema(self, _: Request) -> Response:
        """What a page's data layer may hold, for editors."""
        return Response(data_layer_schema.document(), media_type="application/schema+json")

    async def healthz(self, _: Request) -> Response:
        """The process answers."""
        return json_response({"status": "ok"})

    def _may_know(self, request: Request) -> bool:
        """Whether a request may be told how the relay fares."""
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        bearer = given.strip() if scheme.lower() == "bearer" else ""
        return not self._metrics_secret or self._metrics_secret.matches(bearer)

    async def _look_for_trouble(self) -> str:
        try:
            await self.open().check()
        except OutboxUnavailable as error:
            logger.error("outbox: %s", error)
            what = "has no room" if isinstance(error, OutboxFull) else "cannot be written"
            return f"the outbox {what}; the log says why"
        return ""

    async def _count(self) -> bytes:
        stats: Stats | None = None
        with suppress(OutboxUnavailable):
            stats = await self.open().stats()
        return self.metrics.text(stats, now_ms())

    async def readyz(self, request: Request) -> Response:
        """The outbox can be written and the forwarder forwards, or the reasons why not."""
        reasons = []
        if trouble := await self._outbox_trouble.get():
            reasons.append(trouble)
        health = self._forwarder.health if self._forwarder else Health.STOPPED
        if not self.settings.forward:
            health = Health.ELSEWHERE
        if health not in (Health.FORWARDING, Health.WAITING, Health.ELSEWHERE):
            reasons.append(health.value)
        if not self._may_know(request):
            if not reasons:
                return json_response({"status": "ready"})
            body = error_body("not_ready", "Send the metrics secret to be told why.")
            return json_response({**body, "reasons": []}, 503)
        if reasons:
            body = error_body("not_ready", "; ".join(reasons))
            return json_response({**body, "reasons": reasons}, 503)
        return json_response({"status": "ready", "forwarder": health.value})

    async def prometheus(self, request: Request) -> Response:
        """Metrics in Prometheus's text format."""
        if not self._may_know(request):
            body = error_body("secret", "Send the metrics secret: Authorization: Bearer ...")
            return json_response(body, 401, {"www-authenticate": "Bearer"})
        return Response(
            await self._counts.get(),
            headers={"content-type": CONTENT_TYPE, "cache-control": "no-store"},
        )
