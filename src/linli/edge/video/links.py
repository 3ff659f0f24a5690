"""The site's list of cameras behind recorders: the camera at each channel. Spec D 2 (安防-摄像头), 4.2, VID-09."""

import csv
import io
from collections import defaultdict
from typing import Final, NamedTuple

from linli.edge.video.naming import link_names, read_pulled_name, real_channel
from linli.edge.video.rows import CHANNEL, VideoDevice
from linli.kernel.errors import BadInput

LINES_MOST: Final = 5000
COLUMNS: Final = (("nvr", "通道号", "iot编码"), ("nvr", "channel", "camera"))
"""IoT code of the recorder, number of the channel, IoT code of the camera."""


class Link(NamedTuple):
    nvr: str
    channel: int
    camera: str


def read_links(text: str) -> list[Link]:
    """Three columns under one of `COLUMNS`. Raises BadInput naming the line."""
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    links: list[Link] = []
    try:
        title = [cell.strip().lower() for cell in next(rows, [])]
        if tuple(title[:3]) not in COLUMNS:
            raise BadInput(field="csv", rule="edge.video.links_title")
        for number, row in enumerate(rows, start=2):
            cells = [cell.strip() for cell in row[:3]]
            if not any(cells):
                continue
            if len(links) >= LINES_MOST:
                raise BadInput(field="csv", rule="edge.video.csv_lines", limit=LINES_MOST)
            if (
                len(cells) < 3
                or not all(cells)
                or not (cells[1].isascii() and cells[1].isdigit())
                or len(cells[1]) > 4
            ):
                raise BadInput(field="csv", rule="edge.video.csv_line", line=number)
            links.append(Link(cells[0], int(cells[1]), cells[2]))
    except csv.Error as error:
        raise BadInput(field="csv", rule="edge.video.csv_broken", why=str(error)) from None
    return links


def names_of(links: list[Link], devices: list[VideoDevice]) -> dict[int, str]:
    """The DeviceName of each pulled camera that the list has, by its number: `<code>.1` for a camera's first link."""
    by_camera: dict[str, list[Link]] = defaultdict(list)
    by_recorder: dict[str, list[int]] = defaultdict(list)
    for link in links:
        by_camera[link.camera].append(link)
        by_recorder[link.nvr].append(link.channel)
    names = {
        (link.nvr, link.channel): name
        for camera, own in by_camera.items()
        for link, name in zip(own, link_names(camera, len(own)), strict=True)
    }
    matches = {}
    for row in devices:
        place = read_pulled_name(row.name) if row.kind == CHANNEL else None
        if place is None:
            continue
        channel = real_channel(place.channel, by_recorder[place.nvr])
        if name := names.get((place.nvr, channel)):
            matches[row.no] = name
    return matches
