from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from edgee_py.pinterest.settings import InvalidSettings
from edgee_py.relay import RelaySettings, edgee_relay, pinterest_api
from edgee_py.relay.outbox_url import NatsAddress, parse_outbox_url, sqlite_path
from edgee_py.relay.secret import Secret

FILE = """
[[components.data_collection]]
id = "google_analytics"
settings.ga_measurement_id = "G-1"

[[components.data_collection]]
id = "pinterest_capi"
settings.pinterest_access_token = "from-file"
settings.pinterest_ad_account_id = "549755885175"
settings.is_test = "TRUE"
settings.edgee_default_consent = "pending"
settings.event_names = "standard"
settings.event_map."Sign me up" = "signup"

[relay]
origins = ["https://shop.example", "https://www.shop.example/"]
outbox = "sqlite:///var/lib/edgee/outbox.db"
default_consent = "denied"
respect_gpc = false
rate_limit = 30
bot_filter = "crawlers"
trusted_proxies = ["private", "192.0.2.0/24"]
inspector = "on"
inspector_secret = "open-sesame-open-sesame"
"""


def load(tmp_path: Path, text: str = "", **environ: str) -> RelaySettings:
    file = tmp_path / "edgee.toml"
    file.write_text(text, encoding="utf-8")
    return RelaySettings.load(file, environ)


def test_edgees_file_and_ours(tmp_path: Path) -> None:
    settings = load(tmp_path, FILE)

    assert settings.read_token() == Secret("from-file")
    assert settings.pinterest_ad_account_id == "549755885175"
    assert settings.is_test is True
    assert settings.api_base == "https://api.pinterest.com/v5"
    assert settings.pinterest.event_names == "standard"
    assert settings.pinterest.event_map == {"Sign me up": "signup"}
    assert settings.origins == ("https://shop.example", "https://www.shop.example")
    assert settings.outbox == "sqlite:///var/lib/edgee/outbox.db"
    assert settings.consent_default == "pending"  # the component's word beats the relay's
    assert settings.respect_gpc is False
    assert settings.rate_limit == 30
    assert settings.bot_filter == "crawlers"
    assert len(settings.trusted_networks) > 5
    assert settings.inspector == "on"
    assert settings.inspector_secret == Secret("open-sesame-open-sesame")


def test_the_environment_wins(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        FILE,
        PINTEREST_ACCESS_TOKEN=" from-environment\n",
        PINTEREST_AD_ACCOUNT_ID="7",
        PINTEREST_IS_TEST="false",
        PINTEREST_API_BASE="http://127.0.0.1:9/v5/",
        EDGEE_OUTBOX="other.db",
        EDGEE_ORIGINS="https://a.example, http://localhost:3000 ,",
        EDGEE_RATE_LIMIT="off",
        EDGEE_INSPECTOR_SECRET="knock-knock-knock-knock",
    )

    assert settings.read_token() == Secret("from-environment")
    assert settings.pinterest_ad_account_id == "7"
    assert settings.is_test is False
    assert settings.api_base == "http://127.0.0.1:9/v5"
    assert settings.outbox == "other.db"
    assert settings.origins == ("https://a.example", "http://localhost:3000")
    assert settings.rate_limit is None
    assert settings.inspector_secret == Secret("knock-knock-knock-knock")


def test_an_international_origin_is_the_one_that_browsers_send() -> None:
    settings = RelaySettings(origins=["https://Bücher.example:8443", "https://straße.example/"])
    assert settings.origins == (
        "https://xn--bcher-kva.example:8443",
        "https://xn--strae-oqa.example",
    )


def test_an_empty_variable_is_as_good_as_none(tmp_path: Path) -> None:
    assert load(tmp_path, FILE, PINTEREST_ACCESS_TOKEN="").read_token() == Secret("from-file")


def test_the_token_may_lie_in_a_file_and_change_there(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("first\n")
    settings = load(tmp_path, FILE, PINTEREST_ACCESS_TOKEN_FILE=str(token))
    assert settings.read_token() == Secret("first")

    token.write_text("second\n")

    assert settings.read_token() == Secret("second")


@pytest.mark.parametrize(
    ("text", "environ", "named"),
    [
        ("[relay]\norigns = []", {}, "origns"),
        ('[relay]\norigins = ["shop.example"]', {}, "origins"),
        ("[relay]\norigins = [1]", {}, "origins"),
        ('[relay]\ndefault_consent = "maybe"', {}, "default_consent"),
        ('[relay]\nrespect_gpc = "perhaps"', {}, "respect_gpc"),
        ("[relay]\nrate_limit = 0", {}, "rate_limit"),
        ("[relay]\nbody_limit = -1", {}, "body_limit"),
        ('[relay]\nbot_filter = "all"', {}, "bot_filter"),
        ('[relay]\ntrusted_proxies = "everybody"', {}, "trusted_proxies"),
        ('[relay]\ninspector = "peek"', {}, "inspector"),
        ('[relay]\ninspector_secret = "fifteen-letters"', {}, "inspector_secret"),
        ("relay = 1", {}, "[relay]"),
        ("no toml", {}, "TOML"),
        ("a = " + "[" * 20_000, {}, "nested too deeply"),
        ("[relays]", {}, "[relays] is no section (did you mean relay?)"),
        ("[whatever]", {}, "[whatever]"),
        ('[components.data_collection]\nid = "pinterest_capi"', {}, "[[components"),
        (
            '[[components.data_collection]]\nid = "pinterest-capi"',
            {},
            "did you mean pinterest_capi",
        ),
        ('[[components.data_collection]]\nid = "edgee/pinterest_capi"', {}, "did you mean"),
        (
            '[[components.data_collection]]\nid = "pinterest_capi"\nsettings.is_tset = true',
            {},
            "settings.is_tset is no setting (did you mean is_test?)",
        ),
        (
            '[[components.data_collection]]\nid = "pinterest_capi"\nsettings.partner_name = "SS-x"',
            {},
            "partner_name",
        ),
        ('[relay]\nassets = "/nowhere"', {}, "assets: /nowhere"),
        ("[relay]\nrate_limit = 1000000001", {}, "rate_limit"),
        ("", {"PINTEREST_ACCESS_TOKEN": "two words"}, "pinterest_access_token"),
        *(
            ("", {"PINTEREST_API_BASE": base}, "PINTEREST_API_BASE")
            for base in (
                "http://[x",
                "http://h:abc",
                "http://h:99999",
                "http://a b",
                "http://u:p@h",
            )
        ),
        ("", {"EDGEE_RATE_LIMIT": "9" * 5000}, "EDGEE_RATE_LIMIT"),
        (FILE + FILE[: FILE.index("[relay]")], {}, "pinterest_capi more than once"),
        ("", {"PINTEREST_IS_TEST": "maybe"}, "PINTEREST_IS_TEST"),
        ("", {"PINTEREST_AD_ACCOUNT_ID": "act_1"}, "pinterest_ad_account_id"),
        ("", {"PINTEREST_API_BASE": "api.pinterest.com"}, "PINTEREST_API_BASE"),
        ("", {"EDGEE_RATE_LIMIT": "many"}, "EDGEE_RATE_LIMIT"),
        ("", {"EDGEE_ORIGINS": "*"}, "origins"),
        ("", {"EDGEE_ORIGINS": "https://ü .example"}, "origins"),
        ("", {"PINTEREST_ACCESS_TOKEN": "a", "PINTEREST_ACCESS_TOKEN_FILE": "b"}, "both set"),
    ],
)
def test_an_impossible_setting_is_named(
    tmp_path: Path, text: str, environ: dict[str, str], named: str
) -> None:
    with pytest.raises(InvalidSettings) as error:
        load(tmp_path, text, **environ)

    assert named in str(error.value)


@pytest.mark.parametrize("token", ["two words", "pina\x00", "pïna"])
def test_an_impossible_token_is_refused_without_being_printed(token: str) -> None:
    with pytest.raises(InvalidSettings) as error:
        RelaySettings(pinterest_access_token=token)

    assert token not in str(error.value)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"pinterest_ad_account_id": "1"}, "PINTEREST_ACCESS_TOKEN"),
        ({"pinterest_access_token": "t"}, "PINTEREST_AD_ACCOUNT_ID"),
        ({"pinterest_access_token_file": Path("/nowhere/token")}, "PINTEREST_ACCESS_TOKEN_FILE"),
    ],
)
def test_a_relay_without_an_account_says_what_is_missing(given: dict[str, Any], named: str) -> None:
    with pytest.raises(InvalidSettings, match=named):
        edgee_relay(RelaySettings(**given))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings, match=r"nowhere\.toml cannot be read"):
        RelaySettings.load(tmp_path / "nowhere.toml", {})


def test_settings_do_not_print_secrets() -> None:
    settings = RelaySettings(
        pinterest_access_token="pina_canary", inspector_secret="canary2-canary2-canary2"
    )

    assert "canary" not in repr(settings)


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("///var/lib/edgee/outbox.db", "/var/lib/edgee/outbox.db"),
        ("////var/lib/edgee/outbox.db", "/var/lib/edgee/outbox.db"),
        ("///./data/outbox.db", "./data/outbox.db"),
        ("//outbox.db", "outbox.db"),
        ("outbox.db", "outbox.db"),
        ("///C:/edgee/outbox.db", "C:/edgee/outbox.db"),
    ],
)
def test_where_an_outbox_url_leads(url: str, path: str) -> None:
    assert sqlite_path(url) == path


@pytest.mark.parametrize(
    ("url", "servers", "name", "replicas"),
    [
        ("nats://one", ("nats://one",), "edgee", 1),
        (
            "nats://a:hunter2@one:4222,two:4222/?replicas=3&name=shop-1",
            ("nats://a:hunter2@one:4222", "nats://two:4222"),
            "shop-1",
            3,
        ),
        ("tls://one,tls://[::1]:4222", ("tls://one", "tls://[::1]:4222"), "edgee", 1),
    ],
)
def test_which_cluster_an_outbox_url_names(
    url: str, servers: tuple[str, ...], name: str, replicas: int
) -> None:
    address = parse_outbox_url(url)

    assert isinstance(address, NatsAddress)
    assert (address.servers, address.name, address.replicas) == (servers, name, replicas)
    assert "hunter2" not in f"{address} {address!r} {RelaySettings(outbox=url)!r}"


@pytest.mark.parametrize(
    "url",
    [
        "nats://",
        "nats://user:secret@:4222",
        "nats://one,,two",
        "nats://one/path",
        "nats://one:port",
        "nats://one/?replica=3",
        "nats://one/?replicas=0",
        "nats://one/?dedupe_hours=0",
        "nats://one/?dedupe_hours=193",
        "nats://one/?name=a.b",
        "redis://user:secret@one",
    ],
)
def test_a_cluster_that_cannot_be(url: str) -> None:
    with pytest.raises(InvalidSettings, match="outbox") as error:
        RelaySettings(outbox=url)

    assert "secret" not in str(error.value)


@pytest.mark.parametrize("url", ["redis://localhost", "sqlite:", "sqlite://", ".", "/", "/tmp"])
def test_an_outbox_url_that_leads_nowhere(url: str) -> None:
    with pytest.raises(InvalidSettings, match="outbox"):
        RelaySettings(outbox=url)


def test_edgees_own_sections_and_settings_mean_nothing_here(tmp_path: Path) -> None:
    text = "[http]\naddress = ':80'\n[log]\nlevel = 'info'\n[[routing]]\ndomain = 'x'\n" + FILE
    assert load(tmp_path, text) == load(tmp_path, FILE)
    assert load(tmp_path, "\ufeff" + FILE) == load(tmp_path, FILE)


@pytest.mark.parametrize(
    ("variable", "value"),
    [("HTTPS_PROXY", "ftp://secret@h:1"), ("ALL_PROXY", "http://h:abc"), ("SSL_CERT_FILE", "/no")],
)
def test_an_environment_that_nothing_can_be_sent_in_is_named(
    variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    pinterest_api._tls.cache_clear()

    with pytest.raises(InvalidSettings, match=variable) as error:
        edgee_relay(RelaySettings(pinterest_access_token="t", pinterest_ad_account_id="1"))

    assert "secret" not in str(error.value)
