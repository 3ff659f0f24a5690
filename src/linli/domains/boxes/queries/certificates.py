"""Certificates, and which packages are certified."""

from typing import NamedTuple

import msgspec
from sqlalchemy import bindparam, func, select

from linli.domains.boxes.models import edge_certificates
from linli.kernel.db import INT, Query, Reader, any_of, in_scope
from linli.kernel.errors import NotFound
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Scope

APPROVED = "approved"


class Step(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    state: str
    at_ms: int
    by: str
    """Account."""
    reason: str = ""


class Certificate(NamedTuple):
    certificate_id: int
    tenant_id: str
    driver_id: str
    version: str
    protocol: str
    owner: str
    brand: str
    model: str
    note: str
    package_sha256: str
    subject: str
    device: str
    began_ms: int
    passed: int
    skipped: int
    bench_key: str
    report: str
    state: str
    reason: str
    steps: str
    by_id: str
    created_ms: int
    changed_ms: int

    def past(self) -> list[Step]:
        return msgspec.json.decode(self.steps, type=list[Step])


_c = edge_certificates.c
_where = (in_scope(edge_certificates), any_of(_c.state, "states"))
_page = Query(
    select(edge_certificates)
    .where(*_where)
    .order_by(_c.created_ms.desc(), _c.certificate_id)
    .limit(bindparam("limit", type_=INT))
    .offset(bindparam("offset", type_=INT)),
    Certificate,
)
_total = Query(select(func.count()).select_from(edge_certificates).where(*_where))
_by_id = Query(
    select(edge_certificates).where(
        in_scope(edge_certificates), _c.certificate_id == bindparam("certificate_id", type_=INT)
    ),
    Certificate,
)
_open = Query(
    select(edge_certificates).where(
        in_scope(edge_certificates), _c.package_sha256 == bindparam("sha256"), any_of(_c.state, "states")
    ),
    Certificate,
)
_certified = Query(
    select(_c.package_sha256).where(any_of(_c.package_sha256, "digests"), _c.state == APPROVED).distinct(),
    unscoped="a package is certified by its bytes, whoever handed it in; nothing else of the certificate is told",
)


def _tenant(scope: Scope) -> Scope:
    """All of a tenant; of every tenant for the operator, because their scope names none."""
    return Scope(scope.tenant_id, scope.caller, language=scope.language)


async def page(scope: Scope, db: Reader, *, states: list[str], page: PageRequest) -> Page[Certificate]:
    """The newest first; with the operator's scope those of every tenant."""
    total = await _total.scalar(db, _tenant(scope), states=states)
    return Page.of(page, total, await _page.all(db, _tenant(scope), states=states, **page.binds))


async def certificate(scope: Scope, db: Reader, certificate_id: int) -> Certificate:
    """Raises NotFound."""
    if (certificate_row := await _by_id.one(db, _tenant(scope), certificate_id=certificate_id)) is None:
        raise NotFound(what="edge_certificate", id=certificate_id)
    return certificate_row


async def of_package(scope: Scope, db: Reader, sha256: str, states: list[str]) -> list[Certificate]:
    return await _open.all(db, _tenant(scope), sha256=sha256, states=states)


async def certified(db: Reader, digests: list[str]) -> frozenset[str]:
    """The given packages (SHA-256) that may be used in projects."""
    if not digests:
        return frozenset()
    return frozenset(digest for (digest,) in await _certified.all(db, digests=sorted(set(digests))))
