"""Staff see whether faces are on, which faces cannot be recognised, and decide by thresholds of their own."""

import pytest
from sqlalchemy import bindparam, select

from linli.domains.communities.models import communities
from linli.domains.communities.service import pois
from linli.domains.faces.room import FaceEngineRoom
from linli.domains.faces.service import enrolment
from linli.domains.faces.service.inspection import look
from linli.kernel import audit
from linli.kernel.db import INT, Query
from linli.kernel.scope import Scope
from linli.vision.engine.local import LocalEngine, NoEngine
from linli.vision.fake import FakePipeline, marked
from tests.console.conftest import administrator, browser, parts  # noqa: F401 - fixtures
from tests.domains.communities.builders import POI_CSV
from tests.domains.communities.test_console import approved
from tests.domains.faces.conftest import JPEG
from tests.domains.faces.home import as_text, picture

_tenant = Query(
    select(communities.c.tenant_id).where(communities.c.community_id == bindparam("community", type_=INT)),
    unscoped="a test",
)


@pytest.fixture
async def desk(parts, administrator):  # noqa: F811
    async with parts.db.begin() as tx:
        await pois.import_catalogue(tx, pois.read_catalogue(POI_CSV.splitlines()))
    room = FaceEngineRoom(parts.db, parts.objects, LocalEngine(FakePipeline()))
    parts.services["faces"] = room
    community = await approved(administrator)
    return administrator, int(community["id"]), f"/communities/{community['id']}/face-engine", room


async def keep(room: FaceEngineRoom, db, community: int, who: str, *reasons: str) -> None:
    seen = await look(room.engine, marked(JPEG, who, *reasons), field="f")
    tenant = await _tenant.scalar(db, community=community)
    async with db.begin() as tx:
        await enrolment.put(
            Scope.system(tenant, "test"), tx, community_id=community, face_id=f"face-{who}",
            identity_id=f"id-{who}", object_key=f"t/{who}.jpg", now_ms=1, look=seen,
        )  # fmt: skip


async def test_the_state_of_the_engine_and_of_a_community(desk, parts):  # noqa: F811
    staff, community, at, room = desk
    await keep(room, parts.db, community, "alice")
    await keep(room, parts.db, community, "bob", "blur", "pose")
    told = (await staff.get(at)).json()
    assert (told["on"], told["reason"], told["ownThresholds"]) == (True, "", False)
    assert (told["recognised"], told["toEnrol"]) == (1, 1)
    assert (told["waiting"], told["refused"], told["ofBefore"]) == (0, 1, 0)
    assert [(one["job"], one["state"]) for one in told["models"]] == [
        ("detector", "loaded"), ("landmarks", "loaded"), ("embedder", "loaded"),
    ]  # fmt: skip
    assert [gate["use"] for gate in told["gates"]] == ["enrol", "search"]
    assert told["thresholds"] == {"accept": 0.8, "unsure": 0.6, "margin": 0.08}
    page = (await staff.get(f"{at}/to-enrol")).json()
    assert [(row["personId"], row["state"], row["reasons"]) for row in page["data"]] == [
        ("id-bob", "refused", ["pose", "blur"])
    ]
    room.engine = NoEngine("there are no models in models")
    told = (await staff.get(at)).json()
    assert (told["on"], told["reason"], told["thresholds"]) == (False, "there are no models in models", None)
    assert told["cause"] == "no_models"
    assert (told["toEnrol"], told["recognised"]) == (2, 0)
    # What would be fetched, with its licence, where there is nothing.
    assert {one["state"] for one in told["models"]} == {"missing"}
    assert all(one["licence"] and one["source"] and one["originSha256"] for one in told["models"])
    assert (await staff.get("/communities/999999/face-engine")).status_code == 404


async def test_a_site_decides_by_thresholds_of_its_own(desk, parts):  # noqa: F811
    staff, community, at, room = desk
    await keep(room, parts.db, community, "alice")
    scope = Scope.system(await _tenant.scalar(parts.db, community=community), "test")

    async def verdict() -> str:
        found = await room.search.who_is(
            scope, community_id=community, picture=marked(JPEG, "alice"), field="f"
        )
        return found.verdict

    assert await verdict() == "match"
    own = {"accept": 1.0, "unsure": 0.9, "margin": 0.5}
    assert (await staff.put(f"{at}/thresholds", json=own)).status_code < 300
    told = (await staff.get(at)).json()
    assert (told["thresholds"], told["ownThresholds"]) == (own, True)
    for wrong, field in (
        ({**own, "accept": 1.1}, "accept"), ({**own, "unsure": 0.1}, "unsure"),
        ({**own, "accept": 0.5}, "unsure"), ({**own, "margin": -0.1}, "margin"),
        ({**own, "margin": "wide"}, "margin"), ({"accept": 1}, ""),
    ):  # fmt: skip
        answer = await staff.put(f"{at}/thresholds", json=wrong)
        assert answer.status_code in (400, 422), answer.text
        assert field in answer.text
    assert (await staff.get(at)).json()["thresholds"] == own
    # another model: what was said of the old one is void
    room.engine._looker.__class__ = type("Other", (FakePipeline,), {"model_id": "other"})
    assert (await staff.get(at)).json()["ownThresholds"] is False
    room.engine._looker.__class__ = FakePipeline
    assert (await staff.delete(f"{at}/thresholds")).status_code < 300
    assert (await staff.get(at)).json()["ownThresholds"] is False


async def test_another_model_is_told_with_how_far_its_faces_have_come(desk, parts):  # noqa: F811
    staff, community, at, room = desk
    for who in ("alice", "bob"):
        await keep(room, parts.db, community, who)
    room.engine._looker.__class__ = type("Other", (FakePipeline,), {"model_id": "other"})
    await keep(room, parts.db, community, "carol")
    told = (await staff.get(at)).json()
    assert (told["recognised"], told["ofBefore"], told["waiting"], told["toEnrol"]) == (1, 2, 0, 2)


async def test_whose_face_a_picture_shows(desk, parts):  # noqa: F811
    staff, community, at, room = desk
    await keep(room, parts.db, community, "alice")

    async def ask(who: str, *reasons: str, route: str = "search"):
        content = as_text(marked(picture(who), who, *reasons))
        return await staff.post(f"{at}/{route}", json={"picture": content})

    found = (await ask("alice")).json()
    assert (found["verdict"], found["faces"]) == ("match", 1)
    [one] = found["candidates"]
    assert (one["personId"], one["score"], one["pictureUrl"]) == ("id-alice", 1.0, None)
    stranger = (await ask("mallory")).json()
    assert (stranger["verdict"], stranger["candidates"]) == ("stranger", [])
    poor = await ask("alice", "blur")
    assert (poor.status_code, poor.json()["field"]) == (400, "picture")
    seen = (await ask("alice", "blur", "pose", route="look")).json()
    assert (seen["good"], seen["hints"]) == (False, ["Look straight into the camera.", "Hold still."])
    for wrong in ("!", "", as_text(b"no picture")):
        for route in ("look", "search"):
            answer = await staff.post(f"{at}/{route}", json={"picture": wrong})
            assert (answer.status_code, answer.json()["field"]) == (400, "picture")
    # Whoever was found can read that they were.
    reads = await audit.secret_reads_of(
        Scope.system(await _tenant.scalar(parts.db, community=community), "test"), parts.db,
        kind="person_face", target="id-alice",
    )  # fmt: skip
    assert [row.caller.partition(":")[0] for row in reads] == ["staff"]
    room.engine = NoEngine("there are no models in models")
    off = await ask("alice", route="look")
    assert (off.status_code, off.json()["code"]) == (503, "faces.no_hints")
