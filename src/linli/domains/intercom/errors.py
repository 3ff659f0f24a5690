"""Errors of the intercom. Body codes as in spec B 3.20 and E 3.4."""

from typing import ClassVar

from linli.kernel.errors import NotFound


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
