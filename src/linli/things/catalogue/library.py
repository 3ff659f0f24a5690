"""The built-in category library: 智慧社区 as spec D 2.1 prints it, its indoor detectors (spec F 2.5), and the standard
categories that the manuals name for cameras, recorders and boxes (spec D 1.1, spec B).

Codes and names are the spec's. Thing models that it prints have exactly its identifiers. A path joins the codes of one
to three levels: `community/people/qrcode` is `智慧社区/人员通行/二维码门禁`.
"""

import functools
import json
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any, Final

import msgspec

from linli.things.catalogue.shorthand import document
from linli.tsl import ThingModel, parse

CAPABILITIES: Final = (
    "face_temperature",
    "card",
    "intercom",
    "bluetooth",
    "face",
    "qrcode",
    "elevator_gateway",
    "elevator_gateway_with_rule",
)
"""The allowed values of the tag Capability of an all-in-one door. Source: spec D, 2.2."""
ALL_IN_ONE: Final = "community/people/aio"
"""The one category whose devices carry the tag Capability. Source: spec D, CAT-02."""
OTHER_NAMES: Final = {"community/eba": "设施设备"}
"""A second name in use for the same code (spec D, 11.12)."""


class Category(msgspec.Struct, frozen=True, gc=False):
    """One group, category or model."""

    path: str
    """Codes joined by `/`."""
    name: str
    """Chinese names of all levels joined by `/`, as the tag CategoryName has it."""
    english: str
    """Of this level alone; empty for a tenant's own."""
    model: ThingModel | None = None
    """The first thing model of a product of this category; None: the category cannot have products."""
    gateway: bool = False
    """Its products are gateways unless said otherwise."""
    own_no: int | None = None
    """The number of a tenant's own category."""

    @property
    def code(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def parent(self) -> str:
        return self.path.rpartition("/")[0]

    @property
    def label(self) -> str:
        """The Chinese name of this level alone."""
        return self.name.rpartition("/")[2]


@functools.cache
def built_in() -> Mapping[str, Category]:
    """Path → category, parents before their children."""
    folder = resources.files(__package__) / "data"
    parts, community, standard = (
        json.loads((folder / f"{name}.json").read_text("utf-8"))
        for name in ("parts", "community", "standard")
    )
    categories = [category for root in (community, *standard) for category in _read(root, "", "", parts)]
    return {category.path: category for category in categories}


def _read(raw: Mapping[str, Any], path: str, name: str, parts: Mapping[str, Any]) -> Iterator[Category]:
    at = f"{path}/{raw['code']}".lstrip("/")
    named = f"{name}/{raw['name']}".lstrip("/")
    children = raw.get("children")
    model = None if children else parse(document(raw, parts))
    yield Category(at, named, raw["en"], model, raw.get("gateway", False))
    for child in children or ():
        yield from _read(child, at, named, parts)
