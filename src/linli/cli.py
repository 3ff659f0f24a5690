"""`linli …`: the commands. Each is imported only when it is called, so that all start fast."""

import argparse
import gc
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from linli import __version__

ROOT = Path(__file__).resolve().parent.parent.parent
"""The working copy; `bench` and `soak` need one, a release has none."""

_OF_A_WORKING_COPY = ("bench", "soak", "driver")
type Command = Callable[[Sequence[str]], int]


def _serve(arguments: Sequence[str]) -> int:
    with _without_collector():
        from linli.app import run

    parser = argparse.ArgumentParser(prog="linli serve", description="Run the whole platform in one process.")
    parser.add_argument("--config", type=Path, help="linli.toml to use")
    return run.serve(parser.parse_args(arguments).config)


def _work(arguments: Sequence[str]) -> int:
    with _without_collector():
        from linli.app import run

    parser = argparse.ArgumentParser(
        prog="linli work", description="Run only the workers, beside other processes."
    )
    parser.add_argument("--config", type=Path, help="linli.toml to use")
    return run.work(parser.parse_args(arguments).config)


def _demo(arguments: Sequence[str]) -> int:
    with _without_collector():
        from linli.demo import main

    return main.run(arguments)


def _admin(arguments: Sequence[str]) -> int:
    with _without_collector():
        from linli.admin import main

    return main.run(arguments)


def _apis(arguments: Sequence[str]) -> int:
    with _without_collector():
        from linli.app import rooms

    parser = argparse.ArgumentParser(
        prog="linli apis", description="List every method that this platform serves."
    )
    parser.add_argument("--json", action="store_true")
    rows = rooms.list_apis()
    if parser.parse_args(arguments).json:
        print(json.dumps(rows, ensure_ascii=False))
    else:
        for row in rows:
            print(f"{row['kind']:14} {row['path']} {row['version']}")
    return 0


def _bench(arguments: Sequence[str]) -> int:
    return _campaign("bench", ROOT / "bench", arguments)


def _soak(arguments: Sequence[str]) -> int:
    return _campaign("soak", ROOT / "tests" / "campaigns", arguments)


def _campaign(command: str, folder: Path, arguments: Sequence[str]) -> int:
    """Run `folder/NAME.py` of the working copy as a module; `NAME_.py` where Python keeps the name for itself.

    A `_` in the name is typed as `-`.
    """
    names = (
        {
            p.stem.rstrip("_").replace("_", "-"): p.stem
            for p in sorted(folder.glob("*.py"))
            if "main(" in p.read_text("utf-8")
        }
        if folder.is_dir()
        else {}
    )
    if not names:
        print(f"linli {command} needs a working copy of the source", file=sys.stderr)
        return 2
    if not arguments or arguments[0] not in names:
        print(f"usage: linli {command} {{{','.join(names)}}} [--json]", file=sys.stderr)
        return 2
    module = ".".join(folder.relative_to(ROOT).parts)
    line = [sys.executable, "-m", f"{module}.{names[arguments[0]]}", *arguments[1:]]
    return subprocess.call(line, cwd=ROOT)


def _ops(name: str) -> Command:
    def command(arguments: Sequence[str]) -> int:
        with _without_collector():
            from linli.ops import main

        return main.run(name, arguments)

    return command


def _verify(arguments: Sequence[str]) -> int:
    with _without_collector():
        from linli.ops import verify

    return verify.run(arguments)


def _models(arguments: Sequence[str]) -> int:
    with _without_collector():
        from linli.ops import face_models

    return face_models.run(arguments)


def _edge(arguments: Sequence[str]) -> int:
    with _without_collector():
        from linli.edge.runtime import commands

    return commands.run(arguments)


def _driver(arguments: Sequence[str]) -> int:
    with _without_collector():
        from linli.edge import main

    return main.run(arguments)


COMMANDS: dict[str, tuple[Command, str]] = {
    "serve": (_serve, "run the platform"),
    "demo": (_demo, "run it with a living sample community"),
    "verify": (_verify, "say whether an exported recording is as it was signed"),
    "work": (_work, "run further workers beside it (PostgreSQL)"),
    "edge": (_edge, "the edge box of a site: set up, run, status"),
    "driver": (_driver, "drivers of the box: list, begin, certify"),
    "admin": (_admin, "tenants, projects, products, devices, people, approvals"),
    "apis": (_apis, "list every method that is served"),
    "models": (_models, "face models: where they come from, their licences, fetching them"),
    "backup": (_ops("backup"), "copy a running installation into one file"),
    "restore": (_ops("restore"), "make an installation from such a file"),
    "upgrade": (_ops("upgrade"), "bring the database to this release, with a way back"),
    "tls": (_ops("tls"), "own certificate authority and server certificates"),
    "bench": (_bench, "measure against yardsticks"),
    "soak": (_soak, "run a campaign at full scale"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """The exit code: 0 done, 1 failed, 2 wrong words."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    if words[:1] in (["--version"], ["version"]):
        print(f"linli {__version__}")
        return 0
    command = COMMANDS.get(words[0]) if words else None
    if command is None:
        print("usage: linli COMMAND [...]\n\ncommands:")
        for name, (_, text) in COMMANDS.items():
            print(f"  {name:9} {text}")
        print(
            "  test      run every test (working copy)\n"
            "  check     format, lint, types, import rules (working copy)\n"
            "  release   build the wheel and try it (working copy)"
        )
        return 0 if words[:1] in ([], ["--help"], ["-h"], ["help"]) else 2
    if words[0] not in _OF_A_WORKING_COPY:
        os.umask(0o077)  # what an installation keeps is its user's alone
    return command[0](words[1:])


@contextmanager
def _without_collector() -> Iterator[None]:
    """Import a command without looking for cycles: the million objects that modules are made of stay anyhow.

    Looking through them again and again takes a quarter of the time that a server's modules need, and once a tenth of
    its start.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


if __name__ == "__main__":
    sys.exit(main())
