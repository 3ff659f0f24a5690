"""QR codes at doors: given, shown, decided offline, counted, taken back; and who may not."""

import msgspec
import pytest

from linli.domains.access.errors import CommunityNotClear, DoorUnknown, PersonUnknown, QrCodeUnknown
from linli.domains.access.queries import passes as pass_queries
from linli.domains.access.queries import permissions as queries
from linli.domains.access.rows import Pass
from linli.domains.access.service import persons, qr
from linli.domains.access.service.doors import remove_door
from linli.domains.access.service.kinds import KEY, QR
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Caller, Scope
from linli.rules import UNLIMITED
from tests.domains.access.conftest import PERSON, Site

HOUR = 3_600_000


async def passes_at(site: Site, iot_id: str = "") -> list[Pass]:
    where = pass_queries.PassFilter(community_id=1, iot_id=iot_id)
    return (await pass_queries.list_passes(site.app, site.db, where=where, page=PageRequest())).data


async def test_a_right_given_in_the_platform_holds_at_the_door(site: Site) -> None:
    door = await site.new_door("北门")
    code = await site.code_on(door.iot_id)
    assert await site.status(door.iot_id, QR, code) == "toBeTransferred"
    await site.work()
    assert await site.status(door.iot_id, QR, code) == "transferred"
    assert await site.scan(door.iot_id, await site.picture(code)) == 0
    (row,) = await passes_at(site)
    assert (row.type, row.code, row.message, row.credential) == ("QRCODE", 0, "success", code)
    assert (row.identity_id, row.name, row.direction, row.door_name) == (PERSON, "王先生", "ENTRANCE", "北门")


async def test_the_door_decides_by_itself_and_says_why(site: Site) -> None:
    door = await site.new_door("北门")
    code = await site.code_on(door.iot_id, starts_ms=site.now + HOUR, ends_ms=site.now + 2 * HOUR)
    await site.work()
    assert await site.scan(door.iot_id, await site.picture(code)) == 101
    await site.clock.advance(HOUR)
    old_picture = await site.picture(code, minutes=1)
    assert await site.scan(door.iot_id, old_picture) == 0
    await site.clock.advance(62_000)
    assert await site.scan(door.iot_id, old_picture) == 102
    await site.clock.advance(HOUR)
    await site.work()
    assert await site.scan(door.iot_id, await site.picture(code)) == 102
    assert await site.scan(door.iot_id, "no code at all") == 103
    assert [row.code for row in await passes_at(site)] == [103, 102, 102, 0, 101]
    assert [row.identity_id for row in await passes_at(site)] == ["", PERSON, PERSON, PERSON, PERSON]


async def test_each_door_counts_alone(site: Site) -> None:
    doors = [await site.new_door(name) for name in ("北门", "南门")]
    code = await site.code_on(*(door.iot_id for door in doors), max_scans=2)
    await site.work()
    picture = await site.picture(code)
    assert [await site.scan(doors[0].iot_id, picture) for _ in range(3)] == [0, 0, 104]
    assert await site.scan(doors[1].iot_id, picture) == 0
    assert [row.remaining for row in await passes_at(site)] == [1, 0, 0, 1]


async def test_shared_scans_are_counted_by_the_platform_and_the_code_leaves_all_doors(site: Site) -> None:
    doors = [await site.new_door(name) for name in ("北门", "南门")]
    code = await site.code_on(*(door.iot_id for door in doors), max_scans=3, shared=True)
    await site.work()
    picture = await site.picture(code)
    for door in (doors[0], doors[1], doors[0]):
        assert await site.scan(door.iot_id, picture) == 0
    assert [row.remaining for row in await passes_at(site)] == [0, 1, 2]
    await site.work()
    for door in doors:
        assert await site.status(door.iot_id, QR, code) == "transferDeleted"
        assert await site.scan(door.iot_id, picture) == 103
    rows = await queries.permissions_of_code(site.app, site.db, qr_code=code)
    assert {row.end_reason for row in rows.values()} == {"used_up"}
    assert [result.error for result in await site.bind(code, doors[0].iot_id, max_scans=1, shared=True)] == [
        None
    ]
    await site.work()
    assert await site.scan(doors[0].iot_id, picture) == 0


async def test_removing_takes_the_code_off_the_named_doors_only(site: Site) -> None:
    doors = [await site.new_door(name) for name in ("北门", "南门")]
    code = await site.code_on(*(door.iot_id for door in doors))
    await site.work()
    async with site.db.begin() as tx:
        results = await qr.remove_code(
            site.app,
            tx,
            qr_code=code,
            identity_id=PERSON,
            iot_ids=[doors[0].iot_id, "nowhere"],
            now_ms=site.now,
        )
    assert [type(result.error) for result in results] == [type(None), DoorUnknown]
    await site.work()
    picture = await site.picture(code)
    assert [await site.scan(door.iot_id, picture) for door in doors] == [103, 0]


async def test_a_door_that_was_offline_is_served_when_it_returns(site: Site) -> None:
    door = await site.new_door("北门")
    site.door(door.iot_id).online = False
    code = await site.code_on(door.iot_id)
    await site.work()
    assert await site.status(door.iot_id, QR, code) == "deviceOffline"
    assert await site.status(door.iot_id, KEY, "RSAPublicKey") == "deviceOffline"
    site.door(door.iot_id).online = True
    await site.tell(door.iot_id, "status", "online", {})
    await site.work()
    assert await site.scan(door.iot_id, await site.picture(code)) == 0


async def test_the_key_is_set_again_whenever_the_door_powers_up(site: Site) -> None:
    door = await site.new_door("北门")
    await site.work()
    site.door(door.iot_id).key = None
    await site.tell(door.iot_id, "status", "online", {})
    await site.work()
    assert site.door(door.iot_id).key is not None


async def test_one_key_a_community(site: Site) -> None:
    first, second = await site.new_door("一号"), await site.new_door("二号")
    other = await site.new_door("别处", community_id=2)
    await site.work()
    assert site.door(first.iot_id).key == site.door(second.iot_id).key
    assert site.door(first.iot_id).key != site.door(other.iot_id).key
    code = await site.code_on(first.iot_id, other.iot_id)
    await site.work()
    assert await site.scan(other.iot_id, await site.picture(code)) == 103
    assert await site.scan(other.iot_id, await site.picture(code, community_id=2)) == 0
    with pytest.raises(CommunityNotClear):
        await site.picture(code, community_id=None)


async def test_without_a_community_the_codes_own_doors_tell_the_key(site: Site) -> None:
    door = await site.new_door("北门")
    code = await site.code_on(door.iot_id)
    await site.work()
    assert await site.scan(door.iot_id, await site.picture(code, community_id=None)) == 0


async def test_a_device_put_into_the_community_by_its_integrator_is_a_door(site: Site) -> None:
    iot_id = await site.new_device("door-9", community_id=1)
    code = await site.code_on(iot_id)
    await site.work()
    assert await site.scan(iot_id, await site.picture(code)) == 0


async def test_deleting_the_person_ends_their_codes(site: Site) -> None:
    door = await site.new_door("北门")
    code = await site.code_on(door.iot_id)
    await site.work()
    async with site.db.begin() as tx:
        await persons.delete_person(site.app, tx, identity_id=PERSON)
    await site.work()
    assert await site.status(door.iot_id, QR, code) == "transferDeleted"


async def test_removing_a_door_empties_its_list(site: Site) -> None:
    door = await site.new_door("北门")
    code = await site.code_on(door.iot_id)
    await site.work()
    async with site.db.begin() as tx:
        await remove_door(site.app, tx, iot_id=door.iot_id)
    await site.work()
    assert site.door(door.iot_id).permissions.qr == {}
    (row,) = (await queries.permissions_of_code(site.app, site.db, qr_code=code)).values()
    assert (row.live, row.end_reason) == (0, "door_removed")


async def test_the_file_a_door_reads_has_the_published_shape(site: Site) -> None:
    door = await site.new_door("北门")
    code = await site.code_on(door.iot_id, max_scans=600, shared=True)
    await site.work()
    (file,) = site.door(door.iot_id).files
    assert msgspec.json.decode(file) == {
        "qrCodePermissionList": [
            {
                "type": 1,
                "qrCode": code,
                "startTime": str(site.now),
                "endTime": str(site.now + 24 * HOUR),
                "maxScanTimes": 600,
                "maxScanScope": "SHARE",
            }
        ]
    }


async def test_permission_files_do_not_stay(site: Site) -> None:
    door = await site.new_door("北门")
    await site.code_on(door.iot_id)
    await site.work()
    folder = site.objects.shelf.folder
    assert len(list(folder.rglob("*.json"))) == 1
    await site.clock.advance(2 * HOUR)
    await site.work()
    assert list(folder.rglob("*.json")) == []


@pytest.mark.parametrize(
    ("right", "field"),
    [
        ({"hours": -1}, "expiryTime"),
        ({"starts_ms": 2**45, "ends_ms": 2**45 - 1}, "expiryTime"),
        ({"max_scans": 0}, "maxScanTimes"),
        ({"max_scans": -2}, "maxScanTimes"),
    ],
)
async def test_bad_rights_name_the_field(site: Site, right: dict[str, int], field: str) -> None:
    door = await site.new_door("北门")
    code = await site.code_on(door.iot_id)
    with pytest.raises(BadInput) as refused:
        await site.bind(code, door.iot_id, **right)
    assert refused.value.field == field


async def test_at_most_ten_doors_a_call(site: Site) -> None:
    door = await site.new_door("北门")
    code = await site.code_on(door.iot_id)
    for iot_ids in ([], ["x"] * 11):
        with pytest.raises(BadInput):
            await site.bind(code, *iot_ids)
    results = await site.bind(code, *["x"] * 9, door.iot_id)
    assert [result.error is None for result in results] == [False] * 9 + [True]


async def test_codes_of_others_look_absent(site: Site) -> None:
    door = await site.new_door("北门")
    code = await site.code_on(door.iot_id)
    strangers = [
        Scope(site.app.tenant_id, Caller("app", "2"), frozenset({1}), "a124otherProject1"),
        Scope("0" * 32, Caller("app", "3"), frozenset({1}), site.app.project_id),
    ]
    for stranger in strangers:
        async with site.db.begin() as tx:
            await persons.save_person(
                stranger, tx, identity_id=PERSON, name="other", ext_info=None, now_ms=site.now
            )
            for wanted in (code, "NOSUCHCODE000000"):
                with pytest.raises(QrCodeUnknown):
                    await qr.remove_code(
                        stranger, tx, qr_code=wanted, identity_id=PERSON, iot_ids=[door.iot_id], now_ms=1
                    )
                with pytest.raises(QrCodeUnknown):
                    await qr.encrypt_code(
                        stranger, tx, qr_code=wanted, identity_id=PERSON, expires_ms=2**50, community_id=1,
                        keys=site.keys, now_ms=1,
                    )  # fmt: skip


async def test_a_door_of_another_community_is_no_door_for_a_token_of_this_one(site: Site) -> None:
    other = await site.new_door("别处", community_id=2)
    code = await site.code_on(other.iot_id)
    async with site.db.begin() as tx:
        (result,) = await qr.bind_code(
            site.here(1), tx, qr_code=code, identity_id=PERSON, iot_ids=[other.iot_id],
            right=qr.QrRight(site.now, site.now + HOUR), keys=site.keys, now_ms=site.now,
        )  # fmt: skip
        assert isinstance(result.error, DoorUnknown)
        with pytest.raises(NotFound):
            await site.keys.ensure(site.here(1), tx, community_id=2, now_ms=site.now)


async def test_codes_are_made_for_known_persons_in_the_asked_length(site: Site) -> None:
    await site.person()
    async with site.db.begin() as tx:

        async def make(identity_id: str, length: int | None) -> str:
            return await qr.generate_code(
                site.app, tx, identity_id=identity_id, length=length, ids=site.ids, now_ms=site.now
            )

        assert len(await make(PERSON, None)) == 16
        assert len(await make(PERSON, 12)) == 12
        with pytest.raises(PersonUnknown):
            await make("50nobody", None)
        for length in (0, 7, 43):
            with pytest.raises(BadInput):
                await make(PERSON, length)


async def test_an_expired_picture_time_is_refused(site: Site) -> None:
    door = await site.new_door("北门")
    code = await site.code_on(door.iot_id)
    with pytest.raises(BadInput):
        await site.picture(code, minutes=0)
    assert len(await site.picture(code)) == 88


async def test_scans_without_limit_say_so(site: Site) -> None:
    door = await site.new_door("北门")
    code = await site.code_on(door.iot_id)
    await site.work()
    await site.scan(door.iot_id, await site.picture(code))
    assert (await passes_at(site))[0].remaining == UNLIMITED
