"""The console's view of the history of spaces and residents, and restoring from it."""

from typing import Any

from linli.domains.communities.addresses import in_words
from linli.domains.communities.queries import spaces
from linli.domains.communities.service import recovery
from linli.domains.people import person_rules
from linli.domains.people.phones import OF_RESIDENTS
from linli.domains.people.queries import persons
from linli.domains.people.rights import Right
from linli.kernel import history
from linli.kernel.db import Reader
from linli.kernel.history import Kind
from linli.kernel.scope import Scope

_SPACES = ("house", "parent")


async def tell(scope: Scope, db: Reader, changes: list[dict[str, tuple[Any, Any]]]) -> None:
    """Houses by their place, parents by their name, residents by theirs; deleted ones show their number."""
    numbers = history.ids_among(changes, *_SPACES)
    houses = await spaces.houses_by_id(scope, db, numbers)
    places = {key: in_words(row.location, scope.language) for key, row in houses.items()}
    names = {**await spaces.names(scope, db, numbers), **places}
    people = await persons.names(scope, db, history.ids_among(changes, "resident"))
    history.put_names(changes, {"house": names, "parent": names, "resident": people})


HISTORY = (
    Kind(
        name="space",
        see=Right.HOUSES_SEE.value,
        manage=Right.HOUSES_MANAGE.value,
        restore=recovery.restore_space,
        restorable=frozenset({"changed", "deleted", "asset_removed", "asset_changed"}),
        needs={"resident": Right.RESIDENTS_SEE.value},
        tell=tell,
    ),
    Kind(name="resident_form", see=Right.RESIDENTS_SEE.value, manage=Right.RESIDENTS_MANAGE.value),
    Kind(
        name="resident",
        see=Right.RESIDENTS_SEE.value,
        manage=Right.RESIDENTS_MANAGE.value,
        restore=recovery.restore_resident,
        restorable=frozenset({"changed", "moved_out"}),
        private={
            "id_no": person_rules.mask_id_number,
            "phone": person_rules.mask_phone,
            "face_upload_id": lambda _: "✓",
        },
        whole_for={"phone": frozenset(right.value for right in OF_RESIDENTS)},
        tell=tell,
    ),
)
