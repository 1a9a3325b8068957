"""`edgee init`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from edgee_py.cli.configuration_file import Value, configuration_file
from edgee_py.cli.install import Install, is_place
from edgee_py.cli.options import Json
from edgee_py.cli.output import Output
from edgee_py.consent import CONSENTS, Consent
from edgee_py.pinterest.settings import InvalidSettings, PinterestSettings
from edgee_py.relay.settings import RelaySettings

#: What the token is kept in, beside edgee.toml, where init is given the token itself.
TOKEN_NAME = "pinterest-token"  # noqa: S105 - a file's name

_EVENTS_QUESTION = (
    "What is a track at Pinterest?\n"
    "  standard  Pinterest's event of its name: Order Completed is a checkout; else a custom event\n"
    "  edgee     always a custom event, as with Edgee\n"
    "Events (standard or edgee)"
)
_CONSENT_QUESTION = (
    "What does a visitor mean who has not chosen yet?\n"
    "  granted   events are sent until the visitor denies: only where no opt-in is asked for\n"
    "  pending   events wait on the device until the visitor grants: opt-in sites\n"
    "  denied    events are dropped until the visitor grants\n"
    "Consent (granted, pending or denied)"
)


@dataclass(frozen=True, slots=True)
class _Token:
    """Where the token is: in a file that is there, in one to be made, or (neither) in the environment."""

    file: Path | None = None
    text: str = ""


def init(
    *,
    account: Annotated[
        str, typer.Option("--account-id", help="The ad account, digits, as Ads Manager shows it.")
    ] = "",
    token_file: Annotated[
        Path | None, typer.Option(help="A file that holds the conversion access token.")
    ] = None,
    token_stdin: Annotated[
        bool, typer.Option(help="Read the token from standard input, and keep it in a file.")
    ] = False,
    consent: Annotated[
        str, typer.Option(help="What an unset consent means: granted, pending or denied.")
    ] = "",
    origin: Annotated[
        list[str] | None,
        typer.Option(help="A site whose pages may post, https://shop.example; several times."),
    ] = None,
    outbox: Annotated[
        str, typer.Option(help="Where events wait: sqlite:///var/lib/edgee/outbox.db.")
    ] = "",
    event_names: Annotated[
        str, typer.Option(help="edgee: tracks are custom events; standard: Pinterest's by name.")
    ] = "",
    trusted_proxy: Annotated[
        list[str] | None,
        typer.Option(help="A proxy before the relay, address or network; several times."),
    ] = None,
    test: Annotated[
        bool, typer.Option("--test", help="Pinterest checks events and records nothing.")
    ] = False,
    relay: Annotated[str, typer.Option(help="Where the relay is, as a page sees it.")] = "/_edgee",
    output: Annotated[Path, typer.Option("--output", "-o", help="The file.")] = Path("edgee.toml"),
    force: Annotated[bool, typer.Option("--force", help="Overwrite what is there.")] = False,
    json: Json = False,
) -> None:
    """Write a commented edgee.toml, and print the tag for the site."""
    out = Output(as_json=json)
    if not is_place(relay):
        out.fail("--relay must be a path, /_edgee, or an address, https://host/path")
    if output.exists() and not force:
        out.fail(f"{output} is there already; --force overwrites it")
    ask = _Asking(out, is_possible=sys.stdin.isatty() and not json)
    question = "Ad account (digits, from Ads Manager)"
    account = account or ask("--account-id", question, _check_account)
    token = _token(token_file, output, out, ask, stdin=token_stdin, force=force)
    consent = consent or ask("--consent", _CONSENT_QUESTION, _check_consent)
    if not event_names and ask.is_possible:
        event_names = ask("", _EVENTS_QUESTION, _check_event_names, default="standard")
    try:
        _check_account(account)
        _check_consent(consent)
    except InvalidSettings as error:
        out.fail(error)
    origins = _origins(origin, relay, ask)
    values: dict[str, Value] = {
        "pinterest_ad_account_id": account,
        "origins": origins,
        "default_consent": consent,
    }
    optional: dict[str, Value] = {
        "pinterest_access_token_file": str(token.file.absolute()) if token.file else "",
        "outbox": outbox,
        "event_names": event_names,
        "trusted_proxies": trusted_proxy or [],
        "is_test": test,
    }
    values |= {name: value for name, value in optional.items() if value}
    _write(output, configuration_file(values), token, out, force=force)
    install = Install(relay=relay.rstrip("/"), stub=True)
    _report(out, output, token, cast(Consent, consent), install)


class _Asking:
    """Questions to a person; where nobody is there, the flag that was needed is named."""

    def __init__(self, out: Output, *, is_possible: bool) -> None:
        self._out = out
        self.is_possible = is_possible

    def __call__(
        self, flag: str, question: str, check: Callable[[str], object], **options: Any
    ) -> str:
        """The answer, once there is one that `check` does not refuse with InvalidSettings."""
        if not self.is_possible:
            self._out.fail(f"{flag} is needed; on a terminal edgee init asks for it")

        def read(text: str) -> str:
            try:
                check(text.strip())
            except InvalidSettings as error:
                raise typer.BadParameter(str(error)) from None
            return text.strip()

        answer: str = typer.prompt(question, err=True, value_proc=read, **options)
        return answer


def _check_account(text: str) -> None:
    if not text:
        raise InvalidSettings("--account-id is empty")
    RelaySettings(pinterest_ad_account_id=text)


def _check_token(text: str) -> None:
    RelaySettings(pinterest_access_token=text)


def _check_consent(text: str) -> None:
    if text not in CONSENTS:
        raise InvalidSettings("--consent must be granted, pending or denied")


def _check_event_names(text: str) -> None:
    PinterestSettings.from_mapping({"event_names": text})


def _check_origins(text: str) -> None:
    RelaySettings(origins=_listed(text))


def _listed(text: str) -> list[str]:
    return [each.strip() for each in text.split(",") if each.strip()]


def _token(
    file: Path | None, output: Path, out: Output, ask: _Asking, *, stdin: bool, force: bool
) -> _Token:
    """The token's place; what is typed is not shown."""
    if file and stdin:
        out.fail("--token-file and --token-stdin are both given; keep one")
    if file:
        settings = RelaySettings(pinterest_access_token_file=file)
        try:
            settings.read_token()
        except InvalidSettings as error:
            out.fail(error)
        return _Token(file)
    if stdin:
        text = sys.stdin.read().strip()
    elif ask.is_possible and not os.environ.get("PINTEREST_ACCESS_TOKEN"):
        question = "Conversion access token (not shown; empty: it comes from the environment)"
        text = ask("", question, _check_token, hide_input=True, default="", show_default=False)
    else:
        return _Token()
    try:
        _check_token(text)
    except InvalidSettings as error:
        out.fail(error)
    if not text:
        if stdin:
            out.fail("there is no token on standard input")
        return _Token()
    place = output.parent / TOKEN_NAME
    if place.exists() and not force:
        out.fail(f"{place} is there already; --force overwrites it, --token-file takes it as it is")
    return _Token(place, text)


def _origins(given: list[str] | None, relay: str, ask: _Asking) -> list[str]:
    """Who may post. A relay on the page's own origin needs none."""
    if given is not None or not ask.is_possible:
        return given or []
    question = (
        "Sites whose pages may post, with commas (empty: only pages of the relay's own origin)"
    )
    if not relay.startswith("/"):
        question = "Sites whose pages may post, with commas (https://shop.example)"
    answer = ask("--origin", question, _check_origins, default="", show_default=False)
    return _listed(answer)


def _write(output: Path, text: str, token: _Token, out: Output, *, force: bool) -> None:
    """Write the file, once it is known that the relay will read it, and the token's beside it."""
    draft = output.with_name(f".{output.name}.new")
    try:
        draft.write_text(text, encoding="utf-8")
        RelaySettings.load(draft, {})
        if token.file and token.text:
            _write_secret(token.file, token.text)
        if output.exists() and not force:
            out.fail(f"{output} is there already; --force overwrites it")
        draft.replace(output)
    except InvalidSettings as error:
        out.fail(str(error).replace(draft.name, output.name))
    except OSError as error:
        out.fail(f"{error.filename or output} cannot be written ({error.strerror})")
    finally:
        draft.unlink(missing_ok=True)


def _write_secret(place: Path, text: str) -> None:
    """Write a file that nobody else can read, from the first byte on."""
    place.unlink(missing_ok=True)
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"{text}\n")


def _report(out: Output, output: Path, token: _Token, consent: Consent, install: Install) -> None:
    out.document(
        {
            "config": str(output),
            "token_file": str(token.file) if token.file else None,
            "default_consent": consent,
            "stub": install.stub_tag(),
            "tag": install.tag(),
        }
    )
    out.mark("good", f"{output} is written. An unset consent means {consent}.")
    if token.text:
        out.mark("good", f"The token is in {token.file}, for you alone to read.")
    elif not token.file:
        out.mark("note", "The token is to come from PINTEREST_ACCESS_TOKEN in the environment.")
    which = "" if output == Path("edgee.toml") else f" --config {output}"
    out.say(f"Next: edgee check{which}, edgee serve{which},")
    out.say(
        "and these lines in the <head> of every page, the consent banner's code after the first:"
    )
    out.say()
    out.raw(install.code("html"))
