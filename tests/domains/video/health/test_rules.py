"""Pictures that FFmpeg encodes and decodes: each fault is found, and what happens to good cameras is none."""

import pytest

from linli.domains.video.health.rules import Judged, Period, judge, period_of
from linli.domains.video.health.sight import Sight, sight_of
from linli.domains.video.health_rows import needed
from linli.media import stills
from tests.domains.video.health.scenes import Scene, key_picture

NIGHT = Scene(light=0.2, lamps=True, noise=5, seed=31)


async def seen(scene: Scene) -> Sight:
    return sight_of(await stills.grey(key_picture(scene)))


async def judged(scene: Scene, period: Period = "day", **references: Scene) -> Judged:
    known = {name: await seen(one) for name, one in (references or {"day": Scene()}).items()}
    return judge(await seen(scene), known, period, 0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("scene", "kind"),
    [
        (Scene(fill=0, noise=1), "black"),
        (Scene(fill=9, noise=3), "black"),
        (Scene(fill=252), "white"),
        (Scene(fill=120, noise=4), "covered"),
        (Scene(fill=60, noise=6), "covered"),
        (Scene(shift=192, seed=3), "moved"),
        (Scene(shift=-192, seed=3, people=5), "moved"),
        (Scene(shift=450, seed=3), "moved"),
        (Scene(blur=4, seed=3), "blurred"),
        (Scene(blur=14, seed=3), "blurred"),
        (Scene(blur=40, seed=3), "blurred"),
    ],
)
async def test_each_fault_is_found(scene: Scene, kind: str) -> None:
    result = await judged(scene)
    assert [verdict.kind for verdict in result.verdicts] == [kind]
    assert 50 <= result.verdicts[0].sure <= 99
    assert not result.learn


@pytest.mark.parametrize(
    "scene",
    [
        Scene(seed=2),
        Scene(seed=3, people=10),
        Scene(seed=4, car=300),
        Scene(seed=5, rain=500, noise=5),
        Scene(seed=6, sun=1),
        Scene(seed=6, sun=-1, light=0.8),
        Scene(seed=7, light=0.5, noise=5),
        Scene(seed=8, light=0.4, lamps=True, noise=5),
        Scene(seed=9, light=1.25),
        Scene(seed=10, shift=8),
        Scene(seed=11, noise=9),
    ],
)
async def test_what_happens_to_good_cameras_is_no_fault(scene: Scene) -> None:
    assert (await judged(scene)).verdicts == []


async def test_night_and_day_are_no_fault_and_are_learned() -> None:
    first = await judged(NIGHT, "night", day=Scene())
    assert (first.verdicts, first.learn) == ([], True)
    for number in range(3):
        later = await judged(
            NIGHT._replace(seed=40 + number, people=number), "night", day=Scene(), night=NIGHT
        )
        assert (later.verdicts, later.learn) == ([], False)
    morning = await judged(Scene(seed=9), "dawn", day=Scene(), night=NIGHT)
    assert morning.verdicts == []


async def test_a_place_without_lamps_is_black_by_night_only() -> None:
    dark = Scene(fill=3, noise=3)
    assert (await judged(dark, "night", day=Scene())).verdicts == []
    assert (await judged(dark, "dusk", day=Scene(), night=dark)).verdicts == []
    assert [one.kind for one in (await judged(dark, "day", day=Scene(), night=dark)).verdicts] == ["black"]


async def test_a_turned_camera_is_found_by_night_too() -> None:
    turned = await judged(NIGHT._replace(shift=192, seed=3), "night", day=Scene(), night=NIGHT)
    assert [one.kind for one in turned.verdicts] == ["moved"]


async def test_by_how_much_it_was_turned_is_told() -> None:
    (verdict,) = (await judged(Scene(shift=192, seed=3))).verdicts
    assert abs(int(verdict.facts["across"]) + 30) <= 2
    assert abs(int(verdict.facts["down"])) <= 2


async def test_a_picture_that_stands_still_needs_three_looks() -> None:
    known = {"day": await seen(Scene())}
    same = await seen(Scene(seed=5))
    kinds = [[one.kind for one in judge(same, known, "day", alike).verdicts] for alike in range(4)]  # type: ignore[arg-type]
    assert kinds == [[], [], ["frozen"], ["frozen"]]
    other = await seen(Scene(seed=6))  # nothing but the sensor's noise differs
    assert other.mark != same.mark


async def test_a_first_look_is_learned_unless_something_is_wrong() -> None:
    assert judge(await seen(Scene()), {}, "day", 0).learn
    assert not judge(await seen(Scene(fill=0)), {}, "day", 0).learn
    assert not judge(await seen(Scene(fill=128)), {}, "day", 0).learn


def test_periods_cover_the_day() -> None:
    names = [period_of(hour) for hour in range(24)]
    assert (names[0], names[6], names[12], names[18], names[23]) == ("night", "dawn", "day", "dusk", "night")
    assert (needed("moved"), needed("frozen")) == (2, 1)


async def test_what_cannot_be_decoded_is_said() -> None:
    with pytest.raises(stills.NoStill):
        await stills.grey(b"\x00\x00\x00\x01\x65" + b"\xff" * 400)
