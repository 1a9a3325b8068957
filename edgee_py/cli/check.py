"""`edgee check`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from edgee_py.cli.install import is_place
from edgee_py.cli.options import Config, Json
from edgee_py.cli.output import Output


def check(
    config: Config = None,
    relay: Annotated[
        str, typer.Option(help="Also a relay at work, as browsers see it: https://host/_edgee.")
    ] = "",
    json: Json = False,
) -> None:
    """Look at configuration, account, clock, outbox and browser half; say what to mend."""
    from edgee_py.cli import checks
    from edgee_py.cli.checks import Finding
    from edgee_py.pinterest.settings import InvalidSettings
    from edgee_py.relay.settings import RelaySettings

    out = Output(as_json=json)
    if relay and (relay.startswith("/") or not is_place(relay)):
        out.fail("--relay must be an address, https://host/_edgee")
    found: list[Finding] = []

    def tell(finding: Finding) -> None:
        found.append(finding)
        said = f"{finding.about + ':':15}{finding.says}"
        if out.is_terminal and finding.mend:
            out.mark(finding.mark, said)
            out.say(f"{'':17}{finding.mend}", "dim")
        else:
            mend = f". To mend it: {finding.mend}" if finding.mend else ""
            out.mark(finding.mark, said + mend)

    try:
        settings = RelaySettings.load(config)
        tell(Finding("configuration", "good", f"{config or 'the environment'} can be read"))
    except InvalidSettings as error:
        tell(Finding("configuration", "bad", str(error)))
    else:
        for title, look in checks.LOOKS:
            with out.working(title):
                findings = list(look(settings))
            for finding in findings:
                tell(finding)
        if relay:
            with out.working("Asking the relay …"):
                findings = list(checks.site(settings, relay.rstrip("/")))
            for finding in findings:
                tell(finding)
    wrong = sum(each.mark == "bad" for each in found)
    out.document({"ok": not wrong, "findings": [asdict(each) for each in found]})
    if wrong:
        raise typer.Exit(1)
