"""The commands `linli backup`, `restore`, `upgrade` and `tls`."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from linli.kernel import i18n
from linli.kernel.clock import SystemClock
from linli.kernel.errors import LinliError
from linli.kernel.settings import SettingsError, load
from linli.ops import backup, tls, upgrade
from linli.ops.layout import Layout, alone
from linli.ops.models import all_models

Output = dict[str, Any]
"""The result of a command, printed as lines `name: value`, or as JSON."""


def run(name: str, arguments: Sequence[str]) -> int:
    """Run one command. The exit code: 0 done, 1 refused or failed with the reason on stderr, 2 wrong words."""
    build, command = COMMANDS[name]
    parser = argparse.ArgumentParser(prog=f"linli {name}", description=command.__doc__)
    parser.add_argument("--config", type=Path, help="linli.toml to use")
    parser.add_argument("--json", action="store_true", help="print what was done as JSON")
    build(parser)
    words = parser.parse_args(arguments)
    language = i18n.pick(os.environ.get("LC_ALL") or os.environ.get("LANG"))
    try:
        commands = command(Layout.of(load(words.config)), words)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 1
    except LinliError as error:
        print(error.text(language), file=sys.stderr)
        return 1
    if words.json:
        print(json.dumps(commands, ensure_ascii=False, default=str))
    else:
        for key, value in commands.items():
            print(f"{key}: {value}")
    return 0


def _backup(layout: Layout, words: argparse.Namespace) -> Output:
    """Copy the running installation into one file. The master key is not inside: keep it apart."""
    target = words.target or layout.backups
    if words.target is None:
        layout.backups.mkdir(parents=True, exist_ok=True)
    return asdict(backup.back_up(layout, target, now_ms=SystemClock().now_ms()))


def _restore(layout: Layout, words: argparse.Namespace) -> Output:
    """Put a backup into an empty data folder (and database). Nothing is ever overwritten."""
    with alone(layout):
        return asdict(backup.restore(layout, words.backup, key=words.key))


def _upgrade(layout: Layout, words: argparse.Namespace) -> Output:
    """Back up, migrate the database to this release, verify; on failure put back what was there."""
    return asdict(upgrade.upgrade(layout, all_models(), now_ms=SystemClock().now_ms()))


def _tls(layout: Layout, words: argparse.Namespace) -> Output:
    """An own certificate authority: init once, issue for the names and addresses of this machine, renew by timer."""
    authority = tls.Authority(layout.certificates)
    now_ms = SystemClock().now_ms()
    match words.action:
        case "init":
            return _shown(
                authority.create(words.names[0] if words.names else "Linli CA", now_ms=now_ms), now_ms
            )
        case "issue":
            issued = _shown(authority.issue(words.names, now_ms=now_ms), now_ms)
            return issued | {"certificate": authority.server_certificate, "key": authority.server_key}
        case "renew":
            renewed = authority.renew(now_ms=now_ms)
            return {"renewed": renewed is not None} | (_shown(renewed, now_ms) if renewed else {})
        case _:
            return {
                file.name: _shown(tls.read(file), now_ms)
                for file in (authority.certificate, authority.server_certificate)
                if file.exists()
            }


def _shown(certificate: tls.Certificate, now_ms: int) -> Output:
    return {
        "names": ", ".join(certificate.names),
        "days_left": certificate.days_left(now_ms),
        "sha256": certificate.fingerprint,
    }


def _backup_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "target", type=Path, nargs="?", help="file or folder (default: backups/ in the data folder)"
    )


def _restore_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("backup", type=Path)
    parser.add_argument("--key", type=Path, help="the master key file that was kept apart")


def _no_words(parser: argparse.ArgumentParser) -> None:
    pass


def _tls_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=["init", "issue", "renew", "show"])
    parser.add_argument(
        "names", nargs="*", help="init: the authority's name; issue: host names and IP addresses"
    )


type Words = Callable[[argparse.ArgumentParser], None]

COMMANDS: dict[str, tuple[Words, Callable[[Layout, argparse.Namespace], Output]]] = {
    "backup": (_backup_words, _backup),
    "restore": (_restore_words, _restore),
    "upgrade": (_no_words, _upgrade),
    "tls": (_tls_words, _tls),
}
