"""What is wanted of a device while it may be away: desired properties, its shadow, and tags."""

import os

from linli_sdk.device import Device, Endpoint, Triple, example_values

endpoint = Endpoint(os.environ["LINLI_HOST"], int(os.environ["LINLI_MQTT_PORT"]))
who = Triple(*(os.environ[f"LINLI_{name}"] for name in ("PRODUCT_KEY", "DEVICE_NAME", "DEVICE_SECRET")))

with Device(endpoint, who) as device:
    wanted = device.desired()
    device.post_properties(example_values(device.model()) | {name: one.value for name, one in wanted.items()})
    device.desired_done({name: one.version for name, one in wanted.items()})
    document = device.shadow()
    version = device.update_shadow({"colour": "red"}, document.get("version", 0) + 1)
    print("shadow", version, device.shadow()["state"])
    device.set_tags({"floor": "3"})
    print("tags", device.tags("floor"))
