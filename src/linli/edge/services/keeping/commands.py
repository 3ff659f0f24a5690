"""`linli edge backup`, `restore` and `standby`: keep a box, move it to other hardware, stand by for it."""

import argparse
import asyncio
import getpass
import os
import time
from pathlib import Path

import httpx

from linli.edge.services.keeping.archive import BoxFacts, back_up
from linli.edge.services.keeping.facts import facts_of, versions_of
from linli.edge.services.keeping.moving import MoveRefused, Progress, finish, progress, restore
from linli.edge.services.keeping.seal import PassphraseWeak, SealFailed
from linli.edge.services.keeping.standby import (
    EVERY_S,
    NothingKept,
    Pairing,
    Standby,
    StillThere,
    pairing_key,
)
from linli.edge.services.network import NetworkFiles
from linli.kernel.clock import SystemClock

DONE, FAILED, WRONG = 0, 1, 2
HOME = Path("/var/lib/linli-edge")


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Give `linli edge` its words for keeping."""
    box = argparse.ArgumentParser(add_help=False)
    box.add_argument("--home", type=Path, default=HOME, help="the box's own folder")
    secret = argparse.ArgumentParser(add_help=False)
    secret.add_argument("--passphrase-file", type=Path, help="else it is asked for, or LINLI_EDGE_PASSPHRASE")

    parser = commands.add_parser(
        "backup", parents=[box, secret], help="write all of the box into one sealed file"
    )
    parser.add_argument("file", type=Path)
    parser.add_argument(
        "--network", default="", metavar="FOLDER", help="the network files to keep beside, else the system's"
    )
    parser.set_defaults(run=_backup)

    parser = commands.add_parser("restore", parents=[box, secret], help="make this box the one of a backup")
    parser.add_argument("file", type=Path)
    parser.add_argument("--replace", action="store_true", help="give this box's own identity up")
    parser.set_defaults(run=_restore)

    standby = commands.add_parser("standby", help="a second box that is ready to take over")
    words = standby.add_subparsers(required=True, metavar="COMMAND")
    words.add_parser("key", parents=[box], help="on the active box: a new pairing key").set_defaults(run=_key)
    parser = words.add_parser("pair", parents=[box], help="on the standby: stand by for a box")
    parser.add_argument("address", help="the active box's local console, http://192.168.1.2:9110")
    parser.add_argument("--key", required=True, help="what `standby key` printed there")
    parser.set_defaults(run=_pair)
    words.add_parser("pull", parents=[box], help="fetch a backup now").set_defaults(run=_pull)
    parser = words.add_parser("run", parents=[box], help="fetch backups for as long as it runs")
    parser.add_argument("--every", type=float, default=EVERY_S, metavar="SECONDS")
    parser.set_defaults(run=_run)
    words.add_parser("status", parents=[box], help="what is kept, and how a move goes").set_defaults(
        run=_status
    )
    parser = words.add_parser("takeover", parents=[box], help="become the box that is gone")
    parser.add_argument(
        "--force", action="store_true", help="the old box is without power, whatever answers there"
    )
    parser.set_defaults(run=_take_over)


def _backup(words: argparse.Namespace) -> int:
    try:
        facts = facts_of(words.home)
        if not facts.serial_number:
            print(f"linli edge backup: there is no active box in {words.home}")
            return FAILED
        manifest = back_up(
            words.home,
            words.file,
            passphrase=_passphrase(words),
            facts=facts,
            now_ms=_now(),
            network=NetworkFiles.of_system(words.home, words.network).places(),
        )
    except (PassphraseWeak, ValueError, OSError) as error:
        print(f"linli edge backup: {error}")
        return FAILED
    print(
        f"{words.file}: {len(manifest.entries)} files of {_named(manifest.box)}, sealed; keep the passphrase apart"
    )
    return DONE


def _restore(words: argparse.Namespace) -> int:
    try:
        manifest = restore(
            words.file,
            words.home,
            passphrase=_passphrase(words),
            here=versions_of(words.home),
            now_ms=_now(),
            replace=words.replace,
        )
    except MoveRefused as refused:
        return _refused("restore", refused)
    except (SealFailed, ValueError, OSError) as error:
        print(f"linli edge restore: {error}")
        return FAILED
    return _moved(manifest.box, words.home)


def _key(words: argparse.Namespace) -> int:
    print(pairing_key(words.home, make=True))
    return DONE


def _pair(words: argparse.Namespace) -> int:
    standby = Standby(words.home, SystemClock())
    standby.pair(Pairing(words.address.rstrip("/"), words.key))
    try:
        state = asyncio.run(standby.state())
    except (httpx.HTTPError, ValueError, OSError) as error:
        print(f"linli edge standby: paired, but the active box does not answer: {error}")
        return FAILED
    mine = versions_of(words.home)
    if state.box.versions.model != mine.model:
        print(f"note: that box is a {state.box.versions.model}, this one a {mine.model}: it cannot take over")
    print(f"stands by for {_named(state.box)}; now run: linli edge standby run")
    return DONE


def _pull(words: argparse.Namespace) -> int:
    try:
        manifest = asyncio.run(Standby(words.home, SystemClock()).pull())
    except (httpx.HTTPError, NothingKept, ValueError, OSError) as error:
        print(f"linli edge standby: {error}")
        return FAILED
    print(f"fetched a backup of {_named(manifest.box)}, {len(manifest.entries)} files")
    return DONE


def _run(words: argparse.Namespace) -> int:
    standby = Standby(words.home, SystemClock())
    if standby.pairing is None:
        print("linli edge standby: stands by for none; first: linli edge standby pair")
        return FAILED
    asyncio.run(standby.run(every_s=max(10.0, words.every), report=lambda text: print(text, flush=True)))
    return DONE


def _status(words: argparse.Namespace) -> int:
    standby = Standby(words.home, SystemClock())
    pairing = standby.pairing
    print(f"stands by for: {pairing.address if pairing is not None else 'none'}")
    for archive in standby.kept():
        at = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(int(archive.stem) / 1000))
        print(f"{at}  {archive.stat().st_size:>12,} bytes")
    _tell(progress(words.home))
    return DONE


def _take_over(words: argparse.Namespace) -> int:
    try:
        finish(words.home)
        manifest = asyncio.run(
            Standby(words.home, SystemClock()).take_over(here=versions_of(words.home), force=words.force)
        )
    except MoveRefused as refused:
        return _refused("standby", refused)
    except (StillThere, NothingKept, ValueError, OSError) as error:
        print(f"linli edge standby: {error}")
        return FAILED
    return _moved(manifest.box, words.home)


def _moved(box: BoxFacts, home: Path) -> int:
    print(f"this box is now {_named(box)}")
    for place in sorted((home / "network-of-backup").glob("ifcfg-*")):
        print(f"its network was: {place}")
    _tell(progress(home))
    print("next: give it the old box's address (linli edge network), then start: linli edge run")
    return DONE


def _tell(state: Progress) -> None:
    print(f"move: {state.state} {state.percent}%")
    for obstacle in state.waits_for:
        print(f"upgrade before the data counts as restored: {obstacle}")


def _refused(word: str, refused: MoveRefused) -> int:
    print(f"linli edge {word}: {refused}")
    return FAILED


def _named(box: BoxFacts) -> str:
    return f"{box.node_name or box.node_id or 'a box'} ({box.serial_number}, {box.versions.model})"


def _passphrase(words: argparse.Namespace) -> str:
    if words.passphrase_file is not None:
        text: str = words.passphrase_file.read_text("utf-8").strip()
        return text
    return os.environ.get("LINLI_EDGE_PASSPHRASE") or getpass.getpass("passphrase of the backup: ")


def _now() -> int:
    return SystemClock().now_ms()
