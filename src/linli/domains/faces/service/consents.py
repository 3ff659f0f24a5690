"""The consent ledger: person, purpose, form and end of each consent, and the reason of its end.

Every face has a line here. A resident agrees on their page; staff record a form signed on paper; for a picture that an
integrator sends, the project attests the consent, as its agreement requires (ADR 0051).
"""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import bindparam, update

from linli.domains.faces.models import consents
from linli.domains.faces.queries import images as queries
from linli.domains.faces.rows import Consent, Image
from linli.kernel.db import INT, Command, Tx
from linli.kernel.errors import BadInput
from linli.kernel.scope import Scope

type How = Literal["in_app", "on_paper", "project_attested"]
HOWS: tuple[How, ...] = ("in_app", "on_paper", "project_attested")
PURPOSE = "door_access"
TEXT_VERSION = "2026-11"
"""Version of the text `faces.consent.text` that residents and staff see. A changed text needs a new version."""
LONGEST_MS = 3 * 365 * 86_400_000
MAX_GUARDIAN = 64

_end = Command(
    update(consents)
    .where(consents.c.image_id == bindparam("of_image", type_=INT), consents.c.ended_ms.is_(None))
    .values(
        ended_ms=bindparam("now", type_=INT),
        end_reason=bindparam("why"),
        ended_by=bindparam("who"),
    ),
    unscoped="the image was found by its user, whom the caller was allowed, or by a job of its tenant",
)


_forget_proofs = Command(
    update(consents).where(consents.c.image_id == bindparam("of_image", type_=INT)).values(proof_key=""),
    unscoped="of a person who is erased by a job of their own tenant",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attest:
    """How consent was given."""

    how: How
    text_version: str = TEXT_VERSION
    expires_ms: int | None = None
    guardian: str = ""
    proof_key: str = ""
    """Key of the signed form in the object store."""


def check(attest: Attest, *, now_ms: int) -> None:
    """Raises BadInput."""
    if attest.how not in HOWS:
        raise BadInput(field="how", rule="one_of", allowed=", ".join(HOWS))
    if attest.expires_ms is not None and not now_ms < attest.expires_ms <= now_ms + LONGEST_MS:
        raise BadInput(field="expiresMs", rule="consent_expiry")
    if len(attest.guardian) > MAX_GUARDIAN:
        raise BadInput(field="guardian", rule="too_long", limit=MAX_GUARDIAN)


async def attested(scope: Scope, tx: Tx, *, image: Image, attest: Attest, now_ms: int) -> None:
    """Record a consent for a picture. The same consent again changes nothing."""
    check(attest, now_ms=now_ms)
    consent = await queries.consent_of(tx, image_id=image.id)
    attestation = (attest.how, attest.text_version, attest.expires_ms, attest.guardian, attest.proof_key)
    who = f"{scope.caller.kind}:{scope.caller.id}"
    if consent is not None:
        before = (consent.how, consent.text_version, consent.expires_ms, consent.guardian, consent.proof_key)
        if before == attestation and consent.asked_by == who:
            return
        await end(scope, tx, image_id=image.id, reason="replaced", now_ms=now_ms)
    row = Consent(
        id=0,
        tenant_id=image.tenant_id,
        community_id=image.community_id,
        image_id=image.id,
        identity_id=image.identity_id,
        purpose=PURPOSE,
        how=attest.how,
        asked_by=who,
        text_version=attest.text_version,
        guardian=attest.guardian,
        given_ms=now_ms,
        expires_ms=attest.expires_ms,
        ended_ms=None,
        end_reason="",
        ended_by="",
        proof_key=attest.proof_key,
    )._asdict()
    del row["id"]
    await tx.insert(consents, row)


async def end(scope: Scope, tx: Tx, *, image_id: int, reason: str, now_ms: int) -> None:
    """End the consents in force."""
    await _end.run(
        tx, of_image=image_id, now=now_ms, why=reason, who=f"{scope.caller.kind}:{scope.caller.id}"
    )


async def forget_proofs(tx: Tx, *, image_id: int) -> list[str]:
    """Drop the signed forms of a person who is erased for good. Returns the keys of the objects to delete."""
    keys = [key for (key,) in await queries.proofs_of(tx, image_id=image_id)]
    if keys:
        await _forget_proofs.run(tx, of_image=image_id)
    return keys


def window_end(image: Image, consent: Consent | None) -> int | None:
    """When the face must be off every device: the end of the picture or of the consent, whichever is earlier."""
    ends = [
        moment for moment in (image.expires_ms, consent.expires_ms if consent else None) if moment is not None
    ]
    return min(ends, default=None)
