"""A simulated camera over SIP and RTP: looked at by the platform, found faulty, muted, renewed, good again."""

import asyncio
import base64
from typing import Any

import pytest

from linli.domains.video.health import looker
from linli.sim import gb28181 as sim
from tests.domains.video.health.scenes import Scene, key_picture
from tests.domains.video.live.conftest import CAMERA, House

pytestmark = pytest.mark.usefixtures("daylight")


@pytest.fixture
def daylight(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the clock says, so that references are those of one period."""
    monkeypatch.setattr(looker, "period_of", lambda hour: "day")


class Filmed:
    """A camera whose scene changes between looks, with the sensor's noise."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.scene = Scene()
        self.still = False
        self._number = 0
        self.path = ""

    def pictures(self) -> Any:
        if not self.still:
            self._number += 1
        return sim.looped(key_picture(self.scene._replace(seed=self._number + 100)), rate=10)

    async def start(self) -> None:
        await self.house.known()
        channel = sim.Channel(CAMERA, "北门枪机", pictures=self.pictures, rate=10)
        assert await self.house.recorder(channel).start() == 200
        (row,) = await self.house.listed()
        self.path = f"{self.house.at}/cameras/{row['id']}/health"

    async def look(self, scene: Scene | None = None) -> dict[str, Any]:
        self.scene = scene or self.scene
        looked = await self.house.desk.post(f"{self.path}/look")
        assert looked.status_code == 204, looked.text
        return await self.state()

    async def state(self) -> dict[str, Any]:
        answer = await self.house.desk.get(self.path)
        assert answer.status_code == 200, answer.text
        state: dict[str, Any] = answer.json()
        return state

    async def listed(self) -> list[dict[str, Any]]:
        rows = (await self.house.desk.get(f"{self.house.at}/camera-health")).json()
        cameras: list[dict[str, Any]] = rows["cameras"]
        return cameras


@pytest.fixture
async def filmed(house: House) -> Filmed:
    made = Filmed(house)
    await made.start()
    return made


def kinds(state: dict[str, Any]) -> list[str]:
    return [row["kind"] for row in state["findings"]]


async def test_a_covered_lens_counts_at_the_second_look_and_ends_by_itself(filmed: Filmed) -> None:
    state = await filmed.look()
    assert (kinds(state), [row["period"] for row in state["references"]]) == ([], ["day"])
    assert (await filmed.look())["inPlace"] > 90
    covered = Scene(fill=120, noise=4)
    state = await filmed.look(covered)
    assert (kinds(state), state["once"]) == (["covered"], ["covered"])
    assert await filmed.listed() == []
    state = await filmed.look(covered)
    assert (kinds(state), state["once"]) == (["covered"], [])
    (row,) = await filmed.listed()
    (finding,) = row["findings"]
    assert row["name"] == "北门枪机"
    assert "遮挡" in finding["reason"]
    assert finding["seenMs"] >= finding["sinceMs"]
    for name in ("covered", "day"):
        picture = await filmed.house.desk.get(f"{filmed.path}/pictures/{name}")
        assert base64.b64decode(picture.json()["jpeg"]).startswith(b"\xff\xd8")
    assert kinds(await filmed.look(Scene())) == []
    assert await filmed.listed() == []
    assert (await filmed.house.desk.get(f"{filmed.path}/pictures/covered")).status_code == 404
    assert not any(camera.senders for camera in filmed.house.cameras)  # nothing is sent on for nobody


async def test_a_lorry_for_one_look_is_none(filmed: Filmed) -> None:
    await filmed.look()
    state = await filmed.look(Scene(car=640))
    assert state["once"] == kinds(state)
    assert await filmed.listed() == []
    assert kinds(await filmed.look(Scene())) == []


async def test_a_turned_lens_is_the_right_view_once_staff_say_so(filmed: Filmed) -> None:
    await filmed.look()
    turned = Scene(shift=192)
    await filmed.look(turned)
    state = await filmed.look(turned)
    assert kinds(state) == ["moved"]
    assert "向右转了约 30%" in state["findings"][0]["reason"]
    assert (await filmed.house.desk.post(f"{filmed.path}/view")).status_code == 204
    state = await filmed.state()
    assert kinds(state) == []
    assert [row["learned"] for row in state["references"]] == [False]
    assert kinds(await filmed.look(turned)) == []
    state = await filmed.look(Scene())  # turned back: that is wrong now
    assert kinds(state) == ["moved"]


async def test_a_picture_that_stands_still_is_found_at_the_third_look(filmed: Filmed) -> None:
    await filmed.look()
    filmed.still = True
    found = [kinds(await filmed.look()) for _ in range(3)]
    assert found == [[], ["frozen"], ["frozen"]]  # the first of them was the third picture of its kind
    filmed.still = False
    assert kinds(await filmed.look()) == []


async def test_a_finding_is_muted_and_shown_last(filmed: Filmed) -> None:
    await filmed.look()
    for _ in range(2):
        await filmed.look(Scene(fill=0, noise=1))
    desk, path = filmed.house.desk, filmed.path
    assert (await desk.post(f"{path}/mute", json={"kind": "black", "days": 7})).status_code == 204
    (row,) = await filmed.listed()
    assert row["findings"][0]["mutedUntilMs"] > row["findings"][0]["seenMs"]
    assert (await desk.post(f"{path}/mute", json={"kind": "moved", "days": 7})).status_code == 404
    for form in ({"kind": "sad", "days": 7}, {"kind": "black", "days": 91}, {"kind": "black"}, {}):
        assert (await desk.post(f"{path}/mute", json=form)).status_code == 400


async def test_one_that_is_switched_off_keeps_no_picture(filmed: Filmed) -> None:
    await filmed.look()
    desk, path = filmed.house.desk, filmed.path
    assert (await desk.put(path, json={"on": False})).status_code == 204
    state = await filmed.state()
    assert (state["on"], state["references"]) == (False, [])
    summary = (await desk.get(f"{filmed.house.at}/camera-health")).json()
    assert (summary["watched"], summary["off"]) == (0, 1)
    assert (await desk.put(path, json={"on": True})).status_code == 204
    assert (await filmed.state())["on"]


async def test_a_camera_without_a_picture_says_why(house: House) -> None:
    path = await house.camera(silent=True)
    looked = await house.desk.post(f"{path}/health/look")
    assert looked.status_code == 409 or looked.status_code == 503, looked.text
    state = (await house.desk.get(f"{path}/health")).json()
    assert "画面" in state["trouble"]
    assert state["findings"] == []


async def test_two_looks_at_once_are_one(filmed: Filmed) -> None:
    desk, path = filmed.house.desk, filmed.path
    answers = await asyncio.gather(desk.post(f"{path}/look"), desk.post(f"{path}/look"))
    assert sorted(answer.status_code for answer in answers) == [204, 409]
