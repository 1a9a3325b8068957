"""CHANGELOG.md is in the form of Keep a Changelog, and knows the version that is built."""

from __future__ import annotations

import re
from datetime import date

from packaging.version import Version

from edgee_py import __version__
from tests.demo_server import ROOT

CHANGELOG = (ROOT / "CHANGELOG.md").read_text()
KINDS = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]

#: Sections by their heading, newest first: the text below it.
SECTIONS = dict(re.findall(r"^## (.+)\n((?:(?!## ).*\n)*)", CHANGELOG, re.MULTILINE))
RELEASE = re.compile(r"\[(\d+\.\d+\.\d+)\] - (\d{4}-\d{2}-\d{2})(?: \[YANKED\])?")


def releases() -> list[tuple[Version, date]]:
    """The releases as they stand there; fails where a heading is of another form."""
    found = [RELEASE.fullmatch(each) for each in SECTIONS if each != "[Unreleased]"]
    assert all(found), SECTIONS.keys()
    return [(Version(each[1]), date.fromisoformat(each[2])) for each in found if each]


def test_it_says_what_it_follows() -> None:
    assert CHANGELOG.startswith("# Changelog\n\nAll notable changes to this project")
    assert "(https://keepachangelog.com/en/1.1.0/)" in CHANGELOG
    assert "(https://semver.org/spec/v2.0.0.html)" in CHANGELOG


def test_what_is_to_come_stands_first_and_the_releases_newest_first() -> None:
    assert next(iter(SECTIONS)) == "[Unreleased]"
    assert len(SECTIONS) == CHANGELOG.count("\n## ")
    assert releases() == sorted(releases(), reverse=True)


def test_changes_are_of_the_kinds_there_are_and_each_is_a_line_of_a_list() -> None:
    for text in SECTIONS.values():
        kinds = re.findall(r"^### (.+)$", text, re.MULTILINE)
        assert kinds == sorted(set(kinds), key=KINDS.index)
        for part in re.split(r"^### .+\n", text, flags=re.MULTILINE)[1:]:
            assert all(line.startswith(("- ", "  ")) for line in part.splitlines() if line)
            assert part.strip().startswith("- ")


def test_the_version_that_is_built_is_released_or_to_come() -> None:
    known = [version for version, _ in releases()]
    if Version(__version__) in known:
        assert Version(__version__) == known[0]
    else:
        assert f"What {__version__} will have." in SECTIONS["[Unreleased]"]
