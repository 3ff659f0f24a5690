"""A resident watches, or deletes, what visitors left whom nobody at home answered."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.intercom.queries import calls, messages
from linli.domains.intercom.rows import Message
from linli.domains.intercom.service.messages import erase, see
from linli.domains.people.queries.residence import Resident
from linli.kernel.clock import Clock
from linli.kernel.db import Reader, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope
from linli.media import films

URL_SECONDS = 300
"""As long as an address of a film or photo is good."""


class CallMessage(msgspec.Struct, rename="camel", frozen=True):
    """What a visitor left."""

    state: Annotated[
        str,
        Meta(
            description="`recording`: it is left, or made ready, now; `ready`; `failed`: it cannot be shown."
        ),
    ]
    length_ms: Annotated[int, Meta(description="0: the visitor said nothing; there is a photo alone.")]
    seen: Annotated[bool, Meta(description="Somebody of the home watched it.")]
    photo_url: Annotated[str, Meta(description="The visitor (JPEG), for five minutes; empty: none.")]


class CallFilm(msgspec.Struct, rename="camel", frozen=True):
    film_url: Annotated[str, Meta(description="The message, for five minutes.")]
    content_type: Annotated[str, Meta(description="video/mp4 or video/webm.")]
    photo_url: str


routes = Routes("/houses/{house_id:int}/calls/{call_id:int}/message", tags=("intercom",))


async def messages_by_call(
    scope: Scope, db: Reader, objects: ObjectStore, call_ids: list[int]
) -> dict[int, CallMessage]:
    rows = await messages.messages_of_calls(scope, db, call_ids)
    return {
        call_id: CallMessage(
            state=row.state,
            length_ms=row.length_ms if row.film else 0,
            seen=row.seen_ms > 0,
            photo_url=objects.url(row.photo, expires_s=URL_SECONDS) if row.photo else "",
        )
        for call_id, row in rows.items()
    }


@routes.post("/watch", raises=(NotFound,))
async def watch_message(
    house_id: int, call_id: int, resident: Resident, tx: Tx, clock: Clock, objects: ObjectStore
) -> CallFilm:
    """Where the message is. The home sees from now on that somebody watched it."""
    scope, row = await _message(resident, tx, house_id, call_id)
    if not row.film:
        raise NotFound(what="message", id=str(call_id))
    await see(scope, tx, call_id=call_id, now_ms=clock.now_ms())
    return CallFilm(
        film_url=objects.url(row.film, expires_s=URL_SECONDS),
        content_type=films.CONTENT_TYPES[row.kind],
        photo_url=objects.url(row.photo, expires_s=URL_SECONDS) if row.photo else "",
    )


@routes.delete(raises=(NotFound,))
async def delete_message(house_id: int, call_id: int, resident: Resident, tx: Tx, clock: Clock) -> None:
    """Delete the message and its photo for all members of the home."""
    scope, row = await _message(resident, tx, house_id, call_id)
    await erase(scope, tx, row, now_ms=clock.now_ms())


async def _message(resident: Resident, db: Reader, house_id: int, call_id: int) -> tuple[Scope, Message]:
    """One of a call to one's home, since one lives there. Raises NotFound."""
    home = resident.home(house_id)
    scope = resident.at(home)
    call = await calls.find_call(scope, db, call_id)
    row = (await messages.messages_of_calls(scope, db, [call_id])).get(call_id)
    if call is None or row is None or call.space_id != house_id or call.started_ms < home.since_ms:
        raise NotFound(what="message", id=str(call_id))
    return scope, row
