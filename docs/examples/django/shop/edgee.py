"""What every page tells edgee: a context processor. A view adds events with `report`."""

from typing import Any

from django.http import HttpRequest


def data_layer(request: HttpRequest) -> dict[str, Any]:
    """The data layer of a page, for `json_script`: who is signed in, and what happened on the way here."""
    collection: dict[str, Any] = {"context": {}}
    if request.user.is_authenticated:
        user = request.user
        properties = {
            "email": user.email,
            "first_name": user.first_name,
            "last_name": user.last_name,
        }
        collection["context"]["user"] = {"user_id": str(user.pk), "properties": properties}
    if events := request.session.pop("edgee_events", []):
        # With events of its own a page makes no page event by itself.
        collection["events"] = [{"type": "page"}, *events]
    return {"data_layer": {"data_collection": collection}}


def report(request: HttpRequest, name: str, properties: dict[str, Any]) -> None:
    """Have the next page that this visitor sees report an event, once."""
    event = {"type": "track", "data": {"name": name, "properties": properties}}
    request.session["edgee_events"] = [*request.session.get("edgee_events", []), event]
