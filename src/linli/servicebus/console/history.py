"""What the console shows of, and puts back in, the history of service models and providers."""

from typing import Any

from linli.kernel import history, tenancy
from linli.kernel.db import Reader
from linli.kernel.history import Kind, number_of
from linli.kernel.scope import Scope
from linli.servicebus import service
from linli.servicebus.queries import get_model, get_provider


async def _tell_projects(scope: Scope, db: Reader, changes: list[dict[str, tuple[Any, Any]]]) -> None:
    names = {row.project_id: row.name for row in await tenancy.list_projects(scope, db)}
    history.put_names(changes, {"project": names})


async def _model(scope: Scope, db: Reader, target: str) -> None:
    await get_model(scope, db, model_no=number_of(target))


async def _provider(scope: Scope, db: Reader, target: str) -> None:
    await get_provider(scope, db, provider_no=number_of(target))


HISTORY = (
    Kind(
        name=service.MODEL_HISTORY,
        see="integrations.manage",
        manage="integrations.manage",
        restore=service.restore_model,
        visible=_model,
    ),
    Kind(
        name=service.PROVIDER_HISTORY,
        see="integrations.manage",
        manage="integrations.manage",
        restore=service.restore_provider,
        tell=_tell_projects,
        visible=_provider,
    ),
)
