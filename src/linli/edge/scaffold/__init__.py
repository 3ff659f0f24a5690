"""A new driver's folder, complete and running: a vendor changes its codec and its mapping. `linli driver new`."""

import re
from importlib import resources
from pathlib import Path

from linli.edge.framework.manifest import check_driver_name

_ID = re.compile(r"[a-z][a-z0-9_]{2,40}")
_SUFFIX = ".tmpl"


class ScaffoldError(ValueError):
    """The folder cannot be made; the text says why."""


def new_driver(root: Path, driver_id: str, *, name: str, owner: str) -> Path:
    """Write `root/driver_id`. `name` is by the rule of spec H 2.9. Raises ScaffoldError; nothing is overwritten."""
    if not _ID.fullmatch(driver_id):
        raise ScaffoldError("the id begins with a small letter and has 3 to 41 of a-z 0-9 _")
    try:
        check_driver_name(name)
    except ValueError as error:
        raise ScaffoldError(str(error)) from None
    if not owner or len(owner) > 64 or not owner.isprintable() or {'"', "\\"} & set(owner):
        raise ScaffoldError("the owner is a name of 1 to 64 characters")
    folder = root / driver_id
    if folder.exists():
        raise ScaffoldError(f"{folder} exists already")
    template = resources.files("linli.edge.scaffold") / "template"
    for path in sorted(_files(template)):
        text = template.joinpath(path).read_text("utf-8")
        for mark, value in (("@ID@", driver_id), ("@NAME@", name), ("@OWNER@", owner)):
            text = text.replace(mark, value)
        file = folder / path.removesuffix(_SUFFIX)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return folder


def _files(folder: object, prefix: str = "") -> list[str]:
    names = []
    for entry in folder.iterdir():  # type: ignore[attr-defined]
        if entry.is_dir():
            names += _files(entry, f"{prefix}{entry.name}/")
        elif entry.name.endswith(_SUFFIX):
            names.append(f"{prefix}{entry.name}")
    return names
