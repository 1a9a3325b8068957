"""Tables on terminals of several widths."""

from __future__ import annotations

import re

import pytest

from edgee_py.cli.output import Output

HEADER = ["Carried by", "page_visit", "checkout", "view_category", "search", "signup", "lead"]
ROWS = [[name, *["100%"] * 6] for name in ("hashed_email", "advertiser_external_id")]


@pytest.mark.parametrize(("columns", "is_whole"), [(110, True), (80, True), (40, False)])
def test_what_a_row_is_about_is_whole_where_there_is_room_and_nothing_is_lost(
    columns: int,
    is_whole: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", str(columns))
    Output(as_json=False).table(HEADER, ROWS)
    shown = re.sub(r"\x1b\[[\d;]*m", "", capsys.readouterr().out)
    assert ("advertiser_external_id" in shown) is is_whole
    assert max(map(len, shown.splitlines())) <= columns
    assert shown.count("%") == 12
