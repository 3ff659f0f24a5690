"""Licences of the packages that the built pages are made of: their texts have to go wherever the pages go."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from steps import Failed

PERMITTED = frozenset({"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "Unlicense"})
FILES = ("LICENSE*", "LICENCE*", "license*", "licence*", "NOTICE*", "COPYING*")
OURS = "@linli/"
NOT_STATED = {"@mapbox/jsonlint-lines-primitives": "MIT"}
"""Packages whose manifest names no licence. This one is a copy of jsonlint by the same author, which is under MIT."""
PASSED_ON = {
    "vitepress": ("@vueuse/core", "@vueuse/integrations", "focus-trap", "mark.js", "minisearch", "vue")
}
"""Packages that build pages and put their own code into these, with what that code needs; the rest only builds."""
PLACE = "licences.txt"
"""In the folder of the console's built pages."""


class Package(NamedTuple):
    name: str
    version: str
    licence: str
    """An SPDX identifier."""
    author: str
    text: str
    """What its licence files say; empty: it ships none."""


def write(web: Path, built: Path) -> None:
    """Put the licences beside the pages, which are in `built`. Raises Failed as `licences`."""
    built.mkdir(parents=True, exist_ok=True)
    (built / PLACE).write_text(licences(web), "utf-8")


def licences(web: Path) -> str:
    """One text with every package that the apps of `web` depend on, themselves or through others.

    Raises Failed for a package that is not installed or whose licence is not one that we may pass on.
    """
    apps = json.loads((web / "package.json").read_text("utf-8"))["workspaces"]
    packages = sorted({package.name: package for package in _packages(web, apps)}.values())
    refused = [
        f"{package.name} ({package.licence})" for package in packages if not _permitted(package.licence)
    ]
    if refused:
        raise Failed(f"pages may not be passed on with these packages: {', '.join(refused)}")
    head = "The web pages of Linli contain parts of these packages.\n"
    return "\n".join([head, *(_paragraph(package) for package in packages)])


def _paragraph(package: Package) -> str:
    title = f"{package.name} {package.version} ({package.licence})"
    words = package.text or f"Copyright {package.author or f'the authors of {package.name}'}"
    return f"{title}\n{'=' * len(title)}\n\n{words.strip()}\n"


def _packages(web: Path, apps: list[str]) -> Iterator[Package]:
    waiting = [(web / app, name) for app in apps for name in _needs(_manifest(web / app))]
    seen: set[Path] = set()
    while waiting:
        folder, name = waiting.pop()
        place = _place(web, folder, name)
        if place in seen:
            continue
        seen.add(place)
        manifest = _manifest(place)
        waiting += [(place, inner) for inner in _needs(manifest)]
        if not name.startswith(OURS):
            yield _package(place, manifest)


def _needs(manifest: dict[str, Any]) -> list[str]:
    """What a package is run with. Types are never shipped, and peers that may be missing are others' own choice."""
    if manifest.get("name") in PASSED_ON:
        return list(PASSED_ON[manifest["name"]])
    optional = manifest.get("peerDependenciesMeta", {})
    names = [*manifest.get("dependencies", {}), *(set(manifest.get("peerDependencies", {})) - set(optional))]
    return [name for name in names if not name.startswith("@types/")]


def _place(web: Path, folder: Path, name: str) -> Path:
    """Where Node finds `name` from `folder`. Raises Failed."""
    for parent in (folder, *folder.parents):
        if (parent / "node_modules" / name / "package.json").exists():
            return (parent / "node_modules" / name).resolve()
        if parent == web:
            break
    raise Failed(f"{name}, which {folder.name} needs, is not installed: ./linli setup")


def _manifest(folder: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((folder / "package.json").read_text("utf-8"))
    return read


def _package(place: Path, manifest: dict[str, Any]) -> Package:
    files = sorted({file for pattern in FILES for file in place.glob(pattern) if file.is_file()})
    author = manifest.get("author") or ""
    return Package(
        name=manifest["name"],
        version=manifest["version"],
        licence=str(manifest.get("license") or NOT_STATED.get(manifest["name"], "unknown")),
        author=str(author.get("name", "") if isinstance(author, dict) else author),
        text="\n".join(file.read_text("utf-8", errors="replace").strip() for file in files),
    )


def _permitted(licence: str) -> bool:
    """`(A OR B)` leaves the choice; `A AND B` binds to both."""
    one_of = licence.strip("()").split(" OR ")
    return any(all(part in PERMITTED for part in choice.strip("()").split(" AND ")) for choice in one_of)
