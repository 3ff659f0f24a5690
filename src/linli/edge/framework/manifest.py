"""A driver folder's description: `manifest.json` and `quality.yaml`, both checked."""

import re
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NamedTuple

import msgspec
from msgspec import Meta

DOMAINS: Final = ("PerAccess", "VehAccess", "EBA", "SecSystem")
"""Persons, vehicles, building equipment, security (spec H 2.9)."""
_WORD = re.compile(r"[A-Z][A-Za-z0-9]*")
_LINE = re.compile(r"(\w+): (done|todo|exempt)(?:, (.+))?")

RULES: Final = (
    "tested_before_saving",
    "reconnects_after_power_loss",
    "units_declared",
    "diagnostics_without_personal_data",
    "vectors_from_the_source",
    "vectors_from_a_real_device",
    "simulator_with_faults",
    "texts_in_both_languages",
    "certified_on_the_bench",
)
"""The rules for every driver."""


class ManifestError(ValueError):
    """The folder is no usable driver; the text names file, field and rule."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="camel"):
    id: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{2,40}$")]
    """The folder's name."""
    name: str
    """By the rule of spec H 2.9, e.g. `Nxtone_EBA_Modbus`."""
    version: Annotated[str, Meta(pattern=r"^\d+\.\d+\.\d+$")]
    protocol: Annotated[str, Meta(min_length=1, max_length=64)]
    """As people choose it in the console, e.g. `门禁设备官方协议`."""
    owner: Annotated[str, Meta(min_length=1, max_length=64)]
    contract: Literal[1] = 1
    """The version of the framework's contract for which the code is written (ADR 0065)."""
    listens: list[Annotated[int, Meta(ge=1, le=65535)]] = []
    """TCP ports on the box that devices come to."""
    abilities: list[str] = []
    """Abilities of its devices: face, card, qrcode, bluetooth, intercom, elevator_gateway …"""
    needs_package: bool = False
    """Its protocol is not public: it says so and waits for a vendor's package of that id (`framework.proprietary`)."""
    device_form: dict[str, Any] = {}
    """JSON schema of a device's configuration, of a driver of others: ours publish their classes."""

    def __post_init__(self) -> None:
        check_driver_name(self.name)


class Rule(NamedTuple):
    state: str
    """done, todo or exempt."""
    reason: str


def check_driver_name(name: str) -> None:
    """`{vendor}_{model}_{domain}_{function}`, vendor and model left out for a driver of all. Raises ValueError."""
    words = name.split("_")
    if not all(_WORD.fullmatch(word) for word in words):
        raise ValueError("name: each word begins with a capital and has letters and digits only")
    if not 2 <= len(words) <= 4 or words[-2] not in DOMAINS:
        raise ValueError(f"name: vendor_model_domain_function, the domain being one of {', '.join(DOMAINS)}")


def read_manifest(folder: Path) -> Manifest:
    """Raises ManifestError."""
    file = folder / "manifest.json"
    try:
        manifest = msgspec.json.decode(file.read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ManifestError(f"manifest.json: {error}") from None
    if manifest.id != folder.name:
        raise ManifestError(f"manifest.json: id {manifest.id!r} is not the folder's name {folder.name!r}")
    return manifest


def read_quality(folder: Path) -> dict[str, Rule]:
    """One line a rule, `rule: done`, or `rule: todo, why` and `rule: exempt, why`. Raises ManifestError."""
    try:
        lines = (folder / "quality.yaml").read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ManifestError(f"quality.yaml: {error}") from None
    rules = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line.rstrip())
        if match is None or match[1] not in RULES or (match[2] == "exempt" and not match[3]):
            raise ManifestError(f"quality.yaml:{number}: {line!r} is not `rule: done|todo|exempt, reason`")
        rules[match[1]] = Rule(match[2], match[3] or "")
    missing = [rule for rule in RULES if rule not in rules]
    if missing:
        raise ManifestError(f"quality.yaml: nothing said about {', '.join(missing)}")
    return rules
