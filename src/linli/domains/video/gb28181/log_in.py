"""Registrations: each device with a password of its own. Wrong ones are noted where the device's page shows them."""

import secrets as system_secrets
from typing import Final

from linli.domains.video.doctor.memory import Doctor
from linli.domains.video.queries import gb28181 as queries
from linli.domains.video.rows import GbDevice, seal_about
from linli.domains.video.service import gb28181 as service
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.secrets import Secrets
from linli.kernel.sip.exchange import Incoming
from linli.kernel.sip.guard import Guard
from linli.protocols import sip

WRONG_PASSWORD: Final = "wrong_password"
_NOBODY: Final = "0" * 32
_NOTED_AGAIN_MS: Final = 60_000


class LogIn:
    def __init__(
        self, realm: str, db: Database, clock: Clock, secrets: Secrets, guard: Guard, doctor: Doctor
    ) -> None:
        self._realm = realm
        self._doctor = doctor
        self._db = db
        self._clock = clock
        self._secrets = secrets
        self._guard = guard
        self._nonces = sip.Nonces(system_secrets.token_bytes(32))

    def challenge(self, request: sip.Request, host: str) -> str | None:
        """What to ask before anything is kept; None: its credentials answer a challenge that went to this host."""
        credentials = self._credentials(request)
        now_ms = self._clock.now_ms()
        state = None if credentials is None else self._nonces.check(credentials.nonce, now_ms, host)
        return None if state == "fresh" else self._ask(host, now_ms, stale=state == "stale")

    def _ask(self, host: str, now_ms: int, *, stale: bool = False) -> str:
        nonce = self._nonces.issue(now_ms, system_secrets.token_bytes(8), host)
        return str(sip.Challenge(self._realm, nonce, stale=stale))

    def _credentials(self, request: sip.Request) -> sip.Credentials | None:
        for value in request.fields.get("authorization", ())[:4]:
            try:
                credentials = sip.read_credentials(value)
            except sip.Malformed:
                continue
            if credentials is not None:
                return credentials
        return None

    async def prove(self, incoming: Incoming) -> GbDevice | None:
        """The device, by the code in From; None: it was answered. Raises Malformed."""
        request, host = incoming.request, incoming.flow.host
        now_ms, steady_ms = self._clock.now_ms(), self._clock.steady_ms()
        if not self._guard.may_try(host, steady_ms):
            incoming.answer(403)
            return None
        credentials = self._credentials(request)
        if credentials is None:
            incoming.answer(401, www_authenticate=self._ask(host, now_ms))
            return None
        gb_id = request.from_.uri.user or ""
        visits = self._doctor.visits(gb_id)
        visits.proofs += 1
        device = await queries.device_named(self._db, gb_id) if len(gb_id) <= 32 else None
        expected = _NOBODY if device is None else self._hash(device, credentials)
        if not sip.proves(expected, "REGISTER", credentials) or device is None:
            self._guard.wrong(host, steady_ms)
            if device is None:
                self._doctor.strangers.note(gb_id[:32], host, now_ms)
            else:
                visits.note_wrong(host, now_ms)
                await self._note(device, host, now_ms)
            incoming.answer(401, www_authenticate=self._ask(host, now_ms))
            return None
        if not self._nonces.spend(credentials, now_ms):
            incoming.answer(401, www_authenticate=self._ask(host, now_ms, stale=True))
            return None
        incoming.flow.proved(gb_id)
        visits.note_good(host)
        return device

    def _hash(self, device: GbDevice, credentials: sip.Credentials) -> str:
        """With the name and realm that the device wrote: some write other ones than they were given."""
        password = self._secrets.open(device.password_sealed, about=seal_about(device.gb_id))
        algorithm = "SHA-256" if credentials.algorithm == "SHA-256" else "MD5"
        return sip.user_hash(credentials.username, credentials.realm, password, algorithm)

    async def _note(self, device: GbDevice, host: str, now_ms: int) -> None:
        if device.trouble != WRONG_PASSWORD or now_ms - device.trouble_ms > _NOTED_AGAIN_MS:
            await self._db.run(
                lambda tx: service.troubled(
                    tx, device.device_id, what=WRONG_PASSWORD, host=host, now_ms=now_ms
                )
            )
