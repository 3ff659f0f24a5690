"""`./linli test --changed`: what a change can touch is run, and little else."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import run_tests
import touched

ROOT = Path(__file__).resolve().parents[2]
type Ask = Callable[..., set[str]]


@pytest.fixture(scope="module")
def graph() -> touched.Graph:
    return touched.Graph(ROOT)


@pytest.fixture(scope="module")
def tests_of(graph: touched.Graph) -> Ask:
    """The tests that a change of files can touch."""

    def ask(*files: str) -> set[str]:
        found = touched.touched_by(ROOT, list(files), graph)
        assert not found.whole
        return found.tests

    return ask


def test_a_room_touches_its_own_tests_those_over_it_and_its_pages(tests_of: Ask) -> None:
    found = tests_of("src/linli/domains/visitors/queries.py")
    assert {
        "tests/domains/visitors/test_passes.py", "tests/domains/visitors/test_console.py",
        "tests/scope/test_routes.py", "tests/scope/test_sights.py", "tests/browser/test_front_desk.py",
    } <= found  # fmt: skip
    assert not found & {
        "tests/things/ota/test_upgrade.py", "tests/browser/test_firmware.py", "tests/kernel/test_http.py",
        "tests/protocols/mqtt/test_codec5.py",
    }  # fmt: skip
    assert tests_of("src/linli/domains/visitors/strings/en.json") == found


def test_what_all_stand_on_touches_most(tests_of: Ask) -> None:
    found = tests_of("src/linli/kernel/db/sqlite.py")
    every = {path.relative_to(ROOT).as_posix() for path in (ROOT / "tests").rglob("test_*.py")}
    assert len(found) > len(every) / 2
    assert {"tests/kernel/test_database.py", "tests/things/ota/test_upgrade.py"} <= found
    assert {test for test in every if test.startswith("tests/browser/")} <= found


def test_data_touches_the_tests_that_read_it(tests_of: Ask) -> None:
    assert "tests/house/test_documents.py" in tests_of("docs/architecture.md")
    assert "tests/house/test_tree_checks.py" in tests_of("scripts/tree_checks.py")
    assert "tests/openapi/test_signature.py" in tests_of("tests/openapi/vectors/anything.json")
    assert tests_of("src/linli/edge/drivers/door_device/manifest.json") >= tests_of(
        "src/linli/edge/drivers/door_device/driver.py"
    )
    assert "sdk/tests/test_calls.py" in tests_of("sdk/src/linli_sdk/paging.py")
    assert len(tests_of("LICENSE")) < 5


def test_pages_touch_the_browser_tests_that_go_there(tests_of: Ask) -> None:
    found = tests_of("web/console/src/domains/cameras/CameraList.vue")
    assert "tests/browser/test_cameras.py" in found
    assert len(found) < 5
    shared = tests_of("web/shared/src/csv.ts")
    assert "tests/browser/test_phone.py" in shared
    web = touched.Touched(["web/shared/src/csv.ts", "web/staff/src/main.ts"]).web
    assert web == {
        "console": ["../shared/src/csv.ts"], "resident": ["../shared/src/csv.ts"],
        "staff": ["../staff/src/main.ts", "../shared/src/csv.ts"],
    }  # fmt: skip


def test_each_test_is_touched_by_itself(graph: touched.Graph) -> None:
    for name in (graph._name(path) for path in graph._texts):
        own = graph.modules_of(name)
        assert name in graph.tests_that_read(name).union(*(graph.tests_of(module) for module in own))


def test_each_module_touches_some_test(tests_of: Ask) -> None:
    assert "tests/things/test_dispatcher.py" in tests_of("src/linli/things/inbox/dispatcher.py")
    assert len(tests_of("src/linli/things/backend.py")) > 20


@pytest.mark.parametrize("file", ["pyproject.toml", "scripts/prepare_web.py", "tests/plugins/databases.py"])
def test_what_builds_or_runs_the_tests_touches_all(file: str) -> None:
    found = touched.touched_by(ROOT, ["README.md", file])
    assert found.whole == file
    assert "everything" in found.summary


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for words in (
        ("init", "-q", "-b", "main"),
        ("config", "user.email", "t@example.org"),
        ("config", "user.name", "t"),
    ):
        touched.git(tmp_path, *words)
    for number in ("1", "2"):
        (tmp_path / "文件").write_text(number)
        touched.git(tmp_path, "add", ".")
        touched.git(tmp_path, "commit", "-q", "-m", number)
    return tmp_path


def test_the_revision_is_where_the_branch_left_main_or_the_last_commit(copy: Path) -> None:
    assert touched.base_revision(copy) == "HEAD~1"
    assert touched.changed_files(copy, "HEAD~1") == ["文件"]
    (copy / "new").touch()
    assert touched.base_revision(copy) == "HEAD"
    assert touched.changed_files(copy, "HEAD") == ["new"]
    main = touched.git(copy, "rev-parse", "HEAD")
    touched.git(copy, "switch", "-q", "-c", "work")
    touched.git(copy, "add", ".")
    touched.git(copy, "commit", "-q", "-m", "3")
    (copy / "文件").unlink()
    assert touched.base_revision(copy) == main
    assert touched.changed_files(copy, main) == ["new", "文件"]
    with pytest.raises(subprocess.CalledProcessError):
        touched.changed_files(copy, "nonsense")


def test_it_runs_pages_apart_and_fails_when_one_part_does(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def ran(line: list[str]) -> int:
        asked.append(line)
        return 1 if "tests/browser/test_cameras.py" in line else 0

    files = ["web/console/src/domains/cameras/CameraList.vue", "CHANGELOG.md"]
    monkeypatch.setattr(touched, "changed_files", lambda root, revision: files)
    monkeypatch.setattr(run_tests, "run_python_tests", ran)
    monkeypatch.setattr(run_tests, "run_web_tests", lambda web: list(web) == ["console"])
    assert run_tests.main(["--changed", "HEAD"]) == 1
    pages, rest = asked
    assert "tests/browser/test_cameras.py" in pages
    assert "-n" not in pages
    assert rest[-1] == "tests/house/test_versions.py"
    assert "loadgroup" in rest
