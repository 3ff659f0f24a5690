"""What the console asks of a library: for what it is, who approved it, and when it ends.

The open API has no fields for these (spec F 3.2): a library that an application made stands in the console as one whose
purpose nobody has said.
"""

from typing import Annotated, Any, Final

import msgspec
from msgspec import Meta

from linli.domains.security.queries import libraries as queries
from linli.domains.security.rows import FAILED, REMOVING, WAITING, Face, Library
from linli.domains.security.service import desired
from linli.domains.security.service.keeping import DAY_MS
from linli.kernel.db import Tx
from linli.kernel.errors import BadInput
from linli.kernel.scope import Scope
from linli.things.queries.devices import DeviceRow

TYPES: Final = {1: "black", 2: "white", 3: "staff", 4: "visitors", 100: "other"}
LONGEST_DAYS: Final = 366
NAME_MOST: Final = 63
WORDS_MOST: Final = 200


class LibraryForm(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, Meta(min_length=1, max_length=NAME_MOST)]
    type: Annotated[int, Meta(description="1 black, 2 white, 3 staff, 4 visitors, 100 other")]
    purpose: Annotated[str, Meta(max_length=WORDS_MOST, description="For what people are looked for.")]
    approver: Annotated[str, Meta(max_length=64, description="Who approved it.")]
    expires_ms: Annotated[int, Meta(description="It goes then, with its faces; at most 366 days from now.")]

    def check(self, now_ms: int) -> None:
        """Raises BadInput."""
        for field in ("name", "purpose", "approver"):
            if not getattr(self, field).strip():
                raise BadInput(field=field, rule="blank")
        if self.type not in TYPES:
            raise BadInput(field="type", rule="one_of", allowed=", ".join(map(str, TYPES)))
        if not now_ms < self.expires_ms <= now_ms + LONGEST_DAYS * DAY_MS:
            raise BadInput(field="expiresMs", rule="range", low=now_ms, high=now_ms + LONGEST_DAYS * DAY_MS)

    @property
    def facts(self) -> dict[str, Any]:
        return {"groupName": self.name.strip(), "groupType": self.type}


async def create(scope: Scope, tx: Tx, device: DeviceRow, form: LibraryForm, *, now_ms: int) -> int:
    """Raises BadInput, TooMany."""
    form.check(now_ms)
    return await desired.create_library(
        scope,
        tx,
        device,
        facts=form.facts,
        purpose=form.purpose.strip(),
        approver=form.approver.strip(),
        expires_ms=form.expires_ms,
        now_ms=now_ms,
    )


async def change(scope: Scope, tx: Tx, library: Library, form: LibraryForm, *, now_ms: int) -> None:
    """Raises BadInput."""
    form.check(now_ms)
    described = library._replace(
        purpose=form.purpose.strip(), approver=form.approver.strip(), expires_ms=form.expires_ms
    )
    await desired.change_library(scope, tx, described, facts=form.facts, before=library, now_ms=now_ms)


async def again(scope: Scope, tx: Tx, library: Library, *, now_ms: int) -> None:
    """What failed, the library or faces of it, is tried again."""
    if library.state == FAILED:
        await desired.save_library(scope, tx, library._replace(state=WAITING, why="", changed_ms=now_ms))
    for face in await queries.faces_of(scope, tx, library.library_id):
        if face.state == FAILED:
            await desired.save_face(scope, tx, face._replace(state=WAITING, why="", changed_ms=now_ms))
    await desired.bring_soon(tx, tenant_id=library.tenant_id, iot_id=library.iot_id)


def shown(faces: list[Face], word: str) -> list[Face]:
    """Newest first, without those that are being removed."""
    return [face for face in reversed(faces) if face.state != REMOVING and word in face.name]
