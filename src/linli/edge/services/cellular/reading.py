"""ModemManager's properties and errors in our words. Pure. Source: ModemManager D-Bus interface reference 1.24.

Values are plain (no variants). One that is missing or of another type than published counts as not known.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from linli.edge.services.cellular.views import ModemState, ModemView, Registration, Sim, Why
from linli.edge.services.network.modem_link import NAMES, ModemLink
from linli.kernel.masking import HIDDEN, tail

type Properties = Mapping[str, Any]

SIM_PIN: Final = 2
"""MMModemLock."""
_PUK_LOCKS: Final = (4, 5)
_NO_LOCKS: Final = (1, 3)
"""None, and PIN2, which bars no connection."""
_SIM_MISSING, _SIM_ERROR, _NO_PROFILE = 2, 3, 5
"""MMModemStateFailedReason; an eSIM without profiles is no SIM."""
_NET_PORT: Final = 2
"""MMModemPortType."""
_PPP, _STATIC, _DHCP = 1, 2, 3
"""MMBearerIpMethod."""
IP_TYPES: Final = {"ipv4": 1, "ipv4v6": 4}
"""MMBearerIpFamily."""
_TEXT: Final = 100

_STATES: Final[dict[int, ModemState]] = {
    -1: "failed", 1: "initializing", 2: "locked", 3: "disabled", 4: "disabled", 5: "enabled", 6: "enabled",
    7: "searching", 8: "registered", 9: "disconnecting", 10: "connecting", 11: "connected",
}  # fmt: skip
_REGISTRATIONS: Final[dict[int, Registration]] = {
    0: "none", 1: "home", 2: "searching", 3: "denied", 5: "roaming", 6: "home", 7: "roaming", 9: "home",
    10: "roaming",
}  # fmt: skip
_ACCESS: Final = (
    (15, "5G"), (14, "LTE"), (16, "LTE-M"), (17, "NB-IoT"), (9, "HSPA+"), (8, "HSPA"), (7, "HSUPA"), (6, "HSDPA"),
    (5, "UMTS"), (4, "EDGE"), (3, "GPRS"), (1, "GSM"), (13, "EVDO"), (12, "EVDO"), (11, "EVDO"), (10, "1xRTT"),
)  # fmt: skip
"""Bits of MMModemAccessTechnology."""
_ERRORS: Final[dict[str, Why]] = {
    "SimNotInserted": "sim_missing",
    "SimPin": "sim_locked",
    "SimPuk": "sim_puk",
    "SimFailure": "sim_error",
    "SimWrong": "sim_error",
    "IncorrectPassword": "pin_wrong",
    "NoNetwork": "no_network",
    "NetworkTimeout": "no_network",
    "NetworkNotAllowed": "registration_denied",
    "IllegalMs": "registration_denied",
    "IllegalMe": "registration_denied",
    "ServicesNotAllowed": "registration_denied",
    "PlmnNotAllowed": "registration_denied",
    "LocationNotAllowed": "registration_denied",
    "RoamingNotAllowed": "roaming",
    "MissingOrUnknownApn": "apn_refused",
    "ServiceOptionNotSubscribed": "apn_refused",
    "ServiceOptionNotSupported": "apn_refused",
    "UnknownPdpAddressOrType": "apn_refused",
    "UserAuthenticationFailed": "login_refused",
    "Timeout": "timeout",
    "NoReply": "timeout",
    "AccessDenied": "not_allowed",
    "InteractiveAuthorizationRequired": "not_allowed",
    "ServiceUnknown": "no_service",
    "NameHasNoOwner": "no_service",
}
"""By the last part of an error's name. Versions before 1.18 put `Gprs` before some."""


class BearerReading(NamedTuple):
    connected: bool
    link: ModemLink | None
    """What its card is to have; None: nothing that can be written."""
    why: Why
    """Why there is no link."""


def modem_view(modem: Properties, network: Properties, sim: Properties) -> ModemView:
    """`modem`, `network` (3GPP) and `sim`: properties of its interfaces; empty where there are none."""
    registration = _REGISTRATIONS.get(_int(network, "RegistrationState"), "unknown")
    registered = registration in ("home", "roaming")
    imei = _text(network, "Imei") or _text(modem, "EquipmentIdentifier")
    return ModemView(
        id=_text(modem, "DeviceIdentifier") or _text(modem, "Device"),
        maker=_text(modem, "Manufacturer"),
        model=_text(modem, "Model"),
        imei=f"{HIDDEN}{tail(imei)}" if imei else "",
        sim=_sim(modem),
        operator=(_text(network, "OperatorName") or _text(network, "OperatorCode"))
        if registered
        else _text(sim, "OperatorName"),
        registration=registration,
        state=_STATES.get(_int(modem, "State"), "unknown"),
        signal=_signal(modem),
        access=_access(_int(modem, "AccessTechnologies")),
        interface=_interface(modem),
    )


def pin_tries(modem: Properties) -> int | None:
    """How often a PIN may still be wrong; None: not known."""
    retries = modem.get("UnlockRetries")
    tries = retries.get(SIM_PIN) if isinstance(retries, dict) else None
    return tries if isinstance(tries, int) else None


def needs_pin(modem: Properties) -> bool:
    return _int(modem, "UnlockRequired") == SIM_PIN


def bearer_reading(bearer: Properties) -> BearerReading:
    if bearer.get("Connected") is not True:
        return BearerReading(False, None, "")
    device, addresses = _text(bearer, "Interface"), bearer.get("Ip4Config")
    addresses = addresses if isinstance(addresses, dict) else {}
    method = _int(addresses, "method")
    if method == _PPP:
        return BearerReading(True, None, "ppp")
    if method not in (_STATIC, _DHCP) or not device:
        return BearerReading(True, None, "no_ipv4")
    mtu = _int(addresses, "mtu")
    if method == _DHCP:
        return BearerReading(True, ModemLink(device=device, method="dhcp", mtu=mtu), "")
    names = [name for key in ("dns1", "dns2", "dns3") if (name := _text(addresses, key))]
    prefix = _int(addresses, "prefix")
    link = ModemLink(
        device=device,
        method="static",
        address=_text(addresses, "address"),
        prefix=prefix if 0 < prefix <= 32 else 32,
        gateway=_text(addresses, "gateway"),
        dns=names[:NAMES],
        mtu=mtu,
    )
    return BearerReading(True, link, "")


def why_of(error_name: str) -> Why:
    """What an error's name says; `other` where that is nothing known."""
    return _ERRORS.get(error_name.rpartition(".")[2].removeprefix("Gprs"), "other")


def is_unauthorized(error_name: str) -> bool:
    """Either this user may not, or roaming is not wanted: the name is one."""
    return error_name.endswith(".Core.Unauthorized")


def ended_why(bearer: Properties) -> Why:
    """Why a bearer's connection ended, or could not be made."""
    error = bearer.get("ConnectionError")
    name = error[0] if isinstance(error, list | tuple) and error and isinstance(error[0], str) else ""
    return why_of(name) if name else "lost"


def _sim(modem: Properties) -> Sim:
    if _int(modem, "State") == -1:
        reason = _int(modem, "StateFailedReason")
        if reason in (_SIM_MISSING, _NO_PROFILE):
            return "missing"
        return "error" if reason == _SIM_ERROR else "unknown"
    lock = _int(modem, "UnlockRequired")
    if lock == SIM_PIN:
        return "locked"
    if lock in _PUK_LOCKS:
        return "puk"
    if _text(modem, "Sim") in ("", "/"):
        return "missing"
    return "ready" if lock in _NO_LOCKS else "unknown" if lock == 0 else "error"


def _signal(modem: Properties) -> int:
    quality = modem.get("SignalQuality")
    percent = quality[0] if isinstance(quality, list | tuple) and quality else 0
    return max(0, min(100, percent)) if isinstance(percent, int) else 0


def _access(bits: int) -> list[str]:
    names = (name for bit, name in _ACCESS if bits > 0 and bits >> bit & 1)
    return list(dict.fromkeys(names))


def _interface(modem: Properties) -> str:
    ports = modem.get("Ports")
    for port in ports if isinstance(ports, list) else ():
        if isinstance(port, list | tuple) and len(port) == 2 and port[1] == _NET_PORT:
            return str(port[0])[:15]
    return ""


def _int(properties: Properties, name: str) -> int:
    value = properties.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _text(properties: Properties, name: str) -> str:
    value = properties.get(name)
    return value[:_TEXT] if isinstance(value, str) else ""
