"""What the first day still lacks, for whoever looks at the desk."""

from typing import Any

from litestar import Request

from linli.domains.accounts.service.sessions import Session
from linli.domains.overview.first_steps import Asker, FirstStep, first_steps
from linli.domains.people.rights import SIGNED_IN, Rights
from linli.kernel.db import Database
from linli.kernel.entry import Routes
from linli.kernel.i18n import language_of
from linli.kernel.settings import Settings

first_step_routes = Routes("/overview/first-steps", tags=("overview",))


@first_step_routes.get(right=SIGNED_IN)
async def list_first_steps(
    request: Request[Any, Any, Any],
    rights: Rights,
    session: Session,
    db: Database,
    settings: Settings,
    community_id: int | None = None,
) -> list[FirstStep]:
    """The steps to the first opened door, or to the first call, with what is done. Only what the account may see."""
    asker = Asker(rights, session.tenant_id, community_id, language_of(request))
    return await first_steps(asker, db, settings)
