"""The diagnosis on the box's own page: the box's findings in the page's language, with what to do."""

from pathlib import Path

from linli.edge.remote.diagnosis import Doctor, Target
from linli.edge.runtime.diagnosis import diagnose_by
from linli.kernel.clock import SystemClock


async def test_findings_are_told_in_the_language_of_the_page(tmp_path: Path) -> None:
    target = Target("http://127.0.0.1:1", "127.0.0.1", 1, internet="127.0.0.1")
    tell = diagnose_by(Doctor(SystemClock(), tmp_path, target))
    english, chinese = await tell("en"), await tell("zh-CN")
    steps = {one.step for one in english.findings}
    assert len(steps) == len({one.step for one in chinese.findings}) > 5
    assert any(one.level == "error" and one.advice for one in english.findings)  # nothing answers at port 1
    assert english.summary in english.text
    assert english.summary != chinese.summary
