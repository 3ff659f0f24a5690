"""How the box is to connect by its modem; kept in the box's folder, readable by the box's user only."""

from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from linli.edge.services.network.install import replace_file
from linli.kernel.telemetry import logger

log = logger(__name__)

FILE: Final = "cellular.json"

type IpType = Literal["ipv4", "ipv4v6"]
type Apn = Annotated[str, Meta(max_length=100, pattern=r"^([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)?$")]
"""A network's own where it is empty. Source: 3GPP TS 23.003, 9.1."""
type Word = Annotated[str, Meta(max_length=64, pattern=r"^[ -~]*$")]
type Pin = Annotated[str, Meta(pattern=r"^([0-9]{4,8})?$")]
type ModemId = Annotated[str, Meta(max_length=128)]


class SettingsChange(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """What a person sets. A secret that is left out stays as it is; an empty one goes."""

    modem: ModemId = ""
    """Empty: the only one, or the first."""
    apn: Apn = ""
    user: Word = ""
    password: Word | None = None
    ip_type: IpType = "ipv4"
    """The box's own addresses are IPv4."""
    roaming: bool = False
    pin: Pin | None = None

    def __repr__(self) -> str:
        return f"SettingsChange(apn={self.apn!r})"  # no secret in any log


class CellularSettings(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    on: bool = False
    modem: ModemId = ""
    apn: Apn = ""
    user: Word = ""
    password: Word = ""
    ip_type: IpType = "ipv4"
    roaming: bool = False
    pin: Pin = ""
    pin_refused: bool = False
    """The SIM refused this PIN: it is not tried again, as a third wrong one locks the card."""

    def __repr__(self) -> str:
        return f"CellularSettings(on={self.on}, apn={self.apn!r})"  # no secret in any log

    def changed(self, change: SettingsChange) -> "CellularSettings":
        """Connecting by these. A PIN that was refused is tried again only when it is another one."""
        pin = self.pin if change.pin is None else change.pin
        return CellularSettings(
            on=True,
            modem=change.modem,
            apn=change.apn,
            user=change.user,
            password=self.password if change.password is None else change.password,
            ip_type=change.ip_type,
            roaming=change.roaming,
            pin=pin,
            pin_refused=self.pin_refused and pin == self.pin,
        )

    def without_secrets(self, text: str) -> str:
        """Another program's words, should they repeat what it was given."""
        for secret in (self.password, self.pin):
            if secret:
                text = text.replace(secret, "***")
        return text


def load(home: Path) -> CellularSettings:
    """Off where nothing was set, or what was set cannot be read."""
    try:
        return msgspec.json.decode((home / FILE).read_bytes(), type=CellularSettings)
    except FileNotFoundError:
        return CellularSettings()
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        log.error("the settings of the modem cannot be read; it stays off until they are set again")
        return CellularSettings()


def save(home: Path, settings: CellularSettings) -> None:
    """Whole or not at all. Raises OSError."""
    replace_file(home / FILE, msgspec.json.encode(settings), mode=0o600)
