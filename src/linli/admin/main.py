"""The commands of `linli admin`, each on the installation's own database."""

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import uvloop

from linli.admin import communities, doors, installation, people, subscriptions, tenants, things
from linli.admin.commands import Answer, Command
from linli.app import schema
from linli.app.platform import Platform
from linli.domains.communities.service.pois import PROBLEMS_SHOWN, BadCatalogue
from linli.kernel import i18n
from linli.kernel.errors import LinliError
from linli.kernel.settings import Settings, SettingsError, load

COMMANDS: dict[str, Command] = {
    **tenants.COMMANDS,
    **things.COMMANDS,
    **people.COMMANDS,
    **communities.COMMANDS,
    **doors.COMMANDS,
    **subscriptions.COMMANDS,
    **installation.COMMANDS,
}
DONE, REFUSED, WRONG_WORDS = 0, 1, 2


def run(arguments: Sequence[str]) -> int:
    """Run one command. The exit code: 0 done, 1 refused with the reason on standard error, 2 wrong words or settings."""
    words = _parser().parse_args(arguments)
    language = i18n.pick(os.environ.get("LC_ALL") or os.environ.get("LANG"))
    try:
        settings = load(words.config)
    except SettingsError as error:
        print(f"linli: {error}", file=sys.stderr)
        return WRONG_WORDS
    try:
        answer = uvloop.run(_run(settings, words))
    except LinliError as error:
        _refuse(error, language, as_json=words.json)
        return REFUSED
    if answer is None:
        return REFUSED
    _print(answer, as_json=words.json)
    return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="linli admin", description="Set up this installation.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in COMMANDS.items():
        own = commands.add_parser(name, help=command.help, description=command.help)
        own.add_argument("--config", type=Path, help="linli.toml to use")
        own.add_argument("--json", action="store_true", help="print what was done as JSON")
        command.build(own)
    return parser


async def _run(settings: Settings, words: argparse.Namespace) -> Answer | None:
    if reason := await schema.prepare(settings):
        schema.say(reason)
        return None
    # Put together but not started: its event handlers leave what the running server has to do.
    platform = await Platform.open(settings)
    try:
        return await COMMANDS[words.command].run(platform, words)
    finally:
        await platform.objects.shelf.close()
        await platform.db.close()
        await asyncio.sleep(0)


def _print(answer: Answer, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(answer, ensure_ascii=False))
        return
    for key, value in answer.items():
        if isinstance(value, list):
            print(f"{key}:")
            for row in value:
                print("  " + "  ".join(str(part) for part in row.values()))
        else:
            print(f"{key}: {value}")


def _refuse(error: LinliError, language: str, *, as_json: bool) -> None:
    rows: list[dict[str, Any]] = []
    if isinstance(error, BadCatalogue):
        rows = [
            {
                "row": problem.row,
                "column": problem.column,
                "message": i18n.text(f"rule.{problem.rule}", language, **problem.facts),
            }
            for problem in error.problems[:PROBLEMS_SHOWN]
        ]
    if as_json:
        body = {"code": error.code, "message": error.text(language), "field": error.field}
        print(
            json.dumps({"error": body | ({"rows": rows} if rows else {})}, ensure_ascii=False),
            file=sys.stderr,
        )
        return
    print(f"linli: {error.text(language)}", file=sys.stderr)
    for row in rows:
        print(f"  {row['row']} {row['column']}: {row['message']}", file=sys.stderr)
