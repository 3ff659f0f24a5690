"""Alarms that devices tell of by themselves. Source: GB/T 28181-2016, 9.4 and A.2.5 c.

Tolerated: no kind beside the method (the edition of 2011 has none), values out of range, and times of any form.
"""

from typing import Final, NamedTuple

from linli.protocols.gb28181.manscdp import Message, build, date_text

VIDEO: Final = 5
"""A method; 1 is telephone, 2 the device, 3 text message, 4 position, 6 a fault."""
OTHER: Final = 7
"""A method."""
MOTION: Final = 2
"""A kind of VIDEO."""
LEAST_GRAVE: Final = 4
"""A priority."""
_METHODS: Final = range(1, 8)
_PRIORITIES: Final = range(1, 5)
_KINDS: Final = range(1, 100)
_MOST_TEXT: Final = 128
_MOST_TIME: Final = 32
_MOTION_WORDS: Final = ("移动侦测", "动态检测", "motion")


class AlarmNotice(NamedTuple):
    """`kind`: AlarmType, which means another thing for each method. `priority`: 1 is the gravest. 0: not given."""

    code: str
    """Of the channel, or of the device itself."""
    method: int
    kind: int
    priority: int
    time: str
    """By the camera's clock, `yyyy-MM-dd HH:mm:ss`; as it is told, where it has another form."""
    text: str


def read_alarm(message: Message) -> AlarmNotice:
    """One without a method, or of one that the standard does not know, is of the method OTHER."""
    method = _whole(message.get("AlarmMethod"), _METHODS)
    text = " ".join(message.get("AlarmDescription").split())[:_MOST_TEXT]
    kind = _whole(message.get("AlarmType"), _KINDS) if method else 0
    if method == VIDEO and not kind and any(word in text.lower() for word in _MOTION_WORDS):
        kind = MOTION
    priority = _whole(message.get("AlarmPriority"), _PRIORITIES)
    text_of_time = message.get("AlarmTime")
    time = date_text(text_of_time) or " ".join(text_of_time.split())[:_MOST_TIME]
    return AlarmNotice(message.device[:32], method or OTHER, kind, priority, time, text)


def _whole(text: str, among: range) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 and int(text) in among else 0


def build_alarm(notice: AlarmNotice, number: int) -> bytes:
    """A message that tells of an alarm."""
    fields: dict[str, str | int] = {
        "AlarmPriority": notice.priority or LEAST_GRAVE,
        "AlarmMethod": notice.method,
        "AlarmTime": notice.time.replace(" ", "T"),
    }
    if notice.text:
        fields["AlarmDescription"] = notice.text
    body = build("Notify", "Alarm", number, notice.code, fields)
    if not notice.kind:
        return body
    kind = f"<Info>\r\n<AlarmType>{notice.kind}</AlarmType>\r\n</Info>\r\n</Notify>"
    return body.replace(b"</Notify>", kind.encode())
