"""What documents point to is there, and the shipped settings are settings."""

import re
from pathlib import Path
from urllib.parse import unquote

import pytest

from linli.cli import COMMANDS
from linli.kernel.settings import load

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    targets = [target for target in LINK.findall(text) if "://" not in target]
    missing = [target for target in targets if not (document.parent / unquote(target)).exists()]
    assert missing == []


@pytest.mark.parametrize(
    "guide", sorted({path.name.split(".")[0] for path in (ROOT / "docs/guides").glob("*.md")})
)
def test_every_guide_speaks_both_languages(guide: str) -> None:
    def parts(language: str) -> list[str]:
        text = (ROOT / "docs/guides" / f"{guide}.{language}.md").read_text(encoding="utf-8")
        return re.findall(r"^(#+) ", text, re.MULTILINE)

    assert parts("zh") == parts("en")


@pytest.mark.parametrize(("readme", "language"), [("README.md", "zh"), ("README.en.md", "en")])
def test_the_readme_leads_to_every_guide_and_the_sdk(readme: str, language: str) -> None:
    targets = set(LINK.findall((ROOT / readme).read_text(encoding="utf-8")))
    guides = {f"docs/guides/{path.name}" for path in (ROOT / "docs/guides").glob(f"*.{language}.md")}
    assert guides - targets == set()
    assert any(target.startswith("sdk/README") for target in targets)


def test_shipped_settings_are_accepted() -> None:
    settings = load(ROOT / "deploy" / "linli.toml", {})
    assert settings.disk.reserve_mb == 256


@pytest.mark.parametrize("unit", ["linli.service", "linli-backup.service"])
def test_units_call_commands_that_exist(unit: str) -> None:
    text = (ROOT / "deploy" / unit).read_text(encoding="utf-8")
    called = re.findall(r"^ExecStart=-?\S+python -m linli\.cli (\w+)", text, re.MULTILINE)
    assert called
    assert set(called) <= set(COMMANDS)


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs" / "adr"
    index = (folder / "README.md").read_text(encoding="utf-8")
    pages = {page.name for page in folder.glob("[0-9]*.md")} - {"0000-template.md"}
    assert sorted(page for page in pages if f"({page})" not in index) == []


def test_decisions_that_the_code_names_exist() -> None:
    pages = {page.name[:4] for page in (ROOT / "docs" / "adr").glob("[0-9]*.md")}
    named: dict[str, str] = {}
    for folder in ("src", "bench", "tests"):
        for file in (ROOT / folder).rglob("*.py"):
            for number in re.findall(r"(?:ADR |docs/adr/)(\d{4})", file.read_text(encoding="utf-8")):
                named.setdefault(number, str(file))
    assert {number: file for number, file in named.items() if number not in pages} == {}
