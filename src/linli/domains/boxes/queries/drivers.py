"""Drivers that a gateway can be given: those of the box itself, and packages that the tenant uploaded."""

import functools
import json
from importlib import resources
from typing import NamedTuple

from sqlalchemy import bindparam, func, select

from linli.domains.boxes.models import edge_packages, edge_protocols, edge_trusted_keys
from linli.domains.boxes.rows import Package, TrustedKey
from linli.kernel.db import INT, Query, Reader, in_scope
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope


class Driver(NamedTuple):
    """`versions`: the newest first. `built_in`: the box brings it; its own version then needs no package."""

    driver_id: str
    name: str
    protocol: str
    owner: str
    versions: list[str]
    built_in: list[str]
    listens: list[int]
    closed: bool = False
    """Its protocol is not public: the box's own version only holds the place for a vendor's package of this id."""

    def needs_package(self, version: str) -> bool:
        return self.closed and version in self.built_in


_p, _k = edge_packages.c, edge_trusted_keys.c
_packages = Query(
    select(edge_packages).where(in_scope(edge_packages)).order_by(_p.driver_id, _p.created_ms.desc()), Package
)
_package = Query(
    select(edge_packages).where(in_scope(edge_packages), _p.package_id == bindparam("package_id", type_=INT)),
    Package,
)
_version = Query(
    select(edge_packages).where(
        in_scope(edge_packages), _p.driver_id == bindparam("driver_id"), _p.version == bindparam("version")
    ),
    Package,
)
_keys = Query(
    select(edge_trusted_keys).where(in_scope(edge_trusted_keys)).order_by(_k.created_ms), TrustedKey
)
_used = Query(
    select(func.count())
    .select_from(edge_protocols)
    .where(
        in_scope(edge_protocols),
        edge_protocols.c.driver_id == bindparam("driver_id"),
        edge_protocols.c.version == bindparam("version"),
    )
)


def version_order(version: str) -> tuple[int, ...]:
    """`1.10.2` after `1.9.0`. A text that is no number counts as 0."""
    return tuple(int(part) if part.isdecimal() else 0 for part in version.lstrip("vV").split("."))


@functools.cache
def built_in() -> dict[str, Driver]:
    """Drivers of the box itself, by id."""
    text = resources.files("linli.domains.boxes").joinpath("drivers.json").read_text("utf-8")
    drivers_by_id = {}
    for row in json.loads(text):
        versions = sorted(row["versions"], key=version_order, reverse=True)
        drivers_by_id[row["id"]] = Driver(
            driver_id=row["id"],
            name=row["name"],
            protocol=row["protocol"],
            owner="Linli",
            versions=versions,
            built_in=versions,
            listens=row["listens"],
            closed=row.get("needsPackage", False),
        )
    return drivers_by_id


async def packages(scope: Scope, db: Reader) -> list[Package]:
    """All of the tenant, by driver, the newest first."""
    return await _packages.all(db, _tenant(scope))


async def package(scope: Scope, db: Reader, package_id: int) -> Package:
    """Raises NotFound."""
    if (package_row := await _package.one(db, _tenant(scope), package_id=package_id)) is None:
        raise NotFound(what="edge_package", id=package_id)
    return package_row


async def package_of(scope: Scope, db: Reader, driver_id: str, version: str) -> Package | None:
    return await _version.one(db, _tenant(scope), driver_id=driver_id, version=version)


async def gateways_with(scope: Scope, db: Reader, driver_id: str, version: str) -> int:
    """How many gateways of the tenant are set to a version of a driver."""
    return int(await _used.scalar(db, _tenant(scope), driver_id=driver_id, version=version))


async def trusted_keys(scope: Scope, db: Reader) -> list[TrustedKey]:
    """In the order in which they were added."""
    return await _keys.all(db, _tenant(scope))


async def drivers(scope: Scope, db: Reader) -> list[Driver]:
    """Everything that can be chosen: built in first."""
    drivers_by_id = dict(built_in())
    for row in await packages(scope, db):
        listens = [int(port) for port in json.loads(row.manifest).get("listens", ())]
        driver_row = drivers_by_id.get(row.driver_id) or Driver(
            row.driver_id, row.name, row.protocol, row.owner, [], [], listens
        )
        versions = sorted({*driver_row.versions, row.version}, key=version_order, reverse=True)
        drivers_by_id[row.driver_id] = driver_row._replace(versions=versions)
    return list(drivers_by_id.values())


async def driver(scope: Scope, db: Reader, driver_id: str) -> Driver:
    """Raises NotFound."""
    for driver_row in await drivers(scope, db):
        if driver_row.driver_id == driver_id:
            return driver_row
    raise NotFound(what="edge_driver", id=driver_id)


def _tenant(scope: Scope) -> Scope:
    return Scope(scope.tenant, scope.caller, language=scope.language)
