"""Errors of the intercom. Body codes as in spec B 3.20 and E 3.4."""

from typing import ClassVar

from linli.kernel.errors import Conflict, Forbidden, NotFound
from linli.kernel.i18n import DEFAULT, text


class NumberUnknown(NotFound):
    """The SIP number is invalid or not the caller's (SYS_0002)."""

    code = "intercom.number_unknown"
    api_code: ClassVar[int | str | None] = "SYS_0002"

    def __init__(self, number: str) -> None:
        super().__init__(what="sip number", id=number[:64])


class GroupUnknown(NotFound):
    """No such SIP group of the caller's project (403)."""

    code = "intercom.group_unknown"
    api_code: ClassVar[int | str | None] = 403

    def __init__(self, group_id: str) -> None:
        super().__init__(what="sip group", id=group_id[:64])


class ServerUnknown(NotFound):
    """No SIP server of this id (403)."""

    code = "intercom.server_unknown"
    api_code: ClassVar[int | str | None] = 403

    def __init__(self, server_id: str) -> None:
        super().__init__(what="sip server", id=server_id[:64])


class HouseUnbound(NotFound):
    """The house has no group, or the group no house (403)."""

    code = "intercom.house_unbound"
    api_code: ClassVar[int | str | None] = 403

    def __init__(self, house_or_group: str) -> None:
        super().__init__(what="house of a sip group", id=house_or_group[:64])


class VoiceAlone(Forbidden):
    """The property lets this home have no picture of doors."""

    code = "intercom.voice_alone"


class OtherHome(Conflict):
    """The visitor rang another home: a call is passed to that one alone."""

    code = "intercom.other_home"


class DoorsOff(Forbidden):
    """The property lets phones of this home take no calls of doors."""

    code = "intercom.doors_off"


class BellOff(Conflict):
    """The doorbell of an entrance rings nobody at this time."""

    code = "intercom.bell_off"


class AutoOpenRefused(Conflict):
    """A home cannot be set to open by itself now. `reason`: holds, too_often, no_door."""

    code = "intercom.auto_open_refused"

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)

    def text(self, language: str = DEFAULT) -> str:
        return text(f"auto_open.{self.facts['reason']}", language)


class RoomUnknown(NotFound):
    """No other home of the community has this room."""

    code = "intercom.room_unknown"

    def __init__(self, room: str) -> None:
        super().__init__(what="room", id=room[:64])


class TerminalUnbound(NotFound):
    """The terminal is bound to nothing, or is none of the caller's: it must be bound before it is used (403)."""

    code = "intercom.terminal_unbound"
    api_code: ClassVar[int | str | None] = 403

    def __init__(self, device_id: str) -> None:
        super().__init__(what="terminal", id=device_id[:64])


class TerminalUnknown(NotFound):
    """No such binding of the person's homes (403)."""

    code = "intercom.terminal_unknown"
    api_code: ClassVar[int | str | None] = 403

    def __init__(self, bind_id: str) -> None:
        super().__init__(what="terminal", id=bind_id[:64])


class TerminalBound(Conflict):
    """The terminal is bound already: it is unbound first."""

    code = "intercom.terminal_bound"


class TerminalCodeRefused(Conflict):
    """A code binds nothing. `reason`: unknown, expired, used."""

    code = "intercom.terminal_code_refused"

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)

    def text(self, language: str = DEFAULT) -> str:
        return text(f"terminal_code.{self.facts['reason']}", language)


class TooManyTerminals(Conflict):
    """As many terminals as may be are bound there."""

    code = "intercom.too_many_terminals"

    def __init__(self, limit: int) -> None:
        super().__init__(limit=limit)


class NotedOften(Conflict):
    """The call has as many notes as it may have."""

    code = "intercom.noted_often"

    def __init__(self, limit: int) -> None:
        super().__init__(limit=limit)
