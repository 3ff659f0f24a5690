"""The edge event API (spec H 3.5) and its counterpart in the cloud, `smartSecurityService` (spec F 3.2). Pure.

The smart security app on the box listens on port 5080 (`edgeSecurityEvent/…`, 4 calls). An adapter of a camera brand
listens where it said when it logged in (`edgeEventAdapter/…`, 19 calls). Every answer is HTTP 200 with a code in it.
"""

from linli.protocols.event_api.checks import (
    EVENT_TYPES,
    AlarmEvent,
    Capture,
    Login,
    PictureFile,
    alarm_event,
    arming,
    capture_plan,
    capture_report,
    face,
    group,
    login,
    person_search,
    record_search,
)
from linli.protocols.event_api.details import OTHER
from linli.protocols.event_api.fields import Code, Fields, Refused, read_answer, read_body, to_answer
from linli.protocols.event_api.names import ADAPTER, APP, CALLS, MANUFACTURES, PORT, Call
from linli.protocols.event_api.signature import METHODS, sign, sign_text

__all__ = [
    "ADAPTER",
    "APP",
    "CALLS",
    "EVENT_TYPES",
    "MANUFACTURES",
    "METHODS",
    "OTHER",
    "PORT",
    "AlarmEvent",
    "Call",
    "Capture",
    "Code",
    "Fields",
    "Login",
    "PictureFile",
    "Refused",
    "alarm_event",
    "arming",
    "capture_plan",
    "capture_report",
    "face",
    "group",
    "login",
    "person_search",
    "read_answer",
    "read_body",
    "record_search",
    "sign",
    "sign_text",
    "to_answer",
]
