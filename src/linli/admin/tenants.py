"""Tenants, integrator projects, their keys, and the communities they see."""

import argparse

from linli.admin.commands import OPERATOR, Answer, Command, add_tenant, tenant_scope
from linli.app.platform import Platform
from linli.domains.communities.queries import communities
from linli.kernel import tenancy
from linli.kernel.db import Tx
from linli.kernel.scope import Scope


def _tenant_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name")


async def _create_tenant(platform: Platform, words: argparse.Namespace) -> Answer:
    tenant_id = await platform.db.run(lambda tx: tenancy.create_tenant(tx, name=words.name, ids=platform.ids))
    return {"tenantId": tenant_id, "name": words.name}


def _project_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name")
    add_tenant(parser)


async def _create_project(platform: Platform, words: argparse.Namespace) -> Answer:
    scope = await tenant_scope(platform, words)
    async with platform.db.begin() as tx:
        project_id = await tenancy.create_project(scope, tx, name=words.name, ids=platform.ids)
        app_key, secret = await tenancy.create_app_key(
            scope, tx, project_id=project_id, ids=platform.ids, secrets=platform.secrets, name=words.name
        )
    return {"tenantId": scope.tenant, "projectId": project_id, "appKey": app_key, "appSecret": secret}


def _key_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("project", help="projectId")
    parser.add_argument("--name", default="")


async def _create_key(platform: Platform, words: argparse.Namespace) -> Answer:
    app_key, secret = await platform.db.run(
        lambda tx: tenancy.create_app_key(
            OPERATOR,
            tx,
            project_id=words.project,
            ids=platform.ids,
            secrets=platform.secrets,
            name=words.name,
        )
    )
    return {"projectId": words.project, "appKey": app_key, "appSecret": secret}


def _grant_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("community", type=int, help="communityId")
    parser.add_argument("--project", required=True, help="projectId that shall see the community")


async def _grant_community(platform: Platform, words: argparse.Namespace) -> Answer:
    project = await tenancy.get_project(OPERATOR, platform.db, project_id=words.project)
    owner = Scope(project.tenant_id, OPERATOR.caller)

    async def work(tx: Tx) -> None:
        # Found in the project's tenant only: another tenant's community looks absent.
        await communities.community(owner, tx, words.community)
        await tenancy.grant_community(owner, tx, project_id=words.project, community_id=words.community)

    await platform.db.run(work)
    return {"projectId": words.project, "communityId": words.community}


COMMANDS = {
    "create-tenant": Command("create a tenant", _tenant_words, _create_tenant),
    "create-project": Command(
        "create an integrator project and its first key (the secret is shown this once)",
        _project_words,
        _create_project,
    ),
    "create-key": Command(
        "create a further key of a project (the secret is shown this once)", _key_words, _create_key
    ),
    "grant-community": Command("let a project see a community of its tenant", _grant_words, _grant_community),
}
