"""JSON against the schemas of device forms, which strangers write. Vectors: spec C 8.4, 8.8."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from linli.domains.boxes.schema_check import MOST, Fault, faults_of, unfit
from linli.protocols.driver_forms import form_of
from linli.protocols.driver_forms.jieshun import JieshunRxDoor

RX = {"systemId": 1000, "devIp": "10.249.38.253", "desKey": "12345678", "devId": "2110_1"}


def test_all_faults_of_a_json_at_once():
    schema = form_of(JieshunRxDoor, lambda _: None)
    assert faults_of(schema, RX) == []
    bad = {"systemId": "1000", "devIp": "10.249.38.253", "desKey": "123", "extra": 1}
    assert sorted((fault.path, fault.rule) for fault in faults_of(schema, bad)) == [
        ("desKey", "too_short"), ("devId", "required"), ("extra", "unknown"), ("systemId", "type_int"),
    ]  # fmt: skip
    assert [fault.rule for fault in faults_of(schema, [])] == ["type_object"]


def test_json_of_other_vendors():
    """Spec C 8.8: an alarm host's device with a list of zones."""
    schema = {
        "type": "object", "required": ["deviceId", "passwd", "channelList"], "additionalProperties": False,
        "properties": {
            "deviceId": {"type": "string", "minLength": 1}, "passwd": {"type": "string", "writeOnly": True},
            "channelList": {"type": "array", "items": {"$ref": "#/$defs/Zone"}, "minItems": 1},
            "port": {"anyOf": [{"type": "integer", "minimum": 0, "maximum": 65535}, {"type": "null"}]},
        },
        "$defs": {"Zone": {"type": "string", "pattern": "^Module\\d{3}Zone\\d{3}$"}},
    }  # fmt: skip
    fits = {"deviceId": "1", "passwd": "123456", "channelList": ["Module001Zone001", "Module006Zone001"]}
    assert faults_of(schema, fits) == []
    bad = {**fits, "channelList": ["Module001Zone001", "Zone1"], "port": 65536}
    assert [(fault.path, fault.rule) for fault in faults_of(schema, bad)] == [
        ("channelList[1]", "edge.pattern"), ("port", "range"),
    ]  # fmt: skip


def test_a_schema_that_asks_for_something_by_another_field():
    """The source's form A as a schema (spec C 8.4): a door that compares itself needs its algorithm's place."""
    schema = {
        "type": "object", "required": ["accessType"],
        "allOf": [{"if": {"required": ["mode"], "properties": {"mode": {"const": "device"}}},
                   "then": {"required": ["algorithmIp"]}}],
    }  # fmt: skip
    assert faults_of(schema, {"accessType": "face", "mode": "edge"}) == []
    assert [fault.path for fault in faults_of(schema, {"accessType": "face", "mode": "device"})] == [
        "algorithmIp"
    ]


@pytest.mark.parametrize(
    "schema, value, fault",
    [
        ({"type": "number"}, "1", Fault("", "type_float", {"expected": "number"})),
        ({"type": ["integer", "null"]}, "1", Fault("", "type", {"expected": "integer, null"})),
        ({"type": "integer"}, True, Fault("", "type_int", {"expected": "integer"})),
        ({"const": "a"}, "b", Fault("", "one_of", {"allowed": "a"})),
        ({"enum": [1, 2]}, True, Fault("", "one_of", {"allowed": "1, 2"})),
        ({"minimum": 1}, 0, Fault("", "range", {"low": 1, "high": "∞"})),
        ({"minLength": 3}, "ab", Fault("", "too_short", {"limit": 3})),
        ({"maxLength": 1}, "ab", Fault("", "too_long", {"limit": 1})),
        ({"minItems": 1}, [], Fault("", "too_few_items", {"limit": 1})),
        ({"maxItems": 1}, [1, 2], Fault("", "too_many_items", {"limit": 1})),
        ({"pattern": "^a$"}, "b", Fault("", "edge.pattern", {"pattern": "^a$"})),
        ({"format": "ipv4"}, "10.0.0.256", Fault("", "format", {"example": "192.168.1.110"})),
        ({"properties": {"a": {"items": {"required": ["b"]}}}}, {"a": [{}]}, Fault("a[0].b", "required", {})),
        ({"additionalProperties": {"type": "null"}}, {"a": 1}, Fault("a", "type", {"expected": "null"})),
        ({"exclusiveMinimum": 1}, 1, Fault("", "edge.form_rule", {"keyword": "exclusiveMinimum"})),
        ({"multipleOf": 5}, 7, Fault("", "edge.form_rule", {"keyword": "multipleOf"})),
        ({"uniqueItems": True}, [1, 1], Fault("", "edge.form_rule", {"keyword": "uniqueItems"})),
        ({"not": {"const": 1}}, 1, Fault("", "edge.form_rule", {"keyword": "not"})),
        (
            {"$ref": "#/$defs/a~1b", "$defs": {"a/b": {"maximum": 5, "minimum": 2}}},
            9,
            Fault("", "range", {"low": 2, "high": 5}),
        ),
    ],
)
def test_each_rule_in_words(schema: dict[str, Any], value: Any, fault: Fault) -> None:
    assert unfit(schema) == ""
    assert faults_of(schema, value) == [fault]


@pytest.mark.parametrize(
    "name", ["0", "-1", "00", "a%25b", "a b", "门", "a~b", "a/b", "%", "#", "$ref", "a.b", "items"]
)
def test_names_of_any_kind(name: str) -> None:
    schema = {
        "properties": {name: {"properties": {name: {"maximum": 1, "minimum": 0}}}}, "required": [name],
        "additionalProperties": False,
    }  # fmt: skip
    path = f"{name}.{name}".removeprefix(".")
    assert faults_of(schema, {name: {name: 2}}) == [Fault(path, "range", {"low": 0, "high": 1})]
    assert {fault.rule for fault in faults_of(schema, {name + "x": 1})} == {"required", "unknown"}


NAMES = st.sampled_from(["a", "0", "门", "$ref", "a/b"])
JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.floats(-3, 3) | st.sampled_from(["", "a", "1.2.3.4"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)
WORDS = st.sampled_from(
    [
        "type",
        "const",
        "enum",
        "minimum",
        "maxLength",
        "minItems",
        "pattern",
        "format",
        "required",
        "multipleOf",
        "properties",
        "additionalProperties",
        "unevaluatedProperties",
        "patternProperties",
        "propertyNames",
        "items",
        "prefixItems",
        "contains",
        "anyOf",
        "oneOf",
        "allOf",
        "not",
        "if",
        "then",
        "else",
        "$ref",
        "$defs",
        "dependentSchemas",
        "dependentRequired",
    ]
)
SCHEMAS: Any = st.recursive(
    st.dictionaries(
        WORDS,
        JSON | st.sampled_from(["integer", "object", "array", "string", "#/$defs/a", "ipv4", 0, 1]),
        max_size=3,
    ),
    lambda inner: st.dictionaries(
        WORDS,
        inner | st.lists(inner, min_size=1, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
        max_size=4,
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(SCHEMAS, JSON)
def test_whatever_somebody_writes_is_answered(schema: dict[str, Any], value: Any) -> None:
    for fault in faults_of(schema, value):
        assert isinstance(fault.path, str)
        assert fault.rule


def test_what_fits_has_no_fault() -> None:
    assert faults_of({"type": "integer", "x-unknown": 1, "format": "never-heard"}, 1.0) == []
    assert faults_of({}, {"anything": [1, "门"]}) == []


def doubling(steps: int) -> dict[str, Any]:
    """Each part refers twice to the one before: two to the power of `steps` looks at one value."""
    parts = {
        f"p{number}": {"allOf": [{"$ref": f"#/$defs/p{number - 1}"}] * 2} for number in range(1, steps + 1)
    }
    return {"$ref": f"#/$defs/p{steps}", "$defs": {"p0": {"type": "integer"}, **parts}}


def nested(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "integer"}
    for _ in range(levels):
        schema = {"properties": {"a": schema}}
    return schema


@pytest.mark.parametrize(
    "schema, why",
    [
        (doubling(40), "more than 2000 parts"),
        ({"anyOf": [{}] * 3000}, "more than 2000 parts"),
        (nested(200), "nested too deeply"),
        ({"$ref": "#/$defs/a", "$defs": {"a": {"items": {"$ref": "#/$defs/a"}}}}, "#/$defs/a refers to itself"),
        ({"$ref": "#"}, "# is no reference"),
        ({"$ref": "http://127.0.0.1:9/x"}, "is no reference"),
        ({"$ref": "file:///etc/passwd"}, "is no reference"),
        ({"$ref": "#/$defs/none"}, "#/$defs/none is not there"),
        ({"$dynamicRef": "http://127.0.0.1:9/x"}, "127.0.0.1:9"),
        ({"$schema": "http://127.0.0.1:9/x"}, "127.0.0.1:9"),
        ({"pattern": "["}, "regex"),
        ({"type": "nothing"}, "nothing"),
        ({"minimum": "1"}, "1"),
    ],
)  # fmt: skip
def test_schemas_that_are_not_used(schema: dict[str, Any], why: str) -> None:
    assert why in unfit(schema)
    (fault,) = faults_of(schema, {})
    assert (fault.path, fault.rule) == ("", "edge.form_unfit")


def test_patterns_that_forms_use() -> None:
    texts = {
        r"^(\d{1,3}\.){3}\d{1,3}$": "10.0.0.1", r"^([0-9A-F]{2}:){5}[0-9A-F]{2}$": "00:1A:2B:3C:4D:5E",
        r"^[\u4e00-\u9fa5]{2,20}$": "小区门口", r"^\p{L}[\p{L}\d]{0,30}$": "门1", r"^\w{1,64}$": "a_1", "a|^$": "",
    }  # fmt: skip
    schema = {"properties": {str(n): {"pattern": pattern} for n, pattern in enumerate(texts)}}
    assert faults_of(schema, {str(n): text for n, text in enumerate(texts.values())}) == []
    assert len(faults_of(schema, {str(n): "?!" for n in range(len(texts))})) == len(texts)


def test_no_pattern_and_no_document_takes_long() -> None:
    """Each of these would take, without bounds, longer than anybody waits."""
    begun = time.thread_time()
    for pattern in ("(a+)+$", "(a|a)*b", "^(a?){30}a{30}$"):
        assert faults_of({"pattern": pattern}, "a" * 4000 + "!")[0].rule == "edge.pattern"
    for pattern in (r"^(a+)+\1$", "(?=(a+)+$)a", "((a{1,100}){1,100}){1,100}"):
        assert "regex" in unfit({"pattern": pattern})
    assert "more than 2000 parts" in unfit({"allOf": [{"pattern": "a{1,1000}"}] * 100})
    deep: Any = 1
    for _ in range(200):
        deep = [deep]
    for value in (deep, list(range(60_000)), {"a": [{}] * 60_000}, "a" * 4_000_000):
        assert faults_of({}, value) == [Fault("", "edge.json_deep", {})]
    heavy = {"items": {"allOf": [{"type": "null"}] * 1000}}
    assert faults_of(heavy, [1] * 60) == [Fault("", "edge.json_deep", {})]
    assert len(faults_of(heavy, [1] * 40)) == MOST
    assert time.thread_time() - begun < 10
