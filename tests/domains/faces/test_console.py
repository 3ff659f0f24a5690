"""Staff see whether faces are on, which faces cannot be recognised, and decide by thresholds of their own."""

import pytest
from sqlalchemy import bindparam, select

from linli.domains.communities.models import communities
from linli.domains.communities.service import pois
from linli.domains.faces.room import FaceEngineRoom
from linli.domains.faces.service import enrolment
from linli.domains.faces.service.looking import look
from linli.kernel.db import INT, Query
from linli.kernel.scope import Scope
from linli.vision.engine.local import LocalEngine, NoEngine
from linli.vision.fake import FakePipeline, marked
from tests.console.conftest import administrator, browser, parts  # noqa: F401 - fixtures
from tests.domains.communities.builders import POI_CSV
from tests.domains.communities.test_console import approved
from tests.domains.faces.conftest import JPEG

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
    assert told["thresholds"] == {"accept": 0.8, "unsure": 0.6, "margin": 0.08}
    page = (await staff.get(f"{at}/to-enrol")).json()
    assert [(row["personId"], row["state"], row["reasons"]) for row in page["data"]] == [
        ("id-bob", "refused", ["pose", "blur"])
    ]
    room.engine = NoEngine("there are no models in models")
    told = (await staff.get(at)).json()
    assert (told["on"], told["reason"], told["thresholds"]) == (False, "there are no models in models", None)
    assert told["toEnrol"] == 2
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
