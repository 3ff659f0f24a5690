"""Long bodies under way at the same time: bounded in all, for each company and for each account.

One upload holds a bounded piece of memory; the gate keeps many at once from multiplying it. A caller above its share is
refused before a byte of the body is read.
"""

import contextlib
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from linli.kernel.errors import TooMany, Unavailable

_MIB: Final = 1024 * 1024
FREE_BYTES: Final = 256 * 1024
"""Bodies up to this are let in uncounted."""
HELD_BYTES: Final = 8 * _MIB
"""The most that one holds in memory: longer ones go to the disk as they come."""
IN_ALL_BYTES: Final = 64 * _MIB
OF_COMPANY_BYTES: Final = 32 * _MIB
OF_ACCOUNT_BYTES: Final = 16 * _MIB
OF_ACCOUNT: Final = 6
"""Uploads at a time, whatever their size."""


class TooManyUploads(TooMany):
    """The account or its company has as many under way as it may."""

    code = "uploads.too_many"


class UploadsBusy(Unavailable):
    """All together have as many under way as the server takes."""

    code = "uploads.busy"


class Uploads:
    """One for a process; one event loop only."""

    def __init__(self) -> None:
        self._bytes: defaultdict[str, int] = defaultdict(int)
        self._count: defaultdict[str, int] = defaultdict(int)
        self.held_bytes = 0

    @contextlib.contextmanager
    def admit(self, *, account: str, company: str, size: int | None) -> Iterator[None]:
        """For as long as the block lasts. `size` of the body, None where nobody said.

        Raises TooManyUploads, UploadsBusy.
        """
        reserved = HELD_BYTES if size is None else min(size, HELD_BYTES)
        if reserved <= FREE_BYTES:
            yield
            return
        company, account = f"company {company}", f"account {account}"
        if self._count[account] >= OF_ACCOUNT or (
            self._bytes[account] + reserved > OF_ACCOUNT_BYTES
            or self._bytes[company] + reserved > OF_COMPANY_BYTES
        ):
            self._forget(account, company)
            raise TooManyUploads()
        if self.held_bytes + reserved > IN_ALL_BYTES:
            self._forget(account, company)
            raise UploadsBusy()
        self._change(account, company, reserved, 1)
        try:
            yield
        finally:
            self._change(account, company, -reserved, -1)
            self._forget(account, company)

    def _change(self, account: str, company: str, reserved: int, count: int) -> None:
        self.held_bytes += reserved
        for key in (account, company):
            self._bytes[key] += reserved
            self._count[key] += count

    def _forget(self, *owners: str) -> None:
        for owner in owners:
            if not self._count[owner]:
                self._bytes.pop(owner, None)
                del self._count[owner]
