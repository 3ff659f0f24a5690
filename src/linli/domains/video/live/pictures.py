"""Single pictures: of a camera now, and of the begin of a recording, fetched by an address of their own."""

import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from typing import Final, NamedTuple

from linli.domains.video import errors
from linli.domains.video.live.desk import Camera, VideoDesk
from linli.domains.video.live.recordings import Recording
from linli.kernel.settings import Settings
from linli.media import stills
from linli.media.cameras.hub import Stream
from linli.protocols.h26x import sized_units

LIFE_MS: Final = 600_000
_MOST: Final = 5_000
_SMALL: Final = 320
_WAIT_S: Final = 8.0
_START: Final = b"\x00\x00\x00\x01"


class Wanted(NamedTuple):
    camera: Camera
    recording: Recording
    until_ms: int
    alive: Callable[[], Awaitable[bool]]
    hidden: Sequence[stills.Box] = ()


class Thumbnails:
    """Addresses of pictures of recordings; each serves for ten minutes. A picture is made when it is fetched."""

    def __init__(self) -> None:
        self._wanted: OrderedDict[str, Wanted] = OrderedDict()

    def add(self, wanted: Wanted) -> str:
        while len(self._wanted) >= _MOST:
            self._wanted.popitem(last=False)
        token = secrets.token_urlsafe(18)
        self._wanted[token] = wanted
        return token

    def find(self, token: str, now_ms: int) -> Wanted | None:
        wanted = self._wanted.get(token)
        return None if wanted is None or now_ms > wanted.until_ms else wanted


def picture_url(settings: Settings, thumbnails: Thumbnails, wanted: Wanted) -> str:
    """The address of a recording's thumbnail."""
    token = thumbnails.add(wanted)
    return f"{settings.public_url}/vod/{wanted.recording.begin_s}.jpg?token={token}"


async def snapshot(video: VideoDesk, camera: Camera, hidden: Sequence[stills.Box] = ()) -> bytes:
    """What the camera sees now, as JPEG. Raises Unavailable with why there is none."""
    running = await video.live(camera, key=True, seconds=_WAIT_S)
    return await _still(running.stream, 0, hidden)


async def thumbnail(video: VideoDesk, wanted: Wanted) -> bytes:
    """The first picture of a recording, small. Raises Unavailable."""
    row = wanted.recording
    running = await video.past(wanted.camera, begin_s=row.begin_s, end_s=row.end_s, seconds=_WAIT_S)
    try:
        return await _still(running.stream, _SMALL, wanted.hidden)
    finally:
        running.end()


async def _still(stream: Stream, width: int, hidden: Sequence[stills.Box]) -> bytes:
    try:
        return await stills.jpeg(key_stream(stream), width=width, hidden=hidden)
    except stills.NoStill as error:
        raise errors.NoStill() from error


def key_stream(stream: Stream) -> bytes:
    """The last key picture with what it needs, as a byte stream. Raises NoKeyPicture."""
    kept = next((packed for packed in stream.kept if packed.key), None)
    if kept is None:
        raise errors.NoKeyPicture(packets=stream.facts.packets)
    return b"".join(_START + unit for unit in (*stream.parameters, *sized_units(kept.data)))
