"""The HTTP protocol between a door machine and the box (门禁一体机 HTTP 标准协议): a pure codec.

Source: spec G 3.1-3.6, 4.1, 8 (3.5.1.2). The same codec serves the box, the drivers, the simulator and the tests.
"""

from linli.protocols.door_http.codes import Code, Refused
from linli.protocols.door_http.interfaces import (
    INTERFACES,
    SOURCE_INTERFACES,
    Ask,
    Interface,
    Server,
    served_by,
)
from linli.protocols.door_http.messages.base import RULE_VERSION, Answer
from linli.protocols.door_http.photos import check_photo
from linli.protocols.door_http.signature import is_signed, sign, signed_text
from linli.protocols.door_http.wire import (
    BadAnswer,
    body_limit,
    read_answer,
    read_request,
    refusal,
    write_answer,
    write_request,
)

__all__ = [
    "INTERFACES",
    "RULE_VERSION",
    "SOURCE_INTERFACES",
    "Answer",
    "Ask",
    "BadAnswer",
    "Code",
    "Interface",
    "Refused",
    "Server",
    "body_limit",
    "check_photo",
    "is_signed",
    "read_answer",
    "read_request",
    "refusal",
    "served_by",
    "sign",
    "signed_text",
    "write_answer",
    "write_request",
]
