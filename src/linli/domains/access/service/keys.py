"""The RSA pair of a community, with which its doors read encrypted QR codes offline."""

import secrets as system_secrets
from base64 import b64decode, b64encode
from collections.abc import Callable

from linli.databus.scopes import scope_id_of
from linli.domains.access.errors import CredentialUnknown
from linli.domains.access.models import keys
from linli.domains.access.queries.doors import KeyRow, find_key
from linli.kernel.db import Tx
from linli.kernel.scope import Scope
from linli.kernel.secrets import SealBroken, Secrets
from linli.protocols.qr_rsa import DEFAULT_BITS, PrivateKey, PublicKey, generate_key


class DoorKeys:
    """Makes, seals and opens the pairs. `bits` other than 512 breaks the 88-character contract of the field."""

    def __init__(
        self,
        secrets: Secrets,
        *,
        bits: int = DEFAULT_BITS,
        random_bits: Callable[[int], int] = system_secrets.randbits,
    ) -> None:
        self._secrets = secrets
        self._bits = bits
        self._random_bits = random_bits

    async def ensure(self, scope: Scope, tx: Tx, *, community_id: int, now_ms: int) -> KeyRow:
        """The community's pair; made on first use (some tens of ms). Raises NotFound outside the scope."""
        scope.allow(community_id)
        row = await find_key(scope, tx, community_id=community_id)
        if row is None:
            await scope_id_of(scope, tx, community_id=community_id)  # of this tenant, or there is none
            private_key = generate_key(self._bits, self._random_bits)
            sealed = self._secrets.seal(
                b64encode(private_key.to_pkcs8()).decode(), about=_about(community_id)
            )
            public = b64encode(private_key.public.to_spki()).decode()
            fresh = KeyRow(community_id, scope.tenant, self._bits, public, sealed, now_ms)
            await tx.upsert(keys, [fresh._asdict()], keys=("community_id",))
            # Another process may have been first: the stored row counts.
            row = await find_key(scope, tx, community_id=community_id) or fresh
        return row

    def private(self, row: KeyRow) -> PrivateKey:
        """Raises SealBroken when the master key file is another one."""
        opened = self._secrets.open(row.private_key, about=_about(row.community_id))
        return PrivateKey.from_pkcs8(b64decode(opened))

    def seal_pin(self, pin: str, digest: str) -> str:
        """A PIN as it is kept for doors that take no digest."""
        return self._secrets.seal(pin, about=_about_pin(digest))

    def open_pin(self, sealed: str, digest: str) -> str:
        """Raises SealBroken when the master key file is another one."""
        return self._secrets.open(sealed, about=_about_pin(digest))

    def ref_of(self, scope: Scope, code: str) -> str:
        """A reference to a card or code, for callers who may not read it."""
        return self._secrets.alias(code, about=f"credential:{scope.tenant}")

    def named_by(self, scope: Scope, ref: str) -> str:
        """The card or code behind `ref_of`. Raises CredentialUnknown."""
        try:
            return self._secrets.of_alias(ref, about=f"credential:{scope.tenant}")
        except SealBroken as error:
            raise CredentialUnknown() from error

    @staticmethod
    def public(row: KeyRow) -> PublicKey:
        return PublicKey.from_spki(b64decode(row.public_key))


def _about_pin(digest: str) -> str:
    return f"pin:{digest}"


def _about(community_id: int) -> str:
    return f"qr_key:{community_id}"
