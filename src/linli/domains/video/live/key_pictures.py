"""Asking a camera for a key picture, where somebody waits for one: seldom, and never again once it has refused.

Source: GB/T 28181-2016, A.2.3 (`IFameCmd`, in the standard's own spelling); 2022 (`IFrameCmd`).
"""

import asyncio
from typing import Final

from linli.domains.video.gb28181.front import GbFront
from linli.domains.video.gb28181.line import Line

EACH_S: Final = 2.0
"""At most once in so long a camera."""
_ANSWER_S: Final = 3.0
_SILENCE: Final = 408


def ask_key(front: GbFront, line: Line, channel: str) -> bool:
    """False: it was asked just now, or has refused before."""
    now_s = asyncio.get_running_loop().time()
    lately = now_s - line.keys_asked.get(channel, -EACH_S) < EACH_S
    if lately or channel in line.refuses_keys:
        return False
    line.keys_asked[channel] = now_s
    front.later(_ask(front, line, channel))
    return True


async def _ask(front: GbFront, line: Line, channel: str) -> None:
    """Most devices say no more than that the message came, and send the picture."""

    def refused(status: int) -> None:
        if status != _SILENCE:
            line.refuses_keys.add(channel)

    name = "IFrameCmd" if line.edition_2022 else "IFameCmd"
    answers = await front.questions.ask(
        line, "DeviceControl", channel=channel, fields={name: "Send"}, answer_s=_ANSWER_S, refused=refused,
        kind="Control",
    )  # fmt: skip
    if answers and answers[0].get("Result").upper() == "ERROR":
        line.refuses_keys.add(channel)
