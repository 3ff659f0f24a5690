"""The history of cameras in the console, and restoring from it."""

from typing import Any

from linli.domains.communities.queries import spaces
from linli.domains.people.rights import Right
from linli.domains.video.camera_rules import CHOICES
from linli.domains.video.service import cameras
from linli.kernel.db import Reader
from linli.kernel.history import Kind
from linli.kernel.scope import Scope


async def tell(scope: Scope, db: Reader, changes: list[dict[str, tuple[Any, Any]]]) -> None:
    """Choices by their words, spaces by their names; deleted ones show their number."""
    numbers = {number for row in changes for number in row.get("space_id", ()) if number is not None}
    names = await spaces.names(scope, db, sorted(numbers)) if numbers else {}
    at = 1 if scope.language == "en" else 0
    for row in changes:
        for field, labels in CHOICES.items():
            if field in row:
                was, now = (labels[value][at] if value in labels else value for value in row[field])
                row[field] = (was, now)
        if "space_id" in row:
            was, now = row["space_id"]
            row["space_id"] = (names.get(was, was), names.get(now, now))


HISTORY = (
    Kind(
        name=cameras.HISTORY,
        see=Right.DEVICES_SEE.value,
        manage=Right.DEVICES_MANAGE.value,
        restore=cameras.restore,
        restorable=frozenset({"changed"}),
        tell=tell,
    ),
)
