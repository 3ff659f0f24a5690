"""What changes whom a lift serves reaches the box with the next word to it, and not by its own look five minutes on."""

import hashlib
from collections.abc import Callable
from functools import partial

import pytest

from linli.domains.access.service import qr
from linli.domains.boxes.passage.marks import REMARK, Remark
from linli.domains.boxes.passage.queries import Target
from linli.domains.boxes.passage.service import GATHER_MS
from linli.domains.people.service import residents
from linli.kernel import outbox
from linli.kernel.clock import ManualClock
from linli.ops.models import all_models
from linli.protocols.edge_link import Linkage
from tests.domains.access.platform import until
from tests.domains.elevators.conftest import USER, LiftSite
from tests.domains.elevators.test_linkages import ROWS
from tests.domains.elevators.test_passes import code_of, held
from tests.domains.faces.home import as_text, picture

pytestmark = pytest.mark.engines("sqlite")
TEN = [{"targetFloor": "10", "targetRoomNo": "01"}]
TWELVE = [{"targetFloor": "12"}]


def at_box(site: LiftSite) -> Linkage:
    (linkage,) = site.box.passage.rules.linkages
    return linkage


async def told(site: LiftSite, clock: ManualClock, fits: Callable[[], bool]) -> None:
    """Two seconds after all that follows from what was done, the box has it. A look of its own that was still on its
    way may bring it before."""
    platform = site.platform

    async def asked() -> bool:
        await platform.worker.run_once()
        await platform.reconciler.run_once()
        listed = (await site.estate.desk.get("/edge/passage-rules")).json()["data"]
        return fits() or [row["state"] for row in listed] == ["waiting"]

    await until(asked)
    await clock.advance(GATHER_MS)
    await platform.worker.run_once()
    await until(fits)
    await held(site)  # what is waiting afterwards is the next change, and not the box's word on this one


async def test_faces_moves_and_ended_codes_reach_the_box_within_two_seconds(
    site: LiftSite, clock: ManualClock
) -> None:
    await site.with_box()
    estate, platform = site.estate, site.platform
    code = await code_of(site, estate.neighbour)
    data_id = await site.linkage()
    for who in (site.person, estate.neighbour):
        await site.ok(f"{USER}/save", "1.0.2", dataId=data_id, identityId=who, userTargetList=TEN)
    by_code = {"paramType": "QRCODE", "paramValue": code, "userTargetList": TWELVE}
    await site.ok(f"{USER}/save", "1.0.1", dataId=data_id, **by_code)
    await held(site)
    assert (set(at_box(site).persons), len(at_box(site).credentials)) == ({site.person, estate.neighbour}, 1)
    assert site.box.passage.rules.faces == {}

    # a face, and no face any more
    user = {"userType": "IDENTITY", "userId": site.person}
    await site.ok("/face/paas/image/save", "1.2.0", **user, imageBase64=as_text(picture("owner")))
    await told(site, clock, lambda: list(site.box.passage.rules.faces.values()) == [site.person])
    await site.ok("/face/paas/image/delete", "1.2.0", **user)
    await told(site, clock, lambda: site.box.passage.rules.faces == {})

    # a code that no door has any more
    async with platform.db.begin() as tx:
        await qr.remove_code(
            site.scope,
            tx,
            qr_code=code,
            identity_id=estate.neighbour,
            iot_ids=[site.door, site.lift],
            now_ms=clock.now_ms(),
        )
    await told(site, clock, lambda: at_box(site).credentials == {})

    # who moves out is served no more; who comes back is
    house = estate.houses[1]
    leave = partial(residents.move_out, site.scope, house_id=house, identity_id=estate.neighbour)
    async with platform.db.begin() as tx:
        await leave(tx, now_ms=clock.now_ms())
    await told(site, clock, lambda: set(at_box(site).persons) == {site.person})
    saved = await site.ok(f"{USER}/query", "1.0.2", dataId=data_id, identityId=estate.neighbour)
    assert saved["userTargetList"] == [{"targetFloor": "10", "targetRoomNo": "01"}]
    await site.ok(
        f"{USER}/save", "1.0.2", dataId=data_id, identityId=estate.neighbour, userTargetList=TWELVE
    )  # the application says that they are
    await told(site, clock, lambda: set(at_box(site).persons) == {site.person, estate.neighbour})


async def test_marks_without_a_key_get_one_with_the_upgrade(site: LiftSite) -> None:
    """A card's number is found from no row, and the application finds what it saved before."""
    platform, card, old = site.platform, "F47B0BA2", "E0000001"
    data_id = await site.linkage()
    named = {"dataId": data_id, "paramType": "CARD"}
    await site.ok(f"{USER}/save", "1.0.1", **named, paramValue=card, userTargetList=TEN)
    (row,) = await ROWS.all(platform.db)
    plain = {number: hashlib.sha256(f"CARD\n{number}".encode()).hexdigest() for number in (card, old)}
    assert plain[card] not in repr(row)
    async with platform.db.begin() as tx:
        fields = Target(*row)._replace(subject=plain[old])
        await tx.insert(all_models().tables["edge_passage_targets"], fields._asdict())
        again = Target(*row)._replace(subject=plain[card])  # as if saved before the upgrade, and again since
        await tx.insert(all_models().tables["edge_passage_targets"], again._asdict())
        await outbox.add(tx, REMARK, Remark())

    async def marked() -> bool:
        await platform.worker.run_once()
        return all(Target(*target).subject.startswith("k") for target in await ROWS.all(platform.db))

    await until(marked)
    assert len(await ROWS.all(platform.db)) == 2
    for number in (card, old):
        saved = await site.ok(f"{USER}/query", "1.0.1", **named, paramValue=number)
        assert saved["userTargetList"] == TEN
