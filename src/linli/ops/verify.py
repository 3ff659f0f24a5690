"""`linli verify FILE`: whether an exported recording is as the platform signed it."""

import argparse
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from linli.kernel import i18n
from linli.kernel.secrets import KeyFileError, Secrets
from linli.kernel.settings import SettingsError, load
from linli.media.recorder.exported import PURPOSE, Verdict, check, fingerprint, key_from


def run(arguments: Sequence[str]) -> int:
    """The exit code: 0 intact, 1 changed or unreadable, 2 wrong words."""
    parser = argparse.ArgumentParser(
        prog="linli verify", description="Say whether an exported recording is as a platform signed it."
    )
    parser.add_argument("file", type=Path, nargs="?", help="the ZIP; without it: the key of this platform")
    parser.add_argument("--key", default="", help="the key that must have signed, 16 hex digits")
    parser.add_argument("--config", type=Path, help="linli.toml of the platform whose key must have signed")
    parser.add_argument("--json", action="store_true", help="print the manifest too, as JSON")
    words = parser.parse_args(arguments)
    language = i18n.pick(os.environ.get("LC_ALL") or os.environ.get("LANG"))
    try:
        by = words.key.lower() or (_own_key(words.config) if words.config or words.file is None else "")
        if words.file is None:
            print(by)
            return 0
        verdict = check(words.file, by=by)
    except (OSError, SettingsError, KeyFileError) as error:
        print(error, file=sys.stderr)
        return 1
    print(_shown(verdict, words.file, bool(by), language) if not words.json else _as_json(verdict))
    return 0 if verdict.outcome == "intact" else 1


def _own_key(config: Path | None) -> str:
    """Raises SettingsError, KeyFileError."""
    secrets = Secrets.from_file(load(config).data_path / "master.key")
    return fingerprint(key_from(secrets.derived(PURPOSE)).public_key().public_bytes_raw())


def _shown(verdict: Verdict, file: Path, compared: bool, language: str) -> str:
    line = i18n.text(
        f"video.verify.{verdict.outcome}", language, file=file.name, part=verdict.name, signer=verdict.key
    )
    if verdict.outcome == "intact" and not compared:
        line += " " + i18n.text("video.verify.compare", language, signer=verdict.key)
    return line


def _as_json(verdict: Verdict) -> str:
    manifest = json.loads(verdict.manifest) if verdict.manifest else None
    facts = {"outcome": verdict.outcome, "file": verdict.name, "key": verdict.key, "manifest": manifest}
    return json.dumps(facts, ensure_ascii=False)
