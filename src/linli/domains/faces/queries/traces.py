"""Where a face was seen: records of passage-face data on the data bus (spec B 3.17)."""

from typing import NamedTuple

import msgspec

from linli.databus.conditions import Condition, check
from linli.databus.queries import find_records
from linli.databus.registry import load
from linli.kernel.db import Reader
from linli.kernel.pages import PageRequest
from linli.kernel.scope import Scope

MODEL = "CustomerFlowBasicFaceData"
MOST = 100_000
_PAGE = 2_000


class Seen(NamedTuple):
    at_ms: int
    iot_id: str


class _Body(msgspec.Struct, rename="camel"):
    iot_id: str = ""
    record_time: int | None = None


async def seen(scope: Scope, db: Reader, *, face_id: str, start_ms: int, end_ms: int) -> list[Seen]:
    """The latest points, newest first."""
    terms = check(
        [
            Condition(field_name="faceId", operate="eq", value=face_id),
            Condition(field_name="recordTime", operate="between", value=[start_ms, end_ms]),
        ],
        load().fields(MODEL),
    )
    sightings: list[Seen] = []
    for number in range(1, MOST // _PAGE + 1):
        rows = await find_records(scope, db, model_id=MODEL, terms=terms, page=PageRequest(number, _PAGE))
        for row in rows:
            body = msgspec.json.decode(row.body, type=_Body)
            if body.record_time is not None and body.iot_id:
                sightings.append(Seen(body.record_time, body.iot_id))
        if len(rows) < _PAGE:
            break
    return sorted(sightings, reverse=True)
