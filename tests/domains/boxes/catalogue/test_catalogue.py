"""The vendor catalogue: the source's list whole, found by brand and model, with the constants of the brands' guides."""

import pytest

from linli.domains.boxes.catalogue.library import DOOR_SYSTEM, library
from tests.console.conftest import Browser

AT = "/vendor-catalogue"
PORTS = {
    ("立林", "door_device"): (17725, 10060), ("宇视", "door_device"): (80, None), ("海康", "door_device"): (80, 80),
    ("狄耐克", "door_device"): (10088, 10088), ("大华", "door_device"): (80, 80), ("艾特", "door_device"): (10000, None),
    ("冠林", "door_device"): (10020, 10060), ("中证科技", "door_device"): (10020, 10060),
    ("太川", "door_device"): (10020, 10020), ("悉尔", "door_device"): (10020, None),
    ("魔点", "door_device"): (11111, None), ("安居宝", "door_device"): (10020, None),
    ("霍尼韦尔", "door_device"): (10000, None), ("富士", "door_device"): (10020, None),
    ("慧锐通", "door_device"): (10000, 10000), ("京希", "door_device"): (12348, None),
    ("罗格朗", "door_system"): (8000, None), ("通力", "door_system"): (10020, None),
    ("富士", "door_system"): (8008, None), ("立方", "door_system"): (8080, None),
}  # fmt: skip
"""Spec C 8.7, the table (G8)."""


def test_the_list_is_whole():
    """Spec C 9.1: 23 brands, 147 models."""
    people = [one for one in library().models if one.kind == "people" and one.listed]
    assert (len({model.brand for model in people}), len(people)) == (23, 147)
    assert {kind: len(library().search(kind=kind)) for kind in ("vehicle", "perimeter", "eba", "lift", "indoor")} == {
        "vehicle": 12, "perimeter": 4, "eba": 19, "lift": 7, "indoor": 2,
    }  # fmt: skip
    assert all(one.drivers for one in people)


def test_presets_have_the_constants_of_the_guides():
    assert {key: (one.port, one.video_port) for key in PORTS if (one := library().preset(*key))} == PORTS
    legrand = library().preset("罗格朗", DOOR_SYSTEM)
    assert legrand is not None
    assert (legrand.port_choices, legrand.unique_id_name, legrand.unique_across_types) == (
        {"Windows": 8000, "Linux": 8080}, "UC码", True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("brand", "model", "face", "ports"),
    [
        ("大华", "DH-ASI7213X(BIAN)", "edge", (80, None, None)),
        ("大华", "DH-ASI7213X(DUAN)", "device", (80, None, 80)),
        ("海康", "DS-KD9613-JRG", "device", (80, 80, 80)),
        ("立林", "EH-OS-M19D", "device", (17725, 10060, 17726)),
        ("艾特智能", "MK101", "edge", (10000, None, None)),
        ("华安视讯", "HAS-D302H-PA07-B0", "edge", (None, None, None)),
        ("狄耐克", "280D", None, (10088, None, None)),
    ],
)
def test_a_model_says_what_it_needs(brand, model, face, ports):
    found = library().model(brand, model)
    assert found is not None
    assert found.face_mode == face
    assert (found.port, found.video_port, found.algorithm_port) == ports


@pytest.mark.covers("C003")
async def test_search(administrator: Browser):
    """Chinese and Latin brands; models by their case as the source's screen has it (spec C 8.6, G11)."""

    async def found(**query):
        answer = await administrator.get(AT, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    assert (await found(kind="people"))["total"] == 147 + 18
    lower = await found(q="dh-asi")
    assert (lower["total"], lower["otherCase"]) == (0, 11)
    upper = await found(q="DH-ASI", pageSize=100)
    assert {row["brand"] for row in upper["data"]} == {"大华"}
    assert (upper["total"], upper["otherCase"]) == (11, 0)
    for words in ("海康", "hikvision", "Haikang"):
        assert (await found(q=words, kind="people"))["data"][0]["brand"] == "海康威视"
    (one,) = (await found(q="大华 VTO75"))["data"]
    assert one["abilities"] == ["face", "qrcode", "card", "intercom"]
    assert (one["faceMode"], one["port"], one["drivers"]) == ("edge", 80, ["door_terminal", "door_device"])
    assert one["edgePorts"] == {"door_terminal": 10000, "door_device": 10000}
    assert (await found(q="AJB 2"))["total"] == 0
    second = await found(kind="people", pageNo=2, pageSize=100)
    assert (len(second["data"]), second["pageNo"]) == (65, 2)
    bad = await administrator.get(AT, params={"kind": "boats"})
    assert (bad.status_code, bad.json()["field"]) == (400, "kind")

    brands = (await administrator.get(f"{AT}/brands", params={"driver": "door_system"})).json()
    assert {one["name"] for one in brands} == {"罗格朗", "通力", "富士", "立方"}
    presets = (await administrator.get(f"{AT}/presets", params={"driver": "door_device"})).json()
    assert len(presets) == 16
    assert presets[0]["types"] == ["face", "qrcode", "card", "bluetooth", "video"]
