"""What must hold in the tables after a crash, whatever moment it came at.

`lost`: something was acknowledged and is not there. `half`: a part of one unit of work is there without the rest.
"""

from collections import Counter
from typing import Any

import msgspec

from tests.campaigns.ledger import Ledger
from tests.campaigns.snapshot import Snapshot

A_DAY_OF_RECORDS = 10**11
"""Record ids are day * this + number of the change (`databus.record_ids`)."""
SHOWN = 20

HALF = {
    "a space without its house row, or the reverse": """
        SELECT s.space_id FROM spaces s LEFT JOIN houses h ON h.space_id = s.space_id
        WHERE s.kind = 'house' AND h.space_id IS NULL
        UNION ALL SELECT h.space_id FROM houses h LEFT JOIN spaces s ON s.space_id = h.space_id
        WHERE s.space_id IS NULL""",
    "a resident whom the community does not know": """
        SELECT m.person_id FROM house_members m LEFT JOIN community_persons c
        ON c.person_id = m.person_id AND c.community_id = m.community_id WHERE c.person_id IS NULL""",
    "a resident without a person, or outside the group of residents": """
        SELECT m.person_id FROM house_members m LEFT JOIN persons p ON p.id = m.person_id
        LEFT JOIN user_group_members g ON g.person_id = m.person_id AND g.community_id = m.community_id
        WHERE p.id IS NULL OR g.person_id IS NULL""",
    "a record without its line in the change log": f"""
        SELECT r.id FROM records r LEFT JOIN changes c ON c.id = r.id % {A_DAY_OF_RECORDS}
        AND c.kind = 'data' AND c.model_id = r.model_id WHERE c.id IS NULL""",
    "a line in the change log without its record": f"""
        SELECT id FROM changes WHERE kind = 'data' AND operate = 'insert' AND payload = ''
        EXCEPT SELECT id % {A_DAY_OF_RECORDS} FROM records""",
    "a QR permission that differs from its grant": """
        SELECT p.qr_code FROM access_qr_permissions p LEFT JOIN delivery_grants g
        ON g.tenant_id = p.tenant_id AND g.source = 'qr' AND g.kind = 'door.qr' AND g.subject = p.identity_id
        AND g.credential = p.qr_code AND g.target_type = 'device' AND g.target = p.iot_id
        WHERE g.id IS NULL OR g.live <> p.live
        OR (p.live = 1 AND (g.starts_ms <> p.starts_ms OR g.ends_ms <> p.ends_ms))""",
    "a live grant without its target row, or the reverse": """
        SELECT g.id FROM delivery_grants g LEFT JOIN delivery_targets t ON t.grant_id = g.id
        WHERE g.target_type = 'device' AND (g.live = 1) <> (t.grant_id IS NOT NULL)""",
    "a grant without its desired row": """
        SELECT g.id FROM delivery_grants g LEFT JOIN delivery_desired d ON d.device = g.target
        AND d.kind = g.kind AND d.credential = g.credential
        WHERE g.target_type = 'device' AND g.live = 1 AND (d.id IS NULL OR d.content = '')""",
    "a desired row without a grant": """
        SELECT d.id FROM delivery_desired d LEFT JOIN delivery_targets t ON t.device = d.device
        AND t.kind = d.kind AND t.credential = d.credential
        WHERE d.content <> '' AND t.grant_id IS NULL""",
    "a grant whose history is not its generation": """
        SELECT g.id FROM delivery_grants g LEFT JOIN delivery_grant_history h ON h.grant_id = g.id
        GROUP BY g.id, g.generation HAVING count(h.id) <> g.generation""",
    "a pass record count that differs from the passes": """
        SELECT p.n FROM (SELECT count(*) AS n FROM access_passes) p,
        (SELECT count(*) AS n FROM records WHERE model_id = 'iot_entrance_event_model') r WHERE p.n <> r.n""",
    "passes of a door that differ from its handled messages": """
        SELECT d.device_name FROM devices d JOIN inbox i ON i.device_no = d.device_no
        AND i.kind = 'event' AND i.identifier = 'passEvent'
        LEFT JOIN inbox_work w ON w.device_no = i.device_no AND w.seq = i.seq
        GROUP BY d.iot_id, d.device_name
        HAVING count(*) - count(w.seq) <> (SELECT count(*) FROM access_passes a WHERE a.iot_id = d.iot_id)""",
    "a message without its event row": """
        SELECT device_no, seq FROM inbox WHERE kind = 'event' EXCEPT SELECT device_no, seq FROM thing_events""",
    "an event row without its message": """
        SELECT device_no, seq FROM thing_events EXCEPT SELECT device_no, seq FROM inbox WHERE kind = 'event'""",
    "a post without its point": """
        SELECT i.device_no, i.seq FROM inbox i JOIN devices d ON d.device_no = i.device_no
        AND d.device_name LIKE 'meter-%' WHERE i.kind = 'property'
        EXCEPT SELECT device_no, seq FROM points""",
    "a point without its post": """
        SELECT device_no, seq FROM points EXCEPT SELECT device_no, seq FROM inbox WHERE kind = 'property'""",
    "a latest value that is not the newest point": """
        SELECT l.device_no FROM latest_values l WHERE l.number IS NOT NULL AND l.ts <>
        (SELECT max(p.ts) FROM points p WHERE p.device_no = l.device_no AND p.property_no = l.property_no)""",
    "a message parked by its handler": "SELECT seq, reason FROM inbox_work WHERE state = 'parked'",
    "a job that was given up": "SELECT id, kind, reason FROM outbox WHERE state = 'parked'",
    "an import that waits without its job": """
        SELECT i.import_id FROM imports i WHERE i.state = 'waiting' AND NOT EXISTS
        (SELECT 1 FROM outbox o WHERE o.kind = 'communities.import'
         AND o.payload LIKE '%' || CAST(i.import_id AS TEXT) || '%')""",
    "an import that failed": "SELECT import_id, state, reason FROM imports WHERE state NOT IN ('waiting', 'done')",
}
"""What must find nothing, at any moment."""


class Checks:
    """Compares what was acknowledged with what is in the tables, again after every crash."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self.lost: list[str] = []
        self.half: list[str] = []

    async def run(self, held: Snapshot, told: Ledger) -> None:
        """`told` was copied from the ledger before the snapshot was taken: all of it must be there."""
        for what, sql in HALF.items():
            for row in (await held.rows(sql))[:SHOWN]:
                self.half.append(f"{what}: {', '.join(map(str, row))}")
        await self._spaces(held, told)
        await self._members(held, told)
        await self._missing(
            held, "record", told.records, "SELECT id FROM records WHERE model_id = 'Heartbeat'"
        )
        await self._rights(held, told)
        await self._messages(held, told)
        await self._imports(held, told)

    async def _missing(self, held: Snapshot, what: str, wanted: set[Any], sql: str) -> None:
        found = {key for (key,) in await held.rows(sql)}
        self.lost += [f"{what} {key}" for key in sorted(wanted - found)[:SHOWN]]

    async def _spaces(self, held: Snapshot, told: Ledger) -> None:
        names = dict(await held.rows("SELECT space_id, name FROM spaces"))
        for name, space_id in told.spaces.items():
            if space_id not in names:
                self.lost.append(f"space {space_id} {name}")
            elif not told.names[space_id].allowed(names[space_id], since=self._ledger.names[space_id]):
                self.lost.append(f"name {told.names[space_id]} of space {space_id}: it is {names[space_id]}")
        heard = await self._told_of(held, "space")
        self._same("space", {str(space_id) for space_id in names}, heard)

    async def _members(self, held: Snapshot, told: Ledger) -> None:
        rows = await held.rows(
            "SELECT p.identity_id, m.house_id FROM house_members m JOIN persons p ON p.id = m.person_id"
        )
        homes = dict(rows)
        for identity_id, house in told.members.items():
            if homes.get(identity_id) != house:
                self.lost.append(f"member {identity_id} of house {house}: {homes.get(identity_id)}")
        self._same("person", set(homes), await self._told_of(held, "user"))

    async def _told_of(self, held: Snapshot, kind: str) -> set[str]:
        """Ids whose making the change log tells of."""
        sql = f"SELECT payload FROM changes WHERE kind = '{kind}' AND operate = 'insert'"
        return {one for (payload,) in await held.rows(sql) for one in msgspec.json.decode(payload)["ids"]}

    def _same(self, what: str, rows: set[str], heard: set[str]) -> None:
        self.half += [
            f"{what} {one} without its line in the change log" for one in sorted(rows - heard)[:SHOWN]
        ]
        self.half += [
            f"the change log tells of {what} {one}, which is not there"
            for one in sorted(heard - rows)[:SHOWN]
        ]

    async def _rights(self, held: Snapshot, told: Ledger) -> None:
        rows = await held.rows("SELECT qr_code, iot_id, live, ends_ms FROM access_qr_permissions")
        there = {(code, door): f"until {ends}" if live else "none" for code, door, live, ends in rows}
        for key, value in told.rights.items():
            now = there.get(key, "none")
            if not value.allowed(now, since=self._ledger.rights[key]):
                self.lost.append(f"right {key}: {value}, it is {now}")

    async def _messages(self, held: Snapshot, told: Ledger) -> None:
        rows = await held.rows(
            "SELECT i.kind, i.payload FROM inbox i JOIN devices d ON d.device_no = i.device_no"
            " WHERE i.kind = 'property' AND d.device_name LIKE 'meter-%'"
        )
        stored = Counter(bytes(payload) for _, payload in rows)
        self.lost += [f"post {payload!r}" for payload in sorted(told.posts - stored.keys())[:SHOWN]]
        self.half += [f"post stored {n} times: {payload!r}" for payload, n in stored.items() if n > 1][:SHOWN]
        rows = await held.rows(
            "SELECT i.payload, w.seq FROM inbox i JOIN devices d ON d.device_no = i.device_no"
            " LEFT JOIN inbox_work w ON w.device_no = i.device_no AND w.seq = i.seq"
            " WHERE i.identifier = 'passEvent' AND d.device_name LIKE 'tap-%'"
        )
        cards = [(_card(bytes(payload)), waits is not None) for payload, waits in rows]
        kept = Counter(card for card, _ in cards)
        self.lost += [f"pass event {card}" for card in sorted(told.events - kept.keys())[:SHOWN]]
        self.half += [f"pass event stored {n} times: {card}" for card, n in kept.items() if n > 1][:SHOWN]
        passes = Counter(
            card for (card,) in await held.rows("SELECT credential FROM access_passes WHERE type = 'CARD'")
        )
        for card, waits in cards:
            if passes[card] != (0 if waits else 1):
                self.half.append(f"pass event {card}, waiting: {waits}, has {passes[card]} passes")

    async def _imports(self, held: Snapshot, told: Ledger) -> None:
        states = dict(await held.rows("SELECT import_id, state FROM imports"))
        for import_id, building in told.imports.items():
            if import_id not in states:
                self.lost.append(f"import {import_id} {building}")
            elif import_id in told.finished and states[import_id] != "done":
                self.lost.append(f"import {import_id} {building}: was done, is {states[import_id]}")
        houses = Counter(
            location.partition("/")[0]
            for (location,) in await held.rows("SELECT location FROM houses WHERE location LIKE 'W%'")
        )
        people = Counter(
            location.partition("/")[0]
            for (location,) in await held.rows(
                "SELECT h.location FROM houses h JOIN house_members m ON m.house_id = h.space_id"
                " WHERE h.location LIKE 'W%'"
            )
        )
        for building, sheet in told.sheets.items():
            found = houses[building], people[building]
            if found not in ((0, 0), (sheet.houses, sheet.people)):
                self.half.append(f"import of {building}: {found} of {(sheet.houses, sheet.people)}")
        for import_id, state in states.items():
            building = told.imports.get(import_id, "")
            if state == "done" and building and not houses[building]:
                self.half.append(f"import {import_id} of {building} is done and no house is there")


def _card(payload: bytes) -> str:
    params = msgspec.json.decode(payload)["params"]
    return str(params.get("value", params)["content"])
