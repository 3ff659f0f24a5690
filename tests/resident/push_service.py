"""A push service on loopback and a browser that subscribed at it: reads what was sent with the receiver's own keys."""

import json
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from linli.protocols.web_push import message
from linli.protocols.web_push.message import decode, encode
from tests.databus.receiver import Received, Receiver


class PushedTo:
    """One browser's subscription."""

    def __init__(self, service: Receiver, name: str) -> None:
        self.service, self.path = service, f"/push/{name}"
        self._key, self._auth = message.new_key(), name.encode().ljust(16, b"-")[:16]
        self.endpoint = f"http://127.0.0.1:{service.port}{self.path}"

    @property
    def json(self) -> dict[str, Any]:
        """As PushSubscription.toJSON() gives it."""
        keys = {"p256dh": encode(message.public_bytes(self._key.public_key())), "auth": encode(self._auth)}
        return {"endpoint": self.endpoint, "expirationTime": None, "keys": keys}

    @property
    def raw(self) -> list[Received]:
        return [one for one in self.service.received if one.path == self.path]

    @property
    def told(self) -> list[dict[str, str]]:
        """Every message, decrypted."""
        return [json.loads(message.decrypt(one.body, own=self._key, auth=self._auth)) for one in self.raw]


def sender_of(one: Received) -> tuple[str, dict[str, Any]]:
    """Public key and claims of the token, whose signature is checked as a push service does."""
    scheme, _, rest = one.headers["authorization"].partition(" ")
    assert scheme == "vapid"
    told = dict(part.strip().split("=", 1) for part in rest.split(","))
    said, _, signature = told["t"].rpartition(".")
    raw = decode(signature)
    dss = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decode(told["k"]))
    key.verify(dss, said.encode(), ec.ECDSA(hashes.SHA256()))
    return told["k"], json.loads(decode(said.split(".")[1]))
