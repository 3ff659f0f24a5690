"""QR codes, cards and Bluetooth cards. Source: spec G 3.3-3.4, A12-A16, and 3.9 for what is only named there."""

from typing import Annotated, ClassVar

from msgspec import Meta

from linli.protocols.door_http.messages.base import Answer, Key, Millis, Page, Request, Wire, page_number

ADD, DELETE, MODIFY = 1, 2, 3
"""To add an existing entry or modify a missing one stores the entry."""
QR_BYTES = 32
"""Of the standard's codes; a site whose scanners cannot read these makes codes of its own (3.5.1.1, 3.3)."""
MOST_QR_BYTES = 128


class QrCode(Request, frozen=True, kw_only=True):
    qr_code: str

    def __post_init__(self) -> None:
        if not 0 < len(self.qr_code.encode()) <= MOST_QR_BYTES:
            raise ValueError(f"qrCode must have 1 to {MOST_QR_BYTES} bytes")


class UserData(Wire, frozen=True, kw_only=True):
    user_id: Key


class QrAnswer(Answer, frozen=True, kw_only=True):
    data: UserData


class Permission(Wire, frozen=True, kw_only=True):
    """One change of a card list. The window stands in deletions too, where it means nothing."""

    type: Annotated[int, Meta(ge=ADD, le=MODIFY)]
    user_id: Key | None = None
    card_id: Key
    effective_time: Millis
    expiry_time: Millis


class SyncPermissions(Request, frozen=True, kw_only=True):
    """Of cards at `/cardAC/…`, of Bluetooth cards at `/bleAC/…`: two lists."""

    MOST: ClassVar[int] = 200
    permissions: Annotated[list[Permission], Meta(max_length=200)]


class CardPass(Request, frozen=True, kw_only=True):
    card_id: Key


class QueryPermissions(Request, frozen=True, kw_only=True):
    """Ours: the source names the query and gives no form (spec G 3.9). Paged like `queryFaces`."""

    current_page: Page | None = None
    page_size: Page | None = None

    @property
    def page(self) -> tuple[int | None, int | None]:
        return page_number(self.current_page), page_number(self.page_size)


class HeldPermission(Wire, frozen=True, kw_only=True):
    card_id: Key
    user_id: Key | None = None
    effective_time: Millis
    expiry_time: Millis


class PermissionPage(Wire, frozen=True, kw_only=True):
    current_page: int
    page_count: int
    page_size: int
    total: int
    permissions: list[HeldPermission]


class QueryPermissionsAnswer(Answer, frozen=True, kw_only=True):
    data: PermissionPage


class ReportPermissions(Request, frozen=True, kw_only=True):
    """Ours, as above: a door tells unasked what it holds."""

    MOST: ClassVar[int] = 200
    permissions: Annotated[list[HeldPermission], Meta(max_length=200)]
