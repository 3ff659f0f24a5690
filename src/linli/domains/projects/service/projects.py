"""Create and change projects, with their root space and default app."""

import uuid
from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec
from sqlalchemy import bindparam, update

from linli.domains.projects import queries
from linli.domains.projects.capabilities import DIGITAL_COMMUNITY
from linli.domains.projects.events import ProjectCreated
from linli.domains.projects.models import project_details
from linli.domains.projects.service.capabilities import apply_for
from linli.domains.projects.service.grants import KeyTerms, begin_grants
from linli.kernel import tenancy
from linli.kernel.audit import note_secret_reads
from linli.kernel.db import INT, Command, Tx, update_of
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.events import emit
from linli.kernel.ids import Ids
from linli.kernel.scope import Scope
from linli.kernel.secrets import Secrets

KINDS: Final = (DIGITAL_COMMUNITY,)
MAX_NAME: Final = 64
MAX_DESCRIPTION: Final = 1024
MAX_URLS: Final = 20
MAX_URL: Final = 2048
DEFAULT_APP: Final = "默认应用"
DEPLOYMENTS: Final = ("public_cloud", "own")

_change = update_of(
    project_details,
    (
        "client_name",
        "description",
        "start_ms",
        "end_ms",
        "cover_urls",
        "contract_urls",
        "deployment",
        "changed_ms",
    ),
    project_details.c.project_id == bindparam("of_project"),
    unscoped="the project was looked up in the caller's scope",
)


_join = Command(
    update(project_details)
    .where(project_details.c.project_id == bindparam("of_project"), project_details.c.joined_ms.is_(None))
    .values(joined_ms=bindparam("now", type_=INT)),
    unscoped="the project was looked up in the caller's scope",
)
_rename = Command(
    update(tenancy.projects)
    .where(tenancy.projects.c.project_id == bindparam("of_project"))
    .values(name=bindparam("to_name")),
    unscoped="the project was looked up in the caller's scope",
)


TEN_YEARS_MS = 3653 * 86_400_000
"""Default duration of a project."""


class ProjectFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Details of a project. Times are ms since the epoch; URLs are stored as given."""

    client_name: str
    description: str = ""
    start_ms: int
    end_ms: int
    cover_urls: Sequence[str] = ()
    contract_urls: Sequence[str] = ()
    deployment: str = "public_cloud"
    """Where the client runs the project: one of DEPLOYMENTS."""


class DefaultApp(NamedTuple):
    app_key: str
    app_secret: str


class NewProject(msgspec.Struct, frozen=True, kw_only=True):
    """The values of a new project."""

    name: str
    facts: ProjectFacts
    kind: str = DIGITAL_COMMUNITY
    solution_uuid: str = ""
    solution_version_uuid: str = ""
    terms: KeyTerms | None = None
    """The grants of its key; None: all."""


async def create_project(scope: Scope, tx: Tx, *, new: NewProject, ids: Ids, secrets: Secrets) -> str:
    """Create a project in development, with a root space, a default app and a key. Returns its id. Spec D API-17, B F1.

    An app that creates a project can see it, and the project's key gets the rights of the app's own key. Without
    `terms` a key may do everything. Raises BadInput, ProjectNameTaken.
    """
    _check(new.facts)
    if len(new.name) > MAX_NAME:
        raise BadInput(field="name", rule="too_long", limit=MAX_NAME)
    if new.kind not in KINDS:
        raise BadInput(field="kind", rule="one_of", allowed=", ".join(KINDS))
    whole = Scope.system(scope.tenant)
    project_id = await tenancy.create_project(scope, tx, name=new.name, ids=ids)
    app_key, _ = await tenancy.create_app_key(
        whole, tx, project_id=project_id, ids=ids, secrets=secrets, name=DEFAULT_APP
    )
    await begin_grants(scope, tx, project_id=project_id, app_key=app_key, terms=new.terms)
    maker = scope.project_id if scope.caller.kind == "app" else None
    solution = {"solution_uuid": new.solution_uuid, "solution_version_uuid": new.solution_version_uuid}
    root = await _add_details(
        scope,
        tx,
        project_id,
        new.facts,
        ids,
        kind=new.kind,
        default_app_key=app_key,
        made_by_project=maker,
        **solution,
    )
    await apply_for(whole, tx, project_id=project_id, capability=DIGITAL_COMMUNITY)
    await emit(tx, ProjectCreated(scope.tenant, project_id, new.name.strip(), root, maker), key=project_id)
    return project_id


async def describe_project(scope: Scope, tx: Tx, *, project_id: str, facts: ProjectFacts, ids: Ids) -> None:
    """Change a project's details. Raises BadInput, NotFound."""
    _check(facts)
    await _with_details(scope, tx, project_id, ids)
    await _change.run(
        tx,
        of_project=project_id,
        client_name=facts.client_name.strip(),
        description=facts.description,
        start_ms=facts.start_ms,
        end_ms=facts.end_ms,
        cover_urls=_json(facts.cover_urls),
        contract_urls=_json(facts.contract_urls),
        deployment=facts.deployment,
        changed_ms=tx.db.clock.now_ms(),
    )


async def rename_project(scope: Scope, tx: Tx, *, project_id: str, name: str) -> None:
    """Raises BadInput, NotFound, ProjectNameTaken."""
    project = await queries.get_project(scope, tx, project_id=project_id)
    name = name.strip()
    if not name:
        raise BadInput(field="name", rule="blank")
    if len(name) > MAX_NAME:
        raise BadInput(field="name", rule="too_long", limit=MAX_NAME)
    if name == project.name:
        return
    if any(
        project_row.name == name
        for project_row in await tenancy.list_projects(Scope.system(scope.tenant), tx)
    ):
        raise tenancy.ProjectNameTaken(name=name)
    await _rename.run(tx, of_project=project_id, to_name=name)


async def join_platform(scope: Scope, tx: Tx, *, project_id: str, ids: Ids) -> None:
    """Join the management platform: from now on the tenant's communities are applied for by API.

    This cannot be undone. A second call changes nothing. Spec B118, 2.5.3 §4. Raises NotFound.
    """
    await _with_details(scope, tx, project_id, ids)
    await _join.run(tx, of_project=project_id, now=tx.db.clock.now_ms())


async def set_state(scope: Scope, tx: Tx, *, project_id: str, state: tenancy.ProjectState) -> None:
    """Move between 开发态 (`development`: keys) and 集成态 (`integration`: devices are bound). Spec B117.

    Raises BadInput, NotFound.
    """
    await queries.get_project(scope, tx, project_id=project_id)
    await tenancy.set_project_state(Scope.system(scope.tenant), tx, project_id=project_id, state=state)


async def read_default_app(
    scope: Scope, tx: Tx, *, project_id: str, ids: Ids, secrets: Secrets, request_id: str = ""
) -> DefaultApp:
    """Key and secret of the project's default app; each time is noted. Raises NotFound, also for one without a key."""
    project = await queries.get_project(scope, tx, project_id=project_id)
    row = await tenancy.find_app_key(tx, project.default_app_key) if project.default_app_key else None
    if row is None:
        raise NotFound(what="appKey", id=project_id)
    await note_secret_reads(scope, tx, "app_key", [row.app_key], ids=ids, request_id=request_id)
    return DefaultApp(row.app_key, secrets.open(row.secret, about=f"app_key:{row.app_key}"))


async def _with_details(scope: Scope, tx: Tx, project_id: str, ids: Ids) -> None:
    """Add details to a project that the set-up or a command made without them. Raises NotFound."""
    project = await queries.get_project(scope, tx, project_id=project_id)
    if project.root_space_id is None:
        begun = project.created_ms
        facts = ProjectFacts(client_name=project.name, start_ms=begun, end_ms=begun + TEN_YEARS_MS)
        await _add_details(
            scope,
            tx,
            project_id,
            facts,
            ids,
            kind=DIGITAL_COMMUNITY,
            default_app_key=project.default_app_key or "",
        )


async def _add_details(
    scope: Scope, tx: Tx, project_id: str, facts: ProjectFacts, ids: Ids, **more: str | None
) -> int:
    """The id of its root space."""
    root = ids.number()
    row = {
        "project_id": project_id,
        "tenant_id": scope.tenant,
        "client_name": facts.client_name.strip(),
        "description": facts.description,
        "start_ms": facts.start_ms,
        "end_ms": facts.end_ms,
        "solution_uuid": "",
        "solution_version_uuid": "",
        "cover_urls": _json(facts.cover_urls),
        "contract_urls": _json(facts.contract_urls),
        "root_space_id": root,
        "made_by_project": None,
        "deployment": facts.deployment,
        "joined_ms": None,
        "changed_ms": tx.db.clock.now_ms(),
    }
    await tx.insert(project_details, {**row, **more})
    return root


def default_app_uuid(project_id: str) -> str:
    """The uuid of a project's default app, 32 hex digits. It is derived from the id, since nothing is looked up by it."""
    return uuid.uuid5(uuid.NAMESPACE_OID, f"linli:default-app:{project_id}").hex


def _check(facts: ProjectFacts) -> None:
    if not facts.client_name.strip():
        raise BadInput(field="clientName", rule="blank")
    for field, value, limit in (
        ("clientName", facts.client_name, MAX_NAME),
        ("description", facts.description, MAX_DESCRIPTION),
    ):
        if len(value) > limit:
            raise BadInput(field=field, rule="too_long", limit=limit)
    if facts.deployment not in DEPLOYMENTS:
        raise BadInput(field="deployment", rule="one_of", allowed=", ".join(DEPLOYMENTS))
    if facts.end_ms <= facts.start_ms:
        raise BadInput(field="endTime", rule="after", other="startTime")
    for field, urls in (("coverUrl", facts.cover_urls), ("contractUrl", facts.contract_urls)):
        if len(urls) > MAX_URLS:
            raise BadInput(field=field, rule="too_many_items", limit=MAX_URLS)
        if any(len(url) > MAX_URL for url in urls):
            raise BadInput(field=field, rule="too_long", limit=MAX_URL)


def _json(urls: Sequence[str]) -> str:
    return msgspec.json.encode(list(urls)).decode()
