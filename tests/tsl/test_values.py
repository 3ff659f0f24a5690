"""Values against a thing model: what is refused whole, what is dropped alone, and both wire forms."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli import tsl

MODEL = tsl.parse(
    {
        "properties": [
            {
                "identifier": "Temperature",
                "dataType": {"type": "float", "specs": {"min": "-40", "max": "85.5"}},
            },
            {"identifier": "Energy", "accessMode": "r", "dataType": {"type": "double"}},
            {"identifier": "Level", "dataType": {"type": "int", "specs": {"min": "0", "max": "100"}}},
            {"identifier": "Count", "dataType": {"type": "int"}},
            {"identifier": "Label", "dataType": {"type": "text", "specs": {"length": "4"}}},
            {"identifier": "Since", "dataType": {"type": "date"}},
            {"identifier": "Switch", "dataType": {"type": "bool", "specs": {"0": "关", "1": "开"}}},
            {"identifier": "Mode", "dataType": {"type": "enum", "specs": {"0": "a", "2": "b", "-1": "c"}}},
            {
                "identifier": "Geo",
                "dataType": {
                    "type": "struct",
                    "specs": [
                        {"identifier": "lon", "dataType": {"type": "double", "specs": {"max": "180"}}},
                        {"identifier": "kind", "dataType": {"type": "text"}},
                    ],
                },
            },
            {
                "identifier": "Boxed",
                "dataType": {
                    "type": "struct",
                    "specs": [{"identifier": "value", "dataType": {"type": "int"}}],
                },
            },
            {
                "identifier": "Readings",
                "dataType": {"type": "array", "specs": {"size": "3", "item": {"type": "int"}}},
            },
        ],
        "events": [
            {
                "identifier": "passEvent",
                "outputData": [
                    {"identifier": "code", "dataType": {"type": "int", "specs": {"min": "0", "max": "999"}}},
                    {"identifier": "content", "dataType": {"type": "text"}},
                ],
            },
            {"identifier": "valued", "outputData": [{"identifier": "value", "dataType": {"type": "int"}}]},
        ],
        "services": [
            {
                "identifier": "call",
                "callType": "sync",
                "inputData": [
                    {"identifier": "floor", "dataType": {"type": "int", "specs": {"min": "-5", "max": "60"}}}
                ],
                "outputData": [{"identifier": "code", "dataType": {"type": "int"}}],
            }
        ],
    }
)
COMPILED = tsl.compile_model(MODEL, {"Temperature": 7})


def values_of(params: dict[str, Any]) -> dict[str, Any]:
    return {item.rule.identifier: item.value for item in COMPILED.property_post(params).values}


GOOD = [
    {"Temperature": 85.5}, {"Temperature": -40}, {"Energy": 1e300}, {"Level": 0}, {"Level": 100},
    {"Count": -(2**31)}, {"Label": "四个字啊"}, {"Since": "1605786342845"}, {"Switch": 0}, {"Switch": 1}, {"Mode": 2},
    {"Mode": -1}, {"Geo": {"lon": 120.1, "kind": "x"}}, {"Geo": {}}, {"Readings": []}, {"Readings": [1, 2, 3]},
    {"Boxed": {"value": 5}}, {},
]  # fmt: skip


@pytest.mark.parametrize("params", GOOD, ids=str)
def test_values_within_limits_pass_unchanged(params: dict[str, Any]) -> None:
    post = COMPILED.property_post(params)
    assert {v.rule.identifier: v.value for v in post.values} == params
    assert post.dropped == []


OUTSIDE = [
    ({"Temperature": 85.6}, "Temperature", "range"),
    ({"Temperature": -41}, "Temperature", "range"),
    ({"Temperature": float("inf")}, "Temperature", "range"),
    ({"Temperature": float("nan")}, "Temperature", "range"),
    ({"Energy": float("inf")}, "Energy", "range"),
    ({"Level": 101}, "Level", "range"),
    ({"Count": 2**31}, "Count", "range"),
    ({"Count": 10**30}, "Count", "range"),
    ({"Label": "五个字太长"}, "Label", "too_long"),
    ({"Label": "a\0b"}, "Label", "zero_character"),
    ({"Since": "1" * 16}, "Since", "too_long"),
    ({"Switch": 2}, "Switch", "not_listed"),
    ({"Mode": 1}, "Mode", "not_listed"),
    ({"Geo": {"lon": 181}}, "Geo.lon", "range"),
    ({"Readings": [1, 2, 3, 4]}, "Readings", "too_many"),
    ({"Readings": [1, 2**40]}, "Readings[1]", "range"),
]


@pytest.mark.parametrize("params, path, rule", OUTSIDE, ids=str)
def test_a_value_outside_its_limits_is_dropped_alone_and_named(
    params: dict[str, Any], path: str, rule: str
) -> None:
    beside = {"Energy": 1.5} if "Energy" not in params else {"Level": 1}
    post = COMPILED.property_post(params | beside)
    assert {v.rule.identifier: v.value for v in post.values} == beside
    assert [(p.path, p.rule) for p in post.dropped] == [(path, rule)]


REFUSED = [
    ({"Nobody": 1}, "Nobody", "unknown_identifier"),
    ({"Temperature": "21"}, "Temperature", "type"),
    ({"Temperature": True}, "Temperature", "type"),
    ({"Temperature": None}, "Temperature", "type"),
    ({"Temperature": {"value": 1, "unit": "C"}}, "Temperature", "type"),
    ({"Temperature": {"value": "x"}}, "Temperature", "type"),
    ({"Temperature": {"value": 1, "time": "noon"}}, "Temperature.time", "type"),
    ({"Level": 1.5}, "Level", "type"),
    ({"Level": True}, "Level", "type"),
    ({"Label": 5}, "Label", "type"),
    ({"Since": 1605786342845}, "Since", "type"),
    ({"Since": "yesterday"}, "Since", "type"),
    ({"Switch": True}, "Switch", "type"),
    ({"Switch": "1"}, "Switch", "type"),
    ({"Geo": [1]}, "Geo", "type"),
    ({"Geo": {"lat": 1}}, "Geo.lat", "unknown_identifier"),
    ({"Readings": 1}, "Readings", "type"),
    ({"Readings": [1, "2"]}, "Readings[1]", "type"),
    ([1], "params", "type"),
    (None, "params", "type"),
]


@pytest.mark.parametrize("params, path, rule", REFUSED, ids=str)
def test_an_unknown_identifier_or_a_wrong_type_refuses_the_message(params: Any, path: str, rule: str) -> None:
    with pytest.raises(tsl.ValueRefused) as refused:
        COMPILED.property_post(params | {"Energy": 1} if isinstance(params, dict) else params)
    assert (refused.value.problem.path, refused.value.problem.rule) == (path, rule)


def test_a_value_may_come_wrapped_with_its_time() -> None:
    post = COMPILED.property_post(
        {
            "Temperature": {"value": 20, "time": 1700000000000},
            "Level": {"value": 5},
            "Label": {"value": "a", "time": "1700000000001"},
            "Geo": {"value": {"lon": 1}, "time": 1700000000002},
        }
    )
    assert [(v.rule.identifier, v.value, v.time_ms) for v in post.values] == [
        ("Temperature", 20, 1700000000000),
        ("Level", 5, None),
        ("Label", "a", 1700000000001),
        ("Geo", {"lon": 1}, 1700000000002),
    ]


def test_a_struct_with_a_member_called_value_is_not_unwrapped() -> None:
    assert values_of({"Boxed": {"value": 5}}) == {"Boxed": {"value": 5}}


def test_an_integral_float_is_an_int() -> None:
    assert values_of({"Level": 5.0, "Switch": 1.0}) == {"Level": 5, "Switch": 1}
    assert all(type(v) is int for v in values_of({"Level": 5.0, "Switch": 1.0}).values())


def test_a_whole_number_too_long_for_a_driver_becomes_a_float() -> None:
    (value,) = values_of({"Energy": 10**300}).values()
    assert (type(value), value) == (float, 1e300)


def test_rules_carry_the_number_of_the_store() -> None:
    assert COMPILED.rules["Temperature"].no == 7
    assert COMPILED.rules["Level"].no == 0
    assert [COMPILED.rules[i].stored for i in ("Level", "Mode", "Label", "Since", "Geo", "Readings")] == [
        "number", "number", "text", "text", "json", "json",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "params",
    [
        {"code": 0, "content": "c"},
        {"value": {"code": 0, "content": "c"}},
        {"value": {"code": 0, "content": "c"}, "time": 5},
    ],
    ids=["node and C", "Python", "with time"],
)  # fmt: skip
def test_an_event_comes_plain_or_wrapped(params: dict[str, Any]) -> None:
    checked = COMPILED.event_post("passEvent", params)
    assert checked.values == {"code": 0, "content": "c"}
    assert checked.time_ms == params.get("time")


def test_an_event_with_an_output_called_value_is_not_unwrapped() -> None:
    assert COMPILED.event_post("valued", {"value": 5}).values == {"value": 5}


def test_events_are_checked_like_properties() -> None:
    checked = COMPILED.event_post("passEvent", {"code": 1000, "content": "c"})
    assert checked.values == {"content": "c"}
    assert [(p.path, p.rule) for p in checked.dropped] == [("code", "range")]
    wrong: list[Any] = [{"nobody": 1}, {"value": 5}, [], {"code": "0"}]
    for params in wrong:
        with pytest.raises(tsl.ValueRefused):
            COMPILED.event_post("passEvent", params)
    with pytest.raises(tsl.ValueRefused):
        COMPILED.event_post("nobody", {})


def test_a_caller_gets_no_half_call() -> None:
    assert COMPILED.service_input("call", {"floor": 3}) == {"floor": 3}
    assert COMPILED.service_input("call", {}) == {}
    with pytest.raises(tsl.ValueOutside):
        COMPILED.service_input("call", {"floor": 61})
    for identifier, args in (("call", {"flor": 1}), ("call", {"floor": "3"}), ("nobody", {}), ("call", [])):
        with pytest.raises(tsl.ValueRefused):
            COMPILED.service_input(identifier, args)


def test_only_writable_properties_are_set() -> None:
    assert COMPILED.property_set({"Level": 5, "Geo": {"lon": 1}}) == {"Level": 5, "Geo": {"lon": 1}}
    with pytest.raises(tsl.ValueRefused) as refused:
        COMPILED.property_set({"Energy": 1})
    assert refused.value.problem.rule == "read_only"
    with pytest.raises(tsl.ValueOutside):
        COMPILED.property_set({"Level": 101})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["value", "time", "lon"]), inner)
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(COMPILED.rules)), json_values, max_size=4))
def test_whatever_comes_is_kept_within_limits_dropped_or_refused(params: dict[str, Any]) -> None:
    try:
        post = COMPILED.property_post(params)
    except tsl.ValueRefused:
        return
    assert len(post.values) + len(post.dropped) == len(params)
    for posted in post.values:
        assert posted.rule.check(posted.value, "") == posted.value
