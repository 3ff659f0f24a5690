"""Push messages byte for byte as RFC 8291 shows them, and tokens as RFC 8292 asks for them."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from linli.protocols.web_push import message, vapid
from linli.protocols.web_push.message import PushKeyError, PushMessageError, decode, encode

CASE = json.loads((Path(__file__).parent / "vectors.json").read_text())


def _raw(name: str) -> bytes:
    return decode(CASE[name])


def test_the_example_of_the_standard():
    sender = message.private_key(_raw("senderPrivate"))
    own = message.private_key(_raw("receiverPrivate"))
    assert message.public_bytes(sender.public_key()) == _raw("senderPublic")
    assert message.private_bytes(own) == _raw("receiverPrivate")
    keys = {"p256dh": _raw("receiverPublic"), "auth": _raw("auth")}
    body = message.encrypt(CASE["plain"].encode(), **keys, sender=sender, salt=_raw("salt"))
    assert encode(body) == CASE["body"]
    assert message.decrypt(body, own=own, auth=keys["auth"]).decode() == CASE["plain"]


def test_cut_and_turned_bodies_are_refused():
    own, auth, body = message.private_key(_raw("receiverPrivate")), _raw("auth"), _raw("body")
    for cut in range(len(body)):
        with pytest.raises(PushMessageError):
            message.decrypt(body[:cut], own=own, auth=auth)
    for at in (0, 25, len(body) - 1):
        turned = bytearray(body)
        turned[at] ^= 1
        with pytest.raises(PushMessageError):
            message.decrypt(bytes(turned), own=own, auth=auth)


def test_the_longest_message_and_keys_that_are_none():
    own, sender = message.new_key(), message.new_key()
    keys = {"p256dh": message.public_bytes(own.public_key()), "auth": b"a" * 16}
    longest = b"x" * message.PLAIN_MAX
    body = message.encrypt(longest, **keys, sender=sender, salt=b"s" * 16)
    assert len(body) == message.RECORD_SIZE
    assert message.decrypt(body, own=own, auth=keys["auth"]) == longest
    with pytest.raises(PushMessageError):
        message.encrypt(longest + b"x", **keys, sender=sender, salt=b"s" * 16)
    for p256dh, auth in ((b"", b"a" * 16), (b"\4" + b"\1" * 64, b"a" * 16), (keys["p256dh"], b"a" * 15)):
        with pytest.raises(PushKeyError):
            message.receiver(p256dh, auth)
    for text in ("=", "ä", "a b"):
        with pytest.raises(PushKeyError):
            decode(text)


def test_a_token_names_the_service_the_sender_and_its_end():
    key = message.new_key()
    value = vapid.authorization(
        key,
        endpoint="https://push.example.net:8443/p/JzLQ?x=1",
        subject="mailto:push@example.com",
        now_s=1000,
    )
    scheme, _, rest = value.partition(" ")
    told = dict(part.split("=", 1) for part in rest.split(", "))
    assert scheme == "vapid"
    assert told["k"] == encode(message.public_bytes(key.public_key()))
    head, claims, signature = told["t"].split(".")
    assert json.loads(decode(head)) == {"typ": "JWT", "alg": "ES256"}
    assert json.loads(decode(claims)) == {
        "aud": "https://push.example.net:8443", "exp": 1000 + 12 * 3600, "sub": "mailto:push@example.com",
    }  # fmt: skip
    raw = decode(signature)
    dss = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    key.public_key().verify(dss, f"{head}.{claims}".encode(), ec.ECDSA(hashes.SHA256()))
