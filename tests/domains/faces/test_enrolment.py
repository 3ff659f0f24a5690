"""Templates follow their pictures, and libraries follow the templates, over the stand-in for the models."""

import pytest

from linli.domains.faces.errors import FaceRefused, FacesOff
from linli.domains.faces.queries import templates as queries
from linli.domains.faces.service import enrolment
from linli.domains.faces.service.inspection import good_look
from linli.domains.faces.service.search import FaceSearch
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Caller, Scope
from linli.vision.engine.local import LocalEngine, NoEngine
from linli.vision.fake import marked
from tests.domains.faces.conftest import JPEG, Faces

HOME, OTHER = 1504, 1505


async def put(
    faces: Faces, who: str, *, face_id: str = "", community: int = HOME, looked: bool = True, key: str = ""
):
    key = key or await faces.picture(who)
    look = await good_look(faces.engine, await faces.objects.get(key), field="f") if looked else None
    async with faces.db.begin() as tx:
        return await enrolment.put(
            faces.scope, tx, community_id=community, face_id=face_id or f"face-{who}", identity_id=f"id-{who}",
            object_key=key, now_ms=faces.db.clock.now_ms(), look=look,
        )  # fmt: skip


async def drop(faces: Faces, face_id: str, **where) -> int:
    async with faces.db.begin() as tx:
        return await enrolment.drop(faces.scope, tx, face_id=face_id, now_ms=1, **where)


async def who(faces: Faces, name: str, *, community: int = HOME, search: FaceSearch | None = None):
    found = await (search or faces.search).who_is(
        faces.scope, community_id=community, picture=marked(JPEG, name), field="picture"
    )
    return found.verdict, [one.identity_id for one in found.candidates]


async def test_a_face_is_found_in_its_community_and_in_no_other(faces):
    assert await who(faces, "alice") == ("stranger", [])
    assert await put(faces, "alice") == "kept"
    assert await put(faces, "bob") == "kept"
    assert await who(faces, "alice") == ("match", ["id-alice"])
    assert await who(faces, "bob") == ("match", ["id-bob"])
    assert await who(faces, "carol") == ("stranger", [])
    assert await who(faces, "alice", community=OTHER) == ("stranger", [])
    stranger = Scope("tenant", Caller("app", "other"), frozenset({OTHER}))
    with pytest.raises(NotFound):
        await faces.search.who_is(stranger, community_id=HOME, picture=marked(JPEG, "alice"), field="picture")
    async with faces.db.begin() as tx:
        assert await enrolment.drop(stranger, tx, face_id="face-alice", now_ms=1) == 0
    assert await who(faces, "alice") == ("match", ["id-alice"])


async def test_two_pictures_of_one_person_are_no_rivals(faces):
    await put(faces, "alice")
    key = await faces.picture("alice", "cover")
    async with faces.db.begin() as tx:
        await enrolment.put(
            faces.scope, tx, community_id=HOME, face_id="face-alice-2", identity_id="id-alice", object_key=key,
            now_ms=1, look=await good_look(faces.engine, await faces.objects.get(key), field="f"),
        )  # fmt: skip
    assert await who(faces, "alice") == ("match", ["id-alice"])
    await put(faces, "alice", face_id="face-twin", key=await faces.picture("alice"))
    twin = await queries.template(faces.scope, faces.db, community_id=HOME, face_id="face-twin")
    assert twin.identity_id == "id-alice"


async def test_a_twin_of_somebody_else_makes_it_unsure(faces):
    await put(faces, "alice")
    key = await faces.picture("alice")
    async with faces.db.begin() as tx:
        await enrolment.put(
            faces.scope, tx, community_id=HOME, face_id="face-x", identity_id="id-x", object_key=key, now_ms=1,
            look=await good_look(faces.engine, await faces.objects.get(key), field="f"),
        )  # fmt: skip
    verdict, found = await who(faces, "alice")
    assert verdict == "unsure"
    assert sorted(found) == ["id-alice", "id-x"]


async def test_dropping_takes_everything_but_the_ids(faces):
    await put(faces, "alice")
    await put(faces, "alice", community=OTHER)
    assert await who(faces, "alice") == ("match", ["id-alice"])
    assert await drop(faces, "face-alice", community_ids=[OTHER]) == 1
    assert await who(faces, "alice") == ("match", ["id-alice"])
    assert await who(faces, "alice", community=OTHER) == ("stranger", [])
    assert await drop(faces, "face-alice") == 1
    assert await drop(faces, "face-alice") == 0
    assert await who(faces, "alice") == ("stranger", [])
    left = await queries.template(faces.scope, faces.db, community_id=HOME, face_id="face-alice")
    assert (left.state, left.identity_id, left.object_key) == ("dropped", "", "")
    # …and the same face may come again
    assert await put(faces, "alice") == "kept"
    assert await who(faces, "alice") == ("match", ["id-alice"])


async def test_without_a_look_a_worker_makes_the_template_after_the_commit(faces):
    assert await put(faces, "alice", looked=False) == "pending"
    assert await put(faces, "alice", looked=False) == "pending"  # no second job
    assert await who(faces, "alice") == ("stranger", [])
    assert await faces.worker.run_once() == 1
    assert await who(faces, "alice") == ("match", ["id-alice"])


async def test_a_bad_picture_is_refused_with_its_reasons(faces):
    with pytest.raises(FaceRefused) as refused:
        await good_look(faces.engine, marked(JPEG, "alice", "blur", "pose"), field="faceUrl")
    assert refused.value.facts["reasons"] == ["pose", "blur"]
    assert refused.value.text("en") == "faceUrl: shows a face that does not look into the camera"
    with pytest.raises(BadInput, match="is no picture that can be read"):
        await good_look(faces.engine, b"words", field="faceUrl")
    key = await faces.picture("-")
    assert await put(faces, "nobody", looked=False, key=key) == "pending"
    assert await put(faces, "lost", looked=False, key="tenant/household_face/lost.jpg") == "pending"
    assert await faces.worker.run_once() == 2
    rows = {row.face_id: row for row in (await _to_enrol(faces)).data}
    assert {name: (row.state, row.reasons) for name, row in rows.items()} == {
        "face-nobody": ("refused", "count"),
        "face-lost": ("refused", "gone"),
    }


async def _to_enrol(faces: Faces):
    model_id = faces.engine.state.model_id
    return await queries.to_enrol(faces.scope, faces.db, HOME, model_id, PageRequest.of(1, 10))


async def test_another_model_compares_with_nothing_until_faces_are_enrolled_anew(faces):
    for name in ("alice", "bob", "carol"):
        await put(faces, name)
    assert await who(faces, "alice") == ("match", ["id-alice"])
    faces.models.model_id = "fake111111111111"
    assert await who(faces, "alice") == ("stranger", [])
    assert (await _to_enrol(faces)).total == 3
    await faces.enroller.start()
    while await faces.worker.run_once():
        pass
    assert (await _to_enrol(faces)).total == 0
    assert await who(faces, "alice") == ("match", ["id-alice"])


async def test_without_models_faces_wait(faces):
    off = NoEngine("no models")
    faces.enroller._engine = off
    search = FaceSearch(faces.db, off)
    assert await put(faces, "alice", looked=False) == "pending"
    await faces.worker.run_once()
    with pytest.raises(FacesOff):
        await who(faces, "alice", search=search)
    assert (await _to_enrol(faces)).total == 1
    faces.enroller._engine = faces.engine  # an operator has fetched them, and the platform starts again
    await faces.enroller.start()
    await faces.worker.run_once()
    assert await who(faces, "alice") == ("match", ["id-alice"])


async def test_dropped_rows_go_in_time_and_an_index_that_was_away_starts_afresh(faces):
    await put(faces, "alice")
    await put(faces, "bob")
    away = FaceSearch(faces.db, LocalEngine(faces.models))
    assert await who(faces, "alice", search=away) == ("match", ["id-alice"])
    await drop(faces, "face-alice")
    now = faces.db.clock.now_ms()
    await enrolment.purge(faces.db, now_ms=now, days=7)
    assert await queries.template(faces.scope, faces.db, community_id=HOME, face_id="face-alice") is None
    assert await who(faces, "alice", search=away) == ("stranger", [])
    assert await who(faces, "bob", search=away) == ("match", ["id-bob"])
    assert await who(faces, "bob") == ("match", ["id-bob"])


async def test_an_index_ahead_of_a_restored_database_begins_anew(faces):
    await put(faces, "alice")
    await put(faces, "bob")
    assert await who(faces, "alice") == ("match", ["id-alice"])
    await faces.engine.feed(f"{HOME}-{faces.engine.state.model_id}", [], mark=99)
    assert await who(faces, "alice") == ("match", ["id-alice"])
    assert await faces.engine.mark(f"{HOME}-{faces.engine.state.model_id}") == 2
