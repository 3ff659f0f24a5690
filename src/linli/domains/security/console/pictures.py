"""Console: single pictures of a camera by its maker's own interface. Spec H 3.5.3.3.1."""

import base64
from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.people.rights import Right
from linli.domains.security.errors import NoPictureNow
from linli.domains.security.ports import NoSnapshot
from linli.domains.security.service import picture_ways
from linli.domains.security.service.picture_ways import Way, set_way
from linli.domains.security.service.snapshots import Photographer
from linli.domains.video.errors import NoPicture
from linli.domains.video.service.looks import Look, note_look
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.entry import Routes
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.history import Kind
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.protocols.maker_pictures import Maker

SEE, MANAGE = Right.DEVICES_SEE.value, Right.DEVICES_MANAGE.value
PICTURE_HISTORY = Kind(name=picture_ways.HISTORY, see=SEE, manage=MANAGE)


class PictureWay(msgspec.Struct, rename="camel", frozen=True):
    """How the camera is asked; without the password."""

    set: Annotated[bool, Meta(description="False: pictures come from its stream, and the rest is empty.")]
    maker: Maker
    host: str
    port: int
    tls: bool
    channel: Annotated[int, Meta(description="Of a known maker: its number at the recorder.")]
    path: Annotated[str, Meta(description="Path that is asked; of another maker without its query.")]
    user: str


class PictureWayForm(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    maker: Maker
    host: Annotated[
        str, Meta(min_length=1, max_length=253, description="Address or name of the camera or recorder.")
    ]
    port: Annotated[int, Meta(ge=1, le=65_535)] = 80
    tls: Annotated[
        bool, Meta(description="By HTTPS; its certificate must be one that this server trusts.")
    ] = False
    channel: Annotated[int, Meta(ge=0, le=512)] = 1
    path: Annotated[str, Meta(max_length=256, description="Of another maker; begins with a slash.")] = ""
    user: Annotated[str, Meta(max_length=64)] = ""
    password: Annotated[
        str | None, Meta(description="Absent: as it is. For another place or name it is given anew.")
    ] = None


class TakenPicture(msgspec.Struct, rename="camel", frozen=True):
    picture: Annotated[str, Meta(description="JPEG or PNG, base64; masks are filled.")]
    at_ms: int


picture_routes = Routes("/communities/{community_id:int}/camera-pictures/{iot_id:str}", tags=("cameras",))


@picture_routes.get(right=SEE, raises=(NotFound,))
async def picture_way(
    community_id: int, iot_id: str, scope: Scope, db: Database, secrets: Secrets
) -> PictureWay:
    """How it is asked for a single picture."""
    way = await picture_ways.picture_way(scope, db, secrets, community_id=community_id, iot_id=iot_id)
    if way is None:
        return PictureWay(False, "other", "", 80, False, 1, "", "")
    return PictureWay(True, **way._replace(path=way.path_shown)._asdict())


@picture_routes.put(right=MANAGE, status=204, raises=(NotFound, BadInput))
async def set_picture_way(
    community_id: int, iot_id: str, data: PictureWayForm, scope: Scope, tx: Tx, secrets: Secrets, clock: Clock
) -> None:
    """Ask it so from now on. The password is kept sealed and never shown."""
    way = Way(data.maker, data.host, data.port, data.tls, data.channel, data.path, data.user)
    await set_way(
        scope, tx, community_id=community_id, iot_id=iot_id, way=way, password=data.password, secrets=secrets,
        now_ms=clock.now_ms(),
    )  # fmt: skip


@picture_routes.delete(right=MANAGE, raises=(NotFound,))
async def drop_picture_way(
    community_id: int, iot_id: str, scope: Scope, tx: Tx, secrets: Secrets, clock: Clock
) -> None:
    """Its pictures come from its stream again."""
    await picture_ways.drop_way(
        scope, tx, community_id=community_id, iot_id=iot_id, secrets=secrets, now_ms=clock.now_ms()
    )


@picture_routes.post("/take", right=SEE, status=200, raises=(NotFound, NoPictureNow, NoPicture))
async def take_picture(
    community_id: int,
    iot_id: str,
    scope: Scope,
    db: Database,
    secrets: Secrets,
    photographer: Photographer,
    clock: Clock,
) -> TakenPicture:
    """A picture of now, by its maker's interface where one is set, else from its stream. Who looks is kept."""
    await picture_ways.picture_way(scope, db, secrets, community_id=community_id, iot_id=iot_id)
    try:
        picture = await photographer.picture(scope, iot_id)
    except NoSnapshot as error:
        raise NoPictureNow(why=str(error)) from error
    now_ms = clock.now_ms()
    look = Look(iot_id, "picture", now_ms, now_ms, surface="console")
    await db.run(lambda tx: note_look(scope, tx, look, community_id=community_id, now_ms=now_ms))
    return TakenPicture(base64.b64encode(picture).decode(), now_ms)


__all__ = ["PICTURE_HISTORY", "picture_routes"]
