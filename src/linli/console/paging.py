"""Paging as every list route takes it."""

from linli.kernel.pages import PageRequest

MAX_SIZE = 100


def page_request(page_no: int, page_size: int) -> PageRequest:
    """Raises BadInput."""
    return PageRequest.of(page_no, page_size, max_size=MAX_SIZE)
