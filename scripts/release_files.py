"""What the wheel must hold, and what must never be in it."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from web_licences import PLACE as WEB_LICENCES

PAGES = ("static", "static_resident", "static_staff", "static_terminal")
MANUALS = "static_help"
SOURCE = Path("src/linli")
DOCUMENTS = "share/doc/linli"
DEPLOY = "share/linli/deploy"
UNITS = (
    "linli.toml",
    "linli.service",
    "linli-backup.service",
    "linli-backup.timer",
    "linli-edge.service",
    "linli-edge-network.service",
    "linli-edge-network-helper.socket",
    "linli-edge-network-helper.service",
    "linli-edge-modem.rules",
)
FORBIDDEN = {
    "a test": re.compile(r"(^|/)(tests?/|test_[^/]*\.py$|conftest\.py$)"),
    "a secret": re.compile(r"(^|/)(master\.key|\.env|identity\.json|id_[a-z0-9]+)$|\.(key|pem|p12|db)$"),
    "what a machine made": re.compile(
        r"(^|/)(__pycache__|node_modules|\.venv|var|build)/|\.(pyc|stamp|map|log)$"
    ),
}
PRIVATE_KEY = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----\s+[A-Za-z0-9+/]")


def wheel_problems(wheel: Path, root: Path) -> Iterator[str]:
    """What is missing in `wheel`, or should not be there, compared with the working copy at `root`."""
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        yield from (f"missing: {name}" for name in sorted(_wanted(wheel, root) - names))
        for name in sorted(names):
            for what, pattern in FORBIDDEN.items():
                if pattern.search(name):
                    yield f"{what}: {name}"
        places = [
            str(place).encode() for place in {root, root.resolve(), Path.home()} if len(place.parts) > 2
        ]
        for name in sorted(names):
            content = archive.read(name)
            if PRIVATE_KEY.search(content):
                yield f"a private key: {name}"
            if any(place in content for place in places):
                yield f"a path of this machine: {name}"


def _wanted(wheel: Path, root: Path) -> set[str]:
    """Names in the archive: pages, texts, data and code of the package, guides, deployment files, licences."""
    project, version = wheel.name.split("-")[:2]
    info, data = f"{project}-{version}.dist-info", f"{project}-{version}.data/data"
    source = root / SOURCE
    pages = {file for folder in (*PAGES, MANUALS) for file in (source / "console" / folder).rglob("*")}
    first = {f"linli/console/{folder}/index.html" for folder in PAGES}
    first |= {f"linli/console/{MANUALS}/{language}/index.html" for language in ("zh-CN", "en")}
    code = {file for pattern in ("*.py", "*.json", "*.tmpl", "*.mako") for file in source.rglob(pattern)}
    shipped = {
        f"linli/{file.relative_to(source)}"
        for file in pages | code
        if file.is_file()
        and not any(pattern.search(str(file.relative_to(source))) for pattern in FORBIDDEN.values())
    }
    guides = {f"{data}/{DOCUMENTS}/guides/{file.name}" for file in (root / "docs" / "guides").glob("*.md")}
    others = {
        f"{info}/licenses/LICENSE",
        f"{info}/licenses/NOTICE",
        f"{info}/entry_points.txt",
        f"linli/console/static/{WEB_LICENCES}",
        f"{data}/{DOCUMENTS}/CHANGELOG.md",
        *(f"{data}/{DEPLOY}/{name}" for name in UNITS),
    }
    return first | shipped | guides | others
