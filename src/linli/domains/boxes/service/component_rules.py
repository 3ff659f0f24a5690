"""The obstacles to requesting, installing or configuring a component, from the desired state and the boxes' reports."""

import asyncio
import json
import secrets as randomness
from typing import Any, Final, NamedTuple

import msgspec

from linli.domains.boxes import components as kinds
from linli.domains.boxes.components import ComponentKind, Shown, report_of, shown
from linli.domains.boxes.errors import ComponentRefused
from linli.domains.boxes.queries import clusters as cluster_queries
from linli.domains.boxes.queries import components as queries
from linli.domains.boxes.rows import Cluster, Component, Node
from linli.domains.boxes.service.products import whole
from linli.kernel import i18n
from linli.kernel.db import Reader
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.scope import Scope
from linli.protocols.edge_link import PageWord, word_hash
from linli.protocols.parking_site import SiteBad, read_site

REASON_MOST: Final = 300
PASSWORD: Final = range(8, 129)
"""Characters of the password of a box's page."""
_PARAM_MOST: Final = 128
_SITE_MOST: Final = 256 * 1024


class Situation(NamedTuple):
    """A cluster with the desired state of its components and its boxes' reports on them."""

    cluster: Cluster
    wishes: dict[str, Component]
    nodes: list[Node]

    def shown(self, code: str) -> Shown:
        return shown(code, self.wishes.get(code), self.nodes)

    @property
    def reported(self) -> bool:
        """Whether any box has said what it has."""
        return any(node.components for node in self.nodes)


async def situation(scope: Scope, db: Reader, cluster_id: int) -> Situation:
    """Raises NotFound."""
    cluster = await cluster_queries.cluster(scope, db, cluster_id)
    wishes = await queries.of_cluster(whole(scope), db, cluster_id)
    return Situation(cluster, wishes, await cluster_queries.nodes_of(whole(scope), db, [cluster_id]))


def kind_of(code: str) -> ComponentKind:
    """Raises NotFound."""
    if (component_kind := kinds.KINDS.get(code)) is None:
        raise NotFound(what="edge_component", id=code[:64])
    return component_kind


def hindrance(scope: Scope, kind: ComponentKind, now: Situation) -> str:
    """Why a component cannot be installed now, in the caller's language; empty: it can."""
    try:
        check_installable(scope, kind, now)
    except ComponentRefused as error:
        return str(error.facts["reason"])
    return ""


def check_installable(scope: Scope, kind: ComponentKind, now: Situation) -> None:
    """Raises ComponentRefused."""
    if kind.mode == kinds.PART:
        raise refusal(scope, kind, "is_part")
    check_there(scope, kind, now)
    wish = now.wishes.get(kind.code)
    if wish is not None and wish.state == kinds.INSTALLED and now.shown(kind.code).state != kinds.FAILED:
        raise refusal(scope, kind, "already_installed")
    if kind.mode == kinds.ASK and (wish is None or wish.state not in (kinds.APPROVED, kinds.INSTALLED)):
        raise refusal(scope, kind, "not_approved")
    rivals = [kinds.KINDS[code] for code in kind.against if runs(now.wishes.get(code))]
    if rivals:
        raise refusal(scope, kind, "against", others=names(scope, rivals))
    missing = [kinds.KINDS[code] for code in kind.needs if not _serves(code, now)]
    if missing:
        raise refusal(scope, kind, "needs", others=names(scope, missing))


def check_there(scope: Scope, kind: ComponentKind, now: Situation) -> None:
    """Whether a box of the cluster has it, as far as any has said. Raises ComponentRefused."""
    reports = [each for node in now.nodes if (each := report_of(node)) is not None]
    if reports and all(each.of(kind.code) is None for each in reports):
        raise refusal(scope, kind, "not_here")


def check_version(scope: Scope, kind: ComponentKind, now: Situation, version: str) -> None:
    reports = [each.of(kind.code) for node in now.nodes if (each := report_of(node)) is not None]
    here = sorted({health.version for health in reports if health is not None})
    if version and here and version not in here:
        raise refusal(scope, kind, "with_release", version=", ".join(here))


def _serves(code: str, now: Situation) -> bool:
    """Whether others may build on it. While no box has said anything, the wish counts."""
    state = now.shown(code).state
    return state in (kinds.RUNNING, kinds.UNKNOWN) or (not now.reported and state == kinds.DEPLOYING)


def runs(wish: Component | None) -> bool:
    return wish is not None and wish.state == kinds.INSTALLED and not wish.stopped


def names(scope: Scope, rows: list[ComponentKind]) -> str:
    return ", ".join(row.called(scope.language) for row in rows)


def refusal(scope: Scope, kind: ComponentKind, why: str, **facts: Any) -> ComponentRefused:
    reason = i18n.text(f"edge.component.{why}", scope.language, **facts)
    return ComponentRefused(component=kind.called(scope.language), reason=reason)


async def clean_params(kind: ComponentKind, values: dict[str, Any], before: dict[str, Any]) -> str:
    """Checked, as JSON. A password is kept as a hash; the one of before stays while none is given. Raises BadInput."""
    for name, value in values.items():
        if name not in kind.params:
            raise BadInput(field=f"params.{name}"[:80], rule="unknown")
        if name == kinds.LOCAL_ACCOUNTS and not isinstance(value, bool):
            raise BadInput(field=f"params.{name}", rule="type_bool")
        if name != kinds.LOCAL_ACCOUNTS and not isinstance(value, str):
            raise BadInput(field=f"params.{name}", rule="type_str")
        most = _SITE_MOST if name == kinds.SITE else _PARAM_MOST
        if isinstance(value, str) and len(value) > most:
            raise BadInput(field=f"params.{name}", rule="too_long", limit=most)
        if name == kinds.SITE and value:
            _check_site(value)
    if kind.mode == kinds.ASK:
        for name in (kinds.NODE, kinds.CARD_NAME, kinds.CARD_IP):
            if not values.get(name):
                raise BadInput(field=f"params.{name}", rule="required")
    kept: dict[str, Any] = {name: value for name, value in values.items() if name != kinds.PAGE_PASSWORD}
    if values.get(kinds.LOCAL_ACCOUNTS) is False:
        if password := values.get(kinds.PAGE_PASSWORD):
            if len(password) not in PASSWORD:
                raise BadInput(field=f"params.{kinds.PAGE_PASSWORD}", rule="edge.page_password")
            kept[kinds.PAGE_PASSWORD] = msgspec.to_builtins(await _page_word(password))
        elif kinds.PAGE_PASSWORD in before:
            kept[kinds.PAGE_PASSWORD] = before[kinds.PAGE_PASSWORD]
    return json.dumps(kept, ensure_ascii=False, sort_keys=True)


def _check_site(document: str) -> None:
    """Raises BadInput."""
    try:
        read_site(document)
    except SiteBad as error:
        raise BadInput(field=f"params.{kinds.SITE}", rule="edge.parking_site", why=str(error)) from None


async def _page_word(password: str) -> PageWord:
    salt = randomness.token_hex(16)
    return PageWord(salt=salt, hash=await asyncio.to_thread(word_hash, password, salt))


def clean_reason(text: str) -> str:
    strip = text.strip()
    if len(strip) > REASON_MOST:
        raise BadInput(field="reason", rule="too_long", limit=REASON_MOST)
    return strip
