"""A gateway on the vendor's public device SDK (`aliyun-iot-linkkit`), unmodified; only its host is changed."""

import json
import queue
import time
from collections.abc import Callable
from typing import Any

from linkkit import linkkit

from tests.real.line import Line

type Triple = dict[str, str]

REPLIES = (
    "on_gateway_add_subdev_topo_reply",
    "on_gateway_delete_subdev_topo_reply",
    "on_gateway_login_subdev_reply",
    "on_gateway_logout_subdev_reply",
    "on_gateway_register_subdev_reply",
    "on_gateway_product_register_subdev_reply",
)
WAIT_S = 20.0


class SdkGateway:
    """Callbacks arrive on the SDK's threads and wait here, each kind in its own queue."""

    def __init__(self, line: Line, triple: Triple) -> None:
        self._heard: dict[str, queue.Queue[Any]] = {}
        self.answer: Callable[[str, Any], Any] = lambda topic, body: None
        """(topic, message) -> reply data for calls to sub-devices, or None for silence."""
        self.kit = linkkit.LinkKit(
            host_name="127.0.0.1",
            product_key=triple["productKey"],
            device_name=triple["deviceName"],
            device_secret=triple["deviceSecret"],
        )
        line.put_to(self.kit)
        self.kit.on_connect = lambda flag, code, user: self._keep("online", code)
        self.kit.on_disconnect = lambda code, user: self._keep("offline", code)
        self.kit.on_gateway_topo_change = lambda request, params, user: self._keep("topo_change", params)
        self.kit.on_topic_message = self._message
        for name in REPLIES:
            setattr(self.kit, name, self._reply(name))
        self.kit.connect_async()
        assert self.hear("online") == 0

    def close(self) -> None:
        self.kit.destruct()

    def hear(self, kind: str) -> Any:
        return self._heard.setdefault(kind, queue.Queue()).get(timeout=WAIT_S)

    def ask(self, act: str, subs: list[list[str]]) -> tuple[int, Any, str]:
        """Call `gateway_{act}` and wait for its reply: (code, data, message)."""
        status, request = getattr(self.kit, f"gateway_{act}")(subs)
        assert status == 0
        answered, code, data, message = self.hear(f"on_gateway_{act}_reply")
        assert answered == request
        return code, data, message

    def ok(self, act: str, subs: list[list[str]]) -> Any:
        code, data, message = self.ask(act, subs)
        assert (code, message) == (200, "success"), data
        return data

    def publish(self, topic: str, params: Any, number: str = "1") -> None:
        body = json.dumps({"id": number, "version": "1.0", "params": params})
        status, _ = self.kit.publish_topic(topic, body, 1)
        assert status == 0

    def _reply(self, name: str) -> Callable[..., None]:
        def keep(request: str, code: int, data: Any, message: str, user: Any) -> None:
            self._keep(name, (request, code, data, message))

        return keep

    def _keep(self, kind: str, what: Any) -> None:
        self._heard.setdefault(kind, queue.Queue()).put(what)

    def _message(self, topic: str, payload: bytes, qos: int, user: Any) -> None:
        """Everything of sub-devices comes this way; the SDK knows no topics of theirs."""
        body = json.loads(payload)
        if topic.endswith("_reply") or topic.startswith("/ext/error/"):
            self._keep("message", (topic, body))
            return
        data = self.answer(topic, body)
        if data is None:
            self._keep("message", (topic, body))
            return
        to = topic.replace("/rrpc/request/", "/rrpc/response/") if "/rrpc/" in topic else f"{topic}_reply"
        self.kit.publish_topic(to, json.dumps({"id": body["id"], "code": 200, "data": data}), 1)


def until(condition: Callable[[], Any], what: str) -> Any:
    """Wait for what the platform does behind a reply."""
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"{what}: still not so after {WAIT_S} s")
