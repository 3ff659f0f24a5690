"""The installation's own parts: how they are, and files brought from a folder into a bucket or back."""

import argparse
import sys

from linli.admin.commands import Answer, Command
from linli.app.platform import Platform
from linli.kernel.errors import BadInput
from linli.kernel.objects.choice import opened_shelf
from linli.kernel.objects.moving import Moved, copy_all

PARTS = ("database", "disk", "objects", "sms")


def _no_words(parser: argparse.ArgumentParser) -> None:
    pass


async def _health(platform: Platform, words: argparse.Namespace) -> Answer:
    faults = await platform.condition.all_faults()
    rows = [
        {"part": part, "state": "!" if part in faults else "ok", "reason": faults.get(part, "")}
        for part in dict.fromkeys([*PARTS, *faults])
    ]
    return {"healthy": not faults, "parts": rows}


def _objects_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=["move", "check"])
    parser.add_argument("--to", choices=["folder", "s3"], help="move: where the files shall lie")


async def _objects(platform: Platform, words: argparse.Namespace) -> Answer:
    in_use = platform.settings.objects.store
    if words.action == "check":
        await platform.objects.shelf.check()
        return {"store": in_use, "ok": True}
    if words.to is None:
        raise BadInput(field="--to", rule="required")
    source = opened_shelf(platform.settings, "folder" if words.to == "s3" else "s3")
    target = opened_shelf(platform.settings, words.to)
    try:
        await target.check()
        moved = await copy_all(source, target, tell=_tell)
    finally:
        await source.close()
        await target.close()
    return {
        "copied": moved.copied,
        "bytes": moved.copied_bytes,
        "there already": moved.there,
        "store in use": in_use,
    }


def _tell(moved: Moved) -> None:
    if sys.stderr.isatty() or moved.seen % 1000 == 0:
        print(
            f"\r{moved.seen} files, {moved.copied_bytes // 1_000_000} MB", end="", file=sys.stderr, flush=True
        )


COMMANDS: dict[str, Command] = {
    "health": Command("how database, disk, files and text messages are", _no_words, _health),
    "objects": Command(
        "check the store of files, or move all files to another (--to s3, --to folder)",
        _objects_words,
        _objects,
    ),
}
