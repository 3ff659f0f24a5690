"""Log-ins by other providers: OpenID Connect, and OAuth 2 with forms of their own (DingTalk, Alipay).

OpenID Connect Core 1.0 (authorization code), Discovery 1.0, RFC 7636 (PKCE, S256). Only an id token with the provider's
signature is trusted. Providers change their keys, so they are read again when a token names an unknown one.
"""

import base64
import hashlib
import re
import secrets
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

import httpx
import jwt
import msgspec

from linli.kernel.clock import Clock
from linli.kernel.errors import Unauthorized, Unavailable
from linli.kernel.http.client import Client
from linli.kernel.settings import LoginProvider, SignIn

ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "EdDSA")
"""Accepted signatures: those with a public key. Never `none`, and never one with the client's secret."""
LEEWAY_SECONDS: Final = 60
KEPT_MS: Final = 3_600_000
"""How long a provider's addresses are cached."""
MAX_BYTES: Final = 1 << 20
_FILLED = re.compile(r"{(client_id|client_secret|code|token|redirect_uri|state|scope|nonce|challenge)}")


class ProviderSilent(Unavailable):
    """The provider cannot be reached, or its answer cannot be used."""

    code = "sign_in.provider_silent"


class ProviderRefused(Unauthorized):
    """The provider refused the code, or its answer is not valid."""

    code = "sign_in.provider_refused"


class Start(NamedTuple):
    """The state of a sign-in until the provider's answer."""

    state: str
    nonce: str
    verifier: str

    @staticmethod
    def new() -> "Start":
        return Start(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48))

    @property
    def challenge(self) -> str:
        """S256 of RFC 7636."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


class Somebody(NamedTuple):
    """The person who signed in at a provider. `subject` never changes; `name` is chosen by the person."""

    subject: str
    name: str


class _Discovered(msgspec.Struct, frozen=True):
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str


class LoginProviders:
    """The providers of the settings. One object for a process: it caches their addresses and keys."""

    def __init__(self, settings: SignIn, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._discovered: dict[str, tuple[int, _Discovered]] = {}
        self._keys: dict[str, dict[str, jwt.PyJWK]] = {}

    def __getitem__(self, name: str) -> LoginProvider:
        """Raises KeyError."""
        return self._settings.providers[name]

    def __contains__(self, name: str) -> bool:
        return name in self._settings.providers

    def titles(self, language: str) -> list[tuple[str, str]]:
        """(name, text of the button), in the order of the settings."""
        return [
            (name, (login_provider.title_en if language == "en" else "") or login_provider.title)
            for name, login_provider in self._settings.providers.items()
        ]

    async def authorize_url(self, name: str, start: Start, *, redirect_uri: str) -> str:
        """The address that the browser is sent to. Raises ProviderSilent."""
        provider = self[name]
        values = {"redirect_uri": redirect_uri, "state": start.state}
        if provider.kind == "oauth":
            return _with_query(provider.authorize_url, _fill(provider, provider.authorize_params, values))
        discover = await self._discover(name)
        params = {
            "response_type": "code",
            "client_id": provider.client_id,
            "redirect_uri": redirect_uri,
            "scope": provider.scope,
            "state": start.state,
            "nonce": start.nonce,
            "code_challenge": start.challenge,
            "code_challenge_method": "S256",
        }
        return _with_query(discover.authorization_endpoint, params)

    async def somebody(self, name: str, start: Start, *, code: str, redirect_uri: str) -> Somebody:
        """The person that a code stands for. Raises ProviderSilent, ProviderRefused."""
        if self[name].kind == "oidc":
            return await self._by_oidc(name, start, code, redirect_uri)
        return await self._by_oauth(self[name], code, redirect_uri)

    async def _by_oidc(self, name: str, start: Start, code: str, redirect_uri: str) -> Somebody:
        provider, discovered = self[name], await self._discover(name)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "client_id": provider.client_id,
            "code_verifier": start.verifier,
        }
        if provider.client_secret:
            form["client_secret"] = provider.client_secret
        answer = await self._ask("POST", discovered.token_endpoint, data=form)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise ProviderRefused(reason="no id_token")
        claims = await self._believed(name, discovered, token)
        if not secrets.compare_digest(str(claims.get("nonce", "")), start.nonce):
            raise ProviderRefused(reason="nonce")
        audience = claims.get("aud")
        if isinstance(audience, list) and len(audience) > 1 and claims.get("azp") != provider.client_id:
            raise ProviderRefused(reason="azp")
        label = claims.get(provider.name_field) or claims.get("preferred_username") or claims["sub"]
        return Somebody(str(claims["sub"]), str(label))

    async def _believed(self, name: str, discovered: _Discovered, token: str) -> dict[str, Any]:
        try:
            header = jwt.get_unverified_header(token)
        except jwt.InvalidTokenError:
            raise ProviderRefused(reason="id_token") from None
        algorithm = str(header.get("alg"))
        if algorithm not in ALGORITHMS:
            raise ProviderRefused(reason="alg")
        key = await self._key(name, discovered.jwks_uri, str(header.get("kid", "")))
        now = self._clock.now_ms() / 1000
        try:
            # Times are compared below with our own clock: the library uses the machine's.
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[algorithm],
                audience=self[name].client_id,
                issuer=discovered.issuer,
                options={
                    "require": ["iss", "sub", "aud", "exp", "iat"],
                    "verify_exp": False,
                    "verify_iat": False,
                },
            )
        except jwt.InvalidTokenError:
            raise ProviderRefused(reason="id_token") from None
        if float(claims["exp"]) + LEEWAY_SECONDS < now or float(claims["iat"]) - LEEWAY_SECONDS > now:
            raise ProviderRefused(reason="time")
        return claims

    async def _key(self, name: str, uri: str, kid: str) -> jwt.PyJWK:
        """The provider's key. All keys are read again if this one is unknown, since providers change them."""
        for again in (False, True):
            if again or name not in self._keys:
                answer = await self._ask("GET", uri)
                try:
                    listed = jwt.PyJWKSet.from_dict(answer).keys
                except jwt.PyJWTError:
                    raise ProviderSilent(reason="jwks") from None
                self._keys[name] = {key.key_id or "": key for key in listed}
            keys = self._keys[name]
            if kid in keys:
                return keys[kid]
            if not kid and len(keys) == 1:
                return next(iter(keys.values()))
        raise ProviderRefused(reason="kid")

    async def _discover(self, name: str) -> _Discovered:
        now_ms = self._clock.now_ms()
        kept = self._discovered.get(name)
        if kept and now_ms - kept[0] < KEPT_MS:
            return kept[1]
        issuer = self[name].issuer.rstrip("/")
        answer = await self._ask("GET", f"{issuer}/.well-known/openid-configuration")
        try:
            discovered = msgspec.convert(answer, _Discovered)
        except msgspec.ValidationError:
            raise ProviderSilent(reason="discovery") from None
        if discovered.issuer.rstrip("/") != issuer:
            raise ProviderSilent(reason="issuer")
        self._discovered[name] = (now_ms, discovered)
        self._keys.pop(name, None)
        return discovered

    async def _by_oauth(self, provider: LoginProvider, code: str, redirect_uri: str) -> Somebody:
        values = {"code": code, "redirect_uri": redirect_uri}
        sent = _fill(provider, provider.token_params, values)
        given: dict[str, Any] = {
            "form": {"data": sent},
            "json": {"json": sent},
            "query": {"params": sent},
        }[provider.token_style]
        answer = await self._ask("POST", provider.token_url, **given)
        token = _at(answer, provider.token_field)
        if not token:
            raise ProviderRefused(reason=provider.token_field)
        headers = _fill(provider, provider.userinfo_headers, {**values, "token": token})
        person = await self._ask("GET", provider.userinfo_url, headers=headers)
        subject = _at(person, provider.subject_field)
        if not subject:
            raise ProviderRefused(reason=provider.subject_field)
        return Somebody(subject, _at(person, provider.name_field) or subject)

    async def _ask(self, how: str, url: str, **given: Any) -> dict[str, Any]:
        """A JSON object. Errors do not repeat the provider's answer: it may contain secrets."""
        try:
            async with Client(
                timeout=self._settings.timeout_seconds, trust_env=False, follow_redirects=False
            ) as client:
                answer = await client.request(how, url, **given)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ProviderSilent(reason=type(error).__name__) from None
        if 400 <= answer.status_code < 500:
            raise ProviderRefused(reason=f"HTTP {answer.status_code}")
        if not answer.is_success or len(answer.content) > MAX_BYTES:
            raise ProviderSilent(reason=f"HTTP {answer.status_code}")
        try:
            return msgspec.json.decode(answer.content, type=dict[str, Any])
        except msgspec.DecodeError:
            raise ProviderSilent(reason="no JSON object") from None


def _fill(provider: LoginProvider, texts: dict[str, str], values: dict[str, str]) -> dict[str, str]:
    filled = {
        "client_id": provider.client_id,
        "client_secret": provider.client_secret,
        "scope": provider.scope,
        **values,
    }
    return {name: _FILLED.sub(lambda match: filled.get(match[1], ""), text) for name, text in texts.items()}


def _with_query(url: str, params: dict[str, str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(params)}"


def _at(answer: Any, path: str) -> str:
    """The text or number at `a.b.c`; empty where there is none."""
    for part in path.split("."):
        answer = answer.get(part) if isinstance(answer, dict) else None
    return str(answer) if isinstance(answer, str | int) and not isinstance(answer, bool) else ""
