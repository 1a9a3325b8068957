"""A track's or a page's properties as Pinterest's `custom_data`, by allow-list.

Pinterest refuses the whole request for one unknown key, so a property either has a place and the
right type there, or it is left out and named in `dropped`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from edgee_py.pinterest import values
from edgee_py.pinterest.contract import MAX_CONTENTS, Content, CustomData
from edgee_py.pinterest.left_out import shown
from edgee_py.pinterest.personal import is_personal
from edgee_py.pinterest.spelling import folded

Reader = Callable[[object], Any]


def _identifiers(value: object) -> list[str]:
    given = value if isinstance(value, list) else [value]
    found = (values.identifier(each) for each in given)
    return list(dict.fromkeys(filter(None, found)))[:MAX_CONTENTS]


#: Each field's reader, and the properties it is taken from, the better first. Names are folded.
#: For `value` Pinterest recommends the amount before tax and shipping: Segment's `revenue`, not `total`.
_FIELDS: dict[str, tuple[Reader, tuple[str, ...]]] = {
    "currency": (values.currency, ("currency", "currencycode")),
    "value": (
        values.money,
        (
            "value",
            "revenue",
            "total",
            "ordertotal",
            "ordervalue",
            "totalprice",
            "totalvalue",
            "subtotal",
            "amount",
        ),
    ),
    "content_ids": (_identifiers, ("contentids", "productids", "itemids")),
    "content_name": (values.text, ("contentname",)),
    "content_category": (
        values.text,
        ("contentcategory", "category", "productcategory", "itemcategory", "itemlistname"),
    ),
    "content_brand": (values.text, ("contentbrand", "brand", "productbrand", "itembrand")),
    "num_items": (
        values.count,
        ("numitems", "numberofitems", "itemcount", "totalquantity", "orderquantity", "quantity"),
    ),
    "order_id": (
        values.identifier,
        ("orderid", "transactionid", "ordernumber", "purchaseid"),
    ),
    "search_string": (
        values.text,
        ("searchstring", "query", "searchquery", "searchterm", "searchtext"),
    ),
    "opt_out_type": (values.limited_data_processing, ("optouttype",)),
    "predicted_ltv": (
        values.money,
        ("predictedltv", "predictedlifetimevalue", "ltv", "lifetimevalue"),
    ),
    "external_measurement_id": (values.identifier, ("externalmeasurementid",)),
    "external_measurement_vendor_id": (values.count, ("externalmeasurementvendorid",)),
}

#: Where an event is one of Pinterest's own, its name says nothing more: these do.
_NAMES = ("productname", "itemname", "name", "videotitle", "title")

_PRODUCT_LISTS = ("contents", "products", "items", "lineitems")

#: Without `item_brand_id`: it came with 5.28, and readers of an earlier description refuse the request.
_PRODUCT_FIELDS: dict[str, tuple[Reader, tuple[str, ...]]] = {
    "id": (
        values.identifier,
        ("itemid", "productid", "id", "contentid", "sku", "variantid", "productvariantid"),
    ),
    "item_name": (values.text, ("itemname", "name", "productname", "title", "producttitle")),
    "item_category": (
        values.text,
        ("itemcategory", "category", "productcategory", "producttype"),
    ),
    "item_brand": (values.text, ("itembrand", "brand", "productbrand", "vendor")),
    "item_price": (values.money, ("itemprice", "price", "productprice", "unitprice")),
    "quantity": (values.count, ("quantity", "qty", "productquantity")),
}

#: A product may stand in the properties themselves; there a bare `id` or `title` need not be its own.
_FLAT_FIELDS = {
    field: (read, tuple(alias for alias in aliases if alias not in ("id", "title")))
    for field, (read, aliases) in _PRODUCT_FIELDS.items()
}
_FLAT_SIGNS = frozenset((*_FLAT_FIELDS["id"][1], *_FLAT_FIELDS["item_price"][1]))


def custom_field(name: str) -> str:
    """Pinterest's field that a property of this name is taken for; "" where there is none."""
    alias = folded(name)
    return next((field for field, (_, aliases) in _FIELDS.items() if alias in aliases), "")


class LeftOut:
    """The names of what is not sent: what has no place, and of it what has one, but no value that fits it."""

    def __init__(self) -> None:
        self.dropped: list[str] = []
        self.unreadable: list[str] = []

    def add(self, properties: Properties, prefix: str = "", *, ambiguous: bool = False) -> None:
        """Note what was not read of an event's properties, or of a product's."""
        if dropped := properties.dropped(ambiguous=ambiguous):
            self.dropped += [f"{prefix}{name}" for name in dropped]
            self.unreadable += [
                f"{prefix}{name}" for name in properties.unreadable() if name in dropped
            ]


class Properties:
    """An event's properties under their folded names, and which of them found a place."""

    def __init__(self, given: Mapping[str, object]) -> None:
        self.given = given
        self._given: dict[str, tuple[str, object]] = {}
        self._places: set[str] = set()
        self._sought: list[tuple[str, ...]] = []
        for name, value in given.items():
            self._given.setdefault(folded(name), (name, value))

    def read(self, reader: Reader, aliases: tuple[str, ...]) -> Any:
        """What the first alias with a usable value gives; None where there is none."""
        self._sought.append(aliases)
        if self._given.keys().isdisjoint(aliases):
            return None  # as nearly always
        for alias in aliases:
            if alias in self._given:
                found = reader(self._given[alias][1])
                if found is not None and found not in ("", []):
                    self._places.add(alias)
                    return found
        return None

    def get(self, alias: str) -> tuple[str, object] | None:
        """The name as written and the value of a property."""
        return self._given.get(alias)

    def place(self, alias: str) -> None:
        """Note that a property found a place."""
        self._places.add(alias)

    def has_any(self, aliases: frozenset[str]) -> bool:
        """Whether one of the aliases is given."""
        return not aliases.isdisjoint(self._given)

    def empty(self) -> list[str]:
        """The names, as written, of those that have a place and no value: null, or JavaScript's NaN."""
        without = [(alias, name) for alias, (name, value) in self._given.items() if value is None]
        return [
            shown(name) for alias, name in without if any(alias in each for each in self._sought)
        ]

    def unreadable(self) -> list[str]:
        """The names, as written, of those whose place stayed empty because no value for it could be read."""
        unmet = {
            alias for each in self._sought if self._places.isdisjoint(each) for alias in each
        } - self._places
        return [shown(name) for alias, (name, _) in self._given.items() if alias in unmet]

    def dropped(self, *, ambiguous: bool = False) -> list[str]:
        """The names, as written, of those without a place; personal fields are in `user_data`.

        ambiguous: they are a user's, see `personal.personal_field`.
        """
        return [
            shown(name)
            for alias, (name, value) in self._given.items()
            if alias not in self._places
            and value is not None
            and not is_personal(name, ambiguous=ambiguous)
        ]


def custom_data_of(properties: Properties, *, is_standard: bool) -> tuple[CustomData, LeftOut]:
    """The custom data in properties, and which parts of products are left out of it.

    is_standard: the event is one of Pinterest's own, so that a property `name` is the content's.
    """
    custom: dict[str, Any] = {}
    left_out = LeftOut()
    contents, lines = _contents(properties, left_out)
    for field, (reader, aliases) in _FIELDS.items():
        found = properties.read(reader, aliases)
        if found is not None:
            custom[field] = found
    if is_standard and "content_name" not in custom:
        name = properties.read(values.text, _NAMES)
        if name:
            custom["content_name"] = name
    if contents:
        custom["contents"] = contents[:MAX_CONTENTS]
        _add_sums(custom, contents, lines)
    return cast(CustomData, custom), left_out


def user_custom_data(properties: Properties) -> CustomData:
    """The custom data in a user's properties: they describe a person, not a purchase, but for these."""
    custom: dict[str, Any] = {}
    for field in ("opt_out_type", "predicted_ltv"):
        found = properties.read(*_FIELDS[field])
        if found is not None:
            custom[field] = found
    return cast(CustomData, custom)


def _add_sums(custom: dict[str, Any], contents: list[Content], lines: list[_Line]) -> None:
    """`content_ids`, `num_items` and `value` as the products give them, where nothing else has."""
    ids = list(dict.fromkeys(content["id"] for content in contents if "id" in content))
    if ids:
        custom.setdefault("content_ids", ids[:MAX_CONTENTS])
    quantities = [quantity for _, quantity in lines]
    if all(quantity is not None for quantity in quantities):
        custom.setdefault("num_items", sum(quantity or 0 for quantity in quantities))
        if "value" not in custom and all(price for price, _ in lines):
            value = values.total([(price, quantity or 0) for price, quantity in lines])
            if value:
                custom["value"] = value


#: A product's price and quantity; an empty price or a None are not known.
_Line = tuple[str, int | None]
_UNKNOWN: _Line = ("", None)


def _contents(properties: Properties, left_out: LeftOut) -> tuple[list[Content], list[_Line]]:
    for alias in _PRODUCT_LISTS:
        if given := properties.get(alias):
            name, value = given
            products = [value] if isinstance(value, Mapping) else value
            if isinstance(products, list):
                contents, lines = _products(products, name, left_out)
                if contents:
                    properties.place(alias)
                    return contents, lines
    if properties.has_any(_FLAT_SIGNS):
        content, line = _product(properties, _FLAT_FIELDS)
        if content:
            return [content], [line]
    return [], []


def _products(
    products: list[Any], name: str, left_out: LeftOut
) -> tuple[list[Content], list[_Line]]:
    """The readable products; an unreadable one still has its line, of which nothing is known."""
    contents: list[Content] = []
    lines: list[_Line] = []
    for each in products:
        content, line = Content(), _UNKNOWN
        if isinstance(each, Mapping):
            properties = Properties(each)
            content, line = _product(properties, _PRODUCT_FIELDS)
            left_out.add(properties, f"{shown(name)}[].")
        elif id_ := values.identifier(each):
            content, line = Content(id=id_), ("", 1)
        if content:
            contents.append(content)
        else:
            line = _UNKNOWN
            left_out.dropped.append(f"{shown(name)}[]")
            left_out.unreadable.append(f"{shown(name)}[]")
        lines.append(line)
    return contents, lines


def _product(
    properties: Properties, fields: Mapping[str, tuple[Reader, tuple[str, ...]]]
) -> tuple[Content, _Line]:
    """One product. Without a quantity it counts once; with an unreadable one nobody knows."""
    content: dict[str, Any] = {}
    for field, (reader, aliases) in fields.items():
        found = properties.read(reader, aliases)
        if found is not None:
            content[field] = found
    quantity = content.get("quantity")
    if quantity is None and not any(properties.get(alias) for alias in fields["quantity"][1]):
        quantity = 1
    return cast(Content, content), (content.get("item_price", ""), quantity)
