"""Cameras by GB/T 28181 are turned, set to presets and sent round, from a page and by the open API's numbers."""

import pytest

from linli.kernel.scope import Scope
from linli.protocols import gb28181 as gb
from linli.protocols.steering import ACTIONS
from tests.domains.video.live.conftest import House, channel


async def test_presets_and_cruises_from_the_page(house: House) -> None:
    path = await house.camera()
    (camera,) = house.cameras
    view = (await house.desk.get(f"{path}/steering")).json()
    assert (view["turns"], view["zooms"], view["home"], view["cruises"], view["presets"]) == (
        True, True, False, True, [],
    )  # fmt: skip
    for expected in (1, 2):
        kept = await house.desk.post(f"{path}/presets", json={})
        assert kept.json() == {"preset": expected}, kept.text
        await camera.until(lambda: len(camera.presets) == expected)  # noqa: B023
    view = (await house.desk.get(f"{path}/steering")).json()
    assert view["presets"] == [{"preset": 1, "name": "预置点1"}, {"preset": 2, "name": "预置点2"}]
    assert (await house.desk.post(f"{path}/presets/2/go")).status_code == 204
    assert (
        await house.desk.put(f"{path}/cruises/1", json={"presets": [2, 1], "stay": 300})
    ).status_code == 204
    assert (await house.desk.post(f"{path}/cruises/1/start")).status_code == 204
    assert (await house.desk.delete(f"{path}/presets/1")).status_code == 204
    await camera.until(lambda: len(camera.moves) == 9)
    assert set(camera.moves) == {
        gb.preset_command(gb.SET_PRESET, 1), gb.preset_command(gb.SET_PRESET, 2),
        gb.preset_command(gb.GO_TO_PRESET, 2), gb.preset_command(gb.DELETE_PRESET, 1),
        gb.cruise_command(gb.DELETE_FROM_CRUISE, 1), gb.cruise_command(gb.ADD_TO_CRUISE, 1, 2),
        gb.cruise_command(gb.ADD_TO_CRUISE, 1, 1), gb.cruise_command(gb.CRUISE_STAY, 1, value=300),
        gb.cruise_command(gb.START_CRUISE, 1),
    }  # fmt: skip
    assert camera.presets == {2: "预置点2"}
    assert (await house.desk.post(f"{path}/presets/256/go")).status_code == 404
    assert (await house.desk.post(f"{path}/presets", json={"preset": 256})).status_code == 400
    home = await house.desk.post(f"{path}/presets/0/go")
    assert (home.status_code, home.json()["code"]) == (503, "video.cannot_steer")


async def test_the_open_numbers_turn_a_camera_and_it_stops_by_itself(house: House) -> None:
    await house.camera()
    (camera,) = house.cameras
    (row,) = await house.listed()
    invoker, scope = house.platform.things.invoker, Scope.system(None, "test")
    await invoker.invoke(scope, row["iotId"], "PTZActionControl", {"ActionType": 5, "Step": 0})
    await camera.until(lambda: gb.ptz_command(gb.Move()) in camera.moves)
    assert camera.moves[0] == gb.ptz_command(gb.Move(1, 1), 96), "5 is up and right"
    assert ACTIONS[6] == gb.Move(-1, -1), "6 is down and left"


@pytest.mark.parametrize(
    "inputs", [{}, {"ActionType": 10}, {"ActionType": "5"}, {"ActionType": 1, "Step": 11}]
)
async def test_what_does_not_fit_is_refused(house: House, inputs: dict[str, object]) -> None:
    await house.camera()
    (row,) = await house.listed()
    invoker, scope = house.platform.things.invoker, Scope.system(None, "test")
    with pytest.raises(Exception, match="args"):
        await invoker.invoke(scope, row["iotId"], "PTZActionControl", inputs)


async def test_a_camera_that_stands_still_says_so(house: House) -> None:
    await house.known()
    recorder = house.recorder(channel(steers=False))
    assert await recorder.start() == 200
    path = await house.camera()
    view = (await house.desk.get(f"{path}/steering")).json()
    assert (view["turns"], view["reason"]) == (False, "这台摄像头不能转动或变焦。")
    refused = await house.desk.post(f"{path}/steer", json={"direction": "up"})
    assert (refused.status_code, refused.json()["code"]) == (503, "video.cannot_steer")
