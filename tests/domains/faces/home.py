"""A partner's community with face doors on the real protocol."""

import base64
import json
import struct
from dataclasses import dataclass
from importlib import resources
from typing import Any

from linli.sim.face_door import SimulatedFaceDoor
from tests.domains.access.platform import AccessPlatform, until
from tests.openapi.house import Partner

TSL = (resources.files("linli.sim") / "models" / "face_door.json").read_text()
ANNA, BORIS = "50acopfd3a94900494085ed2699e052432c3aaaa", "50acopfd3a94900494085ed2699e052432c3bbbb"
UNKNOWN_DOOR = {"code": 403, "message": "request forbidden."}


def picture(mark: str, *, width: int = 400, height: int = 400, pad: int = 0) -> bytes:
    """The header of a PNG with something in it that tells it apart: nobody's face."""
    header = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height)
    return header + mark.encode() + b"\0" * pad


def as_text(content: bytes) -> str:
    return base64.b64encode(content).decode()


@dataclass
class Home:
    platform: AccessPlatform
    partner: Partner
    product_key: str
    cloud_token: str

    async def call(self, path: str, version: str, **params: Any) -> dict[str, Any]:
        return await self.partner.call(path, version, params, cloudToken=self.cloud_token)

    async def ok(self, path: str, version: str, **params: Any) -> Any:
        answer = await self.call(path, version, **params)
        assert answer["code"] == 200, answer
        return answer.get("data")

    async def new_door(self, *, online: bool = True) -> tuple[str, SimulatedFaceDoor]:
        iot_id, door = await self.platform.new_door(
            self.partner, self.product_key, online=online, kind=SimulatedFaceDoor
        )
        assert isinstance(door, SimulatedFaceDoor)
        return iot_id, door

    async def save(self, user_id: str, mark: str = "", **more: Any) -> str:
        """Save a picture of a person; their faceId."""
        content = as_text(picture(mark or user_id))
        await self.ok(
            "/face/paas/image/save", "1.2.0", userType="IDENTITY", userId=user_id, imageBase64=content, **more
        )
        return await self.face_id(user_id)

    async def face_id(self, user_id: str) -> str:
        told = await self.ok("/face/paas/image/get", "1.2.0", userType="IDENTITY", userId=user_id)
        return str(told["faceId"])

    async def give(self, users: list[str], iot_ids: list[str], **more: Any) -> Any:
        return await self.ok("/face/paas/permission/add", "1.2.0", **scoped(users, iot_ids, **more))

    async def take(self, users: list[str], iot_ids: list[str], **more: Any) -> Any:
        return await self.ok("/face/paas/permission/delete", "1.2.0", **scoped(users, iot_ids, **more))

    async def statuses(self, user_id: str, **more: Any) -> dict[str, str]:
        told = await self.ok(
            "/face/paas/permission/querybyuser", "1.0.4", userType="IDENTITY", userId=user_id, **more
        )
        return {row["iotId"]: row["status"] for row in told["deviceList"]}

    async def until_status(self, user_id: str, iot_id: str, status: str) -> None:
        async def met() -> bool:
            return (await self.statuses(user_id)).get(iot_id) == status

        await until(met)

    async def records(self, model: str, **where: Any) -> list[dict[str, Any]]:
        conditions = [{"fieldName": name, "operate": "eq", "value": value} for name, value in where.items()]
        answer = await self.ok(
            "/data/model/data/query", "0.0.3", modelId=model, conditions=conditions, pageSize=100
        )
        return list(answer["items"])

    async def pushed(self, biz: str, **where: Any) -> list[dict[str, Any]]:
        """Data of the pushes of one kind, oldest first."""
        rows = await self.records("BizDataPushModel", bizType=biz, **where)
        return [row | {"data": json.loads(row["data"])} for row in reversed(rows)]


def scoped(users: list[str], iot_ids: list[str], **more: Any) -> dict[str, Any]:
    base = {"userType": "IDENTITY", "userIdList": users, "scopeType": "IOT_ID", "scopeIdList": iot_ids}
    return base | more
