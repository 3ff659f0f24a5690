"""A person's own face: kept with consent alone, shown with where it is, taken back with a list that anybody can check."""

import asyncio
import base64
import json
import subprocess
from pathlib import Path

import pytest

from linli.domains.faces.errors import FaceRefused
from linli.domains.faces.queries.erasures import erasure, list_erasures
from linli.domains.faces.queries.images import list_consents
from linli.domains.faces.schemas import FaceSave
from linli.domains.faces.service import person_faces, receipts
from linli.domains.faces.service.consents import TEXT_VERSION
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.pages import PageRequest
from linli.vision.engine import Engine
from linli.vision.engine.local import LocalEngine, NoEngine
from linli.vision.fake import FakePipeline, marked
from tests.domains.access.platform import until
from tests.domains.faces.home import Home, as_text, picture

OFF = NoEngine("no models")


async def person(home: Home) -> str:
    group = await home.ok(
        "/solution/community/paas/user/group/add", "1.0.1", userGroupName="一号楼", userGroupType="RESIDENT"
    )
    made = await home.ok(
        "/solution/community/paas/user/add", "1.0.2", userGroupId=group["userGroupId"], userName="安娜",
        mobile="13800000001",
    )  # fmt: skip
    return str(made["identityId"])


async def save(home: Home, who: str, content: bytes, engine: Engine = OFF, **changed: object) -> None:
    said = {"picture": as_text(content), "text_version": TEXT_VERSION, "agreed": True} | changed
    room = person_faces.Room(
        db=home.platform.db, objects=home.platform.store, engine=engine, ids=home.platform.ids
    )
    await person_faces.save(
        home.partner.owner, room, identity_id=who, community_id=1, data=FaceSave(**said), how="in_app",
        now_ms=home.platform.clock.now_ms(),
    )  # fmt: skip


async def test_no_face_without_consent_to_this_text(home: Home) -> None:
    who = await person(home)
    for changed, field in (
        ({"agreed": False}, "agreed"),
        ({"text_version": "1999"}, "textVersion"),
        ({"picture": "!"}, "picture"),
        ({"expires_ms": 1}, "expiresMs"),
        ({"guardian": "x" * 65}, "guardian"),
    ):
        with pytest.raises(BadInput) as refused:
            await save(home, who, picture("anna"), **changed)
        assert refused.value.field == field
    told = await person_faces.tell(home.partner.owner, home.platform.db, home.platform.store, identity_id=who)
    assert (told.present, told.consent, told.doors) == (False, None, [])
    assert "QR" in told.text or "二维码" in told.text


async def test_a_poor_picture_is_refused_with_hints_where_the_engine_runs(home: Home) -> None:
    who, engine = await person(home), LocalEngine(FakePipeline())
    head = picture("anna")
    with pytest.raises(FaceRefused):
        await save(home, who, marked(head, "anna", "blur"), engine)
    seen = await person_faces.hints(engine, marked(head, "anna", "blur", "size"))
    assert seen is not None
    assert (
        person_faces.words(seen, "en") == ["Hold still.", "Come closer."]
        or len(person_faces.words(seen, "en")) == 2
    )
    assert await person_faces.hints(OFF, head) is None
    await save(home, who, marked(head, "anna"), engine)


async def test_withdrawn_a_face_is_gone_everywhere_and_the_list_can_be_checked(
    home: Home, tmp_path: Path
) -> None:
    scope, db = home.partner.owner, home.platform.db
    who = await person(home)
    (north_id, north), (south_id, south) = await home.new_door(), await home.new_door()
    await save(home, who, picture("anna"))
    await home.give([who], [north_id, south_id])
    await until(lambda: north.library.faces and south.library.faces)
    await home.until_status(who, south_id, "transferred")
    await home.until_status(who, north_id, "transferred")
    told = await person_faces.tell(scope, db, home.platform.store, identity_id=who)
    assert told.consent is not None
    assert (told.consent.how, {door.status for door in told.doors}) == ("in_app", {"transferred"})
    south.link.cut()
    await person_faces.withdraw(
        scope, db, identity_id=who, reason="withdrawn", now_ms=home.platform.clock.now_ms()
    )
    with pytest.raises(NotFound):
        await person_faces.withdraw(scope, db, identity_id=who, reason="withdrawn", now_ms=1)
    await until(lambda: not north.library.users)
    (open_one,) = (await list_erasures(scope, db, page=PageRequest(), only_open=True)).data

    async def confirmed() -> bool:
        return (await erasure(scope, db, open_one.erasure.id)).confirmed == 1

    await until(confirmed)
    south.link.mend()
    await until(lambda: not south.library.users)

    async def finished() -> bool:
        row = (await erasure(scope, db, open_one.erasure.id)).erasure
        return row.finished_ms is not None and row.picture_ms is not None

    await until(finished)
    (line,) = (await list_consents(scope, db, page=PageRequest(), identity_id=who)).data
    assert (line.end_reason, line.ended_ms is not None) == ("withdrawn", True)
    receipt = receipts.sign(
        home.platform.secrets,
        await erasure(scope, db, open_one.erasure.id),
        now_ms=home.platform.clock.now_ms(),
    )
    document = json.loads(receipt.document)
    assert {device["iotId"] for device in document["devices"]} == {north_id, south_id}
    assert all(device["confirmedAt"] for device in document["devices"])
    assert await checked(tmp_path, receipt.document, receipt) == 0
    assert await checked(tmp_path, receipt.document.replace("withdrawn", "forgotten"), receipt) != 0


async def checked(folder: Path, document: str, receipt: receipts.Receipt) -> int:
    """The command of the guide: what openssl says of a list."""
    (folder / "list.json").write_text(document, "utf-8")
    (folder / "list.sig").write_bytes(base64.b64decode(receipt.signature))
    (folder / "key.pem").write_text(receipt.public_key)
    command = "openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in list.json -sigfile list.sig"
    done = await asyncio.to_thread(
        subprocess.run, command.split(), cwd=folder, capture_output=True, check=False
    )
    return done.returncode
