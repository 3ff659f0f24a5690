"""What a client reads of a camera's answers. Names and numbers are cut to bounds; what is missing is empty."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from linli.protocols.onvif.soap import OnvifBroken
from linli.protocols.onvif.tree import Node

PROFILES_MOST: Final = 1024
"""Of 256 channels with four streams."""
_NAME: Final = 128
_NUMBER: Final = re.compile(r"(\d{1,4})(?!.*\d)")


@dataclass(frozen=True, slots=True)
class CameraIdentity:
    maker: str
    model: str
    firmware: str
    serial: str


@dataclass(frozen=True, slots=True)
class Profile:
    """A stream of a video source."""

    token: str
    name: str
    source: str
    """Token of its video source; empty where it has no picture."""
    source_name: str
    encoding: str
    width: int
    height: int
    node: str = ""
    """Token of what turns and zooms it; empty: nothing does."""
    configuration: str = ""
    """Token of its video source's configuration, by which analysis names the source."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A video source with its streams, the largest first."""

    number: int
    name: str
    source: str
    profiles: tuple[Profile, ...]


def utc_ms(answer: Node) -> int | None:
    """Of GetSystemDateAndTime, UTC ms; None where the camera does not say."""
    clock = answer.find("UTCDateTime")
    if clock is None:
        return None
    try:
        parts = [
            int(clock.words(*path))
            for path in (
                ("Date", "Year"),
                ("Date", "Month"),
                ("Date", "Day"),
                ("Time", "Hour"),
                ("Time", "Minute"),
                ("Time", "Second"),
            )
        ]
        year, month, day, hour, minute, second = parts
        at = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
    return int(at.timestamp()) * 1000


def camera_identity(answer: Node) -> CameraIdentity:
    def word(name: str) -> str:
        return answer.words(name)[:_NAME]

    return CameraIdentity(word("Manufacturer"), word("Model"), word("FirmwareVersion"), word("SerialNumber"))


def services(answer: Node) -> dict[str, str]:
    """Addresses by namespace, of GetServices."""
    return {
        each.words("Namespace"): each.words("XAddr")
        for each in answer.all("Service")[:64]
        if each.words("XAddr")
    }


def profiles(answer: Node) -> list[Profile]:
    """Of GetProfiles."""
    rows = []
    for each in answer.all("Profiles")[:PROFILES_MOST]:
        source = each.child("VideoSourceConfiguration")
        video = each.child("VideoEncoderConfiguration")
        steering = each.child("PTZConfiguration")
        rows.append(
            Profile(
                token=each.attributes.get("token", "")[:_NAME],
                name=each.words("Name")[:_NAME],
                source=source.words("SourceToken")[:_NAME] if source is not None else "",
                source_name=source.words("Name")[:_NAME] if source is not None else "",
                encoding=video.words("Encoding")[:16] if video is not None else "",
                width=_size(video, "Width"),
                height=_size(video, "Height"),
                node=steering.words("NodeToken")[:_NAME] if steering is not None else "",
                configuration=source.attributes.get("token", "")[:_NAME] if source is not None else "",
            )
        )
    return rows


def _size(video: Node | None, name: str) -> int:
    text = video.words("Resolution", name) if video is not None else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def channels_of(listed: list[Profile]) -> list[Channel]:
    """The video sources in the order of their numbers. A source's number ends its token (`VideoSource_33`); where tokens
    have none, or one twice, they are counted from 1."""
    by_source: dict[str, list[Profile]] = {}
    for profile in listed:
        if profile.source and profile.token:
            by_source.setdefault(profile.source, []).append(profile)
    numbers = [int(match[1]) if (match := _NUMBER.search(source)) else -1 for source in by_source]
    if len(set(numbers)) != len(numbers) or any(number < 0 for number in numbers):
        numbers = list(range(1, len(by_source) + 1))
    elif numbers and min(numbers) == 0:
        numbers = [number + 1 for number in numbers]
    channels = [
        Channel(
            number,
            rows[0].source_name or rows[0].name,
            source,
            tuple(sorted(rows, key=lambda row: -row.width * row.height)),
        )
        for number, (source, rows) in zip(numbers, by_source.items(), strict=True)
    ]
    return sorted(channels, key=lambda channel: channel.number)


def media_uri(answer: Node) -> str:
    """Of GetStreamUri and GetSnapshotUri. Raises OnvifBroken."""
    uri = answer.find("Uri")
    text = uri.text.strip() if uri is not None else ""
    if not text or len(text) > 1024:
        raise OnvifBroken("no address")
    return text


def recordings(answer: Node) -> list[tuple[str, str]]:
    """(token, name of the source) of GetRecordings."""
    return [
        (
            each.words("RecordingToken")[:_NAME],
            each.words("Configuration", "Source", "Name")[:_NAME],
        )
        for each in answer.all("RecordingItem")[:PROFILES_MOST]
    ]
