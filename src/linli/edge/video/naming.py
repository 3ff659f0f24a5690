"""Names of cameras behind recorders, numbers of channels, and where a device has room. Pure. Spec D 4.2, 5.2, V-14."""

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from linli.edge.video.rows import CHANNEL, INSTANCE_MOST, INSTANCES, NVR, SINGLE_MOST, VideoDevice

_PULLED: Final = re.compile(r"^(?P<nvr>[^_]+)_(?P<ch>\d+)_(?P<space>.*)$")
_CATEGORY: Final = re.compile(r'"CategoryCode"\s*:\s*"([a-z_/]{3,64})"')
RESERVED: Final = 32
"""Channels that some recorders keep for themselves: their cameras begin at 33."""


class PulledName(NamedTuple):
    nvr: str
    channel: int
    space: str


def pulled_name(nvr: str, channel: int, space: str) -> str:
    """`YPLXJ-000105_2_4# 3单元西电梯`."""
    return f"{nvr}_{channel}_{space}"


def read_pulled_name(name: str) -> PulledName | None:
    match = _PULLED.fullmatch(name)
    return PulledName(match["nvr"], int(match["ch"]), match["space"]) if match else None


def real_channel(channel: int, listed: Iterable[int]) -> int:
    """The site sheet's number of a channel that the recorder tells. `listed`: the sheet's numbers of this recorder.

    A recorder whose own numbers begin at 33 is listed from 1 by those who wire it.
    """
    numbers = list(listed)
    offset = bool(numbers) and min(numbers) == 1 and max(numbers) <= RESERVED
    return channel - RESERVED if offset and channel > RESERVED else channel


def link_names(code: str, links: int) -> list[str]:
    """DeviceNames of a camera behind recorders: one for each link, `.1` also where there is one. VID-09."""
    return [f"{code}.{number}" for number in range(1, max(1, links) + 1)]


def category_of(remark: str) -> str:
    """Of a remark as the source writes it; empty where it says none."""
    match = _CATEGORY.search(remark)
    return match[1] if match else ""


def used(devices: Iterable[VideoDevice], instance: int, *, three: bool) -> int:
    """Places that are taken. The single edition counts cameras, the other one recorders as well."""
    return sum(each.instance == instance and (three or each.kind != NVR) for each in devices)


def place_for(devices: Sequence[VideoDevice], size: int, *, three: bool) -> int | None:
    """The first instance with `size` free places: 0, then 1, then 2; a recorder's cameras stay together. None: none."""
    most, count = (INSTANCE_MOST, INSTANCES) if three else (SINGLE_MOST, 1)
    free = (number for number in range(count) if used(devices, number, three=three) + size <= most)
    return next(free, None)


def sizes(kind: str, cameras: int, *, three: bool) -> int:
    """Places that a device with its cameras takes."""
    if kind == NVR:
        return cameras + (1 if three else 0)
    return 1


def children(devices: Iterable[VideoDevice], nvr: int) -> list[VideoDevice]:
    return [each for each in devices if each.kind == CHANNEL and each.parent == nvr]
