"""`edgee quality`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from edgee_py.cli.options import Config, Json
from edgee_py.cli.output import Output
from edgee_py.pinterest.quality import IDENTIFIERS, Coverage, next_best

if TYPE_CHECKING:
    from edgee_py.relay.account_api import Component, QualityReport


def quality(
    days: Annotated[str, typer.Option(help="How far back: 1 or 14 days.")] = "14",
    config: Config = None,
    json: Json = False,
) -> None:
    """Read Pinterest's event quality report for the ad account."""
    import msgspec

    from edgee_py.cli.account import account_settings, ask_account

    out = Output(as_json=json)
    if days not in ("1", "14"):
        out.fail("--days must be 1 or 14: Pinterest reports no other periods")
    settings = account_settings(config, out)
    reports = ask_account(
        settings,
        out,
        "Asking Pinterest for the report …",
        lambda api: api.quality("1d" if days == "1" else "14d"),
    )
    out.document(msgspec.to_builtins(reports))
    for report in reports:
        _show(report, out)
    if not reports:
        out.say("Pinterest has no report yet: it needs events of the last days.")


def _show(report: QualityReport, out: Output) -> None:
    status = report.overall_status
    told = (
        f"{report.source_platform} by {report.ingestion_source}, {report.lookback_period}: {status}"
    )
    out.mark("good" if status == "GOOD" else "note", told)
    by_identifier = {name: each or {} for name, each in report.quality_components.items()}
    events = sorted({event for each in by_identifier.values() for event in each})
    rows = [
        [name, *(_percent(by_identifier[name].get(event)) for event in events)]
        for name in (*IDENTIFIERS, *sorted(set(by_identifier) - set(IDENTIFIERS)))
        if name in by_identifier
    ]
    if out.is_terminal:
        out.table(["Carried by", *events], rows)
    else:
        out.table([], [["", *events], *rows])
    for name, each in by_identifier.items():
        for event, component in each.items():
            for issue in component.issues or ():
                out.mark("bad", f"{event}, {name}: {issue.name}. {issue.reason}")
    advice = next_best(_coverages(by_identifier, events))
    if advice:
        share = f"{advice.share:.0%} of {advice.event_name}"
        out.say(f"Next: {advice.identifier} (in {share}). {advice.how}")


def _percent(component: Component | None) -> str:
    return "-" if component is None else f"{component.coverage:.0f}%"


def _coverages(
    by_identifier: dict[str, dict[str, Component]], events: list[str]
) -> dict[str, Coverage]:
    """The report as counts of a hundred events each. What Pinterest does not report lacks nothing."""
    found = {}
    for event in events:
        found[event] = coverage = Coverage(events=100)
        for identifier in IDENTIFIERS:
            component = by_identifier.get(identifier, {}).get(event)
            coverage.carried[identifier] = 100 if component is None else round(component.coverage)
    return found
