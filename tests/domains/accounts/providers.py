"""Log-in providers of the tests, speaking HTTP on a socket: one of OpenID Connect, and two that speak as they like.

Written from the standards (OpenID Connect Core 1.0 §3.1, Discovery 1.0 §3, RFC 7517, RFC 7636) and from what DingTalk and
Alipay publish of their calls; they know nothing of Linli's code.
"""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

CLIENT, SECRET = "linli-client", "a client's secret"


@dataclass
class Provider:
    """What the provider knows and how it misbehaves when told to."""

    base: str = ""
    now: float = 0.0
    person: dict[str, Any] = field(default_factory=lambda: {"sub": "248289761001", "name": "李娜"})
    spoil: dict[str, Any] = field(default_factory=dict)
    """Claims that are told wrongly."""
    forger: bool = False
    kid: str = "k1"
    keys: dict[str, rsa.RSAPrivateKey] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def new_key(self, kid: str) -> None:
        """Keys change: the old ones are gone."""
        self.kid = kid
        self.keys = {kid: rsa.generate_private_key(65537, 2048)}

    def authorize(self, url: str) -> dict[str, str]:
        """The person signs in there: what the browser is sent back with."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        return {"code": code, "state": query["state"]}

    def token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        begun = self.codes.pop(form.get("code", ""), None)
        if begun is None or form.get("client_secret") != SECRET or form.get("client_id") != CLIENT:
            return 400, {"error": "invalid_grant"}
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != begun["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        if form.get("redirect_uri") != begun["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        claims = {
            "iss": self.base, "aud": CLIENT, "iat": self.now, "exp": self.now + 300, "nonce": begun["nonce"],
            **self.person, **self.spoil,
        }  # fmt: skip
        key = rsa.generate_private_key(65537, 2048) if self.forger else self.keys[self.kid]
        token = jwt.encode(claims, key, algorithm="RS256", headers={"kid": self.kid})
        return 200, {"access_token": "at", "token_type": "Bearer", "id_token": token}

    def answer(self, method: str, path: str, body: bytes, headers: Any) -> tuple[int, dict[str, Any]]:
        where = urlsplit(path)
        self.asked.append(where.path)
        if where.path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.base, "authorization_endpoint": f"{self.base}/authorize",
                "token_endpoint": f"{self.base}/token", "jwks_uri": f"{self.base}/keys",
            }  # fmt: skip
        if where.path == "/keys":
            listed = [
                {
                    **RSAAlgorithm.to_jwk(key.public_key(), as_dict=True),
                    "kid": kid,
                    "use": "sig",
                    "alg": "RS256",
                }
                for kid, key in self.keys.items()
            ]
            return 200, {"keys": listed}
        if where.path == "/token":
            return self.token({name: values[0] for name, values in parse_qs(body.decode()).items()})
        if where.path == "/v1.0/oauth2/userAccessToken":  # as DingTalk: JSON in, camel case
            said = json.loads(body)
            if (said["clientId"], said["clientSecret"], said["grantType"]) != (
                CLIENT,
                SECRET,
                "authorization_code",
            ):
                return 400, {"code": "invalidClient"}
            return 200, {"accessToken": f"ding-{said['code']}", "expireIn": 7200}
        if where.path == "/v1.0/contact/users/me":
            if not headers.get("x-acs-dingtalk-access-token", "").startswith("ding-code"):
                return 400, {"code": "Forbidden"}
            return 200, {"unionId": "u-z21HjQliSzpw0YWCNxmii6u2Os62cZ62iSZ", "nick": "小李"}
        if where.path == "/gateway.do/token":  # as Alipay: nested answers, numbers as ids
            return 200, {"alipay_system_oauth_token_response": {"access_token": "ali-1", "user_id": "x"}}
        if where.path == "/gateway.do/user" and headers.get("x-token") == "ali-1":
            return 200, {
                "alipay_user_info_share_response": {"user_id": 2088102104794936, "nick_name": "支小宝"}
            }
        return 404, {"error": "not_found"}


@contextmanager
def serving(now: float) -> Iterator[Provider]:
    provider = Provider(now=now)
    provider.new_key("k1")

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            status, answer = provider.answer(self.command, self.path, body, self.headers)
            said = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST = _any

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
