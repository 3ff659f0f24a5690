"""What a writer may put into a field, and what the answer is when it may not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.databus import registry, times
from linli.databus.values import accept_change, accept_row
from linli.kernel.errors import BadInput

NOON_MS = 1_795_492_800_000  # 2026-11-24 12:00:00 in Shanghai


@pytest.mark.parametrize(
    "said, ms",
    [
        (NOON_MS, NOON_MS),
        (str(NOON_MS), NOON_MS),
        (NOON_MS // 1000, NOON_MS),
        ("2026-11-24 12:00:00", NOON_MS),
        ("2026-11-24T12:00:00", NOON_MS),
        ("2026-11-24T04:00:00Z", NOON_MS),
        ("2026-11-24T04:00:00.250Z", NOON_MS + 250),
        ("2026-11-24T12:00:00+08:00", NOON_MS),
        ("2026-11-24 12:00", NOON_MS),
        ("2026-11-24", NOON_MS - 12 * 3_600_000),
        (0, 0),
        ("yesterday", None),
        ("2026-13-01 00:00:00", None),
        ("2026-02-30", None),
        ("", None),
        (-1, None),
        (10**18, None),
        (1.5, None),
        (True, None),
        (None, None),
        ([NOON_MS], None),
    ],
)
def test_the_forms_of_a_date(said, ms):
    assert times.to_ms(said) == ms


@given(st.text(max_size=40) | st.integers() | st.floats() | st.none())
def test_no_date_text_breaks_the_reader(said):
    found = times.to_ms(said)
    assert found is None or found >= 0 or isinstance(said, str)


def entrance(**changes):
    row = {"identityId": "50ab", "name": "王先生", "time": NOON_MS, "iotId": "iot", "type": "CARD"}
    return {name: value for name, value in {**row, **changes}.items() if value is not ...}


def model(model_id, version):
    return registry.load().get(model_id, version)


FILLED = {"tenant": "T" * 32, "scope": "a124sMKXmb6CWBL2"}


def test_a_good_row_is_stored_in_its_types_and_the_platform_fills_in_who_owns_it():
    row = accept_row(
        model("iot_entrance_event_model", "1.1"),
        entrance(time="2026-11-24 12:00:00", eventExtInfo={"code": 0}, number=1234),
        filled=FILLED,
    )
    assert row == {
        "identityId": "50ab",
        "name": "王先生",
        "time": NOON_MS,
        "iotId": "iot",
        "type": "CARD",
        "number": "1234",
        "eventExtInfo": '{"code":0}',
        "tenantId": FILLED["tenant"],
        "projectId": FILLED["scope"],
    }


def test_an_unknown_credential_has_an_empty_person():
    row = accept_row(
        model("iot_entrance_event_model", "1.1"), entrance(identityId="", name=""), filled=FILLED
    )
    assert row["identityId"] == ""


@pytest.mark.parametrize(
    "changes, field, rule",
    [
        ({"identityId": ...}, "properties.identityId", "required"),
        ({"name": None}, "properties.name", "required"),
        ({"time": "noon"}, "properties.time", "format"),
        ({"type": "FINGER"}, "properties.type", "one_of"),
        ({"type": ""}, "properties.type", "blank"),
        ({"iotId": ["a"]}, "properties.iotId", "type"),
        ({"iotId": True}, "properties.iotId", "type"),
        ({"name": "\ud800"}, "properties.name", "format"),
        ({"name": "a\0b"}, "properties.name", "format"),
        ({"eventExtInfo": "{code"}, "properties.eventExtInfo", "format"),
        ({"tenantId": "somebody else"}, "properties.tenantId", "one_of"),
        ({"colour": "red"}, "properties.colour", "unknown"),
        ({"name": "x" * 70_000}, "properties.name", "too_long"),
    ],
)
def test_a_bad_row_is_refused_naming_the_field_and_the_rule(changes, field, rule):
    with pytest.raises(BadInput) as caught:
        accept_row(
            model("iot_entrance_event_model", "1.1"), entrance(**changes), filled=FILLED, prefix="properties."
        )
    assert (caught.value.field, caught.value.facts["rule"]) == (field, rule)
    assert field in caught.value.text("en")
    assert field in caught.value.text("zh-CN")


@pytest.mark.parametrize(
    "model_id, version, field, value, stored",
    [
        ("iot_park_fee", "1.0", "amount", "12.504", 12.5),
        ("iot_park_fee", "1.0", "amount", 7, 7.0),
        ("iot_park_fee", "1.0", "payStatus", "4", 4),
        ("iot_park_pass_record", "1.0", "plateType", 9002, 9002),
        ("iot_park_record_v2_model", "1.6", "plateNumberType", "01", "01"),
        ("securityAlarmEvent", "1.2", "eventType", 2, "2"),
        ("securityAlarmEvent", "1.2", "objectInfo", [{"letfTopX": "1"}], '[{"letfTopX":"1"}]'),
        ("CustomerFlowBasicFaceData", "1.1", "landmarks", [[0.1, 0.1]], "[[0.1,0.1]]"),
        ("AlarmRecord", "1.1", "alarmId", 1000000001, "1000000001"),
    ],
)
def test_numbers_may_come_as_digits_and_json_as_itself(model_id, version, field, value, stored):
    assert accept_change(model(model_id, version), {field: value}) == {field: stored}


@pytest.mark.parametrize(
    "model_id, version, field, value, rule",
    [
        ("iot_park_fee", "1.0", "amount", 100_000, "range"),
        ("iot_park_fee", "1.0", "amount", float("nan"), "type"),
        ("iot_park_fee", "1.0", "amount", "much", "type"),
        ("iot_park_fee", "1.0", "payStatus", 1, "one_of"),
        ("iot_park_fee", "1.0", "payStatus", "1.5", "type"),
        ("iot_park_fee", "1.0", "payStatus", 10**30, "type"),
        ("iot_park_fee", "1.0", "payStatus", {}, "type"),
        ("iot_park_fee", "1.0", "inTime", "early", "format"),
        ("iot_park_fee", "1.0", "inImage", "../secret", "format"),
        ("VideoDeviceInfo", "1.1", "latitude", 91, "range"),
        ("BizDataPushModel", "1.1", "bizId", "x" * 65, "too_long"),
        ("IntelligentEventData", "1.0", "eventTime", "2026-11-24 12:00:00", "type"),
    ],
)
def test_limits_are_kept(model_id, version, field, value, rule):
    with pytest.raises(BadInput) as caught:
        accept_change(model(model_id, version), {field: value})
    assert (caught.value.field, caught.value.facts["rule"]) == (field, rule)


def test_only_optional_fields_can_be_cleared():
    assert accept_change(model("AlarmRecord", "1.1"), {"operator": None}) == {"operator": None}
    with pytest.raises(BadInput, match="name"):
        accept_change(model("VideoDeviceInfo", "1.1"), {"name": None})
