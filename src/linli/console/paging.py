"""Paging as every list route takes it."""

from typing import Annotated

from litestar.params import QueryParameter

from linli.kernel.pages import PageRequest

MAX_SIZE = 100


async def provide_page(
    page_no: Annotated[int, QueryParameter(name="pageNo", description="From 1.")] = 1,
    page_size: Annotated[int, QueryParameter(name="pageSize", description="At most 100.")] = 20,
) -> PageRequest:
    """Raises BadInput."""
    return page_request(page_no, page_size)


def page_request(page_no: int, page_size: int) -> PageRequest:
    """Raises BadInput."""
    return PageRequest.of(page_no, page_size, max_size=MAX_SIZE)
