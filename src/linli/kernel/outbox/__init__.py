"""Work that follows a change: rows written in the same transaction, done by workers after the commit, at least once.

Any number of workers may run, in one process or many: a row is leased before it is done, and a lease that runs out
is taken over. Rows with the same non-empty key are done in order. A row that keeps failing is parked with its reason,
where a person can see it and have it tried again.
"""

from linli.kernel.outbox.failures import Parked, counts, drop, parked, retry
from linli.kernel.outbox.leases import BATCH, LEASE_MS, along, free_leases, free_leases_of
from linli.kernel.outbox.rows import URGENT_MS, add, add_once, outbox, unfinished, wake
from linli.kernel.outbox.worker import MAX_ATTEMPTS, Job, Jobs, Worker

__all__ = [
    "BATCH",
    "LEASE_MS",
    "MAX_ATTEMPTS",
    "URGENT_MS",
    "Job",
    "Jobs",
    "Parked",
    "Worker",
    "add",
    "add_once",
    "along",
    "counts",
    "drop",
    "free_leases",
    "free_leases_of",
    "outbox",
    "parked",
    "retry",
    "unfinished",
    "wake",
]
