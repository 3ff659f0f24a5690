"""Places for what lane cameras upload: `OssStsTokenRequest`, answered by `SendOssStsToken`. Spec A 4.6.

Each request gets a place of its own for one file and five minutes. A picture is a JPEG of at most 1 MB: anything else is
refused in the answer to its upload. A text is the camera's own list of vehicles.
"""

import contextlib
from typing import Any, Final

import msgspec

from linli.delivery.ports import Invoker
from linli.domains.parking.service.passes import picture_folder
from linli.kernel import outbox
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import LinliError
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.protocols.upload_tokens import seal
from linli.protocols.vehicle_permissions import MOST_BYTES
from linli.things.inbox.messages import Message
from linli.things.service.devices import read_secret

SEND: Final = "parking.send_upload_token"
TOKEN_SECONDS: Final = 300
PICTURE_BYTES: Final = 1024 * 1024
JPEG: Final = b"\xff\xd8\xff"
PICTURE, TEXT = 0, 1
"""`RequestType`."""
ANSWER_TIMEOUT_S: Final = 10.0


class SendToken(msgspec.Struct, frozen=True):
    """Outbox payload."""

    tenant_id: str
    iot_id: str
    file: int
    asked_ms: int


def list_folder(tenant_id: str, iot_id: str) -> str:
    """Where a lane camera puts its list of vehicles."""
    return f"{tenant_id}/lane-lists/{iot_id}"


class UploadTokens:
    """Of lane cameras; doors have their own (`faces`)."""

    def __init__(
        self, db: Database, invoker: Invoker, objects: ObjectStore, secrets: Secrets, ids: Ids, clock: Clock
    ) -> None:
        self._db = db
        self._invoker = invoker
        self._objects = objects
        self._secrets = secrets
        self._ids = ids
        self._clock = clock

    async def asked(self, tx: Tx, message: Message) -> None:
        """Inbox handler of `OssStsTokenRequest`. Requests for other files get no place."""
        device, values = message.device, message.values
        if device.product.compiled.service("AddVehicleIOfPermission") is None or device.community_id is None:
            return
        kind: Any = values.get("RequestType") if isinstance(values, dict) else None
        file = int(kind) if str(kind) in ("0", "1") else None if kind is not None else PICTURE
        if file is not None:
            job = SendToken(device.tenant_id, device.iot_id, file, message.received_ms)
            await outbox.add(tx, SEND, job, key=device.iot_id)

    async def send(self, job: SendToken) -> None:
        """Outbox job that sends the answer. A camera that is away asks again later."""
        if job.asked_ms < self._clock.now_ms() - TOKEN_SECONDS * 1000:
            return
        scope = Scope.system(job.tenant_id, "parking")
        name = self._ids.hex(32)
        if job.file == PICTURE:
            key = f"{picture_folder(job.tenant_id, job.iot_id)}/{name}.jpg"
            limit, starts = PICTURE_BYTES, JPEG
        else:
            key, limit, starts = f"{list_folder(job.tenant_id, job.iot_id)}/{name}.json", MOST_BYTES, b""
        url = self._objects.url(key, expires_s=TOKEN_SECONDS, method="PUT", limit=limit, starts=starts)
        secret = await read_secret(scope, self._db, iot_id=job.iot_id, secrets=self._secrets)
        token, expiration = url.partition("?")[2], str(self._clock.now_ms() + TOKEN_SECONDS * 1000)
        # Parking and doors spell these differently (spec A 11, 15); devices of either take theirs.
        fields = {
            "AccessKeyId": "", "AccessKeySecret": "", "StsToken": token, "Expiration": expiration,
            "accessKeyId": "", "accessKeySecret": "", "securityToken": token, "expiration": expiration,
        }  # fmt: skip
        args = {
            "Credentials": seal(secret, msgspec.json.encode(fields)),
            "BucketName": "linli",
            "EndPoint": f"{self._objects.base_url}/files",
            "ObjectName": key,
        }
        with contextlib.suppress(LinliError):
            await self._invoker.invoke(scope, job.iot_id, "SendOssStsToken", args, timeout_s=ANSWER_TIMEOUT_S)
