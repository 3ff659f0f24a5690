"""A door: it answers `remoteOpen`, takes properties, reports values and events, for some seconds."""

import os
import time
from typing import Any

from linli_sdk.device import CallRefused, Device, Endpoint, Triple, example_values, has_event

endpoint = Endpoint(os.environ["LINLI_HOST"], int(os.environ["LINLI_MQTT_PORT"]))
who = Triple(*(os.environ[f"LINLI_{name}"] for name in ("PRODUCT_KEY", "DEVICE_NAME", "DEVICE_SECRET")))
locked = False


def open_door(params: Any) -> dict[str, Any]:
    if locked:
        raise CallRefused(423, "the bolt is thrown")
    print("opened")
    return {}


with Device(endpoint, who) as door:
    door.on_service("remoteOpen", open_door)
    door.on_property_set(lambda values: values)  # what it returns is reported
    model = door.model()  # a device of a known kind posts what it is made for: {"Temperature": 21.5}
    door.post_properties(example_values(model))
    if has_event(model, "passEvent"):
        passed = {"code": 0, "message": "success", "type": "tradCard", "content": "1", "extInfo": "{}"}
        door.post_event("passEvent", passed)
    print("online, clock is off by", round(door.ntp()), "ms")
    time.sleep(float(os.environ.get("LINLI_SECONDS", "60")))
