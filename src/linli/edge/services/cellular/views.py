"""What is shown of modems and the connection. Nothing here is a secret; times are UTC ms."""

from typing import Literal

import msgspec

type Sim = Literal["ready", "missing", "locked", "puk", "error", "unknown"]
type Registration = Literal["none", "home", "roaming", "searching", "denied", "unknown"]
type ModemState = Literal[
    "failed", "unknown", "initializing", "locked", "disabled", "enabled", "searching", "registered",
    "connecting", "disconnecting", "connected",
]  # fmt: skip
type Progress = Literal["off", "waiting", "connecting", "connected"]
"""`waiting`: cannot connect now, for a reason; it comes again by itself."""
type Why = Literal[
    "", "no_bus", "no_service", "not_allowed", "no_modem", "modem_failed", "sim_missing", "sim_error", "sim_locked",
    "sim_puk", "pin_wrong", "pin_last_try", "registration_denied", "roaming", "no_network", "apn_refused",
    "login_refused", "no_ipv4", "ppp", "timeout", "lost", "other", "on_trial", "not_written", "no_cloud",
]  # fmt: skip


class ModemView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    id: str
    """ModemManager's own mark of the device: the same after a restart."""
    maker: str = ""
    model: str = ""
    imei: str = ""
    """Its end only."""
    sim: Sim = "unknown"
    operator: str = ""
    """The network it is registered with; the SIM's own where it is with none."""
    registration: Registration = "unknown"
    state: ModemState = "unknown"
    signal: int = 0
    """Percent."""
    access: list[str] = []
    """Technologies in use, `LTE`."""
    interface: str = ""
    """Its network card, `wwan0`; empty where it has none."""


class SettingsView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    on: bool
    modem: str
    apn: str
    user: str
    ip_type: str
    roaming: bool
    has_password: bool
    has_pin: bool


class CellularView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    progress: Progress
    why: Why = ""
    detail: str = ""
    """In the words of ModemManager or of the system."""
    since_ms: int = 0
    retry_ms: int = 0
    """When it tries again; 0: at the next news of the modem."""
    interface: str = ""
    address: str = ""
    """Of the connection, where the network said it."""
    modems: list[ModemView] = []
    settings: SettingsView
