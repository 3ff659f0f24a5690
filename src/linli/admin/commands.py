"""A command: its words, and its action on an open platform."""

import argparse
from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple

from linli.app.platform import Platform
from linli.kernel import tenancy
from linli.kernel.errors import NotFound
from linli.kernel.scope import Caller, Scope

type Answer = dict[str, Any]
"""The result of a command: printed as JSON, or as lines `name: value`."""


class Command(NamedTuple):
    help: str
    build: Callable[[argparse.ArgumentParser], None]
    run: Callable[[Platform, argparse.Namespace], Awaitable[Answer]]


OPERATOR = Scope(None, Caller("operator", "linli admin"))
"""A person who may run commands on the machine is the operator of the installation."""


def add_tenant(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--tenant", help="id or name; may be left out while there is only one")


async def tenant_scope(platform: Platform, words: argparse.Namespace) -> Scope:
    """Everything of the tenant that is named by id or name, or of the only one. Raises NotFound."""
    wanted = words.tenant
    for tenant in await tenancy.list_tenants(platform.db):
        if wanted in (tenant.id, tenant.name):
            return Scope(tenant.id, OPERATOR.caller)
    if wanted is None:
        tenants = await tenancy.list_tenants(platform.db)
        if len(tenants) == 1:
            return Scope(tenants[0].id, OPERATOR.caller)
        wanted = f"(--tenant; {len(tenants)})"
    raise NotFound(what="tenant", id=wanted)
