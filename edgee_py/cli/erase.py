"""`edgee erase`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edgee_py.cli.options import Config, Json
from edgee_py.cli.output import Output
from edgee_py.pinterest.normalise import email as normalised
from edgee_py.pinterest.normalise import hashed

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from edgee_py.relay.account_api import AccountApi, DeletionRequest
    from edgee_py.relay.settings import RelaySettings

#: So much of a hash tells one person's from another's.
_SHOWN = 12


def erase(
    *,
    email: Annotated[
        list[str] | None,
        typer.Option(help="An e-mail address; - reads them from standard input, one a line."),
    ] = None,
    click_id: Annotated[
        list[str] | None, typer.Option(help="A click id: the value of ?epik= or the _epik cookie.")
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="Show the requests made so far.")] = False,
    withdraw: Annotated[
        str, typer.Option(help="Withdraw a request of this id, while it is pending.")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    config: Config = None,
    json: Json = False,
) -> None:
    """Ask Pinterest to delete a person's conversions."""
    from edgee_py.cli.account import account_settings

    out = Output(as_json=json)
    if bool(email or click_id) + list_ + bool(withdraw) != 1:
        out.fail("give --email or --click-id, or --list, or --withdraw")
    settings = account_settings(config, out)
    if list_:
        _list(settings, out)
    elif withdraw:
        _withdraw(withdraw, settings, out)
    else:
        emails, click_ids = _emails(email or [], out), _click_ids(click_id or [], out)
        _ask_for_erasure(emails, click_ids, settings, out, yes=yes)


def _ask_for_erasure(
    emails: list[str], click_ids: list[str], settings: RelaySettings, out: Output, *, yes: bool
) -> None:
    people = [f"e-mail with SHA-256 {hashed('em', each)[:_SHOWN]}…" for each in emails]
    people += [f"click id {each}" for each in click_ids]
    account = settings.pinterest_ad_account_id
    if not yes:
        out.warn(f"Pinterest is to delete the conversions of ad account {account} of:")
        for each in people:
            out.warn(f"  {each}")
        out.warn(
            "Within 72 hours the request can be withdrawn; after that nothing brings them back."
        )
        out.confirm("Ask for it?")
    request: DeletionRequest = _ask(settings, out, lambda api: api.erase(emails, click_ids))
    out.mark("good", f"Request {request.request_id} is {request.status}, for {', '.join(people)}.")
    out.say(f"To withdraw it: edgee erase --withdraw {request.request_id}")
    out.say("Refused events in this relay's outbox are not Pinterest's: see edgee outbox purge.")


def _list(settings: RelaySettings, out: Output) -> None:
    found: list[DeletionRequest] = _ask(settings, out, lambda api: api.deletion_requests())
    if not found:
        out.say("Nothing there.")
        return
    rows = [
        (each.request_id, each.status, str(each.created_time), str(each.processed_time or ""))
        for each in found
    ]
    out.table(("Request", "Status", "Made", "Processed"), rows)


def _withdraw(request_id: str, settings: RelaySettings, out: Output) -> None:
    if not (request_id.isascii() and request_id.isdigit()):
        out.fail("--withdraw must be the number of a request, as edgee erase --list shows it")
    _ask(settings, out, lambda api: api.withdraw(request_id))
    out.document({"withdrawn": request_id})
    out.mark("good", f"Request {request_id} is withdrawn.")


def _ask(
    settings: RelaySettings, out: Output, question: Callable[[AccountApi], Awaitable[Any]]
) -> Any:
    """The answer; with --json it is the document that is printed, where there is one."""
    import msgspec

    from edgee_py.cli.account import ask_account

    answer = ask_account(settings, out, "Asking Pinterest …", question)
    if answer is not None:
        out.document(msgspec.to_builtins(answer))
    return answer


def _emails(given: list[str], out: Output) -> list[str]:
    """The addresses as they are hashed for events; the messages do not hold them."""
    lines = [line for each in given for line in (sys.stdin if each == "-" else [each])]
    found = [normalised(line.strip()) for line in lines if line.strip()]
    if not all(found) or (given and not found):
        out.fail("--email: that is no e-mail address; Pinterest takes no hashes here")
    return list(dict.fromkeys(found))


def _click_ids(given: list[str], out: Output) -> list[str]:
    if not all(each.strip() and each.isprintable() for each in given):
        out.fail("--click-id is empty")
    return list(dict.fromkeys(each.strip() for each in given))
