"""A camera is asked for a key picture where somebody waits for one: seldom, and never again once it refused."""

import pytest

from linli.domains.video.live import key_pictures
from tests.domains.video.live.conftest import House, channel


async def watched(house: House, path: str) -> int:
    return (await house.desk.post(f"{path}/live", json={})).status_code


@pytest.mark.parametrize(("edition_2022", "name"), [(False, "IFameCmd"), (True, "IFrameCmd")])
async def test_who_waits_gets_one(house: House, edition_2022: bool, name: str) -> None:
    await house.known()
    camera = house.recorder(channel())
    camera.edition_2022 = edition_2022
    camera.faults.keys_when_asked = True
    assert await camera.start() == 200
    (row,) = await house.listed()
    assert await watched(house, f"{house.at}/cameras/{row['id']}") == 200
    assert set(camera.controls.keys_asked) == {name}


@pytest.mark.parametrize("answer", ["403", "ERROR"])
async def test_one_that_refuses_is_asked_once(
    house: House, answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(key_pictures, "EACH_S", 0.1)
    path = await house.camera(no_key=True, refuses_keys=answer)
    (camera,) = house.cameras
    assert await watched(house, path) == 503  # it waits 8 s
    assert len(camera.controls.keys_asked) == 1


async def test_it_is_asked_at_most_once_in_two_seconds(house: House) -> None:
    path = await house.camera(no_key=True)
    (camera,) = house.cameras
    assert await watched(house, path) == 503
    front = house.platform.video.desk.front
    (line,) = front.lines.all()
    assert 3 <= len(camera.controls.keys_asked) <= 5
    (code,) = camera.channels
    line.keys_asked.clear()
    assert [key_pictures.ask_key(front, line, code) for _ in range(3)] == [True, False, False]
