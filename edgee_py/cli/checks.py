"""What `edgee check` looks at, each look on its own."""

from __future__ import annotations

import asyncio
import json
import os
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import httpx2

from edgee_py._version import __version__
from edgee_py.cli.output import Mark
from edgee_py.cli.pinterest_says import in_words
from edgee_py.cli.send import STAND_IN_IP, STAND_IN_USER_AGENT
from edgee_py.pinterest.settings import InvalidSettings
from edgee_py.relay.assets import Assets
from edgee_py.relay.clock import WRONG_CLOCK
from edgee_py.relay.outbox import OutboxFull, OutboxUnavailable, OutboxUnusable, Stats
from edgee_py.relay.outbox_url import NatsAddress, open_outbox, parse_outbox_url
from edgee_py.relay.pinterest_api import Answer, PinterestApi
from edgee_py.relay.settings import RelaySettings

#: An answer takes a while, and its Date has whole seconds.
_DOUBTFUL_CLOCK = 5.0
_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look has found. mend: what to do, where there is something to do."""

    about: str
    mark: Mark
    says: str
    mend: str = ""


def token(settings: RelaySettings) -> Iterator[Finding]:
    """That there is a token, and that it is nobody else's to read."""
    if not settings.forward:
        yield Finding("token", "good", "it is not needed: forward is false, others forward")
        return
    try:
        settings.read_token()
    except InvalidSettings as error:
        yield Finding("token", "bad", "there is none that can be used", str(error))
        return
    file = settings.pinterest_access_token_file
    if file is not None and stat.S_IMODE(file.stat().st_mode) & 0o077:
        yield Finding(
            "token", "note", f"others on this machine can read {file}", f"chmod 600 {file}"
        )
    else:
        yield Finding("token", "good", f"it is in {file}" if file else "it is set")


def pinterest(settings: RelaySettings) -> Iterator[Finding]:
    """That Pinterest takes an event for the account; it is a test and records nothing."""
    if not settings.forward:
        return
    account = settings.pinterest_ad_account_id
    try:
        settings.require_account_id()
    except InvalidSettings as error:
        yield Finding("account", "bad", "there is none", str(error))
        return
    try:
        settings.read_token()
    except InvalidSettings:  # of which the token's own finding tells
        says = f"without a token Pinterest cannot be asked about {account}"
        yield Finding("account", "bad", says)
        return
    before = time.time()
    answer = asyncio.run(_test_event(settings))
    mark, says, mend = in_words(answer, account)
    if mark == "good":
        says = f"Pinterest takes events of ad account {account}"
        if settings.is_test:
            mark, says = "note", f"{says}, and records none: is_test is on"
            mend = "switch is_test off once you have seen that all is well"
    yield Finding("account", mark, says, mend)
    if answer.date:
        yield _clock(answer.date - (before + time.time()) / 2)


async def _test_event(settings: RelaySettings) -> Answer:
    account = settings.pinterest_ad_account_id
    event = {
        "event_name": "page_visit",
        "action_source": "web",
        "event_time": int(time.time()),
        "event_id": str(uuid4()),
        "user_data": {
            "client_ip_address": STAND_IN_IP,
            "client_user_agent": STAND_IN_USER_AGENT,
        },
    }
    api = PinterestApi(settings.api_base, account, is_test=True)
    try:
        return await api.send([json.dumps(event).encode()], settings.read_token())
    finally:
        await api.close()


def _clock(ahead: float) -> Finding:
    """ahead: by how many seconds Pinterest's clock is before this machine's."""
    if abs(ahead) < _DOUBTFUL_CLOCK:
        return Finding("clock", "good", "it agrees with Pinterest's")
    way = "slow" if ahead > 0 else "fast"
    mark: Mark = "bad" if abs(ahead) > WRONG_CLOCK else "note"
    says = f"this machine's is {abs(ahead):.0f} seconds {way}"
    return Finding("clock", mark, says, "synchronise it: timedatectl set-ntp true")


def outbox(settings: RelaySettings) -> Iterator[Finding]:
    """That events can be kept. One that is not there is not made: it might get the wrong owner."""
    place = parse_outbox_url(settings.outbox)
    if isinstance(place, Path) and not place.exists():
        folder = next(each for each in place.absolute().parents if each.exists())
        if _is_writable(folder):
            yield Finding("outbox", "good", f"{place} will be made at the first start")
        else:
            mend = "let the relay's user write there, or name another place as outbox in edgee.toml"
            yield Finding("outbox", "bad", f"{folder} cannot be written", mend)
        return
    try:
        stats = asyncio.run(_look_into(settings.outbox))
    except (OutboxUnavailable, InvalidSettings) as error:
        mend = "let this user write there (is it the relay's own?), or name another place"
        if isinstance(place, NatsAddress):
            mend = "see that nats-server runs there and has room, and that outbox names it as it is"
        elif isinstance(error, OutboxUnusable | OutboxFull):  # which say themselves what to do
            mend = ""
        yield Finding("outbox", "bad", str(error), mend)
        return
    yield Finding(
        "outbox", "good", f"{place} can be written; {_events(stats.queued)} waiting in it"
    )
    if stats.parked:
        says = f"Pinterest has refused {_events(stats.parked)}"
        yield Finding("outbox", "note", says, "see why: edgee outbox list")


def _events(count: int) -> str:
    return f"{count} event{'' if count == 1 else 's'}"


def _is_writable(folder: Path) -> bool:
    return folder.is_dir() and os.access(folder, os.W_OK | os.X_OK)


async def _look_into(url: str) -> Stats:
    outbox = open_outbox(url)
    try:
        await outbox.check()
        return await outbox.stats()
    finally:
        await outbox.close()


def origins(settings: RelaySettings) -> Iterator[Finding]:
    """Who may post."""
    if not settings.origins:
        yield Finding("origins", "good", "pages of the relay's own origin may post, and no others")
        return
    plain = [each for each in settings.origins if not _is_safe(each)]
    if plain:
        says = f"pages of {', '.join(plain)} are not encrypted"
        yield Finding(
            "origins", "note", says, "serve them by https: browsers keep more from others"
        )
    else:
        yield Finding("origins", "good", f"pages of {', '.join(settings.origins)} may post")


def _is_safe(origin: str) -> bool:
    parts = urlsplit(origin)
    host = parts.hostname or ""
    return parts.scheme == "https" or host.endswith("localhost") or host.startswith("127.")


def consent(settings: RelaySettings) -> Iterator[Finding]:
    """What a visitor means who has not chosen."""
    default = settings.consent_default
    meaning = {
        "granted": "events are sent before a visitor has chosen",
        "pending": "events wait on the device until the visitor grants",
        "denied": "events are dropped until the visitor grants",
    }
    mend = "for opt-in sites set default_consent to pending" if default == "granted" else ""
    mark: Mark = "note" if default == "granted" else "good"
    yield Finding("consent", mark, f"unset means {default}: {meaning[default]}", mend)


def events(settings: RelaySettings) -> Iterator[Finding]:
    """What an order is at Pinterest."""
    pinterest = settings.pinterest
    if pinterest.event_names == "standard":
        says = "tracks named like Pinterest's events become them: Order Completed is a checkout"
        yield Finding("events", "good", says)
    elif pinterest.event_map:
        yield Finding("events", "good", "tracks are custom events, but for those in event_map")
    else:
        mend = "for Pinterest's checkout, signup, … set event_names to standard"
        yield Finding("events", "note", "all tracks are custom events, orders too", mend)


def inspector(settings: RelaySettings) -> Iterator[Finding]:
    """Who may watch."""
    if settings.inspector == "on" and not settings.inspector_secret:
        mend = "set inspector_secret instead, or inspector off"
        yield Finding("inspector", "note", "it is open to everybody who reaches the relay", mend)


def assets(settings: RelaySettings) -> Iterator[Finding]:
    """That the browser half is there, and of this version."""
    found = Assets(settings)
    if found.problem:
        yield Finding("assets", "bad", "the browser half cannot be served", found.problem)
        return
    version = json.loads(found.get("manifest.json").read(""))["version"]
    yield _version(version, "the installed browser half")


def _version(version: object, whose: str) -> Finding:
    if version == __version__:
        return Finding("assets", "good", f"{whose} is of version {__version__}")
    mend = "install edgee-py and edgee-py-runtime of one version, and start the relay again"
    return Finding("assets", "bad", f"{whose} is of version {version}, not {__version__}", mend)


def site(settings: RelaySettings, relay: str) -> Iterator[Finding]:
    """That a relay at work answers at an address as browsers will ask it."""
    parts = urlsplit(relay)
    own = f"{parts.scheme}://{parts.netloc}"
    try:
        with httpx2.Client(timeout=_SECONDS) as client:
            manifest = client.get(f"{relay}/manifest.json")
            if not manifest.is_success:
                yield _unreached(relay, f"{relay}/manifest.json answers {manifest.status_code}")
                return
            yield _version(manifest.json().get("version"), f"what {relay} serves")
            for origin in settings.origins or (own,):
                asked = {"origin": origin, "access-control-request-method": "POST"}
                answer = client.options(f"{relay}/event", headers=asked)
                yield _may_post(origin, answer.status_code)
    except (httpx2.HTTPError, ValueError, AttributeError) as error:
        yield _unreached(relay, f"{relay} cannot be asked ({type(error).__name__})")


def _unreached(relay: str, says: str) -> Finding:
    path = urlsplit(relay).path or "/_edgee"
    mend = f"is edgee serve running, and does the web server hand {path}/ on to it?"
    return Finding("relay", "bad", says, mend)


def _may_post(origin: str, status: int) -> Finding:
    if status == 204:
        return Finding("relay", "good", f"it lets pages of {origin} post")
    mend = "it runs with other settings: start it again, or add the site to its origins"
    if status != 403:
        mend = "something before the relay answers OPTIONS: let it pass"
    return Finding("relay", "bad", f"it answers pages of {origin} with {status}", mend)


#: Title and look, in the order of their lines.
LOOKS: tuple[tuple[str, Callable[[RelaySettings], Iterator[Finding]]], ...] = (
    ("Looking for the token …", token),
    ("Asking Pinterest …", pinterest),
    ("Opening the outbox …", outbox),
    ("Looking at the settings …", origins),
    ("Looking at the settings …", consent),
    ("Looking at the settings …", events),
    ("Looking at the settings …", inspector),
    ("Looking at the browser half …", assets),
)
