"""Console: talking to a camera by GB/T 28181."""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.accounts.service import sessions
from linli.domains.people.queries.callers import caller_names
from linli.domains.people.rights import Right
from linli.domains.video import errors
from linli.domains.video.live.access import staff_may
from linli.domains.video.live.desk import VideoDesk
from linli.domains.video.queries import cameras as queries
from linli.domains.video.service.looks import Watcher
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope

STEER = Right.CAMERAS_STEER.value
RAISES = (
    NotFound, errors.TalkBusy, errors.TalkRefused, errors.TalkNotCalled, errors.TalkNoAudio, errors.TalkCodec,
    errors.TalkUnreachable, errors.NoWay, errors.VideoOff, errors.CameraAway, errors.CameraLockedOut, errors.NoRoom,
)  # fmt: skip


class Talking(msgspec.Struct, rename="camel", frozen=True):
    path: Annotated[
        str,
        Meta(
            description="Of a WebSocket at this site, once and within 5 seconds: it takes G.711A of 8,000 samples a "
            "second in binary messages of at most 4,096 bytes, and says why it ends."
        ),
    ]
    seconds: Annotated[int, Meta(description="It ends by itself after so long.")]


talk_routes = Routes("/communities/{community_id:int}/cameras/{camera_id:int}", tags=("cameras",))


@talk_routes.post("/talk", right=STEER, status=200, raises=RAISES)
async def talk_to_camera(
    community_id: int,
    camera_id: int,
    scope: Scope,
    db: Database,
    clock: Clock,
    session: sessions.Session,
    video: VideoDesk,
) -> Talking:
    """Have the camera take a voice, or why it does not. Who talks is kept; one at a time."""
    row = await queries.camera(scope, db, camera_id, community_id=community_id)
    camera = await video.camera(scope, db, row.iot_id)

    async def lives() -> bool:
        return await sessions.is_living(db, session.id, now_ms=clock.now_ms())

    watcher = Watcher.of(scope, camera.iot_id, community_id, "console")
    alive = staff_may(db, scope, camera.iot_id, community_id, lives, right=Right.CAMERAS_STEER)
    try:
        talk = await video.talk(camera, watcher, alive)
    except errors.TalkBusy as busy:
        caller = str(busy.facts.get("caller", ""))
        name = (await caller_names(db, [caller])).get(caller, caller)
        raise errors.TalkBusy(name=name) from None
    return Talking(f"/talk?token={talk.token}", int(talk.longest_s))


__all__ = ["talk_routes"]
