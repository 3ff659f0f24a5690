"""Faces take time; nobody with a code or a card waits for them."""

import asyncio
import os
import signal
from pathlib import Path

from linli.vision.engine.process import ProcessEngine
from linli.vision.fake import fake_models, marked
from tests.edge.doors.site import SiteCode
from tests.edge.faces.face_box import face_box
from tests.protocols.door_http.test_door_http import photo

ALICE, BOB = (marked(photo(), name) for name in ("alice", "bob"))
CODE = "ALI5466697328cff9121c21cf59dcec4"


async def test_codes_and_cards_are_decided_while_the_models_stand_still(tmp_path: Path) -> None:
    fake_models(tmp_path / "models")
    engine = ProcessEngine(tmp_path / "models", tmp_path / "index")
    await engine.start()
    try:
        async with face_box(tmp_path, engine=engine) as box:
            machine = await box.door()
            await box.sync("door.1", box.cloud.face("face-a", ALICE))
            box.site.codes[CODE] = SiteCode("user-a", 0, 2**52)
            card = {
                "type": 1,
                "cardId": "F47B0BA2",
                "userId": "u",
                "effectiveTime": "0",
                "expiryTime": str(2**50),
            }
            await box.supervisor.call("door.3", "syncCardPermissions", {"permissions": [card]})
            assert engine.pid is not None
            os.kill(engine.pid, signal.SIGSTOP)
            try:
                faces = [asyncio.create_task(machine.show_face(who)) for who in (ALICE, BOB, ALICE)]
                for _ in range(3):
                    assert await machine.scan(CODE) == "user-a"
                    assert await machine.swipe("F47B0BA2")
                assert not any(face.done() for face in faces)
            finally:
                os.kill(engine.pid, signal.SIGCONT)
            found = [None if face is None else face.face_id for face in await asyncio.gather(*faces)]
            assert found == ["face-a", None, "face-a"]
            assert len(box.things.events_of("door.2", "passEvent")) == 3
    finally:
        await engine.stop()
