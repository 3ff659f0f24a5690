"""Where cameras of known makers give a picture of now over HTTP, by their own interfaces (H 3.5.3.3.1).

GB/T 28181 of 2016 has no snapshot: whoever wants one of such a camera asks it the maker's way. A recorder gives those of
its channels under their numbers.
"""

import re
from typing import Final, Literal

type Maker = Literal["hikvision", "dahua", "uniview", "other"]

OTHER: Final = "other"
PATHS: Final[dict[str, str]] = {
    "hikvision": "/ISAPI/Streaming/channels/{channel}01/picture",
    "dahua": "/cgi-bin/snapshot.cgi?channel={channel}",
    "uniview": "/LAPI/V1.0/Channels/{channel}/Media/Video/Streams/0/Snapshot",
}
"""The main stream's picture. Uniview counts a camera's own channel from 0, a recorder's from 1; the others from 1."""
_KNOWN: Final = {
    maker: re.compile(re.escape(path).replace(r"\{channel\}", r"(\d{1,3})")) for maker, path in PATHS.items()
}


def path_of(maker: str, channel: int) -> str:
    """Path and query for a channel of a known maker."""
    return PATHS[maker].replace("{channel}", str(channel))


def maker_of(path: str) -> tuple[str, int]:
    """Maker and channel of a path; `other` and 0 of an unknown one."""
    for maker, form in _KNOWN.items():
        if match := form.fullmatch(path):
            return maker, int(match[1])
    return OTHER, 0


__all__ = ["OTHER", "PATHS", "Maker", "maker_of", "path_of"]
