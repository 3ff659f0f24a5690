"""The messages that a device gets: the data of an upgrade, and the notice around it. Source: spec clients b.4, traps 14.

    /ota/device/upgrade/{pk}/{dn}   {"code":"1000","data":{…},"id":7,"message":"success"}
    data   {"size":432945,"version":"2.0.0","url":"https://…","signMethod":"Md5","sign":"…","md5":"…","module":"default"}

The id is a JSON number. SDKs drop a notice in silence when one of url, version, size, signMethod and sign is empty.
"""

from typing import Any, Final

import msgspec

from linli.kernel.objects import ObjectStore
from linli.protocols.linkkit.topics import ota_upgrade
from linli.things.ota.firmware import Firmware

URL_SECONDS: Final = 86_400
"""A slow line may need many resumed pieces; a device whose URL ran out asks for a new one."""


def upgrade_data(firmware: Firmware, objects: ObjectStore, *, seconds: int = URL_SECONDS) -> dict[str, Any]:
    """The `data` of a notice, with an address that works for `seconds`, also for parts (HTTP Range)."""
    data = {
        "size": firmware.size,
        "version": firmware.version,
        "url": objects.url(firmware.file_key, expires_s=seconds),
        "signMethod": firmware.sign_method,
        "sign": firmware.sign,
        "md5": firmware.md5,
        "module": firmware.module,
    }
    return data | {"isDiff": 1} if firmware.source_version else data


def notice(number: int, data: dict[str, Any]) -> bytes:
    return msgspec.json.encode({"code": "1000", "data": data, "id": number, "message": "success"})


def notice_topic(product_key: str, device_name: str) -> str:
    return ota_upgrade(product_key, device_name)
