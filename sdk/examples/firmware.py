"""Firmware over the air: tell the version, look for a newer one, load it (resumed, checked), tell how it went."""

import os
from pathlib import Path

from linli_sdk.device import ChecksumWrong, Device, Endpoint, Triple

endpoint = Endpoint(os.environ["LINLI_HOST"], int(os.environ["LINLI_MQTT_PORT"]))
who = Triple(*(os.environ[f"LINLI_{name}"] for name in ("PRODUCT_KEY", "DEVICE_NAME", "DEVICE_SECRET")))

with Device(endpoint, who) as device:
    device.report_version("1.0")
    offered = device.firmware()
    if offered is None:
        print("nothing newer than 1.0")
    else:
        try:
            image = device.download(offered, Path("firmware.bin"))
        except ChecksumWrong:
            device.report_progress(-3, "checksum")
        else:
            device.report_progress(100)
            print("install", image)
            device.report_version(offered.version)
