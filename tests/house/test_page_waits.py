"""What a test in a browser waits for is a function.

Text is evaluated anew at each look, which the pages' policy refuses: such a wait passes only where the first look finds
what it wants.
"""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WAITS = re.compile(r"""wait_for_function\(\s*["']+(?!\(|async |\w+ =>)""")


def test_pages_are_waited_for_by_functions() -> None:
    files = [*ROOT.glob("tests/**/*.py"), *ROOT.glob("scripts/*.py")]
    assert [file.name for file in files if WAITS.search(file.read_text(encoding="utf-8"))] == []
    assert WAITS.search("page.wait_for_function(\"document.querySelector('main')\")")
