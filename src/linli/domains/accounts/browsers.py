"""Cookies of a browser before a sign-in: a random text, and proofs of the log-ins that signed in with it before.

The random text ties the answer of a provider, a scanned code or a one-time code to the browser that asked. The proofs
let a returning person sign in while others guess at their log-in (`throttle`, `people.codes`). They open nothing. The
cookie has a name and, for each of the last log-ins, a proof made with the installation's secret. An act that ends a
log-in's sessions, such as a new password, voids the proofs. So an earlier holder of the cookie has no more tries than a
stranger.
"""

import hashlib
import hmac
import secrets as system_secrets
from typing import Any, Final

from litestar import Request
from litestar.datastructures import Cookie

from linli.domains.accounts.cookies import is_secure
from linli.domains.people.service.accounts import Account
from linli.domains.people.service.codes import Asker
from linli.kernel.http import network_of
from linli.kernel.secrets import Secrets
from linli.kernel.settings import Settings

BROWSER_COOKIE: Final = "linli_browser"
DEVICE_COOKIE: Final = "linli_device"
_HOUR_S: Final = 3600
_REMEMBERED_S: Final = 400 * 24 * _HOUR_S
_LOG_INS_MAX: Final = 8
"""A desk that several people share."""
_NAME_LENGTH: Final = 22
_PROOF_LENGTH: Final = 32

type AnyRequest = Request[Any, Any, Any]


def own_text(request: AnyRequest) -> str:
    """The text that only this browser has; empty where it has none yet."""
    value = request.cookies.get(BROWSER_COOKIE, "")
    return value if 32 <= len(value) <= 64 else ""


def text_of(request: AnyRequest, settings: Settings) -> tuple[str, Cookie]:
    """The text that only this browser has, new or as it was, and its cookie."""
    value = own_text(request) or system_secrets.token_urlsafe(32)
    return value, _cookie(request, settings, BROWSER_COOKIE, value, _HOUR_S)


def device_of(request: AnyRequest, secrets: Secrets, account: Account | None) -> str:
    """The name of a browser in which the log-in was signed in before; empty for any other."""
    name, proofs = _read(request)
    if account is None or not name:
        return ""
    own = _proof(secrets, account, name)
    matches = [hmac.compare_digest(own.encode(), proof.encode()) for proof in proofs]
    return name if any(matches) else ""


def device_cookie(request: AnyRequest, settings: Settings, secrets: Secrets, account: Account) -> Cookie:
    """The cookie by which the browser is known to the log-in that has just signed in."""
    name, proofs = _read(request)
    name = name or system_secrets.token_urlsafe(16)
    own = _proof(secrets, account, name)
    kept = [own, *(proof for proof in proofs if proof != own)][:_LOG_INS_MAX]
    return _cookie(request, settings, DEVICE_COOKIE, ".".join((name, *kept)), _REMEMBERED_S)


def asker_of(
    request: AnyRequest, settings: Settings, secrets: Secrets, account: Account | None, *, address: str
) -> tuple[Asker, Cookie]:
    """The asker of a one-time code, and the cookie to which the code is tied."""
    browser, cookie = text_of(request, settings)
    return Asker(browser, network_of(address), device_of(request, secrets, account)), cookie


def _read(request: AnyRequest) -> tuple[str, list[str]]:
    name, *proofs = request.cookies.get(DEVICE_COOKIE, "").split(".", _LOG_INS_MAX)
    fits = len(name) == _NAME_LENGTH and name.replace("-", "").replace("_", "").isalnum() and name.isascii()
    if not fits or any(len(proof) != _PROOF_LENGTH for proof in proofs):
        return "", []
    return name, proofs


def _proof(secrets: Secrets, account: Account, name: str) -> str:
    words = f"{account.id}:{account.generation}:{name}"
    return hmac.new(secrets.derived("known browsers"), words.encode(), hashlib.sha256).hexdigest()[
        :_PROOF_LENGTH
    ]


def _cookie(request: AnyRequest, settings: Settings, key: str, value: str, seconds: int) -> Cookie:
    secure = is_secure(request, settings)
    return Cookie(
        key=key, value=value, httponly=True, secure=secure, samesite="lax", path="/", max_age=seconds
    )
