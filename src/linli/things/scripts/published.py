"""The scripts in use, in memory, so that a message of a device that speaks the thing model costs nothing."""

from collections.abc import Callable

from linli.kernel.db import Database
from linli.things.changes import Change, listen
from linli.things.scripts.queries import ScriptInUse, script_in_use
from linli.things.scripts.sandbox import Script


class PublishedScripts:
    """By product number; read when first asked for, and again after a change."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._scripts: dict[int, ScriptInUse | None] = {}
        self._changes = 0
        self._stop_listening: Callable[[], None] | None = None

    def start(self) -> None:
        self._stop_listening = listen(self._db, self._heard)

    def stop(self) -> None:
        if self._stop_listening is not None:
            self._stop_listening()

    async def of(self, product_no: int) -> Script | None:
        """None: the product's devices speak the thing model's own format. Raises Unavailable."""
        script_in_use_row = await self._find(product_no)
        return (
            script_in_use_row.script if script_in_use_row is not None and script_in_use_row.custom else None
        )

    async def for_topics(self, product_no: int) -> Script | None:
        """For devices of any format. Raises Unavailable."""
        script_in_use_row = await self._find(product_no)
        return None if script_in_use_row is None else script_in_use_row.script

    async def _find(self, product_no: int) -> ScriptInUse | None:
        if product_no in self._scripts:
            return self._scripts[product_no]
        changes = self._changes
        script = await script_in_use(self._db, product_no=product_no)
        if changes == self._changes:
            self._scripts[product_no] = script
        return script

    def _heard(self, change: Change) -> None:
        if change.kind == "product":
            self._changes += 1
            self._scripts.pop(change.no, None)
