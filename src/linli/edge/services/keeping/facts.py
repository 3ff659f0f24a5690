"""The identity and the versions of this box, read from its folder."""

from pathlib import Path
from typing import Final

import msgspec

from linli.edge import components
from linli.edge.foreign.package import installed_packages
from linli.edge.framework.discovery import OWN, discover
from linli.edge.services.keeping.archive import BoxFacts
from linli.edge.services.keeping.floors import Versions

MODEL: Final = "linli-edge"
"""Of a box without a label."""


class _Node(msgspec.Struct):
    id: str = ""
    name: str = ""


class _Activated(msgspec.Struct):
    node: _Node = msgspec.field(default_factory=_Node)


class _Identity(msgspec.Struct, rename="camel"):
    serial_number: str = ""
    activated: _Activated = msgspec.field(default_factory=_Activated)


def facts_of(home: Path) -> BoxFacts:
    """Raises ValueError where the identity file is broken."""
    try:
        identity = msgspec.json.decode((home / "identity.json").read_bytes(), type=_Identity)
    except FileNotFoundError:
        identity = _Identity()
    except msgspec.MsgspecError as error:
        raise ValueError(f"{home / 'identity.json'}: {error}") from None
    node = identity.activated.node
    return BoxFacts(
        serial_number=identity.serial_number,
        node_id=node.id,
        node_name=node.name,
        versions=versions_of(home),
    )


def versions_of(home: Path) -> Versions:
    """Drivers as they are installed; components as this release brings them."""
    discovered, _ = discover((OWN, home / "drivers"))
    drivers = installed_packages(home / "drivers") | discovered
    protocols = {driver.manifest.protocol: driver.manifest.version for driver in drivers.values()}
    manifests = components.shipped()
    return Versions(
        model=model_of(home),
        base=manifests[components.CLUSTER].version,
        protocols=protocols,
        components={manifest.name: manifest.version for manifest in manifests.values()},
    )


def model_of(home: Path) -> str:
    """From `{home}/model`, which set-up writes where the label says otherwise."""
    try:
        return (home / "model").read_text("utf-8").strip()[:64] or MODEL
    except FileNotFoundError:
        return MODEL
