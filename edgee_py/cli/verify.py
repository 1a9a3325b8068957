"""`edgee verify`."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edgee_py.cli.options import Json
from edgee_py.cli.output import Output
from edgee_py.consent import CONSENTS
from edgee_py.refusal import Reason

if TYPE_CHECKING:
    from edgee_py.verify.report import Report


def verify(
    urls: Annotated[
        list[str], typer.Argument(metavar="URL", help="The pages; steps start from the first.")
    ],
    *,
    steps: Annotated[Path | None, typer.Option(help="A file of steps, TOML or JSON.")] = None,
    consent: Annotated[
        str, typer.Option(help="What the visitor chooses on the first page: granted or denied.")
    ] = "",
    allow: Annotated[
        list[str] | None,
        typer.Option(help="A reason of refusal that is no failure; several times."),
    ] = None,
    record: Annotated[
        bool,
        typer.Option("--record", help="Pass for a visitor: what is sent is recorded at Pinterest."),
    ] = False,
    seconds: Annotated[
        float, typer.Option("--timeout", min=1, max=600, help="Seconds that a step may take.")
    ] = 30,
    screenshot: Annotated[
        Path | None, typer.Option(help="A picture of each page, .png; numbered where several.")
    ] = None,
    junit: Annotated[Path | None, typer.Option(help="Write JUnit XML, for CI.")] = None,
    json: Json = False,
) -> None:
    """Visit pages in a headless browser, and report every call and what became of it."""
    out = Output(as_json=json)
    _require(urls, consent, allow or [], screenshot, out)
    try:
        from edgee_py.verify.chromium import NoBrowser
        from edgee_py.verify.junit import write_junit
        from edgee_py.verify.steps import InvalidSteps, Step, read_steps
        from edgee_py.verify.visit import CannotStart, Options
        from edgee_py.verify.visit import verify as visit
    except ModuleNotFoundError as error:
        if not (error.name or "").startswith("playwright"):
            raise
        out.fail("edgee verify drives a browser: pip install 'edgee-py[verify]'")
    try:
        planned = read_steps(steps) if steps else [Step("goto", url) for url in urls]
        if consent:
            planned.insert(1, Step("consent", consent))
        options = Options(
            seconds, as_visitor=record, screenshot=screenshot, stops=steps is not None
        )
        with out.progress("Starting the browser …") as progress:
            report = visit(urls, planned, options, progress)
        report.allowed = allow or ()
        if junit:
            write_junit(report, junit)
    except KeyboardInterrupt:
        # Ctrl-C ends Playwright's driver as well, and its event loop would have the last word.
        logging.getLogger("asyncio").setLevel(logging.CRITICAL)
        raise
    except (NoBrowser, CannotStart, InvalidSteps) as error:
        out.fail(error)
    except OSError as error:
        out.fail(f"{error.filename} cannot be written: {error.strerror}")
    _show(report, out)
    if report.problems:
        raise typer.Exit(1)


def _require(
    urls: list[str], consent: str, allow: list[str], screenshot: Path | None, out: Output
) -> None:
    for url in urls:
        if not url.startswith(("http://", "https://")):
            out.fail(f"{url} is no address; write it as https://shop.example/")
    if consent and consent not in CONSENTS:
        out.fail("--consent must be granted, pending or denied")
    unknown = [each for each in allow if each not in list(Reason)]
    if unknown:
        out.fail(f"--allow: {unknown[0]} is no reason; there are {', '.join(Reason)}")
    if screenshot and screenshot.suffix not in (".png", ".jpg", ".jpeg"):
        out.fail("--screenshot must be a .png or .jpg file")


def _show(report: Report, out: Output) -> None:
    from edgee_py.pinterest.quality import next_best
    from edgee_py.verify.record import summed

    out.document(report.to_json())
    for taken in report.steps:
        mend = f": {taken.error}" if taken.error else ""
        out.mark("bad" if taken.error else "good", f"{taken.step}{mend}")
    for heard in report.record.heard:
        told = [heard.call, heard.name, heard.label, heard.outcome]
        reason = f"{heard.reason}: {heard.message}" if heard.reason else heard.message
        out.mark(report.mark(heard), "  ".join(filter(None, (*told, reason))))
        if out.is_terminal and heard.event:
            out.show(heard.event)
        for problem in heard.problems:
            out.mark("note", f"  {problem}")
    for note in report.notes:
        out.mark("note", note)
    _show_quality(report, out)
    advice = next_best(report.record.coverage())
    if advice:
        out.say(
            f"Next: {advice.identifier} (in {advice.share:.0%} of {advice.event_name}). {advice.how}"
        )
    counts = summed(report.record.heard)
    counted = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    verdict = "; ".join(report.problems)
    out.mark("bad" if verdict else "good", f"{counted or 'no events'}. {verdict}".strip())


def _show_quality(report: Report, out: Output) -> None:
    from edgee_py.pinterest.quality import IDENTIFIERS

    by_name = report.record.coverage()
    if not by_name:
        return
    rows: list[list[str]] = [
        [identifier, *(f"{each.share(identifier):.0%}" for each in by_name.values())]
        for identifier in IDENTIFIERS
    ]
    header = ["Carried by", *by_name]
    out.table(header, rows if out.is_terminal else [["", *by_name], *rows])
