"""Formats that a door's scanner reads, by door and by product, and the names of Bluetooth doors (G-C15, G-C19)."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from linli.domains.access.code_forms import LEAST_RANDOM, LONGEST, SEALED, CodeForm
from linli.domains.access.console.pass_rows import whole_at
from linli.domains.access.errors import DoorUnknown
from linli.domains.access.queries import readings as queries
from linli.domains.access.queries.doors import get_door
from linli.domains.access.queries.settings import settings_of
from linli.domains.access.rows import DoorReading
from linli.domains.access.service import readings as service
from linli.domains.people.queries import persons as people
from linli.domains.people.rights import Rights
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.masking import HIDDEN
from linli.kernel.scope import Scope
from linli.things.queries.products import get_product


class CodeFormOf(msgspec.Struct, rename="camel", frozen=True):
    """The form of codes for a scanner."""

    form: Annotated[
        Literal["sealed", "standard", "own"],
        Meta(description="sealed: encrypted, 88 characters; standard: 32 characters; own: as said here."),
    ] = SEALED  # type: ignore[assignment]
    alphabet: Annotated[
        Literal["", "digits", "capitals", "letters"],
        Meta(description="Of own codes; capitals and letters include digits."),
    ] = ""
    length: Annotated[int, Meta(description=f"Of own codes, prefix included; at most {LONGEST}.")] = 0
    prefix: Annotated[str, Meta(description="What the scanner waits for; at most 8 characters.")] = ""

    @staticmethod
    def of(form: CodeForm) -> "CodeFormOf":
        return CodeFormOf(form.form, form.alphabet, form.length, form.prefix)  # type: ignore[arg-type]

    def read(self) -> CodeForm:
        return CodeForm(self.form, self.alphabet, self.length, self.prefix)


class DoorReadingOut(msgspec.Struct, rename="camel", frozen=True):
    own: Annotated[CodeFormOf | None, Meta(description="Said of this door; null: as its product.")]
    product: Annotated[CodeFormOf, Meta(description="What holds for its product here.")]
    product_name: str
    product_key: str
    ble_name: str
    ble_order: Annotated[
        str, Meta(description="The community's; empty: Bluetooth is not set up; `***`: it is.")
    ]
    least: Annotated[dict[str, int], Meta(description="Least random characters of an own code, by alphabet.")]


class DoorReadingIn(msgspec.Struct, rename="camel"):
    own: CodeFormOf | None = None
    ble_name: Annotated[str, Meta(description="SRE and 13 digits; empty: no Bluetooth.")] = ""


class ProductForm(msgspec.Struct, rename="camel"):
    form: CodeFormOf


class BleOrder(msgspec.Struct, rename="camel"):
    ble_order: Annotated[str, Meta(description="Letters and digits, at most 16; empty: none.")]


door_reading_routes = Routes("/doors/{iot_id:str}/reading", tags=("doors",))


@door_reading_routes.get(right="devices.use", raises=(NotFound, DoorUnknown))
async def show(iot_id: str, within: Scope, db: Database, rights: Rights) -> DoorReadingOut:
    """The form of codes that a door reads, and its Bluetooth name."""
    door = await get_door(within, db, iot_id=iot_id)
    scope = within.narrowed(door.community_id)
    own, product = [
        await queries.reading_of(scope, db, community_id=door.community_id, kind=kind, ref=ref)
        for kind, ref in ((queries.DOOR, iot_id), (queries.PRODUCT, door.product_key))
    ]
    product_row = await get_product(scope, db, product_key=door.product_key)
    order = (await settings_of(scope, db, community_id=door.community_id)).ble_order
    return DoorReadingOut(
        _form(own),
        CodeFormOf.of(queries.form_of(product)),
        product_row.name,
        door.product_key,
        own.ble_name if own else "",
        _order(order, whole=whole_at(rights, within)(door.community_id)),
        dict(LEAST_RANDOM),
    )


@door_reading_routes.put(right="devices.manage", raises=(DoorUnknown,))
async def change(iot_id: str, data: DoorReadingIn, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Save both. Codes made from now on are of the new form; those that are out stay as they are."""
    await service.say_of_door(
        scope,
        tx,
        iot_id=iot_id,
        form=data.own.read() if data.own else None,
        ble_name=data.ble_name,
        now_ms=clock.now_ms(),
    )


community_reading_routes = Routes("/communities/{community_id:int}/door-readings", tags=("doors",))


@community_reading_routes.put("/products/{product_key:str}", right="devices.manage", raises=(NotFound,))
async def change_product(
    community_id: int, product_key: str, data: ProductForm, within: Scope, tx: Tx, clock: Clock
) -> None:
    """For all doors of a product here, except doors with a setting of their own."""
    scope = await people.community_scope(within, tx, community_id)
    await service.say_of_product(
        scope,
        tx,
        community_id=community_id,
        product_key=product_key,
        form=data.form.read(),
        now_ms=clock.now_ms(),
    )


@community_reading_routes.put("/bluetooth", right="devices.manage", raises=(NotFound,))
async def change_order(community_id: int, data: BleOrder, within: Scope, tx: Tx, clock: Clock) -> None:
    """The order number from which this community's Bluetooth doors make their keys."""
    scope = await people.community_scope(within, tx, community_id)
    await service.say_ble_order(
        scope, tx, community_id=community_id, order=data.ble_order.strip(), now_ms=clock.now_ms()
    )


def _form(row: DoorReading | None) -> CodeFormOf | None:
    return CodeFormOf.of(queries.form_of(row)) if row and row.form else None


def _order(order: str, *, whole: bool) -> str:
    """Bluetooth keys are made from it: shown only to persons who may read whole codes."""
    return order if whole or not order else HIDDEN
