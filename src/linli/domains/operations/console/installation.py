"""The operator's desk: companies, log-ins, backups, certificates and versions, as the platform knows them."""

from collections.abc import Callable
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from linli import __version__
from linli.domains.accounts.service.figures import login_figures
from linli.domains.boxes.queries.clusters import count_by_version
from linli.domains.people.queries.installation import company_figures
from linli.domains.people.rights import Right
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.settings import Settings
from linli.ops import backup_log
from linli.ops.tls import ServedCertificate, count_ending

type Served = Callable[[], list[ServedCertificate]]
"""The certificates that this process shows over TLS."""


class Companies(msgspec.Struct, rename="camel", frozen=True):
    all: int
    unsigned: Annotated[int, Meta(description="Founded, and without a contract so far.")]
    ended: int


class Logins(msgspec.Struct, rename="camel", frozen=True):
    accounts: int
    signed_in: Annotated[int, Meta(description="With a session that is open now.")]
    seen_today: Annotated[int, Meta(description="Within 24 hours.")]
    closed: Annotated[int, Meta(description="Closed by a company.")]
    slowed: Annotated[int, Meta(description="Places that must wait after failures at a sign-in.")]


class BackupShown(msgspec.Struct, rename="camel", frozen=True):
    at_ms: int
    file: str
    bytes: int
    reason: Annotated[str, Meta(description="Of a failed one, in English.")]


class Backups(msgspec.Struct, rename="camel", frozen=True):
    last: Annotated[BackupShown | None, Meta(description="The last good one; null: none is known.")]
    failed: Annotated[BackupShown | None, Meta(description="The last run, if it failed.")]
    overdue: Annotated[bool, Meta(description="None in two days.")]


class CertificateShown(msgspec.Struct, rename="camel", frozen=True):
    kind: Literal["server", "authority"]
    names: list[str]
    not_after_ms: int
    days_left: int
    own: Annotated[bool, Meta(description="The installation made it, and renews a server's in time.")]


class BoxVersion(msgspec.Struct, rename="camel", frozen=True):
    version: Annotated[str, Meta(description="Empty: not reported yet.")]
    boxes: int


class Versions(msgspec.Struct, rename="camel", frozen=True):
    platform: str
    boxes: list[BoxVersion]
    boxes_behind: Annotated[int, Meta(description="Boxes that run another version than the platform.")]


class InstallationDesk(msgspec.Struct, rename="camel", frozen=True):
    companies: Companies
    logins: Logins
    backups: Backups
    certificates: list[CertificateShown]
    certificates_ending: Annotated[int, Meta(description="Within thirty days.")]
    versions: Versions


installation_routes = Routes("/health/installation", tags=("health",))


@installation_routes.get(right=Right.INSTALLATION)
async def show_installation(
    db: Database, settings: Settings, clock: Clock, served_certificates: Served
) -> InstallationDesk:
    """What the operator looks after: figures of all companies together, and nothing of any one."""
    now_ms = clock.now_ms()
    served = served_certificates()
    return InstallationDesk(
        companies=Companies(**(await company_figures(db))._asdict()),
        logins=Logins(**(await login_figures(db, now_ms=now_ms))._asdict()),
        backups=_backups(backup_log.read(settings.data_path), now_ms),
        certificates=[_certificate(row, now_ms) for row in served],
        certificates_ending=count_ending(served, now_ms),
        versions=_versions(await count_by_version(db)),
    )


class InstallationWaiting(msgspec.Struct, rename="camel", frozen=True):
    certificates: Annotated[int, Meta(description="They end within thirty days.")]
    backups: Annotated[int, Meta(description="1: overdue, or the last one failed.")]


@installation_routes.get("/waiting", right=Right.INSTALLATION)
async def count_waiting(settings: Settings, clock: Clock, served_certificates: Served) -> InstallationWaiting:
    """What of the installation itself waits for its operator, for the queue and its counts."""
    now_ms = clock.now_ms()
    ending = count_ending(served_certificates(), now_ms)
    backups = _backups(backup_log.read(settings.data_path), now_ms)
    return InstallationWaiting(ending, int(backups.overdue or backups.failed is not None))


def _certificate(row: ServedCertificate, now_ms: int) -> CertificateShown:
    certificate = row.certificate
    return CertificateShown(
        kind=row.kind,
        names=list(certificate.names),
        not_after_ms=certificate.not_after_ms,
        days_left=certificate.days_left(now_ms),
        own=row.own,
    )


def _backups(runs: list[backup_log.BackupRun], now_ms: int) -> Backups:
    def shown(run: backup_log.BackupRun | None) -> BackupShown | None:
        return None if run is None else BackupShown(run.at_ms, run.file, run.size, run.reason)

    return Backups(
        last=shown(backup_log.last_good(runs)),
        failed=shown(runs[0]) if runs and not runs[0].ok else None,
        overdue=backup_log.is_overdue(runs, now_ms),
    )


def _versions(by_version: dict[str, int]) -> Versions:
    return Versions(
        platform=__version__,
        boxes=[BoxVersion(version, count) for version, count in sorted(by_version.items())],
        boxes_behind=sum(count for version, count in by_version.items() if version != __version__),
    )
