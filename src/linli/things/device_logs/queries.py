"""Finding log lines. The caller knows the device."""

from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, func, or_, select

from linli.kernel.db import INT, Query, Reader
from linli.kernel.pages import Page, PageRequest
from linli.things.device_logs.models import device_log_lines
from linli.things.queries.products import like_pattern


class LogLine(NamedTuple):
    seq: int
    ts: int
    level: int
    module: str
    code: str
    trace_id: str
    content: str


class LogFilter(NamedTuple):
    """Conditions that must all hold; an empty one is no condition."""

    level: int = 0
    """This and higher ones."""
    module: str = ""
    trace_id: str = ""
    text: str = ""
    """Part of the content or the code."""
    low_ms: int = 0
    high_ms: int = 2**53


_c = device_log_lines.c
_matching = (
    _c.device_no == bindparam("no", type_=INT),
    _c.ts >= bindparam("low", type_=INT),
    _c.ts <= bindparam("high", type_=INT),
    _c.level >= bindparam("least", type_=INT),
    or_(bindparam("in_module") == "", _c.module == bindparam("in_module")),
    or_(bindparam("of_trace") == "", _c.trace_id == bindparam("of_trace")),
    or_(
        bindparam("pattern") == "",
        _c.content.like(bindparam("pattern"), escape="\\"),
        _c.code.like(bindparam("pattern"), escape="\\"),
    ),
)
_page = Query(
    select(*(_c[name] for name in LogLine._fields))
    .where(*_matching)
    .order_by(_c.ts.desc(), _c.seq.desc())
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    LogLine,
    heavy=True,
)
_total = Query(select(func.count()).select_from(device_log_lines).where(*_matching), heavy=True)
_before = Query(
    select(*(_c[name] for name in LogLine._fields))
    .where(
        _c.device_no == bindparam("no", type_=INT),
        _c.ts >= bindparam("low", type_=INT),
        or_(
            _c.ts < bindparam("high", type_=INT),
            and_(_c.ts == bindparam("high", type_=INT), _c.seq < bindparam("number", type_=INT)),
        ),
    )
    .order_by(_c.ts.desc(), _c.seq.desc())
    .limit(bindparam("most", type_=INT)),
    LogLine,
    heavy=True,
)
_modules = Query(
    select(_c.module)
    .where(_c.device_no == bindparam("no", type_=INT), _c.module != "")
    .distinct()
    .limit(200),
    heavy=True,
)


async def find_lines(db: Reader, *, device_no: int, where: LogFilter, page: PageRequest) -> Page[LogLine]:
    """Newest first."""
    binds: dict[str, Any] = {
        "no": device_no,
        "low": where.low_ms,
        "high": where.high_ms,
        "least": where.level,
        "in_module": where.module,
        "of_trace": where.trace_id,
        "pattern": like_pattern(where.text),
    }
    total = await _total.scalar(db, **binds)
    return Page.of(page, total, await _page.all(db, **binds, **page.binds))


async def lines_before(
    db: Reader, *, device_no: int, low_ms: int, before: tuple[int, int], most: int
) -> list[LogLine]:
    """Since `low_ms` and before (ms, number), newest first."""
    return await _before.all(db, no=device_no, low=low_ms, high=before[0], number=before[1], most=most)


async def modules_of(db: Reader, *, device_no: int) -> list[str]:
    """The modules that have lines, by name; at most 200."""
    return sorted([name for (name,) in await _modules.all(db, no=device_no)])
