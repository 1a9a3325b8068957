from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edgee_py.pinterest.normalise import normalise

MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
}


@pytest.mark.parametrize(
    "value",
    [
        "1996-02-01",
        "19960201",
        19960201,
        "1996/02/01",
        "1996.2.1",
        "1996-02-01T00:00:00.000Z",
        "1996-02-01 12:30:00",
        "19960201T000000",
        "Feb 1, 1996",
        "1st February 1996",
        "Thu Feb 01 1996 00:00:00 GMT+0100",
    ],
)
def test_birth_dates(value: object) -> None:
    assert normalise("db", value) == "19960201"


@pytest.mark.parametrize(
    ("value", "normal"),
    [("25/12/1990", "19901225"), ("12/25/1990", "19901225"), ("5.5.1990", "19900505")],
)
def test_day_and_month_first_where_it_can_mean_one_date(value: str, normal: str) -> None:
    assert normalise("db", value) == normal


@pytest.mark.parametrize(
    "value",
    [
        "03/04/1990",
        "1990-02-30",
        "1990-13-01",
        "31/12/90",
        "2999-01-01",
        "1066-10-14",
        "0000-00-00",
        "yesterday",
        "1990",
        "9" * 300,
        "1990-02-" + "9" * 100,
    ],
)
def test_what_is_no_birth_date(value: str) -> None:
    assert normalise("db", value) == ""


@pytest.mark.parametrize(
    ("value", "normal"),
    [
        ("01.02.1990", "19900201"),
        ("1. 2. 1990", "19900201"),
        ("12.25.1990", "19901225"),
        ("25121990", "19901225"),
        ("12251990", "19901225"),
        (25121990, "19901225"),
        ("05051990", "19900505"),
        ("Sept 5, 1990", "19900905"),
        ("1st of March 1990", "19900301"),
        ("March 3rd, 1990", "19900303"),
        ("25. Dezember 1990", "19901225"),
        ("Dienstag, 25. Dezember 1990", "19901225"),
        ("1er août 1990", "19900801"),
        ("le 25 déc. 1990", "19901225"),
        ("5 de marzo de 1990", "19900305"),
        ("1º de março de 1990", "19900301"),
        ("3 gen 1990", "19900103"),
        ("2 mrt 1990", "19900302"),
        ("1990年12月25日", "19901225"),
    ],
)
def test_dates_as_people_write_them(value: object, normal: str) -> None:
    assert normalise("db", value) == normal


@pytest.mark.parametrize("value", ["01021990", "25121890", "25. Dezember 90", "5 March 19900"])
def test_what_can_mean_two_dates_or_none(value: str) -> None:
    assert normalise("db", value) == ""


@pytest.mark.parametrize("language", MONTHS)
def test_every_months_name(language: str) -> None:
    for number, month in enumerate(MONTHS[language].split(), 1):
        assert normalise("db", f"7 {month} 1990") == f"1990{number:02}07"


@given(st.dates(date(1900, 1, 1), date(2026, 12, 31)))
def test_every_date_in_iso_form_is_read(day: date) -> None:
    assert normalise("db", str(day)) == str(day).replace("-", "")


@given(st.dates(date(1900, 1, 1), date(2026, 12, 31)))
def test_with_points_the_day_is_first(day: date) -> None:
    assert normalise("db", f"{day:%d.%m.}{day.year}") == str(day).replace("-", "")
