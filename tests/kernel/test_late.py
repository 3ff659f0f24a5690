"""What is loaded at its first use is loaded whole, whoever asks first, and however many do."""

import ast
import subprocess
import sys
from pathlib import Path
from typing import Final

SRC: Final = Path(__file__).parents[2] / "src" / "linli"
LATE: Final = ("openpyxl", "linli.kernel.workbooks.template", "linli.domains.communities.xlsx")
TWO_AT_ONCE: Final = """
import sys, threading
from linli.domains.communities.xlsx import employees, vehicles
from linli.kernel.tables import book_bytes, new_book
sys.setswitchinterval(1e-6)
failed = []
def ask(build):
    try:
        build("en")
    except ImportError as error:
        failed.append(error)
books = [vehicles.template, lambda _: new_book(), employees.template, lambda _: new_book()]
threads = [threading.Thread(target=ask, args=(build,)) for build in books]
for thread in threads: thread.start()
for thread in threads: thread.join()
sys.exit(repr(failed) if failed else 0)
"""


def test_two_who_ask_for_the_first_workbook_both_get_one() -> None:
    for _ in range(3):
        done = subprocess.run(
            [sys.executable, "-c", TWO_AT_ONCE], capture_output=True, text=True, timeout=100
        )
        assert done.returncode == 0, done.stderr


def test_imports_of_openpyxl_inside_functions_hold_the_lock() -> None:
    bare = []
    for file in SRC.rglob("*.py"):
        text = file.read_text()
        if not any(name in text for name in LATE):
            continue
        tree = ast.parse(text)
        held = {
            id(statement)
            for block in ast.walk(tree)
            if isinstance(block, ast.With) and ast.unparse(block.items[0]) == "LOADING"
            for statement in block.body
        }
        bare += [
            f"{file.relative_to(SRC)}:{statement.lineno}"
            for function in ast.walk(tree)
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
            for statement in ast.walk(function)
            if isinstance(statement, ast.ImportFrom)
            and (statement.module or "").startswith(LATE)
            and id(statement) not in held
        ]
    assert bare == []
