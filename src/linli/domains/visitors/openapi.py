"""Open API: visitors of houses. Spec B §3.9, A040-A044.

An app acts as the property. Visitors who registered themselves are seen once somebody let them come.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from linli.domains.access.times import read_time, write_time
from linli.domains.communities.queries import communities, spaces
from linli.domains.people.person_rules import mask_id_number, mask_phone
from linli.domains.visitors import queries
from linli.domains.visitors.queries import VisitConditions
from linli.domains.visitors.rows import API, STATES, WIRE_STATES, Visit
from linli.domains.visitors.schemas import Guest, checked
from linli.domains.visitors.service import visits
from linli.domains.visitors.service.visits import Stay
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Reader, Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.ids import Ids
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope
from linli.kernel.zones import zone_of, zones_of
from linli.openapi.registry import Call, Contract, method

APPLY = "/solution/community/house/visitor/apply"
_TYPES = (
    "1 业主本人 2 家庭成员 3 租客 4 朋友 5 同事 6 装修人员 7 保姆 8 司机 9 其他 / 1 owner, 2 family member, 3 tenant, "
    "4 friend, 5 colleague, 6 decorator, 7 nanny, 8 driver, 9 other"
)
_STATUS = "0 未到访 1 已到访 2 废弃 / 0 not arrived, 1 arrived, 2 void"
_TIME = "yyyy-MM-dd HH:mm:ss"
type HouseId = str | int
type ApplyId = Annotated[str | int, Meta(description="访客申请 id / application id")]


class NewVisitor(msgspec.Struct, rename="camel"):
    name: Annotated[str, Meta(description="姓名 / name")]
    type: Annotated[str | int, Meta(description=_TYPES)]
    id_card: Annotated[str | None, Meta(description="身份证号 / ID-card number")] = None
    phone: Annotated[
        str | None, Meta(description="手机号，填写后会收到短信 / phone; it is sent the pass")
    ] = None
    gender: Annotated[int | None, Meta(description="1 男 2 女 / 1 male, 2 female")] = None
    plate_num: Annotated[str | None, Meta(description="车牌号 / plate")] = None


class VisitorApplyAdd(msgspec.Struct, rename="camel"):
    house_id: Annotated[HouseId, Meta(description="房屋 id / house")]
    start_time: Annotated[str, Meta(description=f"到访开始 {_TIME} / from")]
    end_time: Annotated[str, Meta(description=f"到访结束 {_TIME}，须晚于当前 / until, later than now")]
    visitors: Annotated[list[NewVisitor], Meta(description="访客，最多 20 人 / visitors, at most 20")]


class AppliedVisitor(msgspec.Struct, rename="camel"):
    apply_id: Annotated[str, Meta(description="访客申请 id / application id")]


class VisitorApplyId(msgspec.Struct, rename="camel"):
    apply_id: ApplyId


class VisitorApplyQuery(msgspec.Struct, rename="camel"):
    start_time: Annotated[str, Meta(description=f"从 {_TIME} / from")]
    end_time: Annotated[str, Meta(description=f"到 {_TIME} / until")]
    page_no: Annotated[int, Meta(description="页码，从 1 起 / page, from 1")]
    page_size: Annotated[int, Meta(description="每页数量，最多 100 / page size, at most 100")]
    house_id: Annotated[HouseId | None, Meta(description="房屋 id / house")] = None


class VisitorRow(msgspec.Struct, rename="camel", kw_only=True):
    apply_id: Annotated[str, Meta(description="访客申请 id / application id")]
    name: Annotated[str, Meta(description="访客姓名 / visitor's name")]
    community_name: Annotated[str, Meta(description="小区名称 / community")]
    house_name: Annotated[str, Meta(description="房屋名称 / house")]
    type: Annotated[int, Meta(description=_TYPES)]
    phone: Annotated[str | None, Meta(description="手机号，脱敏 / phone, masked")]
    id_card: Annotated[str | None, Meta(description="身份证号，脱敏 / ID-card number, masked")]
    identity_id: Annotated[str | None, Meta(description="提交人用户 id / who submitted it, if a resident")]
    gender: Annotated[int | None, Meta(description="1 男 2 女 / 1 male, 2 female")]
    plate_num: Annotated[str | None, Meta(description="车牌号 / plate")]
    start_time: Annotated[str, Meta(description="到访开始 / from")]
    end_time: Annotated[str, Meta(description="到访结束 / until")]
    check_status: Annotated[int, Meta(description=_STATUS)]


class VisitorDetail(VisitorRow, rename="camel", kw_only=True):
    visitor_id: Annotated[str, Meta(description="访客用户 id / identity id of the visitor")]


class VisitorPage(msgspec.Struct, rename="camel"):
    total: Annotated[int, Meta(description="总数 / total rows")]
    page_no: Annotated[int, Meta(description="页码，从 1 起 / page, from 1")]
    page_size: Annotated[int, Meta(description="每页数量 / page size")]
    data: list[VisitorRow]


def _number(value: str | int, what: str) -> int:
    text = str(value)
    if not text.isascii() or not text.isdigit() or len(text) > 16:
        raise NotFound(what=what, id=text[:64])
    return int(text)


def _guest(number: int, given: NewVisitor) -> Guest:
    before = f"visitors[{number}]."
    kind = str(given.type)
    if not kind.isascii() or not kind.isdigit() or len(kind) > 2:
        raise BadInput(field=f"{before}type", rule="range", low=1, high=9)
    guest = Guest(
        name=given.name,
        type=int(kind),
        phone=given.phone or "",
        id_no=given.id_card or "",
        gender=given.gender,
        plate=given.plate_num or "",
    )
    return checked(guest, before=before)


@method(
    f"{APPLY}/add",
    "1.0.0",
    service="household",
    raises=(NotFound, BadInput, visits.VisitorBlacklisted),
    title="新增访客申请",
    title_en="Apply for visitors",
    contract=Contract(source="spec B 3.9 A040"),
)
async def add_visitors(
    data: VisitorApplyAdd, call: Call, scope: Scope, tx: Tx, ids: Ids, clock: Clock
) -> list[AppliedVisitor]:
    """All of them or none; an application id for each. They pass the doors on the way to the house meanwhile."""
    assert call.community_id is not None  # token="required"
    zone = await zone_of(tx, call.community_id)
    apply_ids = await visits.apply(
        scope,
        tx,
        Stay(
            community_id=call.community_id,
            house_id=_number(data.house_id, "house"),
            starts_ms=read_time(data.start_time, "startTime", zone),
            ends_ms=read_time(data.end_time, "endTime", zone),
        ),
        guests=[_guest(number, visitor) for number, visitor in enumerate(data.visitors)],
        source=API,
        ids=ids,
        now_ms=clock.now_ms(),
    )
    return [AppliedVisitor(str(apply_id)) for apply_id in apply_ids]


async def _seen(scope: Scope, db: Reader, apply_id: ApplyId) -> Visit:
    """An application as partners see it. Raises NotFound, also for what nobody has let come yet."""
    visit = await queries.visit(scope, db, _number(apply_id, "visit"))
    if visit.state not in WIRE_STATES:
        raise NotFound(what="visit", id=visit.apply_id)
    return visit


@method(
    f"{APPLY}/cancel",
    "1.0.0",
    service="household",
    raises=(NotFound, visits.VisitSettled),
    title="作废访客申请",
    title_en="Void a visitor application",
    contract=Contract(source="spec B 3.9 A041"),
)
async def cancel_visitor(data: VisitorApplyId, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Only who has not arrived; the visitor's pass ends."""
    visit = await _seen(scope, tx, data.apply_id)
    await visits.void(scope, tx, apply_id=visit.apply_id, now_ms=clock.now_ms())


@method(
    f"{APPLY}/confirm",
    "1.0.0",
    service="household",
    raises=(NotFound, visits.VisitSettled, visits.VisitOver),
    title="人工访客核销",
    title_en="Check a visitor in by hand",
    contract=Contract(source="spec B 3.9 A042"),
)
async def confirm_visitor(data: VisitorApplyId, scope: Scope, tx: Tx, clock: Clock) -> None:
    """Only who has not arrived, before the end of the window. Passing a door by the pass does the same."""
    visit = await _seen(scope, tx, data.apply_id)
    await visits.check_in(scope, tx, apply_id=visit.apply_id, now_ms=clock.now_ms())


@method(
    f"{APPLY}/get",
    "1.0.0",
    service="household",
    raises=(NotFound,),
    title="查询访客详情",
    title_en="Read a visitor",
    contract=Contract(source="spec B 3.9 A043"),
)
async def get_visitor(data: VisitorApplyId, scope: Scope, db: Database) -> VisitorDetail:
    """Phone and ID-card number are masked."""
    visit = await _seen(scope, db, data.apply_id)
    (row,) = await _rows(scope, db, [visit])
    return VisitorDetail(**msgspec.structs.asdict(row), visitor_id=visit.visitor_identity)


@method(
    f"{APPLY}/query",
    "1.0.0",
    service="household",
    raises=(NotFound, BadInput),
    title="批量查询访客",
    title_en="Query visitors",
    contract=Contract(source="spec B 3.9 A044"),
)
async def query_visitors(data: VisitorApplyQuery, call: Call, scope: Scope, db: Database) -> VisitorPage:
    """Visits whose window touches the time asked for, the latest first."""
    assert call.community_id is not None  # token="required"
    zone = await zone_of(db, call.community_id)
    since, until = read_time(data.start_time, "startTime", zone), read_time(data.end_time, "endTime", zone)
    if until < since:
        raise BadInput(field="endTime", rule="after", other="startTime")
    house_id = None if data.house_id in (None, "") else _number(data.house_id or "", "house")
    if house_id is not None and (await spaces.house(scope, db, house_id)).community_id != call.community_id:
        raise NotFound(what="house", id=house_id)
    page = await queries.page(
        scope,
        db,
        call.community_id,
        PageRequest.of(data.page_no, data.page_size),
        VisitConditions(
            since_ms=since,
            until_ms=until,
            house_id=house_id,
            states=[state for state in STATES if state in WIRE_STATES],
        ),
    )
    return VisitorPage(page.total, page.page_no, page.page_size, await _rows(scope, db, page.data))


async def _rows(scope: Scope, db: Reader, rows: list[Visit]) -> list[VisitorRow]:
    names = await communities.by_id(scope, db, sorted({row.community_id for row in rows}))
    houses = await spaces.houses_by_id(scope, db, sorted({row.house_id for row in rows}))
    zones = await zones_of(db, (row.community_id for row in rows))
    return [
        VisitorRow(
            apply_id=str(row.apply_id),
            name=row.name,
            community_name=names[row.community_id].name if row.community_id in names else "",
            house_name=houses[row.house_id].location if row.house_id in houses else "",
            type=row.type,
            phone=mask_phone(row.phone) or None,
            id_card=mask_id_number(row.id_no) or None,
            identity_id=row.submitter_identity or None,
            gender=row.gender,
            plate_num=row.plate or None,
            start_time=write_time(row.starts_ms, zones[row.community_id]),
            end_time=write_time(row.ends_ms, zones[row.community_id]),
            check_status=WIRE_STATES[row.state],
        )
        for row in rows
    ]
