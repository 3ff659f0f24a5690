"""Import of cameras by workbook: find each row's device, check it, and write what is new.

Importing a file twice changes nothing the second time. An empty cell leaves the field as it is.
"""

from collections import defaultdict
from typing import Any, Final, NamedTuple

from linli.domains.communities import addresses
from linli.domains.communities.queries import spaces
from linli.domains.communities.queries.imports import Import, ImportChange
from linli.domains.communities.service import list_import
from linli.domains.communities.service.list_import import ListKind, ListOutcome, Trace
from linli.domains.video import camera_rules as rules
from linli.domains.video.queries import cameras as queries
from linli.domains.video.queries.devices import cameras_of
from linli.domains.video.rows import Batch, Camera
from linli.domains.video.service import batches
from linli.domains.video.service import cameras as service
from linli.domains.video.workbook import CAMERAS, ROWS_MAX
from linli.kernel import history
from linli.kernel.db import Reader, Tx
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets
from linli.kernel.workbooks.kinds import Work
from linli.kernel.workbooks.lists import ListReading
from linli.kernel.workbooks.rows import Problem, Row
from linli.things.queries.devices import DeviceRow

BATCH: Final = "camera_batch"
"""Kind of change in import_changes. The rows are stored with the batch, because they hold sealed passwords."""
_KEY_FIELDS: Final = frozenset({"device", "product_key", "space"})
"""Columns that are not fields of a camera."""


class Plan(NamedTuple):
    """The plan of an import."""

    rows: int
    problems: list[Problem]
    added: list[tuple[DeviceRow, dict[str, Any]]]
    changed: list[tuple[Camera, dict[str, Any]]]
    unchanged: int

    @property
    def outcome(self) -> ListOutcome:
        return ListOutcome(
            rows=self.rows,
            bad_rows=list_import.bad_rows(self.problems),
            created=len(self.added),
            changed=len(self.changed),
            unchanged=self.unchanged,
        )


type Ways = dict[tuple[str, ...], list[int]]


class _Places:
    """Devices and spaces of a community that rows may name."""

    def __init__(self, devices: list[DeviceRow]) -> None:
        self.devices: dict[str, list[DeviceRow]] = defaultdict(list)
        for device in devices:
            self.devices[device.iot_id].append(device)
            self.devices[device.device_name.casefold()].append(device)
        self._full: Ways = defaultdict(list)
        self._named: Ways = defaultdict(list)
        self._whole: Ways = defaultdict(list)
        self._ends: Ways = defaultdict(list)

    def add_space(self, space_id: int, names: tuple[str, ...]) -> None:
        """`names`: the space's path, from the top."""
        way = tuple(part for name in names for part in addresses.parts(name))
        self._full[names].append(space_id)
        self._whole[way].append(space_id)
        for start in range(len(names)):
            self._named[names[start:]].append(space_id)
        for start in range(len(way)):
            self._ends[way[start:]].append(space_id)

    def device(self, row: Row) -> tuple[DeviceRow | None, str]:
        """(device, broken rule)."""
        named, key = row.values["device"], row.values.get("product_key", "")
        devices = self.devices.get(named) or self.devices.get(named.casefold(), [])
        fitting = [device for device in devices if not key or device.product_key == key]
        if len(fitting) == 1:
            return fitting[0], ""
        return None, "camera.device_ambiguous" if fitting else "camera.device_unknown"

    def space(self, written: str) -> tuple[int | None, str]:
        """(space, broken rule). Looked up by its whole path, then by name, then by the end of the path's numbers."""
        named = tuple(part.strip() for part in written.split("/"))
        way = addresses.parts(written)
        asked = (self._full.get(named), self._named.get(named), self._whole.get(way), self._ends.get(way))
        for space_ids in asked:
            if space_ids:
                return (space_ids[0], "") if len(space_ids) == 1 else (None, "camera.space_ambiguous")
        return None, "camera.space_unknown"


async def _places(scope: Scope, db: Reader, community_id: int, *, with_spaces: bool) -> _Places:
    places = _Places(await cameras_of(scope, db, community_id))
    if with_spaces:
        root = await spaces.space(scope, db, await spaces.require_root(scope, db, community_id))
        names: dict[int, tuple[str, ...]] = {root.space_id: ()}
        for space in await spaces.subtree(scope, db, root):
            if space.parent_id in names:
                names[space.space_id] = (*names[space.parent_id], space.name)
                places.add_space(space.space_id, names[space.space_id])
    return places


async def plan(scope: Scope, db: Reader, community_id: int, reading: ListReading) -> Plan:
    """The changes of the valid rows, and all faults. No fault repeats a password. Raises NotFound."""
    scope.allow(community_id)
    places = await _places(
        scope, db, community_id, with_spaces=any("space" in row.values for row in reading.rows)
    )
    there = {row.iot_id: row for row in await queries.all_of_community(scope, db, community_id)}
    secret = reading.letters.get("password", "-")
    problems = [
        problem._replace(value="") if problem.column == secret else problem for problem in reading.problems
    ]
    seen: dict[str, int] = {}
    outcome = Plan(reading.total, problems, [], [], 0)
    unchanged = 0

    def fault(row: Row, key: str, rule: str, **facts: object) -> None:
        problems.append(list_import.problem_of(CAMERAS, reading, row, key, rule, **facts))

    for row in reading.rows:
        device, rule = places.device(row)
        if device is None:
            fault(row, "device", rule)
            continue
        if device.iot_id in seen:
            fault(row, "device", "repeats", other=seen[device.iot_id])
            continue
        seen[device.iot_id] = row.number
        facts = {key: value for key, value in row.values.items() if key not in _KEY_FIELDS}
        if written := row.values.get("space"):
            facts["space_id"], rule = places.space(written)
            if rule:
                fault(row, "space", rule)
                continue
        camera = there.get(device.iot_id)
        now = {**(camera.values if camera else {}), **facts}
        if (broken := rules.pair_problem(now.get("longitude"), now.get("latitude"))) is not None:
            fault(row, "longitude" if "longitude" in reading.letters else "latitude", broken[0])
        elif camera is None:
            outcome.added.append((device, facts))
        elif _says_more(camera, facts):
            outcome.changed.append((camera, facts))
        else:
            unchanged += 1
    problems.sort(key=lambda problem: (problem.row, len(problem.column), problem.column))
    return outcome._replace(unchanged=unchanged)


async def apply(
    scope: Scope,
    tx: Tx,
    community_id: int,
    wanted: Plan,
    *,
    file_name: str,
    ids: Ids,
    secrets: Secrets,
    now_ms: int,
) -> Batch | None:
    """Carry out a plan that was made in the same transaction after `cameras.lock`. None: nothing to do."""
    if not wanted.added and not wanted.changed:
        return None
    cameras = [
        service.new_camera(
            scope, device, facts, community_id=community_id, ids=ids, secrets=secrets, now_ms=now_ms
        )
        for device, facts in wanted.added
    ]
    pairs = [
        (camera, service.merged(camera, facts, secrets=secrets, now_ms=now_ms))
        for camera, facts in wanted.changed
    ]
    await service.insert(tx, cameras)
    await history.note_many(
        scope,
        tx,
        service.HISTORY,
        [row.camera_id for row in cameras],
        "imported",
        community_id=community_id,
        now_ms=now_ms,
        reason=file_name,
    )
    await service.rewrite(scope, tx, pairs, now_ms=now_ms, reason=file_name)
    await service.tell(scope, tx, community_id, written=cameras)
    return await batches.record(
        scope,
        tx,
        batches.IMPORT,
        [*((None, row) for row in cameras), *pairs],
        community_id=community_id,
        ids=ids,
        now_ms=now_ms,
        file_name=file_name,
    )


def _says_more(camera: Camera, facts: dict[str, Any]) -> bool:
    """Whether a row changes something. A given password always does: it cannot be compared."""
    if "password" in facts:
        return True
    values = camera.values
    return any(values[key] != value for key, value in facts.items())


async def write(scope: Scope, tx: Tx, work: Work[Import], wanted: Plan) -> list[Trace]:
    """`apply` for the importer, which has locked the community's root space."""
    batch = await apply(
        scope,
        tx,
        work.import_row.community_id,
        wanted,
        file_name=work.import_row.file_name,
        ids=work.ids,
        secrets=work.secrets,
        now_ms=work.now_ms,
    )
    return [Trace(BATCH, batch.batch_id)] if batch else []


async def undo(
    scope: Scope, tx: Tx, import_row: Import, done: list[ImportChange], ids: Ids, now_ms: int
) -> int:
    """Undo the batch of an import. Returns the number of cameras that were left as they are. Raises BatchUndone."""
    kept = 0
    for change in done:
        batch = await batches.undo(
            scope, tx, community_id=import_row.community_id, batch_id=change.row_id, now_ms=now_ms
        )
        kept += batch.kept
    return kept


KIND: Final = ListKind("cameras", CAMERAS, ROWS_MAX, plan, write, undo, secret=True)
