"""In each lot: a person of the company with no rights, two roles, and a project of the application platform."""

from typing import Any

from linli.domains.people.rights import Rights, Role, RoleGrant
from linli.domains.people.service import organisation, roles
from linli.domains.people.service.organisation import Hand
from linli.domains.projects import queries
from linli.domains.projects.service import projects
from linli.domains.projects.service.grants import KeyTerms
from linli.domains.projects.service.projects import ProjectFacts

_PHONES = iter(range(13_700_000_001, 13_800_000_000))


async def add_organisation(platform: Any, lot: Any) -> None:
    owner = lot.project.owner
    main = Rights(1, "main", (RoleGrant(Role.TENANT_ADMIN, lot.tenant),))
    hand = Hand(owner, main, platform.ids)
    async with platform.db.begin() as tx:
        lot.staff_account = await organisation.add_person(
            hand, tx, name=f"员工{lot.name}", phone=str(next(_PHONES))
        )
        lot.role = await roles.create(hand, tx, name=f"甲{lot.name}", rights=["devices.use"])
        lot.spare_role = await roles.create(hand, tx, name=f"乙{lot.name}", rights=["doors.use"])
        lot.platform_project = await projects.create_project(
            owner,
            tx,
            new=projects.NewProject(
                name=f"平台{lot.name}",
                terms=KeyTerms(),
                facts=ProjectFacts(client_name="客户", start_ms=1, end_ms=2),
            ),
            ids=platform.ids,
            secrets=platform.secrets,
        )
        made = await queries.get_project(owner, tx, project_id=lot.platform_project)
        lot.platform_key = made.default_app_key or ""
