"""`edgee send`."""

from __future__ import annotations

import asyncio
import json as json_
import sys
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import uuid4

import typer

from edgee_py._version import __version__
from edgee_py.cli.options import Config, Json
from edgee_py.cli.output import Output

#: What the relay would add of a visitor. Addresses of this network are nobody's (RFC 5737).
STAND_IN_IP = "192.0.2.1"
STAND_IN_USER_AGENT = f"edgee-py/{__version__}"

_METHODS = ("page", "track", "user")


def send(
    method: Annotated[str, typer.Argument(help="page, track or user.")],
    name: Annotated[str, typer.Argument(help="A track's or a page's name, or a user_id.")] = "",
    *,
    properties: Annotated[
        list[str] | None,
        typer.Option("--property", "-p", help="name=value; JSON for lists; several times."),
    ] = None,
    user: Annotated[
        list[str] | None,
        typer.Option(
            "--user", "-u", help="Who the visitor is: email=…, user_id=…, country=…; several times."
        ),
    ] = None,
    data: Annotated[str, typer.Option(help="The call's object as JSON; - reads it.")] = "",
    url: Annotated[str, typer.Option(help="The page's address.")] = "",
    ip: Annotated[str, typer.Option(help="The visitor's IP address.")] = "",
    user_agent: Annotated[str, typer.Option(help="The visitor's browser.")] = "",
    record: Annotated[
        bool, typer.Option("--record", help="Have it recorded; else Pinterest only checks it.")
    ] = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Send one event to Pinterest, as a call in a page would, and show the answer."""
    from edgee_py.cli.account import account_settings

    out = Output(as_json=json)
    if method not in _METHODS:
        out.fail(f"there is no edgee.{method}() to send; there are {', '.join(_METHODS)}")
    if user_agent and not ip:
        out.fail("--user-agent needs --ip: Pinterest takes both or none")
    _require(url, ip, out)
    document = _document(method, _call(method, name, properties, data, out), _user(user, out), url)
    if not record:
        ip, user_agent = ip or STAND_IN_IP, user_agent or STAND_IN_USER_AGENT
    settings = account_settings(config, out)
    made = _made(document, settings, ip, user_agent, out)
    if made.event is None:
        out.document({"refused": made.refusals, "problems": made.problems})
        for each in made.refusals:
            out.mark("bad", f"{each['reason']}: {each['message']}")
        raise typer.Exit(1)
    _deliver(made, settings, out, record=record)


def _require(url: str, ip: str, out: Output) -> None:
    """What a page cannot get wrong, a person can: the relay knows both by itself."""
    from ipaddress import ip_address

    from edgee_py.pinterest.source_url import source_url

    if url and not source_url(url):
        out.fail("--url must be an address, https://shop.example/")
    try:
        ip_address(ip or STAND_IN_IP)
    except ValueError:
        out.fail(f"--ip must be an IP address, such as {STAND_IN_IP}")


@dataclass(slots=True)
class _Made:
    """What the pipeline and the mapping made of the call."""

    event: Any
    problems: list[str]
    refusals: list[dict[str, str]]


def _made(document: Any, settings: Any, ip: str, user_agent: str, out: Output) -> _Made:
    from edgee_py.pinterest.contract import identified
    from edgee_py.refusal import Reason, Refusal
    from edgee_py.relay.clock import now_ms
    from edgee_py.wire import Received, WireError, receive

    received = Received(now=now_ms(), ip=ip, user_agent=user_agent)
    try:
        reception = receive(
            document,
            received,
            settings.pinterest,
            default_consent="granted",
            new_id=lambda: str(uuid4()),
        )
    except WireError as error:
        out.fail(error)
    problems = [told["message"] for told in reception.told if told["outcome"] == "problem"]
    refusals = list(reception.refusals)
    event = reception.events[0] if reception.events else None
    if event is not None and not identified(event["user_data"]):
        refusals.append(Refusal(event["event_id"], Reason.NO_IDENTIFIER, "Or give --user or --ip."))
        event = None
    return _Made(event, problems, [each.to_json() for each in refusals])


def _deliver(made: _Made, settings: Any, out: Output, *, record: bool) -> None:
    from edgee_py.cli.pinterest_says import in_words
    from edgee_py.pinterest.quality import IDENTIFIERS, carried, coverage, next_best
    from edgee_py.pinterest.settings import InvalidSettings
    from edgee_py.relay.pinterest_api import Answer, PinterestApi

    is_test = settings.is_test or not record

    async def ask() -> Answer:
        account = settings.pinterest_ad_account_id
        api = PinterestApi(settings.api_base, account, is_test=is_test)
        try:
            return await api.send([json_.dumps(made.event).encode()], settings.read_token())
        finally:
            await api.close()

    try:
        with out.working("Asking Pinterest …"):
            answer = asyncio.run(ask())
    except InvalidSettings as error:
        out.fail(error)
    mark, says, mend = in_words(answer, settings.pinterest_ad_account_id)
    has = carried(made.event)
    advice = next_best(coverage([made.event]))
    out.document(
        {
            "event": made.event,
            "problems": made.problems,
            "test": is_test,
            "status": answer.status,
            "processed": mark != "bad" and bool(answer.results),
            "says": says,
            "mend": mend,
            "carries": [each for each in IDENTIFIERS if each in has],
        }
    )
    out.show(made.event)
    for problem in made.problems:
        out.mark("note", problem)
    test = " It was a test: nothing is recorded." if is_test and mark != "bad" else ""
    out.mark(mark, says + (f": {mend}" if mend else ".") + test)
    if advice:
        out.say(f"Next: {advice.identifier}. {advice.how}")
    if mark == "bad" or not answer.results:
        raise typer.Exit(1)


def _call(
    method: str, name: str, properties: list[str] | None, data: str, out: Output
) -> dict[str, Any]:
    """The call's object, of its name and properties or as it is given."""
    if data and (name or properties):
        out.fail("--data is the whole call: leave out the name and --property")
    if data:
        return _object(sys.stdin.read() if data == "-" else data, out)
    call: dict[str, Any] = {"properties": _pairs("--property", properties, out)}
    if name:
        call["user_id" if method == "user" else "name"] = name
    return call


def _object(text: str, out: Output) -> dict[str, Any]:
    try:
        value = json_.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        out.fail("--data must be a JSON object, as edgee.track() takes it")
    return value


def _user(given: list[str] | None, out: Output) -> dict[str, Any]:
    """The user's context: ids beside the properties."""
    properties = _pairs("--user", given, out)
    user: dict[str, Any] = {"properties": properties}
    for name in ("user_id", "anonymous_id"):
        if name in properties:
            user[name] = properties.pop(name)
    return user


def _pairs(flag: str, given: list[str] | None, out: Output) -> dict[str, Any]:
    pairs: dict[str, Any] = {}
    for each in given or []:
        name, separator, text = each.partition("=")
        if not name or not separator:
            out.fail(f"{flag} must be name=value")
        pairs[name] = _value(text)
    return pairs


def _value(text: str) -> Any:
    """A list or an object where it is one; else text, which the mapping reads as what it has to be."""
    if text[:1] not in ("[", "{"):
        return text
    try:
        return json_.loads(text)
    except (ValueError, RecursionError):
        return text


def _document(method: str, call: dict[str, Any], user: dict[str, Any], url: str) -> dict[str, Any]:
    """The call in Edgee's collector format."""
    context: dict[str, Any] = {"user": user}
    if url:
        context["page"] = {"url": url}
    events = [{"type": method, "data": call}]
    return {"data_collection": {"events": events, "context": context, "consent": "granted"}}
