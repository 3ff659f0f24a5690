"""The checks of `./linli check` that read files: each must find its fault and stay quiet on the tree."""

import json
from pathlib import Path

import pytest

from tree_checks import doubled_keys, lock_problems, long_files, string_problems, wide_functions

ROOT = Path(__file__).resolve().parents[2]


def strings(folder: Path, **texts: dict[str, object]) -> None:
    (folder / "room" / "strings").mkdir(parents=True)
    for language, content in texts.items():
        file = folder / "room" / "strings" / f"{language.replace('_', '-')}.json"
        file.write_text(json.dumps(content), encoding="utf-8")


def test_same_texts_are_no_problem(tmp_path: Path) -> None:
    strings(tmp_path, zh_CN={"a": "门 {name}", "b": {"c": "丙"}}, en={"a": "Door {name}", "b.c": "C"})
    assert list(string_problems(tmp_path)) == []


@pytest.mark.parametrize(
    ("zh", "en", "said"),
    [
        ({"a": "甲", "b": "乙"}, {"a": "A"}, "en.json: no text for 'b'"),
        ({"a": "甲"}, {"a": "A", "b": "B"}, "zh-CN.json: no text for 'b'"),
        ({"a": "甲 {n}"}, {"a": "A {m}"}, "'a' has ['n'] in zh-CN and ['m'] in en"),
        ({"a": "甲"}, {"a": " "}, "'a' is empty"),
    ],
)
def test_different_texts_are_found(
    tmp_path: Path, zh: dict[str, object], en: dict[str, object], said: str
) -> None:
    strings(tmp_path, zh_CN=zh, en=en)
    (problem,) = string_problems(tmp_path)
    assert said in problem


def test_missing_language_is_found(tmp_path: Path) -> None:
    strings(tmp_path, zh_CN={"a": "甲"})
    (problem,) = string_problems(tmp_path)
    assert problem.endswith("en.json is missing")


@pytest.mark.parametrize(
    ("name", "text", "bad"),
    [
        ("requirements.lock", "a==1 \\\n    --hash=sha256:00\n", False),
        ("requirements.lock", "--index-url https://packages.example/simple\na==1\n", True),
        ("requirements.lock", "a @ https://packages.example/a.whl\n", True),
        ("package-lock.json", '"resolved": "https://packages.example/a.tgz"', True),
        ("package-lock.json", '"funding": "https://sponsor.example/a"', False),
    ],
)
def test_addresses_in_lock_files(tmp_path: Path, name: str, text: str, bad: bool) -> None:
    (tmp_path / name).write_text(text)
    assert bool(list(lock_problems([tmp_path / name]))) == bad


def test_long_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "short.py").write_text("x = 1\n" * 400)
    (tmp_path / "long.py").write_text("x = 1\n" * 401)
    assert list(long_files([tmp_path])) == [f"{tmp_path / 'long.py'}: 401 lines"]


@pytest.mark.parametrize(
    ("code", "named"),
    [
        ("def f(a, b, c, d, /, e, f, *, g, h, i): ...", []),
        ("class C:\n    async def m(self, a, b, c, d, e, f, *, g, h, i): ...", []),
        ("def f(a, b, c, d, /, e, f, *, g, h, i, j): ...", ["1: f has 10"]),
        ("class C:\n    async def m(self, a, b, c, d, e, f, *, g, h, i, j=0): ...", ["2: m has 10"]),
        ("f = lambda a, b, c, d, e, f, g, h, i, j, k: 0", ["1: lambda has 11"]),
    ],
)
def test_functions_with_many_parameters_are_named(tmp_path: Path, code: str, named: list[str]) -> None:
    (tmp_path / "wide.py").write_text(code)
    problems = [problem.removeprefix(f"{tmp_path / 'wide.py'}:") for problem in wide_functions([tmp_path])]
    assert problems == [f"{name} parameters, 9 at most" for name in named]


def test_no_function_of_the_tree_has_many_parameters() -> None:
    assert list(wide_functions([ROOT / "src", ROOT / "scripts", ROOT / "bench"])) == []


def test_the_tree_has_no_addresses_in_its_lock_files() -> None:
    files = [ROOT / "requirements.lock", ROOT / "scripts" / "node.lock", ROOT / "web" / "package-lock.json"]
    assert list(lock_problems(files)) == []


def test_a_key_that_stands_twice_is_found(tmp_path: Path) -> None:
    strings(tmp_path, zh_CN={"a": "甲"}, en={"a": "A"})
    (tmp_path / "room" / "strings" / "en.json").write_text('{"a": "A", "a": "B"}', encoding="utf-8")
    (problem,) = doubled_keys(tmp_path)
    assert problem.endswith("en.json: 'a' stands twice")
