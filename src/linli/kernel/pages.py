"""Paging as the open API and the console both use it: pages from 1, a size limit stated by each method."""

from typing import Any

import msgspec

from linli.kernel.errors import BadInput


class PageRequest(msgspec.Struct, frozen=True):
    page_no: int = 1
    page_size: int = 20

    @staticmethod
    def of(page_no: int | None, page_size: int | None, *, max_size: int = 100) -> "PageRequest":
        """A checked page request; page 0 is read as the first. Raises BadInput."""
        number, size = page_no if page_no is not None else 1, page_size if page_size is not None else 20
        if number < 0 or number > 1_000_000:
            raise BadInput(field="pageNo", rule="range", low=1, high=1_000_000)
        if not 1 <= size <= max_size:
            raise BadInput(field="pageSize", rule="range", low=1, high=max_size)
        return PageRequest(max(number, 1), size)

    @property
    def offset(self) -> int:
        return (self.page_no - 1) * self.page_size

    @property
    def binds(self) -> dict[str, Any]:
        """For statements ending in `.limit(bindparam("limit")).offset(bindparam("offset"))`."""
        return {"limit": self.page_size, "offset": self.offset}


class Page[R](msgspec.Struct, frozen=True, rename="camel"):
    total: int
    page_no: int
    page_size: int
    data: list[R]

    @staticmethod
    def of[T](request: PageRequest, total: int, rows: list[T]) -> "Page[T]":
        return Page(total, request.page_no, request.page_size, rows)
