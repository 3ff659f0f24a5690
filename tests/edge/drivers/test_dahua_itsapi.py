"""The driver of 大华 ITSAPI against simulated cameras on real sockets."""

from pathlib import Path

from linli.edge.bench.runner import certify_simulator
from linli.edge.framework.digest import DigestCheck
from linli.edge.framework.discovery import OWN, discover


async def test_it_passes_the_bench(tmp_path: Path) -> None:
    installed, _ = discover([OWN])
    report = await certify_simulator(installed["dahua_itsapi"], scratch=tmp_path)
    assert report.passed, [(case.id, case.why) for case in report.cases if case.outcome != "passed"]


def test_hostile_digests_are_wrong() -> None:
    check = DigestCheck()
    check.challenge()
    for header in ("", "Basic YTpi", "Digest", 'Digest nonce="x", nc=zz', 'Digest username="u"' + "," * 9000):
        assert not check.is_right(header, "POST", "/x", "u", "p")
