"""Two thing models compared: what changed, where, and whether it breaks somebody."""

from typing import Any

import pytest

from linli import tsl
from linli.tsl import UNITS, compare

INT = {"type": "int", "specs": {"min": "0", "max": "10", "step": "1"}}


def model(data_type: dict[str, Any] | None = None, **parts: Any) -> tsl.ThingModel:
    own = [{"identifier": "p", "name": "p", "dataType": data_type}] if data_type else []
    return tsl.parse({"properties": own} | parts)


def test_the_same_model_in_another_order_is_no_difference() -> None:
    one, two = ({"identifier": x, "dataType": {"type": "date"}} for x in "ab")
    assert compare(model(properties=[one, two]), model(properties=[two, one])) == []


@pytest.mark.parametrize(
    ("before", "after", "path", "kind", "breaking"),
    [
        (INT, None, "properties.p", "removed", True),
        (None, INT, "properties.p", "added", False),
        (INT, {"type": "date"}, "properties.p.dataType", "changed", True),
        (INT, {"type": "int", "specs": INT["specs"] | {"max": "5"}},  # type: ignore[operator]
         "properties.p.dataType.specs.max", "changed", True),
        (INT, {"type": "int", "specs": INT["specs"] | {"max": "50"}},  # type: ignore[operator]
         "properties.p.dataType.specs.max", "changed", False),
        (INT, {"type": "int", "specs": INT["specs"] | {"unit": "%"}},  # type: ignore[operator]
         "properties.p.dataType.specs.unit", "added", False),
        ({"type": "enum", "specs": {"0": "a"}}, {"type": "enum", "specs": {"0": "a", "1": "b"}},
         "properties.p.dataType.specs.1", "added", False),
        ({"type": "struct", "specs": [{"identifier": "m", "dataType": INT}]},
         {"type": "struct", "specs": [{"identifier": "n", "dataType": INT},
                                      {"identifier": "m", "dataType": INT}]},
         "properties.p.dataType.specs.n", "added", False),
        ({"type": "array", "specs": {"size": "5", "item": {"type": "int", "specs": {}}}},
         {"type": "array", "specs": {"size": "5", "item": {"type": "text"}}},
         "properties.p.dataType.specs.item", "changed", True),
    ],
)  # fmt: skip
def test_a_change_is_named_by_its_path(before: Any, after: Any, path: str, kind: str, breaking: bool) -> None:
    (found,) = compare(model(before), model(after))
    assert (found.path, found.kind, found.breaking) == (path, kind, breaking)


def test_a_new_name_breaks_nothing_and_a_new_input_does() -> None:
    call = {"identifier": "s", "name": "a", "inputData": []}
    named = compare(model(services=[call]), model(services=[call | {"name": "b"}]))
    assert [(one.path, one.before, one.after, one.breaking) for one in named] == [
        ("services.s.name", "a", "b", False)
    ]
    asks = call | {"inputData": [{"identifier": "x", "dataType": INT}]}
    (found,) = compare(model(services=[call]), model(services=[asks]))
    assert (found.path, found.breaking) == ("services.s.inputData.x", True)


def test_a_faulty_document_is_read_as_far_as_it_goes() -> None:
    made, problems = tsl.examine(
        {"properties": [{"identifier": "ok", "dataType": INT}, {"identifier": "a b"}]}
    )
    assert [item.identifier for item in made.properties] == ["ok", "a b"]
    assert {problem.path for problem in problems} == {"properties[1].identifier", "properties[1].dataType"}


def test_units_have_one_name_in_each_language() -> None:
    assert len({unit.symbol for unit in UNITS}) == len(UNITS)
    assert all(unit.name and unit.english for unit in UNITS)
