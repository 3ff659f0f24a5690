"""Campaigns as the rest of the room reads and writes them."""

from typing import Any, Final, Literal, NamedTuple

import msgspec
from sqlalchemy import bindparam, select, update

from linli.kernel.db import INT, Command, Query, Reader, Tx, in_scope
from linli.kernel.errors import NotFound
from linli.kernel.scope import Scope
from linli.things.models import products
from linli.things.ota.models import ota_campaigns
from linli.things.ota.selection import Aim, Selection
from linli.things.ota.states import Policy

type Kind = Literal["trial", "static", "dynamic"]
"""`trial`: one device, to see that the firmware works. `static`: devices that are there when it begins. `dynamic`: also
those that report an old version later."""
type CampaignState = Literal[
    "scheduled", "running", "paused", "stopped", "cancelled", "finished", "rolling_back", "rolled_back"
]
"""`paused` by a person, `stopped` by the failure rate; both let what is under way come to its end."""

LIVE: Final[frozenset[CampaignState]] = frozenset({"running", "rolling_back"})
NOT_OVER: Final[frozenset[CampaignState]] = frozenset(
    {"scheduled", "running", "paused", "stopped", "rolling_back"}
)
WORKER: Final = "the campaign engine works for every tenant"
EVERYWHERE: Final = Scope.system(name="ota")


class Campaign(NamedTuple):
    """A row of `ota_campaigns` with the names of what it brings."""

    campaign_no: int
    tenant_id: str
    community_id: int | None
    firmware_no: int
    product_no: int
    module: str
    version: str
    source_version: str
    name: str
    kind: Kind
    selection: str
    percent: int
    rate: int
    retries: int
    retry_ms: int
    timeout_ms: int
    stop_percent: int
    stop_least: int
    restores: int
    starts_ms: int
    ends_ms: int | None
    state: CampaignState
    reason: str
    expanded: int
    expanded_upto: int
    window_ms: int
    window_sent: int
    judged_from_ms: int
    next_tick_ms: int
    created_by: str
    created_ms: int
    started_ms: int | None
    finished_ms: int | None
    product_key: str
    product_name: str

    @property
    def policy(self) -> Policy:
        return Policy(self.version, self.retries, self.retry_ms, self.timeout_ms, bool(self.restores))

    @property
    def aim(self) -> Aim:
        chosen = msgspec.json.decode(self.selection, type=Selection)
        return Aim(self.product_no, self.module, self.version, self.source_version, self.community_id, chosen)


_OWN = Campaign._fields[: Campaign._fields.index("product_key")]
CAMPAIGN = select(
    *(ota_campaigns.c[name] for name in _OWN), products.c.product_key, products.c.name
).select_from(ota_campaigns.join(products, products.c.product_no == ota_campaigns.c.product_no))

_campaign = Query(
    CAMPAIGN.where(ota_campaigns.c.campaign_no == bindparam("no", type_=INT), in_scope(ota_campaigns)),
    Campaign,
)
_locked = Query(
    CAMPAIGN.where(ota_campaigns.c.campaign_no == bindparam("no", type_=INT)).with_for_update(
        of=ota_campaigns
    ),
    Campaign,
    unscoped=WORKER,
)
_dynamic = Query(
    CAMPAIGN.where(
        ota_campaigns.c.product_no == bindparam("product_no", type_=INT),
        ota_campaigns.c.module == bindparam("of_module"),
        ota_campaigns.c.state == "running",
        ota_campaigns.c.kind == "dynamic",
    ).order_by(ota_campaigns.c.campaign_no.desc()),
    Campaign,
    unscoped=WORKER,
)


async def get_campaign(scope: Scope, db: Reader, *, campaign_no: int) -> Campaign:
    """Raises NotFound."""
    row = await _campaign.one(db, scope, no=campaign_no)
    if row is None:
        raise NotFound(what="campaign", id=campaign_no)
    return row


async def lock_campaign(tx: Tx, campaign_no: int) -> Campaign | None:
    """The row, held until the unit ends: two processes never decide on one campaign at once."""
    return await _locked.one(tx, no=campaign_no)


async def dynamic_campaigns(tx: Tx, *, product_no: int, module: str) -> list[Campaign]:
    """The campaigns that add devices as they report, the newest first."""
    return await _dynamic.all(tx, product_no=product_no, of_module=module)


async def change_campaign(tx: Tx, campaign_no: int, **values: Any) -> None:
    """Set columns of a campaign that is locked."""
    await _change(tuple(sorted(values))).run(tx, no=campaign_no, **{f"new_{k}": v for k, v in values.items()})


_changes: dict[tuple[str, ...], Command] = {}


def _change(columns: tuple[str, ...]) -> Command:
    """One statement for each set of columns, made once."""
    if columns not in _changes:
        _changes[columns] = Command(
            update(ota_campaigns)
            .where(ota_campaigns.c.campaign_no == bindparam("no", type_=INT))
            .values({name: bindparam(f"new_{name}", type_=ota_campaigns.c[name].type) for name in columns}),
            unscoped=WORKER,
        )
    return _changes[columns]
