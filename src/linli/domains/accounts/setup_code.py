"""Proof that the person who sets the platform up can read its machine: a code in a file, deleted after the set-up."""

import hmac
import os
import secrets
from pathlib import Path
from typing import Final

from linli.kernel.errors import Forbidden
from linli.kernel.settings import Settings

FILE_NAME: Final = "setup-code"
"""In the data folder."""
_ALPHABET: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without look-alikes


class WrongSetupCode(Forbidden):
    code = "console.wrong_setup_code"


def file_of(settings: Settings) -> Path:
    """Where an installation keeps it."""
    return settings.data_path / FILE_NAME


def ensure(file: Path) -> str:
    """The set-up code, made on first use (file mode 0600). The process prints it with the set-up address."""
    if (code := _read(file)) is not None:
        return code
    code = "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(3))
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "w") as out:
        out.write(code + "\n")
    return code


def check(file: Path, given: str) -> None:
    """Raises WrongSetupCode. 60 bits of chance need no throttle."""
    code = _read(file)
    if code is None or not hmac.compare_digest(code.encode(), given.strip().upper().encode()):
        raise WrongSetupCode(field="code")


def forget(file: Path) -> None:
    file.unlink(missing_ok=True)


def _read(file: Path) -> str | None:
    try:
        return file.read_text().strip() or None
    except FileNotFoundError:
        return None
