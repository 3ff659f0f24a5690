"""A door on the vendor's public device SDK (`aliyun-iot-linkkit`), unmodified; only its host is changed.

The SDK carries the messages; the list, the key and the decision are those of a real door: RSA codes read offline,
the permission file downloaded and kept.
"""

import base64
import json
import queue
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

from linkkit import linkkit

from linli.protocols import door_permissions, qr_rsa
from linli.protocols.door_permissions import HeldPermissions
from linli.rules import credentials
from linli.rules.credentials import Decision
from tests.real.line import Line


class SdkDoor:
    def __init__(self, line: Line, triple: dict[str, str], tsl: Path) -> None:
        self.permissions = HeldPermissions()
        self.public_key: qr_rsa.PublicKey | None = None
        self.opened = 0
        self.said: queue.Queue[tuple[str, Any]] = queue.Queue()
        self._ready = threading.Event()
        self.kit = linkkit.LinkKit(
            host_name="127.0.0.1",
            product_key=triple["productKey"],
            device_name=triple["deviceName"],
            device_secret=triple["deviceSecret"],
        )
        line.put_to(self.kit)
        self.kit.on_thing_enable = lambda user: self._ready.set()
        self.kit.on_thing_prop_changed = self._set
        self.kit.on_thing_call_service = self._serve
        self.kit.on_thing_event_post = lambda event, request, code, data, message, user: self.said.put(
            (event, code)
        )
        self.kit.on_thing_prop_post = lambda request, code, data, message, user: self.said.put(("post", code))
        self.kit.thing_setup(str(tsl))
        self.kit.connect_async()

    def wait_ready(self, seconds: float = 60) -> None:
        assert self._ready.wait(seconds), "the device SDK did not come online"

    def close(self) -> None:
        self.kit.destruct()

    # downlinks, on the SDK's own threads

    def _set(self, params: Any, user: Any) -> None:
        values = json.loads(params) if isinstance(params, str) else params
        if key := values.get("RSAPublicKey"):
            self.public_key = qr_rsa.PublicKey.from_spki(base64.b64decode(key))

    def _serve(self, identifier: str, request_id: str, params: Any, user: Any) -> None:
        if identifier == "syncPermissions":
            with urllib.request.urlopen(params["permissionUrl"], timeout=60) as answer:
                self.permissions.apply(door_permissions.decode(answer.read()))
        elif identifier == "remoteOpen":
            self.opened += 1
        self.kit.thing_answer_service(identifier, request_id, 200, {})

    # people

    def scan(self, text: str, *, wait_s: float = 10) -> Decision:
        """Hold a code to the reader; returns after the platform answered the event."""
        assert self.public_key is not None, "the door has no key yet"
        try:
            sealed = qr_rsa.open_code(self.public_key, text)
            code, expires = sealed.code, sealed.expires_s
        except qr_rsa.CodeError:
            code, expires = "", None
        now_ms = time.time_ns() // 1_000_000
        decision = credentials.check_qr(
            self.permissions.qr.get(code), used=0, now_ms=now_ms, picture_expires_s=expires
        )
        self.opened += decision.opens
        event = {
            "code": int(decision.code),
            "message": decision.message,
            "type": "qrCode",
            "content": code or text[:40],
            "extInfo": json.dumps({"type": "qrCode", "qrCode": code, "eventTime": str(now_ms // 1000)}),
        }
        status, _ = self.kit.thing_trigger_event(("passEvent", event))
        assert status == 0
        assert self.said.get(timeout=wait_s) == ("passEvent", 200)
        return decision
