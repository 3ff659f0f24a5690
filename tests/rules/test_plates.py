"""Plates by the shapes of GA 36-2018 and its predecessors."""

import pytest

from linli.rules.plates import clean_plate, is_new_energy, is_plate, plate_region


@pytest.mark.parametrize(
    ("written", "plate", "region"),
    [
        ("浙A12345", "浙A12345", "浙"),
        ("浙a·12 3-4d", "浙A1234D", "浙"),
        ("粤Ｂ１２３４５", "粤B12345", "粤"),
        ("沪AD12345", "沪AD12345", "沪"),
        ("京A12345F", "京A12345F", "京"),
        ("粤Z1234港", "粤Z1234港", "粤"),
        ("京A1234警", "京A1234警", "京"),
        ("苏E1234学", "苏E1234学", "苏"),
        ("鲁B1234挂", "鲁B1234挂", "鲁"),
        ("沪X0012应急", "沪X0012应急", "沪"),
        ("使014578", "使014578", "使"),
        ("WJ京12345", "WJ京12345", "WJ"),
        ("KA12345", "KA12345", "军"),
        ("民航12345", "民航12345", "民航"),
    ],
)
def test_plates(written, plate, region):
    assert clean_plate(written) == plate
    assert is_plate(plate)
    assert plate_region(plate) == region


@pytest.mark.parametrize(
    "written",
    [
        "",
        "12345",
        "浙A1234",
        "浙A123456",
        "浙AI2345",
        "浙AO2345",
        "浙I12345",
        "洋A12345",
        "浙A12345警",
        "浙ADD2345X",
        "A" * 99,
    ],
)
def test_what_is_none(written):
    assert not is_plate(clean_plate(written))


def test_new_energy_and_spelling():
    assert [is_new_energy(one) for one in ("沪AD12345", "京A12345F", "浙A12345")] == [True, True, False]
