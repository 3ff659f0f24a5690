"""Pages of a community for its residents: asked for with a name and a logo, then reviewed. Spec A §1.1 (ONB-09).

They stand in the place of the mini-program that each community has on the closed platform: the same request, the same
rules of names, the same review; once approved, the community's QR code leads to them.
"""

import re
from typing import Final, NamedTuple

from sqlalchemy import bindparam, select, update

from linli.domains.communities.events import ResidentPageAsked
from linli.domains.communities.models import resident_pages
from linli.domains.communities.queries import communities as queries
from linli.domains.communities.rows import APPROVED
from linli.domains.communities.service import history, uploads
from linli.domains.communities.service.lifecycle import NotInManagement
from linli.domains.people.person_rules import clean_phone, is_phone
from linli.kernel.db import INT, Command, Query, Reader, Tx, in_scope
from linli.kernel.errors import BadInput, Conflict, NotFound
from linli.kernel.events import emit
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope

WAITING, APPROVED_PAGE, REFUSED = "waiting", "approved", "refused"
NAME_MIN: Final = 4
NAME_MAX: Final = 20
_NAME = re.compile(r"[\u4e00-\u9fffA-Za-z0-9]+")
RESERVED: Final = ("官方", "国家", "中国", "政府", "公安", "最佳", "第一", "支付宝", "微信", "钉钉", "测试")
"""Words that claim what a property company is not."""
SUFFIXES: Final = ("物业服务", "社区服务")
LOGO_MIN: Final = 192
"""Pixels of each side that phones need for an icon."""


class PageAlreadyThere(Conflict):
    """It waits or is approved: only a refused request is made again."""

    code = "resident_page.already"


class PageNameTaken(Conflict):
    code = "resident_page.name_taken"


class PageAlreadyDecided(Conflict):
    code = "resident_page.already_decided"


class ResidentPage(NamedTuple):
    """A row of `resident_pages`, in the order of the columns."""

    community_id: int
    tenant_id: str
    name: str
    logo_upload_id: str
    owner_name: str
    owner_phone: str
    state: str
    reason: str
    decided_ms: int
    created_ms: int
    changed_ms: int


_by_community = Query(
    select(resident_pages).where(
        in_scope(resident_pages), resident_pages.c.community_id == bindparam("community_id", type_=INT)
    ),
    ResidentPage,
)
_named = Query(
    select(resident_pages.c.community_id).where(resident_pages.c.name == bindparam("name")),
    unscoped="names are told apart in the whole installation",
)
_waiting = Query(
    select(resident_pages)
    .where(resident_pages.c.state == WAITING)
    .order_by(resident_pages.c.changed_ms)
    .limit(200),
    ResidentPage,
    unscoped="the operator reviews those of every tenant",
)
_decide = Command(
    update(resident_pages)
    .where(resident_pages.c.community_id == bindparam("row", type_=INT), resident_pages.c.state == WAITING)
    .values(
        state=bindparam("to"),
        reason=bindparam("why"),
        decided_ms=bindparam("now", type_=INT),
        changed_ms=bindparam("now", type_=INT),
    ),
    unscoped="the surface lets only the operator in",
)


def suggestions(community: str) -> list[str]:
    """Names that keep the rules: the community's with 物业服务 or 社区服务."""
    short = "".join(_NAME.findall(community))[: NAME_MAX - 4]
    return [short + suffix for suffix in SUFFIXES]


def check_name(name: str) -> str:
    """The name without blanks around. Raises BadInput."""
    name = name.strip()
    if not NAME_MIN <= len(name) <= NAME_MAX:
        raise BadInput(field="name", rule="length", low=NAME_MIN, high=NAME_MAX)
    if not _NAME.fullmatch(name):
        raise BadInput(field="name", rule="letters_digits_chinese")
    for word in RESERVED:
        if word in name:
            raise BadInput(field="name", rule="reserved_word", word=word)
    return name


async def ask(
    scope: Scope,
    tx: Tx,
    *,
    community_id: int,
    name: str,
    logo_upload_id: str,
    owner_name: str,
    owner_phone: str,
    ids: Ids,
    now_ms: int,
) -> None:
    """Ask for the pages, or again after a refusal.

    Raises NotFound, NotInManagement, BadInput, PageNameTaken, PageAlreadyThere, and what another room finds missing.
    """
    community = await queries.community(scope, tx, community_id, lock=True)
    if community.apply_status != APPROVED:
        raise NotInManagement(name=community.name)
    name = check_name(name)
    owner_name, owner_phone = _check_owner(owner_name, owner_phone)
    await _check_logo(scope, tx, logo_upload_id)
    before = await _by_community.one(tx, scope, community_id=community_id)
    if before is not None and before.state != REFUSED:
        raise PageAlreadyThere(name=before.name)
    holder = await _named.scalar(tx, name=name)
    if holder is not None and int(holder) != community_id:
        raise PageNameTaken(field="name", name=name)
    await emit(tx, ResidentPageAsked(community.tenant_id, community_id))
    row = ResidentPage(
        community_id=community_id,
        tenant_id=community.tenant_id,
        name=name,
        logo_upload_id=logo_upload_id,
        owner_name=owner_name,
        owner_phone=owner_phone,
        state=WAITING,
        reason="",
        decided_ms=0,
        created_ms=now_ms,
        changed_ms=now_ms,
    )
    await tx.upsert(
        resident_pages,
        [row._asdict()],
        keys=("community_id",),
        update=(
            "name",
            "logo_upload_id",
            "owner_name",
            "owner_phone",
            "state",
            "reason",
            "decided_ms",
            "changed_ms",
        ),
    )
    await history.note(
        scope,
        tx,
        tenant_id=community.tenant_id,
        community_id=community_id,
        action="resident_page.asked",
        ids=ids,
        detail=name,
    )


def _check_owner(name: str, phone: str) -> tuple[str, str]:
    """Both as they are kept. Raises BadInput."""
    name, phone = " ".join(name.split()), clean_phone(phone)
    if not name:
        raise BadInput(field="ownerName", rule="required")
    if len(name) > 64:
        raise BadInput(field="ownerName", rule="too_long", limit=64)
    if not is_phone(phone):
        raise BadInput(field="ownerPhone", rule="format", example="13800138000")
    return name, phone


async def _check_logo(scope: Scope, tx: Tx, upload_id: str) -> None:
    """Raises BadInput unless it is a square picture of LOGO_MIN pixels at least."""
    logo = await uploads.find(scope, tx, upload_id)
    if logo is None:
        raise BadInput(field="logoUploadId", rule="unknown")
    if logo.width != logo.height or logo.width < LOGO_MIN:
        raise BadInput(field="logoUploadId", rule="logo", limit=LOGO_MIN)


async def page(scope: Scope, db: Reader, community_id: int) -> ResidentPage | None:
    """The request of a community in scope."""
    return await _by_community.one(db, scope, community_id=community_id)


async def waiting(db: Reader) -> list[ResidentPage]:
    """Requests that wait for the operator, the oldest first."""
    return await _waiting.all(db)


async def decide(
    scope: Scope, tx: Tx, *, community_id: int, yes: bool, reason: str, ids: Ids, now_ms: int
) -> None:
    """Approve or refuse; only the operator gets here. Raises NotFound, BadInput, PageAlreadyDecided."""
    reason = " ".join(reason.split())
    if not yes and not reason:
        raise BadInput(field="reason", rule="required")
    if len(reason) > 500:
        raise BadInput(field="reason", rule="too_long", limit=500)
    resident_page = await page(scope, tx, community_id)
    if resident_page is None:
        raise NotFound(what="resident_page", id=community_id)
    state = APPROVED_PAGE if yes else REFUSED
    if not await _decide.run(tx, row=community_id, to=state, why="" if yes else reason, now=now_ms):
        raise PageAlreadyDecided()
    await history.note(
        scope,
        tx,
        tenant_id=resident_page.tenant_id,
        community_id=community_id,
        action=f"resident_page.{state}",
        ids=ids,
        detail=reason,
    )
