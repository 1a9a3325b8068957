"""Which properties are personal data, and the one place where they are hashed.

Names are read without regard to case, spaces, `_` and `-`: `first_name`, `firstName` and `First Name`
are one. They are Edgee's names, Pinterest's short ones and the common aliases.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from typing import cast

from edgee_py.pinterest.contract import MAX_VALUES, UserData
from edgee_py.pinterest.left_out import shown, to_show
from edgee_py.pinterest.normalise import BY_COUNTRY, Field, clean, hash_text, hashes, is_hash
from edgee_py.pinterest.places import country_code, country_codes
from edgee_py.pinterest.spelling import folded

#: Personal wherever they stand.
_CLEAR: dict[str, Field] = {
    **dict.fromkeys(("email", "emailaddress", "useremail", "customeremail"), "em"),
    **dict.fromkeys(
        ("phone", "phonenumber", "telephone", "tel", "mobilephone", "mobilenumber"), "ph"
    ),
    **dict.fromkeys(("firstname", "givenname", "forename"), "fn"),
    **dict.fromkeys(("lastname", "familyname", "surname"), "ln"),
    **dict.fromkeys(("dateofbirth", "birthday", "birthdate", "dob"), "db"),
    **dict.fromkeys(("zip", "zipcode", "postalcode", "postcode"), "zp"),
    **dict.fromkeys(("hashedmaids", "maid", "maids", "idfa", "gaid", "aaid"), "hashed_maids"),
    **dict.fromkeys(("advertisingid", "mobileadvertisingid"), "hashed_maids"),
}

#: Pinterest's short names; personal everywhere, but in this very spelling only.
_SHORT: dict[str, Field] = {
    "em": "em",
    "ph": "ph",
    "fn": "fn",
    "ln": "ln",
    "ge": "ge",
    "db": "db",
    "ct": "ct",
    "st": "st",
    "zp": "zp",
}

#: Personal in a user's properties and in an address; a product's or a page's otherwise.
_AMBIGUOUS: dict[str, Field] = {
    "mail": "em",
    "mobile": "ph",
    "gender": "ge",
    "sex": "ge",
    "city": "ct",
    "town": "ct",
    "state": "st",
    "province": "st",
    "region": "st",
    "country": "country",
    "countrycode": "country",
    "externalid": "external_id",
}

#: Personal as the ambiguous ones are, but without a field at Pinterest: hashed and left at that.
_WITHOUT_FIELD = frozenset(
    [
        "name",
        "fullname",
        "username",
        "displayname",
        "street",
        "streetaddress",
        "address1",
        "address2",
        "line1",
        "line2",
    ]
)

#: Objects that say where a person lives; as plain text they are personal too. A delivery may go to
#: somebody else, so only the first two tell Pinterest anything.
_RESIDENCES = ("address", "billingaddress")
_ADDRESSES = frozenset((*_RESIDENCES, "shippingaddress", "deliveryaddress", "homeaddress"))

#: Nesting beyond this is no analytics data; it is left out, for it cannot be searched in bounded time.
_MAX_DEPTH = 32


def personal_field(name: str, *, ambiguous: bool = True) -> Field | None:
    """Pinterest's field for a property's name, if it is personal data.

    ambiguous: read names such as `state` and `country`, which mean a person only beside a person.
    """
    if name in _SHORT:
        return _SHORT[name]
    plain = folded(name)
    return _CLEAR.get(plain) or (_AMBIGUOUS.get(plain) if ambiguous else None)


def is_personal(name: str, *, ambiguous: bool = True) -> bool:
    """Whether `scrub` would replace a text of this name."""
    plain = folded(name)
    return (
        personal_field(name, ambiguous=ambiguous) is not None
        or plain in _ADDRESSES
        or (ambiguous and plain in _WITHOUT_FIELD)
    )


def scrub(properties: Mapping[str, object], *, ambiguous: bool = True) -> dict[str, object]:
    """The properties with every known personal field replaced by its hash, the rest as it is.

    A list of values stays a list; a field whose value is junk is left out. Objects and lists within
    are searched too: an `address` as a person's, all else for the unambiguous names. Scrubbing what
    is scrubbed changes nothing.

    Args:
        properties: a user's, a track's or a page's properties.
        ambiguous: whether they are a user's, where `city`, `state`, `gender` … are personal.
    """
    return _scrub(properties, ambiguous, _MAX_DEPTH)


def _scrub(properties: Mapping[str, object], ambiguous: bool, depth: int) -> dict[str, object]:
    scrubbed: dict[str, object] = {}
    country: str | None = None
    for name, value in properties.items():
        plain = folded(name)
        field = personal_field(name, ambiguous=ambiguous)
        if field:
            if country is None and field in BY_COUNTRY:
                country = _country(properties)
            kept = _like(value, hashes(field, value, country or ""))
        elif ambiguous and plain in _WITHOUT_FIELD:
            kept = _like(value, hashes("fn", value))
        elif plain in _ADDRESSES and isinstance(value, str):
            kept = hash_text(value)
        else:
            scrubbed[name] = _scrub_within(value, plain in _ADDRESSES, depth - 1)
            continue
        if kept:
            scrubbed[name] = kept
    return scrubbed


def unreadable_personal(properties: Mapping[str, object], *, ambiguous: bool = True) -> list[str]:
    """The names, as written, of personal fields that hold something, but nothing that `scrub` keeps."""
    given = {
        name: value
        for name, value in properties.items()
        if value not in (None, "", []) and is_personal(name, ambiguous=ambiguous)
    }
    if not given:
        return []  # as nearly always
    kept = scrub(properties, ambiguous=ambiguous)
    return to_show(shown(name) for name in given if name not in kept)


def _like(value: object, found: list[str]) -> object:
    """Hashes in the form the value had: a list for a list, else one."""
    return found if isinstance(value, (list, tuple)) or not found else found[0]


def _scrub_within(value: object, ambiguous: bool, depth: int) -> object:
    if isinstance(value, (str, int, float)):
        return value  # nearly always, and quicker than to ask for a Mapping
    if isinstance(value, Mapping):
        return _scrub(value, ambiguous, depth) if depth else {}
    if isinstance(value, (list, tuple)):
        return [_scrub_within(each, ambiguous, depth - 1) for each in value] if depth else []
    return value


def user_data_of(properties: Mapping[str, object], *, ambiguous: bool = True) -> UserData:
    """Pinterest's hashed fields out of properties, raw or scrubbed: both give the same hashes.

    Several properties for one field add up; an `address` or `billing_address` fills in what is not
    said beside it.
    """
    found = _collect(properties, ambiguous)
    for residence in _RESIDENCES:
        for name, value in properties.items():
            if folded(name) == residence and isinstance(value, Mapping):
                for field, values in _collect(value, True).items():
                    found.setdefault(field, values)
    return cast(UserData, found)


def _collect(properties: Mapping[str, object], ambiguous: bool) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    country: str | None = None
    for name, value in properties.items():
        if field := personal_field(name, ambiguous=ambiguous):
            if country is None and field in BY_COUNTRY:
                country = _country(properties)
            both = [*found.get(field, ()), *hashes(field, value, country or "")]
            if both:
                found[field] = list(dict.fromkeys(both))[:MAX_VALUES]
    return found


def _country(properties: Mapping[str, object]) -> str:
    """The alpha-2 code of the country beside the other fields, or in an address there; else empty."""
    within = [v for k, v in properties.items() if folded(k) in _RESIDENCES]
    places = (properties, *(v for v in within if isinstance(v, Mapping)))
    return next(filter(None, map(_country_in, places)), "")


def _country_in(properties: Mapping[str, object]) -> str:
    """The code of an object's country, which is raw or hashed."""
    for name, value in properties.items():
        if folded(name) in ("country", "countrycode"):
            text = clean(value[0] if isinstance(value, list) and value else value)
            code = _country_of_hash().get(text.lower()) if is_hash(text) else country_code(text)
            if code:
                return code
    return ""


@cache
def _country_of_hash() -> dict[str, str]:
    """Every country by its hash: one may be scrubbed when the fields that depend on it are not yet."""
    return {sha256(code.encode()).hexdigest(): code for code in country_codes()}
