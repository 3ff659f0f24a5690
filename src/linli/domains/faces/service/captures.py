"""Upload places for doors' snapshots: `OssStsTokenRequest`, answered by `SendOssStsToken` (spec A 4.2)."""

import contextlib
from typing import Any

import msgspec

from linli.delivery.ports import Invoker
from linli.domains.access.pass_details import capture_folder
from linli.kernel import outbox
from linli.kernel.clock import Clock
from linli.kernel.db import Database, Tx
from linli.kernel.errors import LinliError
from linli.kernel.ids import Ids
from linli.kernel.objects import ObjectStore
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.protocols.upload_tokens import seal
from linli.things.inbox.messages import Message
from linli.things.service.devices import read_secret

SEND = "faces.send_upload_token"
TOKEN_SECONDS = 300
MOST_BYTES = 10 * 1024 * 1024
"""Of a panorama (spec A 4.4)."""
ANSWER_TIMEOUT_S = 10.0


class SendToken(msgspec.Struct, frozen=True):
    """Outbox payload."""

    tenant_id: str
    iot_id: str
    asked_ms: int


class UploadTokens:
    """Each request gets its own place, valid for one picture and five minutes."""

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
        """Inbox handler of `OssStsTokenRequest` of doors. Requests for other files than pictures get no place."""
        if message.device.product.compiled.service("AddVehicleIOfPermission") is not None:
            return  # a lane camera: `parking` answers it
        kind: Any = message.values.get("RequestType") if isinstance(message.values, dict) else None
        if kind in (0, "0", None) and message.device.community_id is not None:
            device = message.device
            await outbox.add(
                tx, SEND, SendToken(device.tenant_id, device.iot_id, message.received_ms), key=device.iot_id
            )

    async def send(self, job: SendToken) -> None:
        """Outbox job that sends the answer. A device that is away asks again later."""
        if job.asked_ms < self._clock.now_ms() - TOKEN_SECONDS * 1000:
            return
        scope = Scope.system(job.tenant_id, "faces")
        key = f"{capture_folder(job.tenant_id, job.iot_id)}/{self._ids.hex(32)}.jpg"
        url = self._objects.url(key, expires_s=TOKEN_SECONDS, method="PUT", limit=MOST_BYTES)
        secret = await read_secret(scope, self._db, iot_id=job.iot_id, secrets=self._secrets)
        expiration = self._clock.now_ms() + TOKEN_SECONDS * 1000
        token = {
            "securityToken": url.partition("?")[2],
            "accessKeySecret": "",
            "accessKeyId": "",
            "expiration": str(expiration),
        }
        args = {
            "Credentials": seal(secret, msgspec.json.encode(token)),
            "BucketName": "linli",
            "EndPoint": f"{self._objects.base_url}/files",
            "ObjectName": key,
        }
        with contextlib.suppress(LinliError):
            await self._invoker.invoke(scope, job.iot_id, "SendOssStsToken", args, timeout_s=ANSWER_TIMEOUT_S)
