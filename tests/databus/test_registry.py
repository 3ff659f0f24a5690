"""The data models that come with Linli, and how a model file can be wrong."""

from typing import Any

import msgspec
import pytest

from linli.databus import registry
from linli.databus.registry import ModelError, read_model

LISTED = {
    # spec B, 2.4-2.11
    ("iotx_face_record_model", "1.6"): 9,
    ("iot_entrance_event_model", "1.1"): 13,
    ("IntelligentEventData", "1.0"): 6,
    ("CustomerFlowBasicFaceData", "1.1"): 14,
    ("iot_park_record_v2_model", "1.6"): 20,
    ("iot_entrance_videointercom_record_model", "1.1"): 4,
    ("VideoDeviceInfo", "1.1"): 14,
    # spec E, 4.2-4.6
    ("iotx_face_record_model", "1.4"): 15,
    ("BizDataPushModel", "1.1"): 10,
    ("iot_entrance_videointercom_record_model", "1.0"): 8,
    ("AutoElevatorCallRecord", "1.0"): 17,
    # spec F, 3.4 and 3.6
    ("securityAlarmEvent", "1.2"): 10,
    ("securityCapture", "1.0"): 5,
    ("AlarmRecord", "1.1"): 21,
    ("iot_park_pass_record", "1.0"): 16,
    ("iot_park_fee", "1.0"): 15,
    ("iot_park_locked_detect", "1.0"): 8,
    ("iot_park_blacklist_detect", "1.0"): 8,
    ("iot_park_parkinglot_update", "1.0"): 6,
    ("iot_park_vehicle_update", "1.0"): 8,
    ("iot_park_vehicle_lock_update", "1.0"): 5,
    ("iot_park_blacklist_update", "1.0"): 5,
    ("iot_park_whitelist_update", "1.0"): 5,
    # spec H, 5.8
    ("Heartbeat", "1.0"): 3,
}


def test_every_listed_version_is_there_with_all_its_fields():
    models = registry.load()
    assert {(model.model_id, model.version): len(model.fields) for model in models} == LISTED
    assert all(field.zh and field.en for model in models for field in model.fields)


def test_versions_of_one_model_live_side_by_side_newest_first():
    models = registry.load()
    assert [model.version for model in models.versions("iotx_face_record_model")] == ["1.6", "1.4"]
    newest, older = models.versions("iotx_face_record_model")
    assert newest.field("spaceId") is None
    assert older.field("spaceId") is not None
    assert models.versions("nobody_knows_this") == ()


def suited(model_id, names):
    model = registry.load().suited(model_id, names)
    return model.version if model else None


@pytest.mark.parametrize(
    "names, version",
    [
        ({"eventId", "userId"}, "1.6"),
        ({"eventId", "spaceId"}, "1.4"),
        ({"eventId", "spaceId", "noSuchField"}, "1.6"),
    ],
)
def test_a_row_without_a_version_takes_the_newest_that_knows_its_fields(names, version):
    assert suited("iotx_face_record_model", names) == version


def test_a_row_that_lacks_what_the_newest_version_demands_takes_the_older_one():
    base = {"sourceType", "eventInfo"}
    assert suited("iot_entrance_videointercom_record_model", base) == "1.1"
    assert suited("iot_entrance_videointercom_record_model", base | {"time", "productKey"}) == "1.0"


GOOD: dict[str, Any] = {
    "modelId": "Sample",
    "version": "1.0",
    "area": "access",
    "title": {"zh-CN": "样例", "en": "Sample"},
    "source": "none",
    "fields": [{"name": "plate", "type": "String", "zh": "车牌", "en": "Plate"}],
}


def field(**changes):
    return {**GOOD, "fields": [{**GOOD["fields"][0], **changes}]}


@pytest.mark.parametrize(
    "content, said",
    [
        ({**GOOD, "colour": 1}, "unknown field `colour`"),
        ({**GOOD, "fields": []}, "a model has fields"),
        ({**GOOD, "version": "one"}, "bad modelId or version"),
        (field(type="Text"), "Invalid enum value 'Text'"),
        (field(name="id"), "system field"),
        (field(index="number_1"), "number_1 does not fit String"),
        (field(min=1), "min, max and step belong to numbers"),
        (field(type="Integer", file="picture"), "belong to texts"),
        (field(values=[{"value": 1, "zh": "一", "en": "one"}]), "values are not of the field's type"),
        ({**GOOD, "fields": GOOD["fields"] * 2}, "bad or repeated name"),
    ],
)
def test_a_wrong_model_file_is_named_with_what_is_wrong(content, said):
    name = f"Sample-{content['version']}.json"
    with pytest.raises(ModelError, match="Sample-") as caught:
        read_model(name, msgspec.json.encode(content))
    assert said in str(caught.value)
