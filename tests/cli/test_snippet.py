from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from edgee_py.cli.install import PLATFORMS
from edgee_py.relay import RelaySettings
from edgee_py.relay.assets import Assets
from tests.cli.edgee_command import edgee
from tests.readme import blocks

ELSEWHERE = "https://t.shop.example/_edgee"


def test_every_platform_gets_the_tags_attributes(tmp_path: Path) -> None:
    for platform in PLATFORMS:
        flags = ["--for", platform, "--relay", ELSEWHERE, "--consent", "pending", "--spa", "--stub"]
        code = edgee("snippet", *flags, cwd=tmp_path).out
        for part in (
            "__EDGEE_SDK__",
            f"{ELSEWHERE}/sdk.js",
            "data-endpoint",
            "data-spa",
            "pending",
        ):
            assert part in code, platform
        assert "edgee=window.edgee||[]" in code, platform


def test_the_policies_are_the_readmes(tmp_path: Path) -> None:
    [lines] = blocks("text", "Content-Security-Policy")
    own, elsewhere = lines.splitlines()
    assert edgee("snippet", "--csp", "--json", cwd=tmp_path).json["csp"] == own
    ran = edgee("snippet", "--csp", "--relay", ELSEWHERE, cwd=tmp_path)
    assert ran.lines[-1] == f"Content-Security-Policy: {elsewhere}"


def test_the_integrity_is_that_of_the_script_under_these_settings(tmp_path: Path) -> None:
    (tmp_path / "edgee.toml").write_text('[relay]\ndefault_consent = "denied"\n')
    tag = edgee("snippet", "--sri", "--config", "edgee.toml", cwd=tmp_path).out

    def integrity(settings: RelaySettings) -> str:
        manifest = json.loads(Assets(settings).get("manifest.json").read(""))
        return str(manifest["integrity"]["sdk.js"])

    assert f'integrity="{integrity(RelaySettings(default_consent="denied"))}"' in tag
    assert 'crossorigin="anonymous"' in tag
    assert integrity(RelaySettings()) not in tag


def test_json_has_the_parts(tmp_path: Path) -> None:
    told = edgee("snippet", "--stub", "--nonce", "{{ nonce }}", "--json", cwd=tmp_path).json
    assert told["code"] == f"{told['stub']}\n{told['tag']}"
    assert 'nonce="{{ nonce }}"' in told["stub"]
    assert 'nonce="{{ nonce }}"' in told["tag"]


def test_what_react_gets_is_a_module(tmp_path: Path) -> None:
    code = edgee("snippet", "--for", "react", "--stub", cwd=tmp_path).out
    assert '"data-spa": ""' in code
    assert '"data-spa"' not in edgee("snippet", "--for", "react", "--no-spa", cwd=tmp_path).out
    # Node knows no React: what it is asked is whether the rest is JavaScript.
    module = tmp_path / "edgee.mjs"
    module.write_text(code.replace('from "react"', 'from "./react.mjs"'))
    (tmp_path / "react.mjs").write_text("export const useEffect = (run) => run();")
    dom = (
        "const made = {setAttribute: (name, value) => (made[name] = value)};"
        "globalThis.window = {}; let added;"
        "globalThis.document = {getElementById: () => null, createElement: () => made,"
        " head: {append: (script) => (added = script)}};"
        "const { Edgee } = await import('./edgee.mjs'); Edgee();"
        "window.edgee.track('early');"
        "console.log(JSON.stringify({src: added.src, async: added.async, queued: window.edgee[0]}));"
    )
    (tmp_path / "run.mjs").write_text(dom)
    node = shutil.which("node")
    assert node
    ran = subprocess.run(
        [node, "run.mjs"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert json.loads(ran.stdout) == {
        "src": "/_edgee/sdk.js",
        "async": True,
        "queued": ["track", "early"],
    }


@pytest.mark.parametrize("flags", [("--for", "wix"), ("--consent", "maybe"), ("--relay", "x")])
def test_what_cannot_be_is_said_in_json_too(flags: tuple[str, str], tmp_path: Path) -> None:
    ran = edgee("snippet", *flags, "--json", cwd=tmp_path)
    assert ran.code == 1
    assert flags[0] in ran.json["error"]


def test_wordpress_prints_its_lines_as_they_are(tmp_path: Path) -> None:
    code = edgee("snippet", "--for", "wordpress", cwd=tmp_path).out
    tag = edgee("snippet", cwd=tmp_path).out
    nowdoc = re.search(r"<<<'EDGEE'\n(.*?)\n\nEDGEE;", code, re.DOTALL)
    assert nowdoc
    assert nowdoc[1] == tag.strip()
