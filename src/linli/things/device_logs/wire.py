"""Messages from and to devices about their log."""

import functools
from typing import Any

from linli.kernel.db import Tx
from linli.kernel.ids import Ids
from linli.protocols.linkkit import envelope
from linli.protocols.linkkit.topics import sys_topic
from linli.things.device_logs.lines import read_lines
from linli.things.device_logs.service import keep_lines, sends_logs
from linli.things.errors import explain
from linli.things.inbox.envelopes import BAD_PARAMS
from linli.things.inbox.request import Request, RequestRefused
from linli.things.mqtt.ports import Publisher
from linli.tsl import ValueRefused

SWITCHED_OFF = 403
"""Reply code to log lines of a device that was not asked for them."""
_PUSH = "thing.config.log.push"


class DeviceLogs:
    """One per process."""

    def __init__(self, publisher: Publisher, ids: Ids) -> None:
        self._ids = ids
        self._publisher = publisher

    async def on_post(self, tx: Tx, request: Request) -> dict[str, Any]:
        """Handler of `UplinkKind.LOG_POST`."""
        device_no = request.device.device_no
        try:
            lines = read_lines(request.post.params, request.now_ms)
        except ValueRefused as refused:
            raise RequestRefused(BAD_PARAMS, explain(refused.problem, "en")) from refused
        if not await sends_logs(tx, device_no=device_no):
            raise RequestRefused(SWITCHED_OFF, "log reporting is switched off for this device")
        await keep_lines(tx, device_no=device_no, lines=lines, ids=self._ids, now_ms=request.now_ms)
        return {}

    async def on_config_get(self, tx: Tx, request: Request) -> dict[str, Any]:
        """Handler of `UplinkKind.LOG_CONFIG_GET`: `{"getType": "content", "content": {"mode": 1}}`."""
        return _config(await sends_logs(tx, device_no=request.device.device_no))

    async def on_push_reply(self, tx: Tx, request: Request) -> None:
        """Handler of `UplinkKind.LOG_CONFIG_PUSH_REPLY`: nothing follows from it."""

    def tell(self, tx: Tx, product_key: str, device_name: str, *, on: bool) -> None:
        """Let the device know of its switch once `tx` is durable."""
        tx.after_commit(functools.partial(self._push, product_key, device_name, on))

    def _push(self, product_key: str, device_name: str, on: bool) -> None:
        self._publisher.publish(
            product_key,
            device_name,
            sys_topic(product_key, device_name, _PUSH.replace(".", "/")),
            envelope.request(str(self._ids.number()), _PUSH, _config(on)),
            qos=1,
        )


def _config(on: bool) -> dict[str, Any]:
    return {"getType": "content", "content": {"mode": int(on)}}
