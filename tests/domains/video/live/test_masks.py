"""Parts of a picture that are hidden: by right, for players, in single pictures and in what is taken away."""

import asyncio
import base64
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest

from linli.domains.people.rights import RIGHTS_OF, Role
from linli.domains.video.console.masks import mask_routes
from linli.domains.video.service import masks
from linli.media.recorder import exported, masked
from linli.media.stills import Box
from tests.domains.video.live.conftest import House
from tests.domains.video.live.test_recording import plan, recorded_ms

LEFT = {"left": 0, "top": 0, "width": 5_000, "height": 10_000}
"""The left half."""
SEES = "sees_through"


async def hide(house: House, path: str, *boxes: dict[str, int]) -> httpx.Response:
    return await house.desk.put(f"{path}/masks", json={"boxes": list(boxes)})


@pytest.fixture
def guard(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one at the desk manages no recordings."""

    async def sees(*_: Any) -> bool:
        return False

    monkeypatch.setattr(masks, SEES, sees)


async def halves(image: bytes, form: str = "mjpeg") -> tuple[float, float]:
    """Mean light of the left and the right half of the first picture, 0 to 255."""
    process = await asyncio.create_subprocess_exec(
        "ffmpeg", "-v", "error", "-f", form, "-i", "pipe:0", "-frames:v", "1", "-vf", "scale=64:36,format=gray",
        "-f", "rawvideo", "pipe:1", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    plane, _ = await process.communicate(image)
    assert len(plane) == 64 * 36
    rows = [plane[at : at + 64] for at in range(0, len(plane), 64)]
    return tuple(sum(sum(row[first : first + 28]) for row in rows) / (28 * 36) for first in (0, 34))  # type: ignore[return-value]


async def test_masks_are_set_changed_refused_and_kept_in_the_history(house: House) -> None:
    path = await house.camera()
    assert (await house.desk.get(f"{path}/masks")).json() == {"boxes": [], "seesThrough": True, "uppers": []}
    assert (await hide(house, path, LEFT)).status_code == 204
    assert (await house.desk.get(f"{path}/masks")).json()["boxes"] == [LEFT]
    for box, rule in (
        (LEFT | {"left": 6_000}, "boxes.0"), (LEFT | {"width": 20}, "boxes.0"), (LEFT | {"left": -1}, "left"),
        (LEFT | {"depth": 1}, "depth"),
    ):  # fmt: skip
        refused = await hide(house, path, box)
        assert refused.status_code == 400, box
        assert rule in refused.text, refused.text
    assert (await hide(house, path, *[LEFT] * 9)).status_code == 400
    iot_id = (await house.desk.get(path)).json()["iotId"]
    asked = {"kind": masks.HISTORY, "target": iot_id}
    changes = await house.desk.get(f"{house.at}/history", params=asked)
    assert changes.status_code == 200, changes.text
    assert "0%, 0%, 50%, 100%" in changes.text
    assert (await hide(house, path)).status_code == 204
    assert (await house.desk.get(f"{path}/masks")).json()["boxes"] == []
    assert (await hide(house, f"{house.at}/cameras/1", LEFT)).status_code == 404


def test_staff_of_a_community_do_not_see_through() -> None:
    assert masks.SEE_THROUGH not in RIGHTS_OF[Role.STAFF]
    assert masks.SEE_THROUGH in RIGHTS_OF[Role.COMMUNITY_MANAGER]


def test_who_draws_sees_through() -> None:
    """Else whoever manages devices uncovers a picture for himself."""
    (route,) = [each for each in mask_routes.declared if each.method == "PUT"]
    assert route.options["right"] == masks.SEE_THROUGH


async def test_who_manages_recordings_sees_through(house: House) -> None:
    path = await house.camera()
    await hide(house, path, LEFT)
    assert (await house.desk.get(f"{path}/masks")).json()["seesThrough"]
    assert (await house.desk.post(f"{path}/live", json={})).json()["masks"] == []
    shot = base64.b64decode((await house.desk.post(f"{path}/snapshot")).json()["jpeg"])
    left, _ = await halves(shot)
    assert left > 40


@pytest.mark.usefixtures("guard")
async def test_who_does_not_gets_masks_for_players_and_filled_pictures(house: House) -> None:
    path = await house.camera()
    await hide(house, path, LEFT)
    assert not (await house.desk.get(f"{path}/masks")).json()["seesThrough"]
    assert (await house.desk.post(f"{path}/live", json={})).json()["masks"] == [LEFT]
    shot = base64.b64decode((await house.desk.post(f"{path}/snapshot")).json()["jpeg"])
    left, right = await halves(shot)
    assert left < 3
    assert right > 40


@pytest.mark.usefixtures("guard")
async def test_what_is_taken_away_has_them_in_the_picture(house: House, tmp_path: Path) -> None:
    path = await house.camera()
    await hide(house, path, LEFT)
    await plan(house, path)
    files = await recorded_ms(house, path, 3_000)
    span = {"beginMs": files[0]["beginMs"], "endMs": files[-1]["endMs"]}
    assert (await house.desk.post(f"{path}/timeline/play", json=span)).json()["masks"] == [LEFT]
    got = await house.desk.post(f"{path}/timeline/download", json={**span, "reason": "物品遗失"})
    assert got.status_code == 200, got.text
    assert got.json()["masks"] == 1
    async with httpx.AsyncClient(base_url=house.url, trust_env=False, timeout=60) as browser:
        body = (await browser.get(got.json()["path"])).content
    saved = tmp_path / "taken.zip"
    saved.write_bytes(body)
    assert exported.check(saved).outcome == "intact"
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        film, manifest = archive.read(exported.FILM), json.loads(archive.read(exported.MANIFEST))
    assert manifest["masks"] == 1
    assert "filled" in manifest["picture"]
    left, right = await halves(film, "mp4")
    assert left < 3
    assert right > 40


@pytest.mark.usefixtures("guard")
async def test_nothing_is_taken_away_where_they_cannot_be_filled(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = await house.camera()
    await hide(house, path, LEFT)
    await plan(house, path)
    files = await recorded_ms(house, path, 1_000)
    monkeypatch.setattr(masked.shutil, "which", lambda name: None)
    span = {"beginMs": files[0]["beginMs"], "endMs": files[-1]["endMs"], "reason": "物品遗失"}
    refused = await house.desk.post(f"{path}/timeline/download", json=span)
    assert (refused.status_code, refused.json()["code"]) == (503, "video.no_masking")


def test_a_film_that_cannot_be_read_is_no_masked_film() -> None:
    with pytest.raises(masked.NotMasked):
        list(masked.Masked(iter([b"no film" * 1000]), [Box(0, 0, 5_000, 5_000)]))
    with pytest.raises(masked.NotMasked):
        list(masked.Masked(iter([b""]), []))
