"""What a site puts into its pages: the tag, the stub, the policy, and where each goes on some platforms."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import urlsplit

from edgee_py.consent import Consent

Platform = Literal["html", "react", "django", "wordpress", "gtm"]
PLATFORMS: tuple[Platform, ...] = get_args(Platform)

#: Calls made before the facade arrives are recorded in order; the facade replays them.
_STUB = (
    "window.edgee=window.edgee||[];"
    '["page","track","user","consent","reset"].forEach(function(m){'
    "edgee[m]=edgee[m]||function(){"
    "edgee.push([m].concat([].slice.call(arguments)));return edgee}})"
)
#: In a module a name that nobody has declared is an error to linters.
_MODULE_STUB = re.sub(r"(?<![.\w])edgee\b", "window.edgee", _STUB)

_REACT = """\
// Edgee.jsx: render <Edgee /> once, in the component that holds all pages.
import {{ useEffect }} from "react";

const attributes = {attributes};
{stub}
export function Edgee() {{
  useEffect(() => {{
    if (document.getElementById("__EDGEE_SDK__")) return;
    const script = document.createElement("script");
    script.async = true;
    for (const [name, value] of Object.entries(attributes)) script.setAttribute(name, value);
    document.head.append(script);
  }}, []);
  return null;
}}"""

_DJANGO = """\
{{# In the <head> of base.html. Views may give edgee, the page's data layer: {{"data_collection": {{…}}}} #}}
{{% if edgee %}}{{{{ edgee|json_script:"__EDGEE_DATA_LAYER__" }}}}{{% endif %}}
{lines}"""

_WORDPRESS = """\
<?php
// In functions.php of your (child) theme, or as a small plugin.
add_action('wp_head', function () {{
    echo <<<'EDGEE'
{lines}

EDGEE;
}}, 1);"""

#: Tag Manager drops attributes of the scripts it is given, so that one script has to make another.
_GTM = """\
<!-- Tag Manager: a tag of type Custom HTML, fired on Consent Initialization - All Pages. -->
<script>{stub}
  (function (script, attributes) {{
    script.async = true;
    for (var name in attributes) script.setAttribute(name, attributes[name]);
    document.head.appendChild(script);
  }})(document.createElement("script"), {attributes});
</script>"""


@dataclass(frozen=True, slots=True)
class Install:
    """How a site installs edgee.

    relay: where the relay is as a page sees it, a path or an address, without a slash at its end.
    integrity: the script's `integrity`, where the site pins it. nonce: the attribute's value, which may
    be a template's expression.
    """

    relay: str = "/_edgee"
    consent: Consent | None = None
    spa: bool = False
    stub: bool = False
    integrity: str = ""
    nonce: str = ""

    @property
    def attributes(self) -> dict[str, str]:
        """The tag's attributes but `async`, in order."""
        given = {
            "id": "__EDGEE_SDK__",
            "src": f"{self.relay}/sdk.js",
            "data-endpoint": "" if self.relay == "/_edgee" else self.relay,
            "data-consent": self.consent or "",
            "integrity": self.integrity,
            "crossorigin": "anonymous" if self.integrity else "",
            "nonce": self.nonce,
        }
        told = {name: value for name, value in given.items() if value}
        return {**told, "data-spa": ""} if self.spa else told

    def tag(self) -> str:
        """The script tag, which is the whole install."""
        return f"<script async {' '.join(map(_attribute, self.attributes.items()))}></script>"

    def stub_tag(self) -> str:
        """The lines that allow calls before the script has arrived."""
        nonce = f" {_attribute(('nonce', self.nonce))}" if self.nonce else ""
        return f"<script{nonce}>{_STUB}</script>"

    def policy(self, platform: Platform = "html") -> str:
        """The Content-Security-Policy directives that a page with a policy has to add.

        Tag Manager's own scripts have a nonce or none of this helps; React's are no part of the page.
        """
        origin = _origin(self.relay)
        inline = base64.b64encode(hashlib.sha256(_STUB.encode()).digest()).decode()
        scripts = [origin or "'self'", "'wasm-unsafe-eval'"]
        if self.stub and not self.nonce and platform not in ("react", "gtm"):
            scripts.append(f"'sha256-{inline}'")
        # A worker must be of the page's origin: from a relay elsewhere it comes by way of a blob.
        workers = f"blob: {origin}" if origin else "'self'"
        connect = origin or "'self'"
        return f"script-src {' '.join(scripts)}; worker-src {workers}; connect-src {connect}"

    def code(self, platform: Platform) -> str:
        """What to paste, and in its comments where."""
        lines = "\n".join([self.stub_tag()] * self.stub + [self.tag()])
        attributes = json.dumps(self.attributes, indent=2)
        if platform == "react":
            stub = f"\n{_MODULE_STUB};\n" * self.stub
            return _REACT.format(attributes=attributes, stub=stub)
        if platform == "django":
            return _DJANGO.format(lines=lines)
        if platform == "wordpress":
            return _WORDPRESS.format(lines=lines)
        if platform == "gtm":
            indented = attributes.replace("\n", "\n  ")
            return _GTM.format(attributes=indented, stub=f"\n  {_STUB};" * self.stub)
        return lines


def is_place(relay: str) -> bool:
    """Whether a page can load a script from there."""
    if not relay.isprintable() or any(c in relay for c in " \\\"'<>?#"):
        return False
    if relay.startswith("/"):
        return not relay.startswith("//") and relay != "/"
    try:
        parts = urlsplit(relay)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _origin(relay: str) -> str:
    """The origin of a relay elsewhere; "" for one of the page's own origin."""
    parts = urlsplit(relay)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _attribute(attribute: tuple[str, str]) -> str:
    name, value = attribute
    return f'{name}="{html.escape(value)}"' if value else name
