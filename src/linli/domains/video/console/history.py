"""The history of cameras in the console, and restoring from it."""

from typing import Any

from linli.domains.communities.queries import spaces
from linli.domains.people.rights import Right
from linli.domains.video.camera_rules import CHOICES
from linli.domains.video.console.health import HEALTH_HISTORY
from linli.domains.video.console.looks import LOOKS_HISTORY
from linli.domains.video.console.masks import MASK_HISTORY
from linli.domains.video.console.recording import PLAN_HISTORY
from linli.domains.video.console.uppers import UPPER_HISTORY
from linli.domains.video.console.views import VIEW_HISTORY
from linli.domains.video.service import cameras
from linli.kernel import history
from linli.kernel.db import Reader
from linli.kernel.history import Kind
from linli.kernel.scope import Scope


async def tell(scope: Scope, db: Reader, changes: list[dict[str, tuple[Any, Any]]]) -> None:
    """Choices by their words, spaces by their names; deleted ones show their number."""
    names = await spaces.names(scope, db, history.ids_among(changes, "space_id"))
    at = 1 if scope.language == "en" else 0
    choices = {
        field: {value: words[at] for value, words in labels.items()} for field, labels in CHOICES.items()
    }
    history.put_names(changes, {**choices, "space_id": names})


HISTORY = (
    Kind(
        name=cameras.HISTORY,
        see=Right.DEVICES_SEE.value,
        manage=Right.DEVICES_MANAGE.value,
        restore=cameras.restore,
        restorable=frozenset({"changed"}),
        tell=tell,
    ),
    LOOKS_HISTORY,
    VIEW_HISTORY,
    PLAN_HISTORY,
    HEALTH_HISTORY,
    MASK_HISTORY,
    UPPER_HISTORY,
)
