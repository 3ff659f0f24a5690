"""Staff open doors by their own face as by their own code: over the desk's routes, on doors over MQTT (spec A PM-04)."""

import pytest
from sqlalchemy import bindparam, delete

from linli.delivery.queries import live_grants_of
from linli.domains.faces.queries import images
from linli.domains.faces.queries import staff as staff_rows
from linli.domains.faces.service import staff as staff_faces
from linli.domains.people.models import account_roles
from linli.domains.people.rights import Role
from linli.domains.people.service import accounts
from linli.kernel.db import INT, Command
from linli.vision.engine.local import LocalEngine
from linli.vision.fake import FakePipeline, marked
from tests.console.conftest import PASSWORD, Browser
from tests.domains.access.estate import Estate
from tests.domains.access.platform import until
from tests.domains.faces.home import as_text, picture
from tests.domains.faces.test_faces_and_homes import estate, face_door, signed  # noqa: F401 - fixture

DAY_MS = 86_400_000
_dismiss = Command(
    delete(account_roles).where(account_roles.c.account_id == bindparam("of", type_=INT)),
    unscoped="a test",
)


async def guard(estate: Estate) -> int:  # noqa: F811
    """The account of somebody who works here and is nobody's resident."""
    hashed = await accounts.hash_password(PASSWORD)
    async with estate.platform.db.begin() as tx:
        account = await accounts.create_account(
            tx,
            login="guard",
            password_hash=hashed,
            proven=True,
            name="保安",
            ids=estate.platform.ids,
            now_ms=estate.now,
        )
        await accounts.grant_role(
            tx, account_id=account, role=Role.STAFF, tenant_id=str(estate.tenant.tenant),
            community_id=estate.community, now_ms=estate.now,
        )  # fmt: skip
    return account


async def ends_ms(estate: Estate, face_id: str) -> int:  # noqa: F811
    """Until when doors hold a staff face."""
    rows = await live_grants_of.all(
        estate.platform.db, estate.tenant, source="staff", kind="door.face", credential=face_id
    )
    return max(row.ends_ms for row in rows)


async def seen_again_after(estate: Estate, days: int) -> int:  # noqa: F811
    """`ends_ms` once housekeeping has looked at the rights so many days from now."""
    db = estate.platform.db
    await staff_faces.look_at_rights(db, now_ms=estate.now + days * DAY_MS)
    (row,) = await staff_rows.after(db, (0, 0))
    (image,) = (await images.images_of_persons(estate.tenant, db, [row.identity_id]))[row.identity_id]
    return await ends_ms(estate, image.face_id)


@pytest.mark.covers("PM-04")
async def test_every_door_knows_the_face_of_staff_until_their_right_ends(estate: Estate) -> None:  # noqa: F811
    _, north = await face_door(estate, "SN-F1", estate.buildings[0])
    account = await guard(estate)
    face = f"{estate.path}/staff-face"
    async with Browser(estate.parts) as staff:
        assert (await staff.sign_in("guard")).status_code == 200
        told = (await staff.get(face)).json()
        assert (told["present"], "work" in told["text"]) == (False, True)
        refused = await staff.post(face, json=signed("guard") | {"agreed": False})
        assert (refused.status_code, refused.json()["field"]) == (400, "agreed")
        assert (await staff.delete(face)).status_code == 204
        assert (await staff.post(face, json=signed("guard"))).status_code == 204
        await until(lambda: len(north.library.faces) == 1)
        (key,) = north.library.faces
        assert north.show_face(key).opens
        # A door that comes later knows it too; a resident's pass scope is not asked.
        _, south = await face_door(estate, "SN-F2", estate.buildings[1])
        await until(lambda: key in south.library.faces)

        async def there() -> bool:
            doors = (await staff.get(face)).json()["doors"]
            return {(row["name"], row["status"]) for row in doors} == {
                ("SN-F1", "transferred"), ("SN-F2", "transferred"),
            }  # fmt: skip

        await until(there)
        # Another picture of the same person goes everywhere.
        files = south.files
        assert (await staff.post(face, json=signed("guard again"))).status_code == 204
        await until(lambda: south.files > files and key in south.library.faces)
        # Doors hold it for a month and are told anew while the right holds, once a week.
        first = await ends_ms(estate, key)
        assert await seen_again_after(estate, 5) == first
        assert await seen_again_after(estate, 8) == first + 8 * DAY_MS
        # The right ends: within the hour nobody knows the face any more, and the ledger says why.
        async with estate.platform.db.begin() as tx:
            await _dismiss.run(tx, of=account)
        await estate.platform.faces.handlers.expire_due()
        await until(lambda: not north.library.users and not south.library.users)
    ledger = (await estate.desk.get("/face-consents", params={"state": "all"})).json()["data"]
    said = {(row["person"], row["how"], row["endReason"], row["askedBy"]) for row in ledger}
    assert said == {("保安", "in_app", "left", "保安")}


@pytest.mark.covers("PM-04")
async def test_staff_take_their_face_back_and_keep_their_code(estate: Estate) -> None:  # noqa: F811
    estate.parts.services["faces"].engine = LocalEngine(FakePipeline())
    _, door = await face_door(estate, "SN-F1", estate.buildings[0])
    face = f"{estate.path}/staff-face"
    blurred = as_text(marked(picture("boss"), "boss", "blur"))
    look = await estate.desk.post(f"{face}/look", json={"picture": blurred})
    assert (look.json()["good"], look.json()["hints"]) == (False, ["Hold still."])
    refused = await estate.desk.post(face, json=signed("boss") | {"picture": blurred})
    assert (refused.status_code, refused.json()["field"]) == (400, "picture")
    good = as_text(marked(picture("boss"), "boss"))
    assert (await estate.desk.post(face, json=signed("boss") | {"picture": good})).status_code == 204
    assert (await estate.desk.post(f"{estate.path}/staff-key")).status_code == 200
    await until(lambda: len(door.library.faces) == 1 and len(door.permissions.qr) == 1)
    assert (await estate.desk.delete(face)).status_code == 204
    await until(lambda: not door.library.users)
    assert len(door.permissions.qr) == 1
    (erased,) = (await estate.desk.get(f"{face}/erasures")).json()
    assert erased["reason"] == "withdrawn"
    assert (await estate.desk.get(face)).json()["present"] is False
