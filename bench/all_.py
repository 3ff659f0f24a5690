"""`./linli bench all`: every bench after the other, their figures in one file, beside those of the last kept run.

    ./linli bench all [NAME …] [--json] [--keep] [--to build/bench.json]

A figure that is a tenth worse than in `bench/baseline.json` is named; `--keep` makes this run the baseline. Only figures
of the same machine can be compared, and only of a quiet one: what a busy machine takes is not the program's. Exit code 1
when a bench failed.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from bench.harness import ROOT, say

BASELINE: Final = ROOT / "bench" / "baseline.json"
FALLEN: Final = 0.1
"""Share of a figure by which it may be worse than before."""
_LESS_IS_BETTER: Final = ("lower is better", "at most", "a figure", "a count")

type Document = dict[str, Any]


def names() -> list[str]:
    """Every bench but this."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return [file.stem for file in files if file != Path(__file__) and "def main(" in file.read_text("utf-8")]


def measured(name: str) -> Document | None:
    """One bench's document; None when it failed."""
    line = [sys.executable, "-m", f"bench.{name}", "--json"]
    done = subprocess.run(line, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        say(f"{name}: failed with exit code {done.returncode}")
        return None
    document: Document = json.loads(done.stdout.strip().splitlines()[-1])
    return document


def figures(documents: dict[str, Document]) -> Iterator[tuple[str, float]]:
    """What can be compared: each bench's ratio to its yardstick, and what it tells besides."""
    for name, document in documents.items():
        yield name, document["ratio"]
        for line in document["also"]:
            yield f"{name}: {line['name']}", line["ratio"]


def fallen(before: dict[str, Document], after: dict[str, Document]) -> list[str]:
    """Figures that are a tenth worse, with both values."""
    earlier = dict(figures(before))
    worse = []
    for name, value in figures(after):
        if (last := earlier.get(name)) is None:
            continue
        low = any(words in name for words in _LESS_IS_BETTER)
        if value > last * (1 + FALLEN) if low else value < last * (1 - FALLEN):
            worse.append(f"{name}: {value}, before {last}")
    return worse


def machine() -> Document:
    """Where figures come from."""
    models = [
        line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")
    ]
    return {
        "name": platform.node(),
        "processor": models[0].partition(":")[2].strip() if models else platform.machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }


def revision() -> str:
    line = ["git", "describe", "--always", "--dirty"]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True).stdout.strip()


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="linli bench all")
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"only these, of {', '.join(names())}")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--keep", action="store_true", help="make this run the baseline")
    parser.add_argument("--to", type=Path, default=ROOT / "build" / "bench.json", help="file to write")
    wanted = parser.parse_args(arguments)
    if unknown := set(wanted.names) - set(names()):
        parser.error(f"there is no bench {', '.join(sorted(unknown))}")
    documents: dict[str, Document] = {}
    asked = wanted.names or names()
    for name in asked:
        say(f"bench {name} …")
        if (document := measured(name)) is not None:
            documents[name] = {key: value for key, value in document.items() if key != "runs"}
    last = json.loads(BASELINE.read_text("utf-8")) if BASELINE.is_file() else {"benches": {}}
    worse = fallen(last["benches"], documents)
    whole: Document = {
        "machine": machine(),
        "revision": revision(),
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "benches": documents,
    }
    wanted.to.parent.mkdir(parents=True, exist_ok=True)
    wanted.to.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", "utf-8")
    if wanted.keep:
        kept = {**whole, "benches": {**last["benches"], **documents}}
        BASELINE.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", "utf-8")
    if wanted.json:
        print(json.dumps({**whole, "worse": worse}))
    else:
        for name, value in figures(documents):
            print(f"{value:>10}  {name}")
    if worse and last.get("machine", {}).get("name") != whole["machine"]["name"]:
        say(f"the baseline is of another machine: {last.get('machine', {}).get('name')}")
    for line in worse:
        say(f"worse than before: {line}")
    return 0 if len(documents) == len(asked) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
