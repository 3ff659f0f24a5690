"""Pushes of configurations in batches, and the messages of devices about them (spec clients b.4).

down  S/thing/config/push        params {"configId","configSize","sign","signMethod":"Sha256","url","getType":"file"}
up    S/thing/config/push_reply  {"id","code":200,"data":{}}
up    S/thing/config/get         {"configScope":"product","getType":"file"}; the reply's data are the same six
"""

from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import bindparam, or_, select, update

from linli.kernel import outbox
from linli.kernel.clock import Clock
from linli.kernel.db import INT, Command, Database, Query, Tx
from linli.kernel.events import emit
from linli.kernel.objects import ObjectStore
from linli.protocols.linkkit import envelope
from linli.protocols.linkkit.topics import UplinkKind, sys_topic
from linli.things.configs.events import ConfigPushMoved
from linli.things.configs.models import config_holders, config_push_devices, config_pushes, device_configs
from linli.things.configs.queries import Config, current_config
from linli.things.inbox.envelopes import BAD_PARAMS
from linli.things.inbox.request import Request, RequestRefused
from linli.things.inbox.requests import Requests
from linli.things.models import devices
from linli.things.mqtt.ports import Publisher

PUSH: Final = "config.push"
URL_SECONDS: Final = 86_400
STEP_MS: Final = 1_000
"""From one batch to the next."""
SILENT_MS: Final = 30_000
NO_CONFIG: Final = 6710
"""Reply code: there is nothing to fetch."""
_METHOD: Final = "thing.config.push"


class PushStep(msgspec.Struct, frozen=True):
    """Outbox payload: the next batch of a push."""

    push_no: int


class _Running(NamedTuple):
    push_no: int
    tenant_id: str
    state: str
    batch: int


class _Waiting(NamedTuple):
    message_no: int
    device_no: int
    product_key: str
    device_name: str
    config_no: int


_push = Query(
    select(*(config_pushes.c[name] for name in _Running._fields))
    .where(config_pushes.c.push_no == bindparam("no", type_=INT))
    .with_for_update(),
    _Running,
    unscoped="pushes are worked for every tenant",
)
_waiting = Query(
    select(
        config_push_devices.c.message_no,
        config_push_devices.c.device_no,
        devices.c.product_key,
        devices.c.device_name,
        config_push_devices.c.config_no,
    )
    .select_from(config_push_devices.join(devices, devices.c.device_no == config_push_devices.c.device_no))
    .where(
        config_push_devices.c.push_no == bindparam("no", type_=INT), config_push_devices.c.state == "waiting"
    )
    .order_by(config_push_devices.c.message_no)
    .limit(bindparam("limit", type_=INT)),
    _Waiting,
    unscoped="pushes are worked for every tenant",
)
_config = Query(
    select(*(device_configs.c[name] for name in Config._fields)).where(
        device_configs.c.config_no == bindparam("no", type_=INT)
    ),
    Config,
    unscoped="pushes are worked for every tenant",
)
_untold = Command(
    update(config_push_devices)
    .where(
        config_push_devices.c.message_no == bindparam("no", type_=INT),
        config_push_devices.c.state == "waiting",
    )
    .values(state=bindparam("to"), sent_ms=bindparam("now", type_=INT))
)
"""An answer may come before the note that the question went out; then it stands."""
_silent = Command(
    update(config_push_devices)
    .where(
        config_push_devices.c.push_no == bindparam("no", type_=INT),
        config_push_devices.c.state == "sent",
        config_push_devices.c.sent_ms <= bindparam("before", type_=INT),
    )
    .values(state="silent")
)
_open = Query(
    select(config_push_devices.c.message_no)
    .where(
        config_push_devices.c.push_no == bindparam("no", type_=INT),
        or_(config_push_devices.c.state == "waiting", config_push_devices.c.state == "sent"),
    )
    .limit(1)
)
_finish = Command(
    update(config_pushes)
    .where(config_pushes.c.push_no == bindparam("no", type_=INT), config_pushes.c.state == "running")
    .values(state="finished", finished_ms=bindparam("now", type_=INT)),
    unscoped="pushes are worked for every tenant",
)


_answered = Query(
    update(config_push_devices)
    .where(
        config_push_devices.c.message_no == bindparam("no", type_=INT),
        config_push_devices.c.device_no == bindparam("device_no", type_=INT),
        or_(
            config_push_devices.c.state == "sent",
            config_push_devices.c.state == "silent",
            config_push_devices.c.state == "waiting",
        ),
    )
    .values(
        state=bindparam("to"),
        code=bindparam("said", type_=INT),
        answered_ms=bindparam("now", type_=INT),
    )
    .returning(config_push_devices.c.push_no, config_push_devices.c.config_no)
)
_fetched = Query(
    update(config_push_devices)
    .where(
        config_push_devices.c.device_no == bindparam("device_no", type_=INT),
        config_push_devices.c.config_no == bindparam("no", type_=INT),
        or_(
            config_push_devices.c.state == "waiting",
            config_push_devices.c.state == "sent",
            config_push_devices.c.state == "silent",
            config_push_devices.c.state == "offline",
        ),
    )
    .values(state="taken", answered_ms=bindparam("now", type_=INT))
    .returning(config_push_devices.c.push_no)
)


def config_data(config: Config, objects: ObjectStore) -> dict[str, Any]:
    """The facts with which a device loads and checks the document."""
    return {
        "configId": config.config_id,
        "configSize": config.size,
        "sign": config.sha256,
        "signMethod": "Sha256",
        "url": objects.url(config.file_key, expires_s=URL_SECONDS),
        "getType": "file",
    }


class Pusher:
    """Outbox job: one batch, then itself again a second later."""

    def __init__(self, db: Database, publisher: Publisher, objects: ObjectStore, clock: Clock) -> None:
        self._db = db
        self._publisher = publisher
        self._objects = objects
        self._clock = clock

    async def step(self, payload: PushStep) -> None:
        push_no = payload.push_no

        async def read(tx: Tx) -> tuple[_Running, list[_Waiting], dict[int, Config | None]] | None:
            push = await _push.one(tx, no=push_no)
            if push is None or push.state != "running":
                return None
            line = await _waiting.all(tx, no=push_no, limit=push.batch)
            return (
                push,
                line,
                {no: await _config.one(tx, no=no) for no in {waiting.config_no for waiting in line}},
            )

        due = await self._db.run(read)
        if due is None:
            return
        push, line, configs = due
        outcomes = sorted(
            ((waiting, self._tell(waiting, configs[waiting.config_no])) for waiting in line),
            key=lambda outcome: outcome[0].message_no,
        )
        now_ms = self._clock.now_ms()

        async def write(tx: Tx) -> None:
            await _silent.run(tx, no=push_no, before=now_ms - SILENT_MS)
            for waiting, sent in outcomes:
                await _untold.run(tx, no=waiting.message_no, to="sent" if sent else "offline", now=now_ms)
            if await _open.one(tx, no=push_no) is None:
                await _finish.run(tx, no=push_no, now=now_ms)
            else:
                await outbox.add(tx, PUSH, payload, due_ms=now_ms + STEP_MS)
            await emit(tx, ConfigPushMoved(push.tenant_id, push_no))

        await self._db.run(write)

    def _tell(self, waiting: _Waiting, config: Config | None) -> bool:
        if config is None or config.removed:
            return False
        data = config_data(config, self._objects)
        return self._publisher.publish(
            waiting.product_key,
            waiting.device_name,
            sys_topic(waiting.product_key, waiting.device_name, "thing/config/push"),
            envelope.request(str(waiting.message_no), _METHOD, data),
            qos=1,
        )


class ConfigRequests:
    """Handlers of the uplinks of one process."""

    def __init__(self, objects: ObjectStore) -> None:
        self._objects = objects

    def register(self, requests: Requests) -> None:
        requests.on(UplinkKind.CONFIG_GET, self.get)
        requests.on(UplinkKind.CONFIG_PUSH_REPLY, self.push_reply, envelope=False)

    async def get(self, tx: Tx, request: Request) -> dict[str, Any]:
        """The device's configuration. An unanswered push counts as answered with this."""
        params = request.post.params
        asked = params if isinstance(params, dict) else {}
        if asked.get("configScope", "product") != "product" or asked.get("getType", "file") != "file":
            raise RequestRefused(BAD_PARAMS, "params: configScope is product, getType is file")
        device = request.device
        config = await current_config(tx, product_no=device.product.product_no, device_no=device.device_no)
        if config is None:
            raise RequestRefused(NO_CONFIG, "no config data")
        await _holds(tx, device.device_no, config.config_no, "get", request.now_ms)
        rows = await _fetched.all(tx, device_no=device.device_no, no=config.config_no, now=request.now_ms)
        for (push_no,) in rows:
            await emit(tx, ConfigPushMoved(device.tenant_id, push_no))
        return config_data(config, self._objects)

    async def push_reply(self, tx: Tx, request: Request) -> None:
        """`{"id", "code", "data"}`: whether the device takes what was pushed."""
        try:
            reply = envelope.read_reply(request.payload)
            message_no = int(reply.id)
        except (envelope.EnvelopeError, ValueError):
            return
        taken = reply.code == envelope.SUCCESS
        row = await _answered.one(
            tx,
            no=message_no if 0 < message_no < 2**63 else 0,
            device_no=request.device.device_no,
            to="taken" if taken else "refused",
            said=max(min(reply.code, 2**31), -(2**31)),
            now=request.now_ms,
        )
        if row is None:
            return
        push_no, config_no = row
        if taken:
            await _holds(tx, request.device.device_no, config_no, "push", request.now_ms)
        await emit(tx, ConfigPushMoved(request.device.tenant_id, push_no))


async def _holds(tx: Tx, device_no: int, config_no: int, how: str, now_ms: int) -> None:
    row = {"device_no": device_no, "config_no": config_no, "how": how, "taken_ms": now_ms}
    await tx.upsert(config_holders, [row], keys=("device_no",), update=("config_no", "how", "taken_ms"))
