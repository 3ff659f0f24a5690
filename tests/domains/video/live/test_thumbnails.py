"""Small pictures of recordings: along a part of a day, filled where they are hidden, kept within a quota, who looked."""

import base64

import pytest

from linli.domains.video.console.thumbnails import MOST, moments
from linli.domains.video.recorder.film_stills import FilmStills
from linli.media import stills
from tests.domains.video.live.conftest import House
from tests.domains.video.live.test_masks import LEFT, guard, halves, hide
from tests.domains.video.live.test_recording import plan, recorded_ms

__all__ = ["guard"]


def test_moments_are_even_and_lie_where_something_is() -> None:
    assert moments([], 0, 100) == []
    assert moments([(0, 24)], 0, 100) == list(range(0, 24, 2))
    found = moments([(0, 1_000), (5_000, 6_000)], 500, 5_500)
    assert len(found) == MOST
    assert all(500 <= at < 1_000 or 5_000 <= at < 5_500 for at in found)
    assert moments([(0, 3)], 0, 10) == [0, 1, 2]


async def test_a_part_of_a_day_in_small_pictures(house: House) -> None:
    path = await house.camera()
    await plan(house, path)
    files = await recorded_ms(house, path, 4_000)
    await plan(house, path, mode="off")
    span = {"beginMs": files[0]["beginMs"] - 60_000, "endMs": files[-1]["endMs"]}
    got = await house.desk.get(f"{path}/timeline/thumbnails", params=span)
    assert got.status_code == 200, got.text
    rows = got.json()
    assert 2 <= len(rows) <= MOST
    assert [row["atMs"] for row in rows] == sorted(row["atMs"] for row in rows)
    for row in rows:
        assert base64.b64decode(row["jpeg"]).startswith(b"\xff\xd8")
    left, _ = await halves(base64.b64decode(rows[0]["jpeg"]))
    assert left > 40
    (look,) = (await house.desk.get(f"{house.at}/camera-looks", params={"kind": "playback"})).json()["data"]
    assert (look["beginMs"], look["endMs"]) == (span["beginMs"], span["endMs"])
    for bad in ({"beginMs": 5, "endMs": 5}, {"beginMs": 0, "endMs": 26 * 3_600_000}, {"beginMs": -1}):
        assert (await house.desk.get(f"{path}/timeline/thumbnails", params=bad)).status_code == 400, bad
    nothing = await house.desk.get(f"{path}/timeline/thumbnails", params={"beginMs": 0, "endMs": 1_000})
    assert nothing.json() == []


@pytest.mark.usefixtures("guard")
async def test_they_are_filled_where_they_are_hidden(house: House) -> None:
    path = await house.camera()
    await hide(house, path, LEFT)
    await plan(house, path)
    files = await recorded_ms(house, path, 2_000)
    span = {"beginMs": files[0]["beginMs"], "endMs": files[-1]["endMs"]}
    rows = (await house.desk.get(f"{path}/timeline/thumbnails", params=span)).json()
    left, right = await halves(base64.b64decode(rows[0]["jpeg"]))
    assert left < 3
    assert right > 40


async def test_what_is_kept_of_them_stays_within_its_quota(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = await house.camera()
    await plan(house, path)
    files = await recorded_ms(house, path, 3_000)
    films = house.platform.video.recordings.films
    made = 0

    async def jpeg(stream: bytes, **_: object) -> bytes:
        nonlocal made
        made += 1
        assert b"ftyp" in stream[:12]
        return bytes(400)

    monkeypatch.setattr(stills, "jpeg", jpeg)
    monkeypatch.setattr(films, "stills", FilmStills(films.ledger, most_bytes=1_000))
    span = {"beginMs": files[0]["beginMs"], "endMs": files[0]["beginMs"] + 900}
    for _ in range(2):
        await house.desk.get(f"{path}/timeline/thumbnails", params=span)
    assert made == 1  # one key picture a second: all moments of this part have it
    wide = {"beginMs": files[0]["beginMs"], "endMs": files[-1]["endMs"]}
    await house.desk.get(f"{path}/timeline/thumbnails", params=wide)
    assert made >= 3
    assert films.stills.bytes == 800
