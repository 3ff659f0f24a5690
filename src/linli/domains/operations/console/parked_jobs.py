"""Jobs that gave up, for the operator: tried again, or forgotten. What a job carries is not shown."""

import msgspec

from linli.kernel import outbox
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.errors import NotFound
from linli.kernel.masking import masked_text
from linli.kernel.pages import Page, PageRequest


class ParkedJobRow(msgspec.Struct, rename="camel", frozen=True):
    id: str
    kind: str
    """What it is for, e.g. `databus.webhook`."""
    created_ms: int
    attempts: int
    reason: str


parked_job_routes = Routes("/health/parked-jobs", tags=("health",))


@parked_job_routes.get(right="installation.manage")
async def list_parked(db: Database, page: PageRequest) -> Page[ParkedJobRow]:
    """Jobs that gave up, the newest first."""
    rows = await outbox.parked(db, limit=page.page_size, offset=page.offset)
    counts = await outbox.counts(db)
    return Page.of(
        page,
        counts.get("parked", 0),
        [
            ParkedJobRow(str(row.id), row.kind, row.created_ms, row.attempts, masked_text(row.reason))
            for row in rows
        ],
    )


@parked_job_routes.post("/{job_id:int}/retry", right="installation.manage", status=204, raises=(NotFound,))
async def retry(job_id: int, db: Database) -> None:
    """Put it back to work, with all its attempts."""
    if not await outbox.retry(db, job_id):
        raise NotFound(what="job", id=job_id)


@parked_job_routes.delete("/{job_id:int}", right="installation.manage", raises=(NotFound,))
async def forget(job_id: int, db: Database) -> None:
    """Forget it for good."""
    if not await outbox.drop(db, job_id):
        raise NotFound(what="job", id=job_id)
