"""Devices: connect, report, obey. `AsyncDevice` on asyncio, `Device` with callbacks for programs without a loop."""

from linli_sdk.device.blocking import Device
from linli_sdk.device.device import AsyncDevice, SubDevice
from linli_sdk.device.firmware import ChecksumWrong, Firmware, download
from linli_sdk.device.identity import DeviceToken, Triple, register, register_http, register_new
from linli_sdk.device.model import example_values, has_event
from linli_sdk.device.thing import CallRefused, Desired
from linli_sdk.mqtt.streams import Endpoint

__all__ = [
    "AsyncDevice",
    "CallRefused",
    "ChecksumWrong",
    "Desired",
    "Device",
    "DeviceToken",
    "Endpoint",
    "Firmware",
    "SubDevice",
    "Triple",
    "download",
    "example_values",
    "has_event",
    "register",
    "register_http",
    "register_new",
]
