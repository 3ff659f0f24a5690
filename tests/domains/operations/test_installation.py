"""The operator's desk: what the platform knows of itself, with nothing made up."""

from linli import __version__
from linli.console.parts import Parts
from linli.ops import backup_log
from linli.ops.backup_log import BackupRun
from linli.ops.tls import Certificate, ServedCertificate
from tests.console.conftest import Browser

DAY_MS = 86_400_000


def serve(parts: Parts, *days: int) -> None:
    """A named server's certificate that ends in so many days, and the own authority's."""
    now_ms = parts.clock.now_ms()
    kinds = ("server", "authority")
    parts.services["served_certificates"] = lambda: [
        ServedCertificate(
            kinds[at], Certificate(("gate.example",), now_ms, now_ms + left * DAY_MS, "AA"), own=at == 1
        )
        for at, left in enumerate(days)
    ]


async def test_a_new_installation_has_no_backup_and_one_company(administrator: Browser, parts: Parts):
    serve(parts)
    desk = (await administrator.get("/health/installation")).json()
    assert desk["companies"] == {"all": 1, "unsigned": 0, "ended": 0}
    logins = {"accounts": 1, "signedIn": 1, "seenToday": 1, "closed": 0, "slowed": 0}
    assert desk["logins"] == logins
    assert desk["backups"] == {"last": None, "failed": None, "overdue": True}
    assert desk["certificates"] == []
    assert desk["versions"] == {"platform": __version__, "boxes": [], "boxesBehind": 0}
    waiting = (await administrator.get("/health/installation/waiting")).json()
    assert waiting == {"certificates": 0, "backups": 1}


async def test_certificates_and_backups_wait_when_they_are_late(administrator: Browser, parts: Parts):
    now_ms = parts.clock.now_ms()
    serve(parts, 30, 400)
    backup_log.note(parts.settings.data_path, BackupRun(now_ms - DAY_MS, True, "a.tar.gz", 9))
    waiting = (await administrator.get("/health/installation/waiting")).json()
    assert waiting == {"certificates": 0, "backups": 0}
    serve(parts, 29, 29)
    backup_log.note(parts.settings.data_path, BackupRun(now_ms, False, "b.tar.gz", reason="no space"))
    waiting = (await administrator.get("/health/installation/waiting")).json()
    assert waiting == {"certificates": 2, "backups": 1}
    desk = (await administrator.get("/health/installation")).json()
    assert [row["daysLeft"] for row in desk["certificates"]] == [29, 29]
    assert desk["certificatesEnding"] == 2
    assert (desk["backups"]["overdue"], desk["backups"]["failed"]["reason"]) == (False, "no space")
    assert desk["backups"]["last"]["bytes"] == 9


async def test_an_own_server_certificate_waits_only_when_its_renewal_is_late(
    administrator: Browser, parts: Parts
):
    now_ms = parts.clock.now_ms()
    for left, ending in ((29, 0), (28, 1)):
        row = Certificate(("gate.example",), now_ms, now_ms + left * DAY_MS, "AA")
        parts.services["served_certificates"] = lambda row=row: [ServedCertificate("server", row, own=True)]
        waiting = (await administrator.get("/health/installation/waiting")).json()
        assert waiting["certificates"] == ending


async def test_nobody_else_reads_it(browser: Browser, parts: Parts):
    serve(parts)
    for path in ("/health/installation", "/health/installation/waiting"):
        assert (await browser.get(path)).status_code == 401
