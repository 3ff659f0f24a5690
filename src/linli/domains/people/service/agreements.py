"""Service agreement, privacy policy and the terms of single services: published in versions by the operator, accepted by
everybody before use.

Spec A §1.1 (ONB-16). A person who accepted an older version is asked again. Where nothing is published nothing is
asked. Without the agreement and the policy an account uses nothing; without the terms of a service it does not use that
one.
"""

from typing import Final, NamedTuple

from sqlalchemy import and_, bindparam, func, select

from linli.domains.people.models import agreement_acceptances, agreements
from linli.domains.people.rights import Right
from linli.domains.people.rights_tree import FUNCTIONS
from linli.kernel.db import INT, Query, Reader, Tx
from linli.kernel.errors import BadInput, Forbidden
from linli.kernel.ids import Ids

GENERAL: Final = ("service", "privacy")
SERVICES: Final = tuple(function.code for function in FUNCTIONS)
"""Functions that may have terms of their own."""
KINDS: Final = (*GENERAL, *SERVICES)
BODY_MAX: Final = 100_000
TITLE_MAX: Final = 64


class AgreementPending(Forbidden):
    """There is a version that the account has not accepted: until then it does nothing else."""

    code = "agreement.pending"


class Agreement(NamedTuple):
    agreement_id: int
    kind: str
    version: int
    title: str
    title_en: str
    body: str
    body_en: str
    published_by: int
    published_ms: int


_newest = (
    select(agreements.c.kind, func.max(agreements.c.version).label("version"))
    .group_by(agreements.c.kind)
    .subquery()
)
_current = Query(
    select(agreements)
    .join(_newest, and_(_newest.c.kind == agreements.c.kind, _newest.c.version == agreements.c.version))
    .order_by(agreements.c.kind.desc()),
    Agreement,
)
_pending = Query(
    select(agreements)
    .join(_newest, and_(_newest.c.kind == agreements.c.kind, _newest.c.version == agreements.c.version))
    .where(
        ~select(agreement_acceptances.c.account_id)
        .where(
            agreement_acceptances.c.agreement_id == agreements.c.agreement_id,
            agreement_acceptances.c.account_id == bindparam("account", type_=INT),
        )
        .correlate(agreements)
        .exists()
    )
    .order_by(agreements.c.kind.desc()),
    Agreement,
)
_history = Query(
    select(agreements).order_by(agreements.c.published_ms.desc(), agreements.c.agreement_id.desc()), Agreement
)
_accepted = Query(
    select(func.count()).where(agreement_acceptances.c.agreement_id == bindparam("agreement", type_=INT))
)


async def publish(
    tx: Tx,
    *,
    kind: str,
    title: str,
    body: str,
    title_en: str,
    body_en: str,
    account_id: int,
    ids: Ids,
    now_ms: int,
) -> int:
    """A new version of a kind; its number. The surface has checked that this is the operator. Raises BadInput."""
    if kind not in KINDS:
        raise BadInput(field="kind", rule="one_of", allowed=", ".join(KINDS))
    for field, text, most in (
        ("title", title, TITLE_MAX),
        ("titleEn", title_en, TITLE_MAX),
        ("body", body, BODY_MAX),
        ("bodyEn", body_en, BODY_MAX),
    ):
        if not text.strip() and not field.endswith("En"):
            raise BadInput(field=field, rule="required")
        if len(text) > most:
            raise BadInput(field=field, rule="too_long", limit=most)
    version = 1 + max(
        (agreement.version for agreement in await current(tx) if agreement.kind == kind), default=0
    )
    row = Agreement(
        agreement_id=ids.number(),
        kind=kind,
        version=version,
        title=title.strip(),
        title_en=title_en.strip(),
        body=body.strip(),
        body_en=body_en.strip(),
        published_by=account_id,
        published_ms=now_ms,
    )
    await tx.insert(agreements, row._asdict())
    return version


async def current(db: Reader) -> list[Agreement]:
    """The newest version of each kind."""
    return await _current.all(db)


async def of_registration(db: Reader) -> list[Agreement]:
    """The documents accepted by registering: the newest agreement and policy. Terms of services come when these are
    used."""
    return [agreement for agreement in await current(db) if agreement.kind in GENERAL]


async def history(db: Reader) -> list[tuple[Agreement, int]]:
    """Every version, the newest first, with how many accounts accepted it."""
    return [
        (agreement, int(await _accepted.scalar(db, agreement=agreement.agreement_id)))
        for agreement in await _history.all(db)
    ]


async def pending(db: Reader, account_id: int) -> list[Agreement]:
    """The documents that an account must accept before it continues."""
    return await _pending.all(db, account=account_id)


def waits(wanted: list[Agreement]) -> bool:
    """Whether what is `pending` stands before everything."""
    return any(agreement.kind in GENERAL for agreement in wanted)


def withheld(wanted: list[Agreement]) -> frozenset[Right]:
    """Rights that wait for the terms among what is `pending`."""
    kinds = {agreement.kind for agreement in wanted}
    return frozenset(
        right
        for function in FUNCTIONS
        if function.code in kinds
        for right in (function.use, function.manage)
        if right is not None
    )


async def accept(tx: Tx, *, account_id: int, agreement_ids: list[int], address: str, now_ms: int) -> None:
    """Accept the newest versions; older or unknown ids count for nothing."""
    wanted = {agreement.agreement_id for agreement in await pending(tx, account_id)} & set(agreement_ids)
    rows = [
        {"account_id": account_id, "agreement_id": number, "address": address, "accepted_ms": now_ms}
        for number in sorted(wanted)
    ]
    if rows:
        await tx.upsert(agreement_acceptances, rows, keys=("account_id", "agreement_id"))


def check_all_accepted(wanted: list[Agreement], agreement_ids: list[int]) -> None:
    """Raises BadInput naming the first that is missing."""
    for agreement in wanted:
        if agreement.agreement_id not in agreement_ids:
            raise BadInput(field="agreements", rule="agreement.accept", title=agreement.title)
