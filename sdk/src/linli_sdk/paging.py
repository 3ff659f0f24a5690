"""Walking through pages. A page method is called with growing `page_no` until a page is not full.

    for user in pages(site.users.query_users, page_size=100): ...
    async for user in async_pages(site.users.query_users, page_size=100): ...

Takes methods that answer a list of rows, or an object with them under `data`, `items`, `list`, or in its only list.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any, Protocol, TypeVar, overload

T = TypeVar("T")
U = TypeVar("U")

ROWS = ("data", "items", "list")


class HasRows(Protocol[U]):
    """An object that carries a page's rows as `data`."""

    @property
    def data(self) -> list[U]: ...


def rows_of(page: Any) -> list[Any]:
    """The rows of one answer. Raises TypeError when there are none to be found."""
    if page is None:
        return []
    if isinstance(page, list):
        return page
    for name in ROWS:
        rows = getattr(page, name, None)
        if isinstance(rows, list):
            return rows
    named = [getattr(page, name) for name in getattr(page, "__struct_fields__", ())]
    lists = [value for value in named if isinstance(value, list)]
    if len(lists) == 1:
        return lists[0]
    raise TypeError(f"no rows in {type(page).__name__}")


@overload
def pages(
    method: Callable[..., list[T]], *, page_size: int = ..., first: int = ..., **arguments: Any
) -> Iterator[T]: ...
@overload
def pages(
    method: Callable[..., HasRows[T]], *, page_size: int = ..., first: int = ..., **arguments: Any
) -> Iterator[T]: ...
@overload
def pages(
    method: Callable[..., Any], *, page_size: int = ..., first: int = ..., **arguments: Any
) -> Iterator[Any]: ...
def pages(
    method: Callable[..., Any], *, page_size: int = 100, first: int = 1, **arguments: Any
) -> Iterator[Any]:
    """Every row, one call for each page, made when it is needed."""
    number = first
    while True:
        rows = rows_of(method(page_no=number, page_size=page_size, **arguments))
        yield from rows
        if len(rows) < page_size:
            return
        number += 1


@overload
def async_pages(
    method: Callable[..., Awaitable[list[T]]], *, page_size: int = ..., first: int = ..., **arguments: Any
) -> AsyncIterator[T]: ...
@overload
def async_pages(
    method: Callable[..., Awaitable[HasRows[T]]], *, page_size: int = ..., first: int = ..., **arguments: Any
) -> AsyncIterator[T]: ...
@overload
def async_pages(
    method: Callable[..., Awaitable[Any]], *, page_size: int = ..., first: int = ..., **arguments: Any
) -> AsyncIterator[Any]: ...
async def async_pages(
    method: Callable[..., Awaitable[Any]], *, page_size: int = 100, first: int = 1, **arguments: Any
) -> AsyncIterator[Any]:
    """`pages` on asyncio."""
    number = first
    while True:
        rows = rows_of(await method(page_no=number, page_size=page_size, **arguments))
        for row in rows:
            yield row
        if len(rows) < page_size:
            return
        number += 1
