"""Device forms: what they take and refuse. Vectors: spec C 8.4-8.8, 15 (G5, G6, G10)."""

import pytest

from linli.protocols.driver_forms import FormBad, read_values, secrets_of
from linli.protocols.driver_forms.doors import DoorDevice, DoorSystemDevice, DoorTerminal
from linli.protocols.driver_forms.jieshun import JieshunParkingDoor, JieshunRxDoor

LEELEN = {
    "accessType": "face", "ip": "192.168.1.200", "port": 17725, "faceSimilarity": 55, "faceCompareMode": "device",
    "isCheck": 0, "algorithmProvider": "other", "algorithmIp": "192.168.1.200", "algorithmPort": 17726,
}  # fmt: skip
LEGRAND = {
    "accessType": "face", "ip": "10.249.32.40", "port": 8000, "faceSimilarity": 55, "faceCompareMode": "edge",
    "isCheck": 0, "uniqueId": "1271",
}  # fmt: skip
RX = {"systemId": 1000, "devIp": "10.249.38.253", "desKey": "12345678", "devId": "2110_1"}
TERMINAL = {"ip": "192.168.1.110", "port": 80, "abilities": ["face"]}


def test_the_printed_configurations_are_taken():
    assert read_values(DoorDevice, LEELEN).algorithm_port == 17726
    assert read_values(DoorSystemDevice, LEGRAND).unique_id == "1271"
    door = read_values(JieshunRxDoor, RX)
    assert door.dev_id == "2110_1"
    assert read_values(JieshunParkingDoor, {"deviceId": "199118592"}).device_id == "199118592"
    assert secrets_of(JieshunRxDoor) == {"desKey"}


@pytest.mark.parametrize(
    ("form", "values", "field"),
    [
        (DoorDevice, {**LEELEN, "port": 65536}, "port"), (DoorDevice, {**LEELEN, "port": -1}, "port"),
        (DoorDevice, {**LEELEN, "faceSimilarity": 101}, "faceSimilarity"),
        (DoorDevice, {**LEELEN, "faceSimilarity": 55.5}, "faceSimilarity"),
        (DoorDevice, {**LEELEN, "ip": "10.0.0.256"}, "ip"), (DoorDevice, {**LEELEN, "accessType": "nose"}, "accessType"),
        (DoorDevice, {**LEELEN, "colour": 1}, ""), (DoorSystemDevice, LEELEN, ""),
        (DoorTerminal, {**TERMINAL, "isCheck": 1, "maxThreshold": "37.5", "minThreshold": "37.5"}, "minThreshold"),
        (DoorTerminal, {**TERMINAL, "isCheck": 1, "maxThreshold": "45.1", "minThreshold": "36.0"}, "maxThreshold"),
        (DoorTerminal, {**TERMINAL, "isCheck": 1, "maxThreshold": "36.55", "minThreshold": "36.0"}, "maxThreshold"),
        (DoorTerminal, {**TERMINAL, "isCheck": 1, "maxThreshold": "37.0", "minThreshold": "29.9"}, "minThreshold"),
        (DoorTerminal, {**TERMINAL, "elevatorConnected": 2}, "elevatorConnected"),
        (JieshunRxDoor, {**RX, "desKey": "1234567"}, "desKey"), (JieshunRxDoor, {**RX, "devId": "2110"}, "devId"),
        (JieshunRxDoor, {**RX, "devIp": "here"}, "devIp"), (JieshunParkingDoor, {"deviceId": "a"}, "deviceId"),
    ],
)  # fmt: skip
def test_what_breaks_a_form_is_named(form, values, field):
    with pytest.raises(FormBad) as refused:
        read_values(form, values)
    assert refused.value.field == field


@pytest.mark.parametrize("value", [0, 100])
def test_edges_are_taken(value):
    fits = {**TERMINAL, "faceSimilarity": value, "isCheck": 1, "maxThreshold": "45.0", "minThreshold": "30.0"}
    assert read_values(DoorTerminal, {**fits, "algorithmPort": 65535, "port": 0}).face_similarity == value
