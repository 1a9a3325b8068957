"""The data layer document: `<script id="__EDGEE_DATA_LAYER__" type="application/json">`.

The document is a site owner's hand-written JSON, so nothing in it can stop the page: what cannot be
read is left out and said in `problems`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import sha256
from typing import Any

from edgee_py.campaign import CAMPAIGN_FIELDS
from edgee_py.components import components_problems, read_components
from edgee_py.consent import Consent, consent_said, parse_consent
from edgee_py.declaration import FIELDS, Declaration, data_problems, read_page, read_texts
from edgee_py.identity import read_user
from edgee_py.pinterest.left_out import said_unreadable, shown, to_show
from edgee_py.pinterest.personal import unreadable_personal
from edgee_py.plain import NotPlain, as_mapping, end_of_string, loads

#: More declared events than this are not read; no page declares so many.
MAX_EVENTS = 100

#: The facade takes no more (in characters) of a document: the calls of a page each carry it.
MAX_LENGTH = 65536

#: What a page may say of its browser. Edgee's collector takes these too, and the locale from a header;
#: address and user agent are the relay's to say.
CLIENT_TEXTS: tuple[str, ...] = (
    "locale",
    "timezone",
    "user_agent_architecture",
    "user_agent_bitness",
    "user_agent_full_version_list",
    "user_agent_version_list",
    "user_agent_mobile",
    "user_agent_model",
    "os_name",
    "os_version",
    "continent",
    "country_code",
    "country_name",
    "region",
    "city",
)
CLIENT_NUMBERS: tuple[str, ...] = ("screen_width", "screen_height", "screen_density")


@dataclass(frozen=True, slots=True)
class DataLayer:
    """What a page declares: events, the four contexts, components and consent (Edgee's schema).

    Personal fields are hashed. user_digest tells one declared user from another; empty without one.
    problems are sentences on what was left out, remarks on what means nothing in the events, the user and
    components that were read.
    """

    events: tuple[Declaration, ...] = ()
    page: Mapping[str, Any] = field(default_factory=dict)
    user: Mapping[str, Any] = field(default_factory=dict)
    client: Mapping[str, Any] = field(default_factory=dict)
    campaign: Mapping[str, str] = field(default_factory=dict)
    components: Mapping[str, bool] = field(default_factory=dict)
    consent: Consent | None = None
    problems: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    user_digest: str = ""

    def write(self) -> str:
        """The document's text again, fit to be kept on the device: what was personal is a hash."""
        context = {
            "page": self.page,
            "user": self.user,
            "client": self.client,
            "campaign": self.campaign,
        }
        collection = {
            "events": [event.to_json() for event in self.events],
            "context": {name: part for name, part in context.items() if part},
            "components": self.components,
            "consent": self.consent,
        }
        said = {name: part for name, part in collection.items() if part}
        return json.dumps({"data_collection": said}, ensure_ascii=False) if said else ""


@lru_cache(maxsize=8)
def parse_data_layer(text: str) -> DataLayer:
    """Read the document's text; comments are allowed, as on Edgee's edge.

    So is a text that a template engine has escaped as if it were HTML (`{&quot;data_collection&quot;: …`):
    a browser does not undo that within a script element.
    """
    problem = "only 64 KiB of it are read" if len(text) > MAX_LENGTH else ""
    text = text.strip().removeprefix("\ufeff")
    if not text:
        return DataLayer()
    try:
        return _read_pages(loads(text))
    except NotPlain:
        pass
    for mended in (strip_comments(text), strip_comments(unescape_html(text))):
        try:
            return _read_pages(loads(mended))
        except NotPlain as error:
            problem = problem or str(error)
    return DataLayer(problems=(f"The data layer is not JSON and was left out: {problem}",))


def _read_pages(document: object) -> DataLayer:
    layer = read_data_layer(document)
    return replace(layer, remarks=(*layer.remarks, *_stray(document)))


def _stray(document: object) -> list[str]:
    """Sentences on names that mean nothing where they stand in a page's document.

    What Edgee's SDK posts has more of them, which no site owner wrote.
    """
    whole = as_mapping(document)
    collection = as_mapping(whole.get("data_collection"))
    context = as_mapping(collection.get("context"))
    places: list[tuple[str, object, Iterable[str]]] = [
        ("Outside data_collection", whole, ("$schema", "data_collection")),
        ("In data_collection", collection, ("events", "context", "components", "consent")),
        ("In context", context, ("page", "user", "client", "campaign")),
        ("In context.page", context.get("page"), FIELDS["page"]),
        ("In context.user", context.get("user"), FIELDS["user"]),
        ("In context.campaign", context.get("campaign"), CAMPAIGN_FIELDS),
    ]
    found = ((place, _named(part, known)) for place, part, known in places)
    return [f"{place} nothing is read from {names}." for place, names in found if names]


def _named(part: object, known: Iterable[str]) -> str:
    return ", ".join(to_show(shown(name) for name in as_mapping(part) if name not in known))


def read_data_layer(document: object) -> DataLayer:
    """Read a parsed document, `{"data_collection": {…}}`; personal fields come out hashed."""
    if not isinstance(document, Mapping):
        return DataLayer(problems=("The data layer must be a JSON object and was left out.",))
    problems: list[str] = []
    remarks: list[str] = []
    collection = _part(document, "data_collection", problems)
    context = _part(collection, "context", problems)
    consent = collection.get("consent")
    if consent_said(consent) and parse_consent(consent) is None:
        problems.append('consent must be "pending", "denied" or "granted"; it counts as "pending".')
    components = collection.get("components")
    told = remarks if isinstance(components, Mapping) else problems
    told += components_problems(components)
    user = _read_user(_part(context, "user", problems), remarks)
    page = read_page(_part(context, "page", problems))
    for name in ("url", "search"):
        # As on Edgee's edge: templates escape an address as if it stood in HTML.
        if name in page:
            page[name] = page[name].replace("&amp;", "&")
    return DataLayer(
        events=tuple(_read_events(collection.get("events"), problems, remarks)),
        page=page,
        user=user,
        client=read_client(_part(context, "client", problems)),
        campaign=read_texts(_part(context, "campaign", problems), CAMPAIGN_FIELDS),
        components=read_components(components),
        consent=consent_said(consent),
        problems=tuple(problems),
        remarks=tuple(remarks),
        user_digest=_digest(user),
    )


def read_client(value: object) -> dict[str, Any]:
    """The fields of `context.client` a page may say.

    Edgee's SDK 1.2.0 says `user_agent_platform` where Edgee's server reads `os_version`.
    """
    if not isinstance(value, Mapping):
        return {}
    client = read_texts({"os_version": value.get("user_agent_platform"), **value}, CLIENT_TEXTS)
    for name in CLIENT_NUMBERS:
        number = value.get(name)
        if isinstance(number, int | float) and not isinstance(number, bool):
            client[name] = number
    return {name: given for name, given in client.items() if given != ""}


def _digest(user: Mapping[str, Any]) -> str:
    text = json.dumps(user, sort_keys=True)
    return sha256(text.encode()).hexdigest()[:16] if user else ""


def unescape_html(text: str) -> str:
    """The text with what HTML escaping replaces put back."""
    for character, references in _ESCAPED:
        for reference in references:
            text = text.replace(reference, character)
    return text


#: The ampersand last: `&amp;quot;` stands for `&quot;`.
_ESCAPED = (
    ('"', ("&quot;", "&#34;", "&#x22;")),
    ("'", ("&#39;", "&#x27;", "&apos;")),
    ("<", ("&lt;",)),
    (">", ("&gt;",)),
    ("&", ("&amp;",)),
)


def strip_comments(text: str) -> str:
    """JSON text without `//` and `/* */` comments and without commas before a closing bracket."""
    kept: list[str] = []
    at, end = 0, len(text)
    while at < end:
        character = text[at]
        if character == '"':
            stop = end_of_string(text, at)
            kept.append(text[at:stop])
            at = stop
        elif text.startswith("//", at):
            at = _or_end(text.find("\n", at), end)
        elif text.startswith("/*", at):
            at = _or_end(text.find("*/", at + 2) + 2, end, missing=1)
        else:
            if character in "]}":
                _drop_trailing_comma(kept)
            kept.append(character)
            at += 1
    return "".join(kept)


def _or_end(found: int, end: int, missing: int = -1) -> int:
    return end if found == missing else found


def _drop_trailing_comma(kept: list[str]) -> None:
    for index in range(len(kept) - 1, -1, -1):
        if kept[index].isspace():
            continue
        if kept[index] == ",":
            del kept[index]
        return


def _part(whole: Mapping[str, Any], name: str, problems: list[str]) -> Mapping[str, Any]:
    value = whole.get(name)
    if isinstance(value, Mapping):
        return value
    if value is not None:
        problems.append(f"{name} must be an object; it was left out.")
    return {}


def _read_user(user: Mapping[str, Any], remarks: list[str]) -> dict[str, Any]:
    properties = user.get("properties")
    if isinstance(properties, Mapping) and (unreadable := unreadable_personal(properties)):
        remarks.append(f"user: {said_unreadable(unreadable)}")
    return read_user(user)


def _read_events(value: object, problems: list[str], remarks: list[str]) -> list[Declaration]:
    if value is None:
        return []
    if not isinstance(value, list):
        problems.append("events must be a list; it was left out.")
        return []
    if len(value) > MAX_EVENTS:
        problems.append(f"Only the first {MAX_EVENTS} events are read.")
    events: list[Declaration] = []
    for number, entry in enumerate(value[:MAX_EVENTS], 1):
        event = Declaration.from_json(entry)
        if event:
            events.append(event)
            unread = data_problems(event.type, entry.get("data"))
            unread += components_problems(entry.get("components"))
            remarks.extend(f"Event {number}: {each}" for each in unread)
        else:
            problems.append(
                f'Event {number} has no type "page", "track" or "user"; it was left out.'
            )
    return events
