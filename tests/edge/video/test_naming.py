"""Names, channels and places. Vectors: spec D V-14, 4.2, 5.2."""

import pytest

from linli.edge.video.naming import place_for, pulled_name, read_pulled_name, real_channel, sizes
from linli.edge.video.rows import VideoDevice


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("YPLXJ-000105_2_4# 3单元西电梯", ("YPLXJ-000105", 2, "4# 3单元西电梯")),
        ("YPLXJ-000105_33_14#东电梯", ("YPLXJ-000105", 33, "14#东电梯")),
        ("YPLXJ-000118_33_Camera01", ("YPLXJ-000118", 33, "Camera01")),
        ("YPLXJ-000118_7_", ("YPLXJ-000118", 7, "")),
    ],
)
def test_names_of_pulled_cameras(name: str, parts: tuple[str, int, str]) -> None:
    assert read_pulled_name(name) == parts
    assert pulled_name(*parts) == name
    assert read_pulled_name(parts[0]) is None


def test_channels_that_begin_at_33() -> None:
    assert real_channel(33, [1, 2, 3]) == 1
    assert real_channel(2, [1, 2, 3]) == 2
    assert real_channel(33, [33, 34]) == 33
    assert real_channel(40, [1, 40]) == 40
    assert real_channel(33, []) == 33


def made(count: int, instance: int) -> list[VideoDevice]:
    return [
        VideoDevice(
            no=n, instance=instance, kind="ipc", name=f"c{n}", alias=f"c{n}", model="", protocol="onvif"
        )
        for n in range(count)
    ]


def test_instances_fill_one_after_the_other_and_recorders_stay_whole() -> None:
    assert place_for(made(255, 0), sizes("ipc", 0, three=True), three=True) == 0
    assert place_for(made(256, 0), sizes("ipc", 0, three=True), three=True) == 1
    assert place_for(made(250, 0), sizes("nvr", 5, three=True), three=True) == 0
    assert place_for(made(250, 0), sizes("nvr", 6, three=True), three=True) == 1
    assert place_for([*made(256, 0), *made(256, 1), *made(256, 2)], 1, three=True) is None
    assert place_for(made(256, 0), 1, three=False) is None
    assert place_for(made(250, 0), sizes("nvr", 6, three=False), three=False) == 0
