"""Files are named by nouns, and nothing gets a refused name, in Python and in the web."""

from collections import Counter
from pathlib import Path

import pytest

from name_checks import REFUSED, REFUSED_FILES, file_problems, name_problems, names
from web_names import given_names

ROOT = Path(__file__).resolve().parents[2]


def test_no_file_of_the_tree_has_a_refused_name() -> None:
    assert list(file_problems(ROOT)) == []


@pytest.mark.parametrize("name", ["held", "made_up", "of_device", "for_box", "bringing_back", "door_said"])
def test_a_new_file_with_such_a_name_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / f"{name}.py").touch()
    (tmp_path / "src" / "own_certificate.py").touch()
    (problem,) = file_problems(tmp_path)
    assert f"{name}.py" in problem


def test_every_place_that_gives_a_name_is_counted() -> None:
    source = """
async def told(made, *, said=1):
    for one in made:
        found: int = one.held
        if (known := found) and one == said:
            return known
    match made:
        case [held]: ...
class Told: ...
"""
    assert names(source) == Counter(told=2, made=1, said=1, one=1, found=1, known=1, held=1)


def test_the_refused_names_are_in_the_document() -> None:
    text = (ROOT / "docs" / "names.md").read_text(encoding="utf-8")
    assert sorted(word for word in REFUSED_FILES if f"`{word}`" not in text) == []


def test_the_tree_gives_no_refused_name() -> None:
    assert list(name_problems(ROOT)) == []


def test_a_refused_name_is_a_problem_unless_it_travels(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "doors.py").write_text("held: int\nfound = 1\n")
    (tmp_path / "src" / "rights.py").write_text("door = 1\n")

    (problem,) = name_problems(tmp_path, {"src/doors.py": {"held": 1}})
    assert "src/doors.py: 'found'" in problem
    assert len(list(name_problems(tmp_path, {}))) == 2

    kept = {"src/doors.py": {"held": 1, "found": 1}, "src/rights.py": {"made": 1}}
    (problem,) = name_problems(tmp_path, kept)
    assert problem.startswith("src/rights.py: 'made'")
    assert "off the list" in problem


SCRIPT = """
import { made } from './doors'
type Told = { held: boolean }
const NAMES = /one'/.test(said) ? 'found' : `held ${known} told`
function open({ one, held: door }: Told, found = 2): void {
  row.found = { made: 1, one: door?.told } // known
}
"""
"""Gives `made`, `Told`, `one`, `found`; uses `said`, `known`. Fields and texts are no names."""


def test_a_script_of_the_web_gives_names_apart_from_fields_and_texts() -> None:
    refused = [(line, name) for line, name in given_names(SCRIPT, vue=False) if name.lower() in REFUSED]
    assert refused == [
        (2, "made"),
        (3, "Told"),
        (4, "said"),
        (4, "known"),
        (5, "one"),
        (5, "Told"),
        (5, "found"),
    ]


PAGE = """<script setup lang="ts">
const props = defineProps<{ known: { held: number }; door: Door }>()
const found: Door[] = []
</script>

<template>
  <!-- <p v-for="told in doors"> -->
  <DoorRow v-for="one in doors" :key="one.held" :made="true" class="told" @open="(said) => show(said)">
    held {{ one.name }}
  </DoorRow>
</template>
"""


def test_a_page_gives_names_in_props_script_and_template() -> None:
    refused = sorted({(line, name) for line, name in given_names(PAGE, vue=True) if name in REFUSED})
    assert refused == [(2, "known"), (3, "found"), (8, "one"), (8, "said"), (9, "one")]


def test_a_refused_name_in_the_web_is_a_problem(tmp_path: Path) -> None:
    source = tmp_path / "web" / "console" / "src"
    source.mkdir(parents=True)
    (source / "schema.d.ts").write_text("export const held = 1\n")
    (source / "doors.ts").write_text("export const held = 1\nexport const doors = held\n")
    (source / "DoorsHeld.vue").write_text("<template><p>one</p></template>\n")

    assert [problem.partition(":")[0] for problem in file_problems(tmp_path)] == [
        "web/console/src/DoorsHeld.vue"
    ]
    (problem,) = name_problems(tmp_path, {})
    assert problem.startswith("web/console/src/doors.ts:1: 'held'")
