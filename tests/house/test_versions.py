"""One version everywhere, and release notes for it."""

import json
import re
from pathlib import Path

import linli
import linli_sdk

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "web"
MOST_WORDS = 600
"""What is read in two minutes."""


def test_every_part_has_the_version_of_the_platform() -> None:
    lock = json.loads((WEB / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    apps = json.loads((WEB / "package.json").read_text(encoding="utf-8"))["workspaces"]
    versions = {"sdk": linli_sdk.__version__}
    for app in apps:
        manifest = json.loads((WEB / app / "package.json").read_text(encoding="utf-8"))
        versions |= {app: manifest["version"], f"{app} in the lock file": lock[app]["version"]}
    assert {part: version for part, version in versions.items() if version != linli.__version__} == {}


def test_the_changelog_begins_with_what_comes_and_with_this_release() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    heads = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert heads[0] == "Unreleased"
    assert re.fullmatch(rf"{re.escape(linli.__version__)} \(\d{{4}}-\d\d-\d\d\)", heads[1])
    assert (ROOT / "docs" / "releases" / f"{linli.__version__}.md").exists()
    newest = text.split("\n## ")[2]
    assert len(newest.split()) <= MOST_WORDS
    assert "### On upgrade" in newest
