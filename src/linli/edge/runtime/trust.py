"""The drivers that this box may run: those that its root key vouches for. It got the key at its activation, and keeps
it in its identity (mode 0600)."""

import base64
import binascii
from pathlib import Path
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from linli.edge.cloud import Identity, save_identity
from linli.edge.foreign.package import PackageError, check_signature
from linli.kernel.telemetry import logger
from linli.protocols.edge_link import DeployedPackage, Deployment, trust

log = logger(__name__)

UNTRUSTED: Final = "edge.driver_untrusted"
NO_ROOT: Final = "edge.driver_no_root"


class Distrusted(PackageError):
    """`code` says why, for words of either language."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class DriverTrust:
    """One per box. The identity on disk is written again when the root changes."""

    def __init__(self, home: Path, identity: Identity) -> None:
        self._home = home
        self._identity = identity

    @property
    def root(self) -> str:
        """PEM; empty: a box that was activated before there were roots, and that has not seen its first."""
        return self._identity.activated.driver_root

    def follow(self, wanted: Deployment) -> None:
        """Take over a root that the one in use signed; without any, the first that the cloud proves. Raises OSError."""
        if not wanted.driver_roots:
            return
        newest = wanted.driver_roots[-1].public_key
        if self.root:
            follow = trust.follow(self.root, wanted.driver_roots)
            if newest != follow:
                log.error(
                    "the key for drivers that the platform names (%s) is not signed by ours (%s): ours stays",
                    trust.fingerprint(newest),
                    trust.fingerprint(follow),
                )
        else:
            secret = self._identity.activated.device.device_secret
            follow = newest if trust.is_introduced(secret, newest, wanted.driver_root_proof) else ""
        if follow != self.root:
            log.warning("drivers are trusted by the key %s from now on", trust.fingerprint(follow))
            activated = msgspec.structs.replace(self._identity.activated, driver_root=follow)
            fresh = msgspec.structs.replace(self._identity, activated=activated)
            save_identity(self._home, fresh)
            self._identity = fresh

    def check(self, package: DeployedPackage, data: bytes) -> None:
        """Raises Distrusted, PackageError, ValueError."""
        if not package.public_key or not package.signature:
            raise PackageError("it is not signed")
        if not self.root:
            raise Distrusted(NO_ROOT, "this box has no key for drivers from its platform yet")
        if not trust.is_vouched(self.root, package.public_key, package.key_proof):
            raise Distrusted(
                UNTRUSTED,
                "its vendor's key is none that the key vouches for which this box got at activation",
            )
        try:
            signature = base64.b64decode(package.signature, validate=True)
        except binascii.Error:
            raise PackageError("its signature is no base64") from None
        check_signature(data, signature, [_key(package.public_key)])


def _key(pem: str) -> Ed25519PublicKey:
    key = load_pem_public_key(pem.encode())
    if not isinstance(key, Ed25519PublicKey):
        raise PackageError("its key is no Ed25519 key")
    return key
