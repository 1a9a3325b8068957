"""What surrounds an event: page, user, client, campaign and session, merged in Edgee's order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit

from edgee_py.call import Call, Page
from edgee_py.campaign import campaign_of, query_of, read_query
from edgee_py.datalayer import DataLayer
from edgee_py.declaration import split_keywords
from edgee_py.event import Context, Properties
from edgee_py.identity import Identity
from edgee_py.state import State


def context_of(
    state: State, call: Call, layer: DataLayer, client: Mapping[str, Any], session: Properties
) -> Context:
    """The context of one of a call's events; state is the one after the call's visit was noted."""
    arrived = campaign_of(parameters_of(call.page, layer))
    campaign = {**state.campaign, **layer.campaign, **arrived}
    epik = state.epik or call.page.epik
    return Context(
        page=page_context(call.page, layer),
        user=user_context(state, layer),
        client={**client, **layer.client},
        campaign={**campaign, "epik": epik} if epik else campaign,
        session=session,
    )


def parameters_of(page: Page, layer: DataLayer) -> Mapping[str, str]:
    """The page's query parameters: the address's, or where it has none the data layer's."""
    query = query_of(page.url)
    if not query and not page.moved:
        query = layer.page.get("search") or query_of(layer.page.get("url", ""))
    return read_query(query)


def known_user(state: State, layer: DataLayer) -> Identity:
    """Who the visitor is: the one kept, under what this page declares.

    Whom the page declared before the last `user()` or `reset()`, that call has replaced.
    """
    if layer.user_digest == state.superseded:
        return state.identity
    return state.identity.merged(layer.user)


def user_context(state: State, layer: DataLayer) -> Properties:
    """`context.user`; the device's id is never declared."""
    return {**known_user(state, layer).to_json(), "edgee_id": state.edgee_id}


def user_data(state: State, asked: Properties) -> Properties:
    """A user event's data: what was asked for, filled from what is known of that person."""
    return {**state.identity.merged(asked).to_json(), "edgee_id": state.edgee_id}


def page_context(page: Page, layer: DataLayer) -> Properties:
    """`context.page`, by Edgee's order: data layer, canonical link, address; referrer from the browser.

    After a client-side navigation neither the data layer nor the canonical link speaks of this page.
    """
    address = _split(page.url)
    canonical = _split("" if page.moved else page.canonical)
    defaults: Properties = {
        "url": page.canonical if canonical else page.url.partition("#")[0],
        "path": canonical[0] if canonical else address[0] if address else "",
        "search": address[1] if address else "",
        "title": page.title,
        "keywords": split_keywords(page.keywords),
    }
    context = {**defaults, **({} if page.moved else layer.page)}
    context["url"] = absolute(context["url"], page)
    if page.referrer:
        context["referrer"] = page.referrer
    return {name: value for name, value in context.items() if value}


def page_data(context: Properties, asked: Properties, page: Page) -> Properties:
    """A page event's data: what was asked for, filled field by field from `context.page`.

    An address of the event's own brings its own path and query; the visited page's do not fit it.
    """
    if "url" not in asked:
        return {**context, **asked}
    url = absolute(asked["url"], page)
    path, search = _split(url) or ("", "")
    own = {"url": url, "path": path, "search": search}
    data = {**context, **own, **asked, "url": url}
    return {name: value for name, value in data.items() if value}


def absolute(url: str, page: Page) -> str:
    """The URL, seen from the visited page."""
    try:
        return urljoin(page.url, url)
    except ValueError:
        return url


def _split(url: str) -> tuple[str, str] | None:
    """Path and query of an absolute URL; None for anything else."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    if not parts.scheme:
        return None
    return parts.path or "/", f"?{parts.query}" if parts.query else ""
