"""GB/T 28181 without I/O: what its messages say, codes, pictures' descriptions, and steering. SIP itself is in `sip`.

Source: GB/T 28181-2016 with what 2022 changed; deviations of real cameras that are tolerated stand where they are read.
"""

from linli.protocols.steering import Move

from .alarms import AlarmNotice, build_alarm, read_alarm
from .calls import (
    MOST_NUMBERS,
    Offer,
    Refused,
    Wanted,
    describe,
    describe_sent,
    read_offer,
    ssrc_in,
    ssrc_of,
    subject,
)
from .codes import is_code, kind_of
from .manscdp import MOST_BYTES, MOST_ITEMS, Message, Unreadable, build, date_text, read
from .mansrtsp import play
from .orders import OF_CAMERAS, ORDERS, Duty, Order, duty_of, order_fields
from .steering import (
    ADD_TO_CRUISE,
    CRUISE_STAY,
    DELETE_FROM_CRUISE,
    DELETE_PRESET,
    GO_TO_PRESET,
    SET_PRESET,
    START_CRUISE,
    cruise_command,
    preset_command,
    ptz_command,
    read_command,
)
from .subscriptions import (
    COMMANDS,
    DELETED,
    OFF_EVENTS,
    WHOLE_EVENTS,
    Kind,
    Place,
    event_of,
    places,
    wanted,
)
from .talk import (
    RATE,
    Listener,
    NoAudio,
    NoCodec,
    broadcast_fields,
    describe_voice,
    read_listener,
    speaker_of,
)

__all__ = [
    "ADD_TO_CRUISE",
    "COMMANDS",
    "CRUISE_STAY",
    "DELETED",
    "DELETE_FROM_CRUISE",
    "DELETE_PRESET",
    "GO_TO_PRESET",
    "MOST_BYTES",
    "MOST_ITEMS",
    "MOST_NUMBERS",
    "OFF_EVENTS",
    "OF_CAMERAS",
    "ORDERS",
    "RATE",
    "SET_PRESET",
    "START_CRUISE",
    "WHOLE_EVENTS",
    "AlarmNotice",
    "Duty",
    "Kind",
    "Listener",
    "Message",
    "Move",
    "NoAudio",
    "NoCodec",
    "Offer",
    "Order",
    "Place",
    "Refused",
    "Unreadable",
    "Wanted",
    "broadcast_fields",
    "build",
    "build_alarm",
    "cruise_command",
    "date_text",
    "describe",
    "describe_sent",
    "describe_voice",
    "duty_of",
    "event_of",
    "is_code",
    "kind_of",
    "order_fields",
    "places",
    "play",
    "preset_command",
    "ptz_command",
    "read",
    "read_alarm",
    "read_command",
    "read_listener",
    "read_offer",
    "speaker_of",
    "ssrc_in",
    "ssrc_of",
    "subject",
    "wanted",
]
