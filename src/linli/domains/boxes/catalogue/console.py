"""Console: the vendor catalogue, for choosing a device and for looking up what a model needs. The same for everybody."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.boxes.catalogue.library import CLASSES, EDGE_PORTS, Model, library, preset_values
from linli.domains.people.rights import Right
from linli.kernel.entry import Filter, Routes
from linli.kernel.errors import BadInput
from linli.kernel.pages import Page, PageRequest

SEE = Right.DEVICES_SEE.value


class VendorModel(msgspec.Struct, rename="camel", frozen=True):
    """A model that was integrated, and what it needs."""

    kind: Annotated[str, Meta(description="people, vehicle, perimeter, eba, lift, indoor")]
    brand: str
    model: str
    docking: Annotated[
        str,
        Meta(
            description="device: comes to the box itself; system: its maker's server does; else how it is reached"
        ),
    ]
    firmware: Annotated[str, Meta(description="Version that was integrated; empty: any, or not given.")]
    abilities: list[str]
    face_mode: Annotated[str, Meta(description="edge: the box compares; device: the door; empty: no faces.")]
    field_protocol: str
    functions: list[str]
    drivers: Annotated[list[str], Meta(description="Drivers that fit, the simplest first.")]
    listed: Annotated[bool, Meta(description="False: named by a brand's guide only.")]
    port: Annotated[int | None, Meta(description="The machine's own port; null: not given.")]
    video_port: int | None
    algorithm_port: int | None
    edge_ports: Annotated[
        dict[str, int], Meta(description="TCP port of the box that it comes to, by driver.")
    ]


class VendorModels(msgspec.Struct, rename="camel", frozen=True):
    total: int
    page_no: int
    page_size: int
    data: list[VendorModel]
    other_case: Annotated[int, Meta(description="How many more there are when case is not heeded.")]


class VendorBrand(msgspec.Struct, rename="camel", frozen=True):
    name: str
    latin: str
    models: int


class VendorPreset(msgspec.Struct, rename="camel", frozen=True):
    """The values of a brand's guide for the form of a protocol."""

    brand: str
    driver: str
    types: Annotated[
        list[str], Meta(description="face, qrcode, card, bluetooth, video: the suffixes .1 to .5")
    ]
    port: int | None
    video_port: int | None
    dummy: Annotated[list[str], Meta(description="Types whose port the box never calls: no remote opening.")]
    port_choices: dict[str, int]
    face_modes: list[str]
    algorithm_port: int | None
    algorithm_provider: str
    unique_id_name: str
    unique_across_types: bool


routes = Routes("/vendor-catalogue", tags=("boxes",))


class ModelFilter(Filter, frozen=True):
    """Models of vendors, as their list is asked for."""

    q: Annotated[
        str, Meta(description="Words of brand and model, each to be found; models by their case.")
    ] = ""
    kind: str = ""
    driver: str = ""
    brand: str = ""
    any_case: bool = False


@routes.get(right=SEE)
async def models(page: PageRequest, where: ModelFilter) -> VendorModels:
    """Models by brand and keyword, in the order of the list."""
    if where.kind and where.kind not in CLASSES:
        raise BadInput(field="kind", rule="one_of", allowed=", ".join(CLASSES))
    matches = library().search(
        where.q, kind=where.kind, driver=where.driver, brand=where.brand, any_case=where.any_case
    )
    more = 0
    if where.q and not where.any_case:
        more = len(
            library().search(where.q, kind=where.kind, driver=where.driver, brand=where.brand, any_case=True)
        ) - len(matches)
    start = (page.page_no - 1) * page.page_size
    shown = Page.of(
        page, len(matches), [model_row(model) for model in matches[start : start + page.page_size]]
    )
    return VendorModels(shown.total, shown.page_no, shown.page_size, list(shown.data), more)


@routes.get("/brands", right=SEE)
async def brands(kind: str = "", driver: str = "") -> list[VendorBrand]:
    """Brands of a class or protocol and how many models each has."""
    counts: dict[str, int] = {}
    for model in library().search(kind=kind, driver=driver):
        counts[model.brand] = counts.get(model.brand, 0) + 1
    return [VendorBrand(name, library().brands[name].latin, number) for name, number in counts.items()]


@routes.get("/presets", right=SEE)
async def presets(driver: str = "") -> list[VendorPreset]:
    """The values of each brand's guide for the form, by protocol."""
    return [
        msgspec.convert(preset_values(preset), VendorPreset)
        for preset in library().presets
        if not driver or preset.driver == driver
    ]


def model_row(model: Model) -> VendorModel:
    return VendorModel(
        kind=model.kind,
        brand=model.brand,
        model=model.name,
        docking=model.docking,
        firmware=model.firmware,
        abilities=list(model.abilities),
        face_mode=model.face_mode or "",
        field_protocol=model.protocol,
        functions=list(model.functions),
        drivers=list(model.drivers),
        listed=model.listed,
        port=model.port,
        video_port=model.video_port,
        algorithm_port=model.algorithm_port,
        edge_ports={driver: EDGE_PORTS[driver] for driver in model.drivers if driver in EDGE_PORTS},
    )


ROUTES = (routes,)
