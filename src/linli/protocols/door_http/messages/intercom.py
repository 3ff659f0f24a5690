"""SIP accounts, rooms, phone numbers and openings during a call. Source: spec G 3.5, A17-A21."""

from typing import Annotated

from msgspec import Meta

from linli.protocols.door_http.messages.base import Answer, Key, Request, Switch

RoomId = Annotated[str, Meta(pattern=r"^[0-9A-Za-z]-[0-9A-Za-z]{1,3}-[0-9A-Za-z]{1,4}-[0-9A-Za-z]{1,5}$")]
"""phase-building-unit-room; the phase is 1 where a site has one."""
Phone = Annotated[str, Meta(pattern=r"^\+?\d{3,20}$")]


class SyncSipNumber(Request, frozen=True, kw_only=True):
    sip_number: Key
    password: Annotated[str, Meta(min_length=1, max_length=128)]
    sip_server_addr: Annotated[str, Meta(min_length=1, max_length=255)]
    sip_server_port: Annotated[str, Meta(pattern=r"^\d{1,5}$")]


class GetGroupId(Request, frozen=True, kw_only=True):
    room_id: RoomId


class GroupAnswer(Answer, frozen=True, kw_only=True):
    group_id: Key
    """Beside `code`, not inside `data` (spec G 11, row 15)."""


class CheckPhoneNumber(Request, frozen=True, kw_only=True):
    """The answer says only that the question was passed on; `verifyPhoneResult` brings the result."""

    phone_number: Phone


class VerifyPhoneResult(Request, frozen=True, kw_only=True):
    phone_number: Phone
    result: Switch
    """0 valid, 1 failed."""


class ReportOpenDoor(Request, frozen=True, kw_only=True):
    type: Switch
    """0 cloud intercom, 1 telephone."""
    number: Key
    """The SIP number, or the phone number."""
    room_id: RoomId | None = None
