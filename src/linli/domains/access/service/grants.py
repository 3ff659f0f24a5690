"""The grants by which delivery brings a person's cards, codes and PINs to doors."""

from typing import Protocol

from linli.delivery.schemas import ON_DEVICE, Grant
from linli.domains.access.rows import Card, Credential, QrPermissionRow
from linli.domains.access.service.kinds import CARD, QR, QrBody, encode


class Right(Protocol):
    """A row that says who may open doors of a community, and from when to when. UTC ms."""

    @property
    def community_id(self) -> int: ...
    @property
    def identity_id(self) -> str: ...
    @property
    def starts_ms(self) -> int: ...
    @property
    def ends_ms(self) -> int: ...


def grant_of(
    right: Right,
    *,
    source: str,
    kind: str,
    credential: str,
    target: str,
    target_type: str = ON_DEVICE,
    content: str = "{}",
    schedule: str = "",
) -> Grant:
    """The grant of one credential on a door, or on a scope of doors."""
    return Grant(
        community_id=right.community_id,
        source=source,
        kind=kind,
        subject=right.identity_id,
        credential=credential,
        target_type=target_type,
        target=target,
        starts_ms=right.starts_ms,
        ends_ms=right.ends_ms,
        content=content,
        schedule=schedule,
    )


def card_grant(card: Card) -> Grant:
    return grant_of(card, source="card", kind=CARD, credential=card.card_id, target=card.iot_id)


def code_grant(row: QrPermissionRow) -> Grant:
    body = encode(QrBody(row.max_scans, bool(row.shared), row.way, row.point))
    return grant_of(row, source="qr", kind=QR, credential=row.qr_code, target=row.iot_id, content=body)


def credential_grant(
    row: Credential, target: str, *, target_type: str = ON_DEVICE, content: str = "{}"
) -> Grant:
    return grant_of(
        row,
        source=credential_source(row.id),
        kind=row.kind,
        credential=row.credential,
        target=target,
        target_type=target_type,
        content=content,
        schedule=row.schedule,
    )


def credential_source(credential_id: int) -> str:
    """The source of the grants of a person's own credential."""
    return f"credential:{credential_id}"
