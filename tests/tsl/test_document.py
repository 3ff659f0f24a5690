"""Thing-model documents: the printed example both ways, and every fault explained by path and rule."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli import tsl

CURTAIN: dict[str, Any] = json.loads((Path(__file__).parent / "vectors" / "curtain.json").read_text("utf-8"))


def test_the_printed_document_reads_and_writes_alike() -> None:
    model = tsl.parse(CURTAIN["document"])

    assert [item.identifier for item in model.properties] == [
        "CurtainOperation", "PowerSwitch", "CurtainPosition", "LocalTimer",
    ]  # fmt: skip
    assert model.services == ()
    assert model.events == ()
    assert tsl.export(model, CURTAIN["productKey"], CURTAIN["deviceName"]) == CURTAIN["document"]


def test_a_product_document_names_no_device() -> None:
    document = tsl.export(tsl.parse(CURTAIN["document"]), "a1PHv5Xn2xX")
    assert document["profile"] == {"productKey": "a1PHv5Xn2xX"}


def test_what_is_stored_reads_back() -> None:
    model = tsl.parse(CURTAIN["document"])
    assert tsl.parse_json(tsl.to_storage(model)) == model


def test_own_events_and_services_stand_beside_the_generated_ones() -> None:
    document = {
        "events": [
            {"identifier": "passEvent", "name": "通行", "type": "alert", "outputData": [
                {"identifier": "code", "name": "结果", "dataType": {"type": "int", "specs": {}}}]},
        ],
        "services": [{"identifier": "remoteOpen", "name": "远程开门", "callType": "sync"}],
    }  # fmt: skip
    model = tsl.parse(document)
    out = tsl.export(model, "pk", "dn")

    assert [event["identifier"] for event in out["events"]] == ["post", "passEvent"]
    assert out["events"][1]["method"] == "thing.event.passEvent.post"
    assert [service["identifier"] for service in out["services"]] == ["set", "get", "remoteOpen"]
    assert out["services"][2] | {"name": ""} == {
        "identifier": "remoteOpen", "name": "", "callType": "sync", "method": "thing.service.remoteOpen",
        "inputData": [], "outputData": [], "required": False,
    }  # fmt: skip
    assert tsl.parse(out) == model


def prop(data_type: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"properties": [{"identifier": "p", "name": "p", "dataType": data_type} | more]}


INT_SPECS = {"min": "0", "max": "10", "step": "1"}

FAULTS = [
    ("no object", [], "$", "not_object"),
    ("list is no list", {"properties": {}}, "properties", "not_list"),
    ("entry is no object", {"events": ["x"]}, "events[0]", "not_object"),
    ("no identifier", {"services": [{"name": "x"}]}, "services[0].identifier", "missing"),
    ("odd identifier", {"services": [{"identifier": "a b"}]}, "services[0].identifier", "identifier"),
    ("long identifier", {"events": [{"identifier": "a" * 51}]}, "events[0].identifier", "identifier"),
    ("reserved", {"properties": [{"identifier": "time", "dataType": {"type": "date"}}]},
     "properties[0].identifier", "reserved"),
    ("set that is not generated", {"services": [{"identifier": "set", "method": "thing.service.set"}]},
     "services[0].identifier", "reserved"),
    ("twice", {"events": [{"identifier": "a"}, {"identifier": "a"}]}, "events[1].identifier", "twice"),
    ("a member twice", prop({"type": "struct", "specs": [
        {"identifier": "a", "dataType": {"type": "date"}}, {"identifier": "a", "dataType": {"type": "date"}}]}),
     "properties[0].dataType.specs[1].identifier", "twice"),
    ("an item twice", prop({"type": "enum", "specs": {"1": "a", "01": "b"}}),
     "properties[0].dataType.specs", "twice"),
    ("no type", {"properties": [{"identifier": "p"}]}, "properties[0].dataType", "missing"),
    ("unknown type", prop({"type": "long"}), "properties[0].dataType.type", "not_listed"),
    ("access", prop({"type": "date"}, accessMode="w"), "properties[0].accessMode", "not_listed"),
    ("flag", prop({"type": "date"}, required="yes"), "properties[0].required", "not_bool"),
    ("name", prop({"type": "date"}, name=5), "properties[0].name", "not_text"),
    ("min above max", prop({"type": "int", "specs": INT_SPECS | {"min": "11"}}),
     "properties[0].dataType.specs.max", "below_min"),
    ("min no number", prop({"type": "float", "specs": {"min": "low"}}),
     "properties[0].dataType.specs.min", "not_number"),
    ("infinite", prop({"type": "float", "specs": {"max": "Infinity"}}),
     "properties[0].dataType.specs.max", "not_number"),
    ("broken int", prop({"type": "int", "specs": {"max": "1.5"}}),
     "properties[0].dataType.specs.max", "not_integer"),
    ("int too wide", prop({"type": "int", "specs": {"max": "2147483648"}}),
     "properties[0].dataType.specs.max", "range"),
    ("no step", prop({"type": "int", "specs": INT_SPECS | {"step": "0"}}),
     "properties[0].dataType.specs.step", "not_positive"),
    ("wide step", prop({"type": "int", "specs": INT_SPECS | {"step": "11"}}),
     "properties[0].dataType.specs.step", "wider_than_range"),
    ("text too long", prop({"type": "text", "specs": {"length": "10241"}}),
     "properties[0].dataType.specs.length", "range"),
    ("text of nothing", prop({"type": "text", "specs": {"length": 0}}),
     "properties[0].dataType.specs.length", "range"),
    ("third bool", prop({"type": "bool", "specs": {"0": "a", "1": "b", "2": "c"}}),
     "properties[0].dataType.specs.2", "not_listed"),
    ("enum of words", prop({"type": "enum", "specs": {"on": "开"}}),
     "properties[0].dataType.specs.on", "not_integer"),
    ("enum of nothing", prop({"type": "enum", "specs": {}}), "properties[0].dataType.specs", "empty"),
    ("array too big", prop({"type": "array", "specs": {"size": "513", "item": {"type": "int"}}}),
     "properties[0].dataType.specs.size", "range"),
    ("array without size", prop({"type": "array", "specs": {"item": {"type": "int"}}}),
     "properties[0].dataType.specs.size", "missing"),
    ("array without item", prop({"type": "array", "specs": {"size": "5"}}),
     "properties[0].dataType.specs.item", "missing"),
    ("array of bool", prop({"type": "array", "specs": {"size": "5", "item": {"type": "bool"}}}),
     "properties[0].dataType.specs.item.type", "not_listed"),
    ("struct of nothing", prop({"type": "struct", "specs": []}), "properties[0].dataType.specs", "empty"),
    ("struct in struct", prop({"type": "struct", "specs": [
        {"identifier": "s", "dataType": {"type": "struct", "specs": []}}]}),
     "properties[0].dataType.specs[0].dataType.type", "not_listed"),
    ("specs no object", prop({"type": "int", "specs": 5}), "properties[0].dataType.specs", "not_object"),
    ("event type", {"events": [{"identifier": "e", "type": "warn"}]}, "events[0].type", "not_listed"),
    ("call type", {"services": [{"identifier": "s", "callType": "now"}]}, "services[0].callType", "not_listed"),
    ("output no list", {"events": [{"identifier": "e", "outputData": {}}]}, "events[0].outputData", "not_list"),
]  # fmt: skip


@pytest.mark.parametrize("document, path, rule", [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_a_fault_is_named_by_path_and_rule(document: object, path: str, rule: str) -> None:
    with pytest.raises(tsl.ModelRefused) as refused:
        tsl.parse(document)
    assert [(p.path, p.rule) for p in refused.value.problems] == [(path, rule)]


def test_all_faults_are_reported_at_once() -> None:
    document = {
        "properties": [
            {"identifier": "bad id", "dataType": {"type": "int", "specs": {"min": "x", "max": "y"}}}
        ],
        "events": [{"type": "warn"}],
    }
    with pytest.raises(tsl.ModelRefused) as refused:
        tsl.parse(document)
    assert {p.path for p in refused.value.problems} == {
        "properties[0].identifier",
        "properties[0].dataType.specs.min",
        "properties[0].dataType.specs.max",
        "events[0].identifier",
        "events[0].type",
    }


@pytest.mark.parametrize("text", ["", "{", b"\xff", "[" * 100_000])
def test_text_that_is_no_json_is_refused(text: str | bytes) -> None:
    with pytest.raises(tsl.ModelRefused) as refused:
        tsl.parse_json(text)
    assert refused.value.problems[0].rule == "not_json"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(
        st.sampled_from(["properties", "events", "services", "identifier", "name", "dataType", "type", "specs",
                         "min", "size", "item", "outputData", "method"]), inner, max_size=5),
    max_leaves=30,
)  # fmt: skip


@given(json_values)
def test_anything_is_read_or_refused(document: object) -> None:
    try:
        model = tsl.parse(document)
    except tsl.ModelRefused:
        return
    assert tsl.parse(tsl.export(model, "pk", "dn")) == model
