"""Commands to cameras by GB/T 28181 beside steering, and what is answered: one that was sent need not be done."""

import asyncio
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from linli.domains.video import errors
from linli.protocols import gb28181 as gb

if TYPE_CHECKING:
    from linli.domains.video.gb28181.front import GbFront
    from linli.domains.video.gb28181.line import Line

WAIT_S: Final = 5.0
_SILENCE: Final = 408


class Outcome(NamedTuple):
    result: Literal["done", "sent", "refused", "silent"]
    """sent: the device took it, and the standard has no answer for it."""
    status: int
    """Of a refusal; 0: its answer says no."""


class Condition(NamedTuple):
    """What a device says of itself. Texts as it writes them; empty: it does not say."""

    works: bool
    why: str
    records: bool | None
    """None: it does not say."""
    duties: list[tuple[str, gb.Duty]]
    """By code: whether it guards."""
    time: str


async def give(front: "GbFront", line: "Line", channel: str, order: gb.Order) -> Outcome:
    """Raises CameraAway."""
    if order == "restart":
        return await _restart(front, line)
    status = 0

    def refused(given: int) -> None:
        nonlocal status
        status = given

    code = channel if order in gb.OF_CAMERAS else ""
    answers = await front.questions.ask(
        line, "DeviceControl", channel=code, fields=gb.order_fields(order), answer_s=WAIT_S,
        refused=refused, kind="Control",
    )  # fmt: skip
    if answers:
        works = answers[0].get("Result").upper() == "OK"
        return Outcome("done" if works else "refused", 0)
    return Outcome("silent", 0) if status == _SILENCE else Outcome("refused", status)


async def _restart(front: "GbFront", line: "Line") -> Outcome:
    """It has no answer but that the message arrived."""
    line.number += 1
    body = gb.build("Control", "DeviceControl", line.number, line.device.gb_id, gb.order_fields("restart"))
    status: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def heard(given: int) -> None:
        if not status.done():
            status.set_result(given)

    if not front.questions.send(line, body, heard=heard):
        raise errors.CameraAway()
    try:
        async with asyncio.timeout(WAIT_S):
            answer = await status
    except TimeoutError:
        return Outcome("silent", 0)
    return Outcome("sent", 0) if answer < 300 else Outcome("refused", answer)


async def look(front: "GbFront", line: "Line") -> Condition | None:
    """None: it does not answer."""
    answers = await front.questions.ask(line, "DeviceStatus", answer_s=WAIT_S)
    if not answers:
        return None
    first = answers[0]
    record = first.get("Record").upper()
    duties = [
        (item.get("DeviceID", "")[:32], gb.duty_of(item.get("DutyStatus", "")))
        for answer in answers
        for item in answer.items
        if item.get("DutyStatus")
    ]
    return Condition(
        works=first.get("Status").upper() in ("OK", "ON", ""),
        why=first.get("Reason")[:128],
        records=None if record not in ("ON", "OFF") else record == "ON",
        duties=duties[:64],
        time=gb.date_text(first.get("DeviceTime")),
    )
