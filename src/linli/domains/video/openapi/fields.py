"""What the methods of video share: fields, and what is checked of them."""

import base64
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from linli.domains.video import errors
from linli.domains.video.live.desk import Camera, VideoDesk
from linli.domains.video.live.tickets import Scheme, Ticket
from linli.kernel.db import Database
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.scope import Scope

SERVICE: Final = "device"
TROUBLES: Final = (
    BadInput, errors.VideoForbidden, errors.VideoOff, errors.NoWay, errors.CameraAway, errors.CameraLockedOut,
    errors.CameraSilent, errors.CameraRefuses, errors.NoPackets, errors.FromStranger, errors.NoKeyPicture,
    errors.IsH265, errors.NotProgramStream, errors.NoRoom, errors.SchemeOff,
)  # fmt: skip
_LONGEST_S: Final = 31 * 86_400
STREAMS: Final = (0, 1)
KINDS: Final = (0, 1, 2, 3, 99)

IotId = Annotated[str, Meta(description="摄像头 iotId / camera")]
StreamType = Annotated[int | None, Meta(description="码流：0 主码流，1 子码流 / 0 main, 1 sub stream")]
Encrypted = Annotated[bool | None, Meta(description="是否加密 / encrypt")]
EncryptType = Annotated[int | None, Meta(description="加密方式：0 关键帧加密 / 0: key frames")]
SchemeText = Annotated[str | None, Meta(description="rtmp、hls 或 flv / rtmp, hls or flv")]


class DecryptKey(msgspec.Struct, rename="camel"):
    iv: Annotated[str, Meta(description="IV，Base64 / base64")]
    key: Annotated[str, Meta(description="密钥，Base64 / base64")]


async def find_camera(scope: Scope, db: Database, video: VideoDesk, iot_id: str) -> Camera:
    """A camera outside the scope, and one that there is not, are refused alike."""
    try:
        return await video.camera(scope, db, iot_id)
    except NotFound as error:
        raise errors.VideoForbidden() from error


def choice(field: str, value: int | None, allowed: tuple[int, ...]) -> int:
    if value is None:
        return allowed[0]
    if value not in allowed:
        raise BadInput(field=field, rule="one_of", allowed=", ".join(map(str, allowed)))
    return value


def chosen_scheme(video: VideoDesk, scheme: str | None) -> Scheme:
    """Where none is asked for: rtmp, as the contract has it first, else flv."""
    served: tuple[Scheme, ...] = ("rtmp", "flv", "hls") if video.rtmp_port else ("flv", "hls")
    wanted = (scheme or served[0]).lower()
    if wanted not in ("rtmp", "flv", "hls"):
        raise BadInput(field="scheme", rule="one_of", allowed="rtmp, hls, flv")
    for chosen in served:
        if chosen == wanted:
            return chosen
    raise errors.SchemeOff(scheme=wanted, others=" / ".join(served))


def decrypt_key(ticket: Ticket) -> DecryptKey | None:
    if ticket.keys is None:
        return None
    return DecryptKey(base64.b64encode(ticket.keys.iv).decode(), base64.b64encode(ticket.keys.key).decode())


def check_span(begin_s: int, end_s: int) -> None:
    if not 0 <= begin_s < end_s or end_s - begin_s > _LONGEST_S or end_s > 32_503_680_000:
        raise BadInput(field="endTime", rule="video.span", days=31)
