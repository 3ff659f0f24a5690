"""Logs that boxes send to be kept. Spec C072 (日志模块), H-62."""

import hashlib
from typing import Any

import msgspec

from linli.domains.boxes.queries import clusters
from linli.domains.boxes.remote import rules
from linli.domains.boxes.remote.models import edge_node_lines
from linli.domains.boxes.rows import Node
from linli.kernel.db import Database
from linli.kernel.db.partitions import day_of
from linli.kernel.scope import Scope
from linli.protocols.edge_link import LogBatch, LogLine

TEXT_CHARS = 2000
FACTS_CHARS = 4000


class LineStore:
    """One per process: it counts what each box sent today, so that none fills the place of all."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._day = 0
        self._counts: dict[int, int] = {}

    async def take(self, node: Node, batch: LogBatch, *, now_ms: int) -> bool:
        """Keep lines of a box that has proved who it is; whether its logs are collected at all."""
        cluster = await clusters.cluster(Scope.system(node.tenant_id), self._db, node.cluster_id)
        if not cluster.log_on:
            return False
        lines = batch.lines[: self._room(node.node_id, len(batch.lines), day_of(now_ms))]
        rows = {(row["mark"], row["at_ms"]): row for row in (_row(node, line, now_ms) for line in lines)}
        if rows:
            await self._db.run(
                lambda tx: tx.upsert(
                    edge_node_lines, list(rows.values()), keys=("node_id", "day", "at_ms", "mark")
                )
            )
        return True

    def _room(self, node_id: int, wanted: int, day: int) -> int:
        if day != self._day:
            self._day, self._counts = day, {}
        count = self._counts.get(node_id, 0)
        taken = min(wanted, rules.LINES_A_DAY - count)
        self._counts[node_id] = count + taken
        return taken


def _row(node: Node, line: LogLine, now_ms: int) -> dict[str, Any]:
    text = line.text.replace("\0", "")[:TEXT_CHARS]
    facts = msgspec.json.encode(line.facts).decode() if line.facts else ""
    if len(facts) > FACTS_CHARS:
        facts = msgspec.json.encode({"cut": facts[:FACTS_CHARS]}).decode()
    facts = facts.replace("\\u0000", "")
    key = f"{line.driver}\0{line.device}\0{line.level}\0{text}\0{facts}"
    mark = int.from_bytes(hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=8).digest()) >> 1
    # A box whose clock is wrong by more than the keep time would write where nobody looks.
    early = now_ms - rules.KEPT_LINES_DAYS * 86_400_000
    return {
        "node_id": node.node_id,
        "day": day_of(now_ms),
        "at_ms": line.at_ms if early < line.at_ms <= now_ms else now_ms,
        "mark": mark,
        "tenant_id": node.tenant_id,
        "level": rules.LEVELS.index(line.level),
        "driver": line.driver,
        "device": line.device,
        "text": text,
        "facts": facts,
    }
