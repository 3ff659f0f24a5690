"""The earlier work of the property's desk: its people, groups, notices, visitors and waiting reviews."""

import random
from typing import Final, NamedTuple

from linli.app.platform import Platform
from linli.demo import names, sample, town
from linli.demo.glance import plate
from linli.demo.place import Place
from linli.demo.town import Neighbour, Town
from linli.domains.communities.queries import spaces
from linli.domains.communities.service.houses import SpaceHouses
from linli.domains.communities.space_rules import BUILDING
from linli.domains.notices import queries as notice_queries
from linli.domains.notices import service as notices
from linli.domains.notices.schemas import Content, Publication
from linli.domains.people import person_rules as rules
from linli.domains.people.queries import employees as employee_queries
from linli.domains.people.queries import persons as person_queries
from linli.domains.people.queries import residents as resident_queries
from linli.domains.people.schemas import Profile
from linli.domains.people.service import departments, employees, groups, reviews, users
from linli.domains.visitors import queries as visit_queries
from linli.domains.visitors.rows import RESIDENT, STAFF
from linli.domains.visitors.schemas import Guest
from linli.domains.visitors.service import visits
from linli.domains.visitors.service.visits import Stay
from linli.kernel.db import Tx
from linli.kernel.pages import PageRequest

_MINUTE_MS: Final = 60_000
_HOUR_MS: Final = 60 * _MINUTE_MS
_DAY_MS: Final = 24 * _HOUR_MS
_FIRST_STAFF_PHONE: Final = 8001
_FIRST_APPLICANT_PHONE: Final = 7001
_FIRST_CALLER_PHONE: Final = 6001
_DEPARTMENTS: Final = (
    ("客服部", "接待、报修登记、收费", ("客服主管", "客服专员", "客服专员")),
    ("工程部", "水电、电梯、公共设施", ("工程主管", "水电工", "综合维修")),
    ("秩序维护部", "门岗、巡逻、车场", ("秩序主管", "门岗", "门岗", "巡逻")),
    ("环境部", "保洁、绿化", ("保洁", "绿化")),
)
_GROUPS: Final = ("楼组长", "独居老人关怀", "社区志愿者")
_IN_GROUP: Final = (7, 12, 18)
_GROWN, _ELDERLY = 18, 65
REASONS: Final = ("走亲访友", "送家具", "维修空调", "看房", "家政保洁", "辅导功课", "取件")
VOIDED: Final = ("住户临时外出", "改日再来", "登记有误")
_DAYS_BACK: Final = 6
_A_DAY: Final = 5
_WAITING: Final = 4


class SampleNotice(NamedTuple):
    """One notice of the sample."""

    title: str
    text: str
    days_ago: int
    """Negative: planned so many days ahead."""
    top: bool = False
    building: str = ""
    read: float = 0.0
    """Share of the residents with a phone who opened it."""


_NOTICES: Final = (
    SampleNotice(
        "冬季供暖安排",
        "本小区于12月1日起供暖，请提前检查家中阀门，发现渗漏请联系客服部。",
        5,
        top=True,
        read=0.55,
    ),
    SampleNotice(
        "电梯年检停梯通知",
        "本周五上午九时至十一时，1幢两部电梯依次年检，每部约一小时。",
        3,
        building="01",
        read=0.5,
    ),
    SampleNotice(
        "地下车库清洗",
        "周日八时至十二时清洗地下车库，请将车辆移至地面临时车位。",
        1,
        read=0.3,
    ),
    SampleNotice("元旦社区联欢", "元旦下午两点在社区会所举办联欢，欢迎报名表演节目。", -3),
)
_DRAFT: Final = SampleNotice("外墙维修征求意见", "拟于明年三月维修2幢外墙，现征求各位业主意见。（草稿）", 0)


async def ensure(platform: Platform, site: Place) -> None:
    there = await town.look(platform, site)
    rng = random.Random(sample.SEED + 11)
    await _staff(platform, site, rng)
    await _groups(platform, site, there, rng)
    await _notices(platform, site, rng)
    await _visits(platform, site, there, rng)
    await _reviews(platform, site, rng)


async def _staff(platform: Platform, site: Place, rng: random.Random) -> None:
    here = site.community.community_id
    if (await employee_queries.tree(site.tenant, platform.db, here)).by_id:
        return
    numbers = iter(range(_FIRST_STAFF_PHONE, _FIRST_STAFF_PHONE + 100))
    now_ms = platform.clock.now_ms()

    async def work(tx: Tx) -> None:
        for name, does, people in _DEPARTMENTS:
            department_id = await departments.create(
                site.tenant,
                tx,
                community_id=here,
                parent_id=None,
                name=name,
                description=does,
                ids=platform.ids,
                now_ms=now_ms,
            )
            for title in people:
                sex = rng.choice((names.MALE, names.FEMALE))
                profile = Profile(
                    name=names.full_name(rng, sex), phone=names.phone(next(numbers)), sex=sex, company=title
                )
                hired = await employees.hire(
                    site.tenant, tx, community_id=here, profile=profile, ids=platform.ids, now_ms=now_ms
                )
                await departments.put_in(
                    site.tenant, tx, department_id=department_id, identity_id=hired.identity_id, now_ms=now_ms
                )

    await platform.db.run(work)


async def _groups(platform: Platform, site: Place, there: Town, rng: random.Random) -> None:
    here = site.community.community_id
    names = {group.name for group in await person_queries.groups(site.tenant, platform.db, here)}
    now_ms = platform.clock.now_ms()
    grown = [person for person in there.people if person.age >= _GROWN]
    for name, size in zip(_GROUPS, _IN_GROUP, strict=True):
        if name in names:
            continue
        old = [person for person in grown if person.age >= _ELDERLY]
        among = old if "老人" in name and len(old) >= size else grown
        chosen = rng.sample(among, min(size, len(among)))

        async def make(tx: Tx, name: str = name, chosen: list[Neighbour] = chosen) -> None:
            group_id = await groups.create(
                site.tenant,
                tx,
                community_id=here,
                kind=rules.RESIDENT_GROUP,
                name=name,
                ids=platform.ids,
                now_ms=now_ms,
            )
            for person in chosen:
                await users.join_group(
                    site.tenant, tx, group_id=group_id, identity_id=person.identity_id, now_ms=now_ms
                )

        await platform.db.run(make)


async def _notices(platform: Platform, site: Place, rng: random.Random) -> None:
    here = site.community.community_id
    if (await notice_queries.page(site.tenant, platform.db, here, PageRequest(1, 1))).total:
        return
    manager = await site.staff(platform, "manager")
    now_ms = platform.clock.now_ms()
    living = await resident_queries.page(site.tenant, platform.db, here, PageRequest(1, sample.RESIDENTS))
    readers = sorted({member.person_id for member in living.data if member.phone})
    building_page = await spaces.of_kind(site.tenant, platform.db, here, BUILDING, PageRequest(1, 100))
    buildings = {space.name: space.space_id for space in building_page.data}

    async def work(tx: Tx) -> None:
        for notice in (*_NOTICES, _DRAFT):
            content = Content(
                notice.title,
                [Publication(notice.text)],
                1,
                1,
                int(notice.top),
                [buildings[notice.building]] if notice.building in buildings else [],
            )
            at_ms = now_ms - notice.days_ago * _DAY_MS
            notice_id = await notices.draft(
                manager, tx, community_id=here, content=content, now_ms=min(at_ms, now_ms)
            )
            if notice is _DRAFT:
                continue
            if notice.days_ago < 0:
                await notices.publish(manager, tx, notice_id=notice_id, now_ms=now_ms, at_ms=at_ms)
                continue
            await notices.publish(manager, tx, notice_id=notice_id, now_ms=at_ms)
            for person_id in rng.sample(readers, round(notice.read * len(readers))):
                read_ms = min(at_ms + round(rng.expovariate(1 / (6 * _HOUR_MS))), now_ms)
                await notices.note_read(
                    site.tenant, tx, notice_id=notice_id, person_id=person_id, now_ms=read_ms
                )

    await platform.db.run(work)


async def _visits(platform: Platform, site: Place, there: Town, rng: random.Random) -> None:
    """Some a day for the last days, seen through to their end; today some are still expected, and two ask at the gate."""
    here = site.community.community_id
    if (
        await visit_queries.page(site.tenant, platform.db, here, PageRequest(1, 1))
    ).total or not there.people:
        return
    now_ms = platform.clock.now_ms()

    async def work(tx: Tx) -> None:
        for days in range(_DAYS_BACK, 0, -1):
            for hour in sorted(rng.sample(range(9, 20), _A_DAY)):
                begins = now_ms - now_ms % _DAY_MS - days * _DAY_MS + (hour - 8) * _HOUR_MS
                await _past_visit(platform, site, tx, rng.choice(there.people), begins, rng)
        for hours in (0, 1, 3):
            await _expect(
                platform, site, tx, rng.choice(there.people), now_ms + hours * _HOUR_MS, now_ms, rng
            )
        for _ in range(2):
            host, caller = rng.choice(there.people), names.phone(_FIRST_CALLER_PHONE + rng.randrange(900))
            visitor = guest(rng, caller)
            await visits.ask(
                site.tenant,
                tx,
                Stay(
                    community_id=here,
                    house_id=host.house_id,
                    reason=rng.choice(REASONS),
                    starts_ms=now_ms,
                    ends_ms=now_ms + 6 * _HOUR_MS,
                ),
                guest=visitor,
                host_name=host.name,
                ids=platform.ids,
                now_ms=now_ms,
            )

    await platform.db.run(work)


def guest(rng: random.Random, phone: str = "") -> Guest:
    """Somebody who comes to visit; without a phone unless one is given, so that nobody is sent a message."""
    sex = rng.choice((names.MALE, names.FEMALE))
    return Guest(
        name=names.full_name(rng, sex),
        phone=phone,
        gender=sex,
        people=rng.choice((1, 1, 1, 2, 3)),
        plate=plate(rng) if rng.random() < 0.4 else "",
    )


async def _expect(
    platform: Platform, site: Place, tx: Tx, host: Neighbour, begins: int, now_ms: int, rng: random.Random
) -> int:
    by_staff, visitor = rng.random() < 0.5, guest(rng)
    (apply_id,) = await visits.apply(
        site.tenant,
        tx,
        Stay(
            community_id=site.community.community_id,
            house_id=host.house_id,
            starts_ms=begins,
            ends_ms=begins + 3 * _HOUR_MS,
            reason=rng.choice(REASONS),
        ),
        guests=[visitor],
        source=STAFF if by_staff else RESIDENT,
        submitter=None if by_staff else await person_queries.person(site.tenant, tx, host.identity_id),
        ids=platform.ids,
        now_ms=now_ms,
    )
    return apply_id


async def _past_visit(
    platform: Platform, site: Place, tx: Tx, host: Neighbour, begins: int, rng: random.Random
) -> None:
    apply_id = await _expect(platform, site, tx, host, begins, begins - _HOUR_MS, rng)
    how = rng.random()
    if how < 0.15:
        await visits.void(
            site.tenant, tx, apply_id=apply_id, reason=rng.choice(VOIDED), now_ms=begins - 20 * _MINUTE_MS
        )
    elif how < 0.9:
        arrived = begins + rng.randrange(40) * _MINUTE_MS
        await visits.check_in(site.tenant, tx, apply_id=apply_id, now_ms=arrived)
        await visits.check_out(
            site.tenant, tx, apply_id=apply_id, now_ms=arrived + rng.randrange(20, 110) * _MINUTE_MS
        )


async def _reviews(platform: Platform, site: Place, rng: random.Random) -> None:
    """Some who say that they live in an empty house wait for the desk; one was refused with the reason."""
    here = site.community.community_id
    page = await resident_queries.page(
        site.tenant,
        platform.db,
        here,
        PageRequest(1, 1),
        where=resident_queries.ResidentConditions(status=rules.PENDING),
    )
    if page.total:
        return
    free = await _empty_houses(platform, site)
    now_ms = platform.clock.now_ms()

    async def work(tx: Tx) -> None:
        for number, house_id in enumerate(rng.sample(free, min(_WAITING + 1, len(free)))):
            sex = rng.choice((names.MALE, names.FEMALE))
            profile = Profile(
                name=names.full_name(rng, sex),
                phone=names.phone(_FIRST_APPLICANT_PHONE + number),
                sex=sex,
                age=rng.randint(24, 60),
            )
            asked_ms = now_ms - rng.randrange(1, 30) * _HOUR_MS
            identity_id = await reviews.register(
                site.tenant,
                tx,
                SpaceHouses(),
                claim=reviews.Claim(
                    house_id=house_id, profile=profile, type=rng.choice((rules.OWNER, rules.TENANT))
                ),
                review=True,
                ids=platform.ids,
                now_ms=asked_ms,
            )
            if number == _WAITING:
                await reviews.reject(
                    site.tenant,
                    tx,
                    house_id=house_id,
                    identity_id=identity_id,
                    comment="姓名与购房合同不符",
                    now_ms=now_ms,
                )

    await platform.db.run(work)


async def _empty_houses(platform: Platform, site: Place) -> list[int]:
    page = await spaces.house_page(
        site.tenant,
        platform.db,
        site.community.community_id,
        PageRequest(1, 1000),
        where=spaces.HouseFilter(house_status=sample.EMPTY),
    )
    return [house.space_id for house in page.data]
