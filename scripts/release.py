"""`./linli release [FOLDER]`: build the release and try it. The folder is build/release unless named.

    linli-VERSION-py3-none-any.whl   the platform with its pages built: neither Node nor a compiler is needed
    linli-VERSION.tar.gz             what the wheel is built from, pages included
    linli_sdk-VERSION…               the Python SDK, as wheel and source
    requirements.txt                 the wheel and all that it needs, by hash: `pip install --require-hashes -r`
    requirements-amqp.txt, …-browsers, …-faces   what these need besides
    SHA256SUMS                       `sha256sum -c SHA256SUMS`

The wheel's content is compared with the working copy. Then it is installed by its hashes into a fresh environment in a
temporary folder, and its demo runs there without Node: pages and APIs answer, and it stops when it is told to.
"""

import hashlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from release_files import wheel_problems
from release_lock import PARTS, requirements
from release_trial import install, try_demo
from steps import Failed, run, say
from web_licences import write

ROOT = Path(__file__).resolve().parent.parent
DEFAULT = ROOT / "build" / "release"
SUMS = "SHA256SUMS"


def main(arguments: list[str]) -> int:
    if len(arguments) > 1 or any(word.startswith("-") for word in arguments):
        print(__doc__.partition("\n\n")[0])
        return 0 if arguments in (["--help"], ["-h"]) else 2
    release = Path(arguments[0]).resolve() if arguments else DEFAULT
    try:
        wheel = build(release)
        check(wheel)
    except Failed as failure:
        say(str(failure))
        return 1
    say(f"the release is in {release}")
    return 0


def build(release: Path) -> Path:
    """Make the folder anew. Returns the platform's wheel. Raises Failed."""
    if release.exists() and not (release / SUMS).exists() and any(release.iterdir()):
        raise Failed(f"{release} holds something else than a release")
    shutil.rmtree(release, ignore_errors=True)
    release.mkdir(parents=True)
    write(ROOT / "web", ROOT / "src" / "linli" / "console" / "static")
    for source in (ROOT, ROOT / "sdk"):
        for kind in ("wheel", "sdist"):
            line = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(release)]
            log = ROOT / "build" / "logs" / f"release-{source.name}-{kind}.log"
            run(
                f"building the {kind} of {'the SDK' if source.name == 'sdk' else 'Linli'}",
                line,
                log=log,
                cwd=source,
            )
    (wheel,) = release.glob("linli-*.whl")
    (release / "requirements.txt").write_text(
        f"./{wheel.name} \\\n    --hash=sha256:{digest(wheel)}\n{requirements(ROOT)}", "utf-8"
    )
    for part in PARTS:
        (release / f"requirements-{part}.txt").write_text(requirements(ROOT, part), "utf-8")
    lines = [f"{digest(file)}  {file.name}\n" for file in sorted(release.iterdir())]
    (release / SUMS).write_text("".join(lines), "utf-8")
    return wheel


def check(wheel: Path) -> None:
    """Compare what is in the wheel, then install and run it. Raises Failed."""
    if problems := list(wheel_problems(wheel, ROOT)):
        raise Failed(f"{wheel.name}:\n" + "\n".join(f"  {problem}" for problem in problems[:40]))
    with tempfile.TemporaryDirectory(prefix="linli-release-") as folder:
        place = Path(folder)
        commands, installed_s = install(wheel.parent, place)
        ready_s = try_demo(commands, place, wheel.name.split("-")[1])
    say(f"installed in {installed_s:.0f} s; the demo was ready {ready_s:.0f} s after its start")


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main(sys.argv[1:]))
