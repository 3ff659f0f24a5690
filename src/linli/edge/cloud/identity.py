"""The identity of the box from its activation, in one file that only the box may read."""

import hashlib
import os
import uuid
from pathlib import Path
from typing import Final

import msgspec

from linli.protocols.edge_link import Activated

FILE: Final = "identity.json"
_MACHINE_FILES: Final = (Path("/etc/machine-id"), Path("/sys/class/dmi/id/product_uuid"))


class Identity(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    serial_number: str
    activated: Activated
    activated_ms: int

    @property
    def node_id(self) -> str:
        return self.activated.node.id


def load_identity(data: Path) -> Identity | None:
    """None before activation. Raises ValueError where the file is broken."""
    try:
        return msgspec.json.decode((data / FILE).read_bytes(), type=Identity)
    except FileNotFoundError:
        return None
    except msgspec.MsgspecError as error:
        raise ValueError(f"{data / FILE}: {error}") from None


def save_identity(data: Path, identity: Identity) -> None:
    """Whole or not at all; readable by the box's user only."""
    data.mkdir(parents=True, exist_ok=True)
    part = data / f"{FILE}.part"
    with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(msgspec.json.format(msgspec.json.encode(identity)))
        out.flush()
        os.fsync(out.fileno())
    part.chmod(0o600)
    part.replace(data / FILE)


def hardware_id(data: Path, machine_files: tuple[Path, ...] = _MACHINE_FILES) -> str:
    """A mark of this very machine, 32 hex digits; of the data folder where the machine has none (a container)."""
    parts = []
    for file in machine_files:
        try:
            parts.append(file.read_text("utf-8").strip())
        except OSError:
            continue
    if not any(parts):
        path = data / "hardware-id"
        if not path.exists():
            data.mkdir(parents=True, exist_ok=True)
            path.write_text(uuid.uuid4().hex, "utf-8")
        parts = [path.read_text("utf-8").strip()]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def default_serial(data: Path) -> str:
    """For a box without a printed number."""
    return f"LB-{hardware_id(data)[:12].upper()}"
