"""The data bus's events for other rooms, in the transaction of the rows."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from linli.kernel.events import Event


class RecordsInserted(Event, frozen=True):
    """New rows of one data model in one community, as they were written. For inline handlers only: rows may be large."""

    name: ClassVar[str] = "databus.records_inserted"
    tenant_id: str
    community_id: int | None
    model_id: str
    rows: Sequence[Mapping[str, Any]]
