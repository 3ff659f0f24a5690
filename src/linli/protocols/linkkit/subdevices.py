"""A gateway's messages about its sub-devices: names, signed entries, registrations. Source: spec clients b.4, b.5.

Members beyond those named here are ignored. A declared hash (`signMethod`, `signmethod`) is only a label: the length of
the signature tells which hash it is under (`signatures.matches`).
"""

from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta

from linli.protocols.linkkit import signatures

MAX_ENTRIES = 200
"""Sub-devices in one request."""

type _ProductKey = Annotated[str, Meta(pattern=r"^[A-Za-z0-9]{1,20}\Z")]
type _DeviceName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9\-_@.:]{1,32}\Z")]


class EntryError(ValueError):
    """The request cannot be read; `str()` says where and why."""


class SubKey(NamedTuple):
    """The names of a device; its topics begin with them."""

    product_key: str
    device_name: str


class SubName(msgspec.Struct, frozen=True, rename="camel"):
    """`{"productKey", "deviceName"}`."""

    product_key: _ProductKey
    device_name: _DeviceName

    @property
    def key(self) -> SubKey:
        return SubKey(self.product_key, self.device_name)


class SignedSub(SubName, frozen=True, rename="camel", kw_only=True):
    """An entry of `topo/add`, `combine/login` and `combine/batch_login`."""

    client_id: Annotated[str, Meta(max_length=512)]
    """The whole text is signed, including the part after a `|`."""
    timestamp: str | int | None = None
    """Milliseconds, uptime or a constant, as text or number: no clock can be read off it (trap 5)."""
    sign: str

    def proves(self, device_secret: str) -> bool:
        """Whether the entry is signed with the sub-device's secret."""
        stamp = None if self.timestamp is None else str(self.timestamp)
        text = signatures.device_text(self.client_id, self.device_name, self.product_key, stamp)
        return signatures.matches(self.sign, device_secret, text)

    @property
    def rrpc_style(self) -> str:
        """`ext` if the entry's own parameters ask for synchronous calls on `/ext/rrpc/…`, else `sys`."""
        _, _, params = self.client_id.partition("|")
        pairs = (pair.partition("=") for pair in params.rstrip("|").split(","))
        ext = next((value.strip() for name, _, value in pairs if name.strip() == "ext"), "")
        return "ext" if ext.isascii() and ext.isdigit() and int(ext[-9:]) & 1 else "sys"


class ProxiedSub(SubName, frozen=True, rename="camel", kw_only=True):
    """An entry of `proxy/provisioning/product_register`."""

    random: Annotated[str, Meta(max_length=512)]
    sign: str

    def proves(self, product_secret: str) -> bool:
        text = signatures.register_text(self.device_name, self.product_key, self.random)
        return signatures.matches(self.sign, product_secret, text)


class Permit(msgspec.Struct, frozen=True, rename="camel"):
    """`thing/gateway/permit`: devices of this product may join for `time` seconds; 0 ends it."""

    product_key: str
    time: int


class _BatchLogin(msgspec.Struct, rename="camel"):
    device_list: list[SignedSub]


class _Proxieds(msgspec.Struct):
    proxieds: list[ProxiedSub]


def read_signed(params: Any) -> list[SignedSub]:
    """Of `topo/add`: `[entry, …]`. Raises EntryError, as all of these do."""
    return _bounded(_convert(params, list[SignedSub]))


def read_login(params: Any) -> list[SignedSub]:
    """Of `combine/login`: one entry, bare."""
    return [_convert(params, SignedSub)]


def read_batch_login(params: Any) -> list[SignedSub]:
    """Of `combine/batch_login`: `{"deviceList": [entry, …]}`."""
    return _bounded(_convert(params, _BatchLogin).device_list)


def read_names(params: Any) -> list[SubName]:
    """A list of names; one bare name counts as a list of one."""
    return _bounded(_convert([params] if isinstance(params, dict) else params, list[SubName]))


def read_proxied(params: Any) -> list[ProxiedSub]:
    """Of `product_register`: `{"proxieds": [entry, …]}`."""
    return _bounded(_convert(params, _Proxieds).proxieds)


def _convert[T](params: Any, kind: type[T]) -> T:
    try:
        return msgspec.convert(params, kind)
    except msgspec.ValidationError as error:
        raise EntryError(f"params: {error}") from None


def _bounded[E: SubName](entries: Sequence[E]) -> list[E]:
    """Each name once, the last of equal ones; at least one, at most MAX_ENTRIES."""
    if not 1 <= len(entries) <= MAX_ENTRIES:
        raise EntryError(f"params: 1 to {MAX_ENTRIES} devices in one request")
    return list({entry.key: entry for entry in entries}.values())
