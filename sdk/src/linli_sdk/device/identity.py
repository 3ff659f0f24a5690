"""Who a device is and how it proves it: its own secret, its product's secret, a device token, a certificate."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import time
import uuid
from typing import Any, NamedTuple

import httpx
import msgspec

from linli_sdk.errors import ConnectionFailed, DeviceError
from linli_sdk.mqtt.link import Link
from linli_sdk.mqtt.packets import Connect, Publish
from linli_sdk.mqtt.streams import Endpoint
from linli_sdk.version import __version__

VERSION = f"linli-sdk-{__version__}"


class Triple(NamedTuple):
    """What is burnt into a device. An empty secret: it proves itself by the certificate of its TLS context."""

    product_key: str
    device_name: str
    device_secret: str = ""

    def __repr__(self) -> str:
        return f"Triple({self.product_key!r}, {self.device_name!r})"


class DeviceToken(NamedTuple):
    """What a registration without a known device name gives out, instead of a secret."""

    product_key: str
    device_name: str
    client_id: str
    token: str


def sign(secret: str, text: str) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def credentials(who: Triple | DeviceToken, endpoint: Endpoint, *, gateway: bool) -> Connect:
    """The names and the password of one CONNECT."""
    mode = 2 if endpoint.tls is not None else 3
    user = f"{who.device_name}&{who.product_key}"
    more = f"ext=1,_ss=1,lan=Python,_v={VERSION},gw={int(gateway)}"
    if isinstance(who, DeviceToken):
        return Connect(f"{who.client_id}|authType=connwl,securemode=-2,{more}|", user, who.token)
    name = f"{who.product_key}.{who.device_name}"
    if not who.device_secret:
        return Connect(f"{name}|authType=x509,securemode=2,{more}|", user, "")
    stamp = str(int(time.time() * 1000))
    text = f"clientId{name}deviceName{who.device_name}productKey{who.product_key}timestamp{stamp}"
    options = f"securemode={mode},signmethod=hmacsha256,timestamp={stamp},{more}"
    return Connect(f"{name}|{options}|", user, sign(who.device_secret, text))


def login_entry(sub: Triple) -> dict[str, str]:
    """How a gateway shows that it may speak for a sub-device."""
    client_id, stamp = f"{sub.product_key}.{sub.device_name}|ext=1|", str(int(time.time() * 1000))
    text = f"clientId{client_id}deviceName{sub.device_name}productKey{sub.product_key}timestamp{stamp}"
    return {
        "productKey": sub.product_key,
        "deviceName": sub.device_name,
        "clientId": client_id,
        "timestamp": stamp,
        "signMethod": "hmacSha256",
        "sign": sign(sub.device_secret, text),
    }


async def register(
    endpoint: Endpoint, product_key: str, device_name: str, product_secret: str, *, timeout_s: float = 15.0
) -> Triple:
    """Get the secret of a device name that the platform knows (一型一密). Raises ConnectRefused, ConnectionFailed."""
    answer = await _register(endpoint, product_key, device_name, product_secret, "register", timeout_s)
    return Triple(answer["productKey"], answer["deviceName"], answer["deviceSecret"])


async def register_new(
    endpoint: Endpoint, product_key: str, device_name: str, product_secret: str, *, timeout_s: float = 15.0
) -> DeviceToken:
    """Get a token for a new device name (一型一密免预注册). Keep it: it is told this once."""
    answer = await _register(endpoint, product_key, device_name, product_secret, "regnwl", timeout_s)
    return DeviceToken(answer["productKey"], answer["deviceName"], answer["clientId"], answer["deviceToken"])


async def register_http(url: str, product_key: str, device_name: str, product_secret: str) -> Triple:
    """`register` by the platform's registration port, e.g. `http://linli.example.com:443`. Raises DeviceError."""
    form = _registration(product_key, device_name, product_secret)
    try:
        async with httpx.AsyncClient(timeout=10) as http:
            answer = await http.post(f"{url.rstrip('/')}/auth/register/device", data=form)
            body: dict[str, Any] = answer.json()
    except (httpx.TransportError, ValueError) as error:
        raise ConnectionFailed(str(error)) from error
    if body.get("code") != 200:
        raise DeviceError(int(body.get("code") or 0), str(body.get("message", "")))
    data = body["data"]
    return Triple(data["productKey"], data["deviceName"], data["deviceSecret"])


def _registration(product_key: str, device_name: str, product_secret: str) -> dict[str, str]:
    random = uuid.uuid4().hex
    text = f"deviceName{device_name}productKey{product_key}random{random}"
    return {
        "productKey": product_key,
        "deviceName": device_name,
        "random": random,
        "sign": sign(product_secret, text),
        "signMethod": "hmacsha256",
    }


async def _register(
    endpoint: Endpoint, product_key: str, device_name: str, secret: str, kind: str, timeout_s: float
) -> dict[str, Any]:
    future: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()

    def hello() -> Connect:
        form = _registration(product_key, device_name, secret)
        options = f"securemode=2,authType={kind},random={form['random']},signmethod=hmacsha256"
        return Connect(
            f"{product_key}.{device_name}|{options}|", f"{device_name}&{product_key}", form["sign"]
        )

    def heard(message: Publish) -> None:
        if message.topic == f"/ext/{kind}" and not future.done():
            future.set_result(msgspec.json.decode(message.payload))

    link = Link(endpoint, hello, on_message=heard)
    await link.start(timeout_s)
    try:
        return await asyncio.wait_for(future, timeout_s)
    except (TimeoutError, asyncio.TimeoutError) as error:
        raise ConnectionFailed("the registration was not answered") from error
    finally:
        await link.stop()
