"""The residents' phones: encrypted pictures asked from the platform, shown for a minute, and old ones that linger."""

import random
from typing import Final, NamedTuple

from linli.app.platform import Platform
from linli.demo.place import Place
from linli.domains.access.service.qr import encrypt_code

VALID_MS: Final = 60_000
RENEW_MS: Final = 15_000
"""A picture with less time left is asked for again."""
_KEPT: Final = 200


class _Picture(NamedTuple):
    text: str
    expires_ms: int


class Wallet:
    """Codes of many people, as their app shows them."""

    def __init__(self, platform: Platform, site: Place) -> None:
        self._platform = platform
        self._site = site
        self._shown: dict[str, _Picture] = {}

    async def picture(self, identity_id: str, qr_code: str) -> str:
        """The 88 characters to hold before a reader. Raises QrCodeUnknown when the code was taken away."""
        now_ms = self._platform.clock.now_ms()
        picture = self._shown.get(qr_code)
        if picture is not None and picture.expires_ms - now_ms > RENEW_MS:
            return picture.text
        expires_ms = now_ms + VALID_MS
        text = await self._platform.db.run(
            lambda tx: encrypt_code(
                self._site.app,
                tx,
                qr_code=qr_code,
                identity_id=identity_id,
                expires_ms=expires_ms,
                community_id=self._site.community.community_id,
                keys=self._platform.door_keys,
                now_ms=now_ms,
            )
        )
        self._shown.pop(qr_code, None)
        self._shown[qr_code] = _Picture(text, expires_ms)
        if len(self._shown) > _KEPT:
            self._shown.pop(next(iter(self._shown)))
        return text

    def screenshot(self, rng: random.Random) -> str:
        """A picture that has run out, as people keep them; empty while there is none."""
        now_ms = self._platform.clock.now_ms()
        old = [picture.text for picture in self._shown.values() if picture.expires_ms + 1000 < now_ms]
        return rng.choice(old) if old else ""
