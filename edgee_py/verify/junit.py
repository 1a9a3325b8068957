"""A report as JUnit XML, which CI systems show: a test case for each step and each event."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree.ElementTree import Element, ElementTree, SubElement

from edgee_py.verify.report import Report

#: XML cannot carry these; a page's words may hold them.
_FORBIDDEN = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write_junit(report: Report, file: Path) -> None:
    """Write the file.

    Raises:
        OSError: where it cannot be written.
    """
    suite = Element("testsuite", name="edgee verify")
    failures = 0
    for taken in report.steps:
        case = _case(suite, "step", str(taken.step), taken.seconds)
        if taken.error:
            failures += 1
            SubElement(case, "failure", message=_clean(taken.error))
    for heard in report.record.heard:
        name = " ".join(filter(None, (heard.call, heard.name, heard.label)))
        case = _case(suite, heard.url, name)
        if report.mark(heard) == "bad":
            failures += 1
            reason = heard.reason or heard.outcome
            SubElement(case, "failure", type=reason, message=_clean(f"{reason}: {heard.message}"))
    cases = len(suite)
    if report.problems and not failures:
        failures += 1
        case = _case(suite, "visit", "something is called")
        SubElement(case, "failure", message=_clean("; ".join(report.problems)))
        cases += 1
    suite.set("tests", str(cases))
    suite.set("failures", str(failures))
    suite.set("errors", "0")
    ElementTree(suite).write(file, encoding="utf-8", xml_declaration=True)


def _case(suite: Element, group: str, name: str, seconds: float = 0.0) -> Element:
    return SubElement(
        suite, "testcase", classname=_clean(group), name=_clean(name), time=f"{seconds:.3f}"
    )


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
