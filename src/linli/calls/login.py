"""Log-ins: who a request is from, and the registrar. Source: RFC 3261, 10.3 and 22; spec A 4.1."""

from collections.abc import Callable
from email.utils import formatdate
from typing import Final, Protocol

from linli.calls.rows import Account, Binding
from linli.kernel.clock import Clock
from linli.kernel.sip.exchange import Incoming
from linli.kernel.sip.guard import Guard
from linli.protocols import sip

LEAST_SECONDS: Final = 30
"""A phone that wants to be kept for less is told to ask for more (423)."""
DEFAULT_SECONDS: Final = 600
MAX_CONTACT: Final = 512
"""Signs of a phone's address."""
_NOBODY: Final = "0" * 32


class Phones(Protocol):
    """The accounts, and where their phones are."""

    async def account(self, number: str) -> Account | None: ...

    def user_hash(self, account: Account, realm: str, algorithm: str) -> str:
        """What the password of an account becomes in digests."""
        ...

    async def binding(self, number: str, now_ms: int) -> Binding | None:
        """Where the phone of a number is; None when it is logged out."""
        ...

    async def log_in(self, binding: Binding, proved: Account) -> bool:
        """Put a phone in the place of the one that was logged in. False: the account that it proved is no more."""
        ...

    async def log_out(self, number: str, contact: str | None) -> None:
        """Forget a phone; None: whichever it is."""
        ...


class LogIns:
    def __init__(
        self,
        phones: Phones,
        clock: Clock,
        guard: Guard,
        *,
        realm: str,
        most_seconds: int,
        nonce_secret: bytes,
        random: Callable[[], bytes],
    ) -> None:
        self.phones = phones
        self._clock = clock
        self._guard = guard
        self._realm = realm
        self._most_seconds = most_seconds
        self._nonces = sip.Nonces(nonce_secret)
        self._random = random

    async def prove(self, incoming: Incoming) -> Account | None:
        """The account that a request proves to be from. None: it was answered, or gets no answer.

        An unknown number, a wrong password and a missing one are answered alike.
        """
        request, host = incoming.request, incoming.flow.host
        register = request.method == "REGISTER"
        steady_ms, now_ms = self._clock.steady_ms(), self._clock.now_ms()
        credentials = self._credentials(request, "authorization" if register else "proxy-authorization")
        if credentials is None:
            self._ask(incoming, host, now_ms)
            return None
        if not self._guard.may_try(host, steady_ms):
            incoming.drop()
            return None
        state = self._nonces.check(credentials.nonce, now_ms, host)
        if state != "fresh":
            self._ask(incoming, host, now_ms, stale=state == "stale")
            return None
        number = request.from_.uri.user or ""
        account = await self.phones.account(credentials.username) if credentials.username == number else None
        expected = (
            _NOBODY if account is None else self.phones.user_hash(account, self._realm, credentials.algorithm)
        )
        good = sip.proves(expected, request.method, credentials) and account is not None
        if not good or not _aims_here(credentials, request):
            self._guard.wrong(host, steady_ms)
            self._ask(incoming, host, now_ms)
            return None
        if not self._nonces.spend(credentials, now_ms):
            self._ask(incoming, host, now_ms, stale=True)
            return None
        incoming.flow.proved(number)
        return account

    def _credentials(self, request: sip.Request, name: str) -> sip.Credentials | None:
        return request.kept(f"credentials of {name}", lambda: self._read_credentials(request, name))

    def _read_credentials(self, request: sip.Request, name: str) -> sip.Credentials | None:
        for value in request.fields.get(name, ())[:4]:
            try:
                credentials = sip.read_credentials(value)
            except sip.Malformed:
                continue
            if credentials is not None and credentials.realm == self._realm:
                return credentials
        return None

    def _ask(self, incoming: Incoming, host: str, now_ms: int, *, stale: bool = False) -> None:
        challenge = self._challenge(host, now_ms, stale=stale)
        if incoming.request.method == "REGISTER":
            incoming.answer(401, www_authenticate=str(challenge))
        else:
            incoming.answer(407, proxy_authenticate=str(challenge))

    def challenge(self, request: sip.Request, host: str) -> tuple[int, tuple[str, str]] | None:
        """What to ask for before anything of a request is kept: status and field.

        None: its credentials answer a challenge that went to this host, so that its address is no invented one.
        """
        register = request.method == "REGISTER"
        credentials = self._credentials(request, "authorization" if register else "proxy-authorization")
        now_ms = self._clock.now_ms()
        state = None if credentials is None else self._nonces.check(credentials.nonce, now_ms, host)
        if state == "fresh":
            return None
        value = str(self._challenge(host, now_ms, stale=state == "stale"))
        return (401, ("www-authenticate", value)) if register else (407, ("proxy-authenticate", value))

    def _challenge(self, host: str, now_ms: int, *, stale: bool) -> sip.Challenge:
        """Without `qop`: the oldest door stations know no other form, and a nonce serves once."""
        return sip.Challenge(self._realm, self._nonces.issue(now_ms, self._random(), host), stale=stale)

    # ------------------------------------------------------------ registrar

    async def register(self, incoming: Incoming) -> None:
        """Keep where a phone is, in place of where it was. Raises Malformed."""
        request, flow = incoming.request, incoming.flow
        account = await self.prove(incoming)
        if account is None:
            return
        if request.to.uri.user != account.number:
            incoming.answer(403)
            return
        now_ms = self._clock.now_ms()
        default = DEFAULT_SECONDS if request.expires is None else request.expires
        if request.star_contact:
            if request.expires != 0:
                incoming.answer(400)
                return
            await self.phones.log_out(account.number, None)
            incoming.answer(200)
            return
        if len(request.contacts) > 1:
            incoming.answer(403, "One phone a number")
            return
        if not request.contacts:
            await self._answer(incoming, account, now_ms)
            return
        contact = request.contacts[0]
        if not contact.uri.is_sip:
            incoming.answer(400)
            return
        text = str(contact.uri)
        if len(text) > MAX_CONTACT:
            incoming.answer(400)
            return
        seconds = sip.contact_seconds(contact, default, self._most_seconds)
        if seconds == 0:
            await self.phones.log_out(account.number, text)
            await self._answer(incoming, account, now_ms)
            return
        if seconds < LEAST_SECONDS:
            incoming.answer(423, min_expires=str(LEAST_SECONDS))
            return
        binding = Binding(
            number=account.number,
            tenant_id=account.tenant_id,
            project_id=account.project_id,
            contact=text,
            transport=flow.transport,
            host=flow.host,
            port=flow.port,
            call_id=request.call_id[:255],
            cseq=request.cseq.number,
            agent=(request.get("user-agent") or "")[:120],
            registered_ms=now_ms,
            expires_ms=now_ms + seconds * 1000,
        )
        if not await self.phones.log_in(binding, account):
            self._ask(incoming, flow.host, now_ms)
            return
        self._tell(incoming, binding, now_ms)

    async def _answer(self, incoming: Incoming, account: Account, now_ms: int) -> None:
        self._tell(incoming, await self.phones.binding(account.number, now_ms), now_ms)

    def _tell(self, incoming: Incoming, binding: Binding | None, now_ms: int) -> None:
        """Answer with the one phone that is logged in, if any."""
        more = {"date": formatdate(now_ms // 1000, usegmt=True)}
        if binding is not None:
            left = max(1, (binding.expires_ms - now_ms) // 1000)
            more |= {"contact": f"<{binding.contact}>;expires={left}", "expires": str(left)}
        incoming.answer(200, **more)


def _aims_here(credentials: sip.Credentials, request: sip.Request) -> bool:
    """Whether the credentials were made for this request's address; some clients write the host only."""
    try:
        named, target = sip.read_uri(credentials.uri), request.uri
    except sip.Malformed:
        return False
    return named.host.lower() == target.host.lower() and named.user in (None, target.user)
