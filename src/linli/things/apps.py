"""How subscribers log in to the MQTT front: user appKey, password HMAC-SHA256 of the app secret (design 4.8).

A password is good for five minutes around the time that it signs, and once.
"""

import asyncio
from collections.abc import Callable, Iterable

from linli.kernel import telemetry, tenancy
from linli.kernel.clock import Clock
from linli.kernel.db import Database
from linli.kernel.errors import Unavailable
from linli.kernel.secrets import Secrets
from linli.protocols import edge_bus
from linli.things.connections import freshness
from linli.things.fleet import Fleet
from linli.things.mqtt.principals import APP_PRODUCT, NOT_ALLOWED, AppPrincipal, ConnectRequest, Refused
from linli.things.mqtt.switchboard import Switchboard

log = telemetry.logger(__name__)

STALE = "the password's timestamp is more than 5 minutes from the platform's time: sign a new one for each connection"
USED = "the password was used before: sign a new timestamp for each connection"


class AppLogin:
    """Checks keys against the tenancy's. `topics_of` tells the filters that a key of a tenant may subscribe to."""

    def __init__(
        self,
        db: Database,
        secrets: Secrets,
        clock: Clock,
        topics_of: Callable[[str, str], tuple[str, ...]],
        fleet: Fleet,
    ) -> None:
        self._db = db
        self._clock = clock
        self._fleet = fleet
        self._secrets = secrets
        self._topics_of = topics_of
        self._sealed: dict[str, str] = {}
        """By key: the sealed secret that its last login was proved with."""

    async def authenticate(self, request: ConnectRequest) -> AppPrincipal | Refused:
        key = await tenancy.find_app_key(self._db, request.name.user)
        if key is None:
            return Refused(reason="unknown appKey")
        if not request.proves(self._secrets.open(key.secret, about=f"app_key:{key.app_key}")):
            return Refused(reason="wrong password")
        if not key.enabled:
            return Refused(reason="disabled appKey", connack=NOT_ALLOWED)
        now_ms = self._clock.now_ms()
        if not freshness.is_fresh(freshness.signed_ms(request.name.timestamp), now_ms):
            return Refused(reason=STALE, proven=True)
        if not await freshness.use_once(self._db, request.password, now_ms):
            return Refused(reason=USED, proven=True)
        self._sealed[key.app_key] = key.secret
        own = f"/{APP_PRODUCT}/{key.app_key}/user/#"
        communities = await tenancy.communities_of(
            self._db, tenant_id=key.tenant_id, project_id=key.project_id
        )
        return AppPrincipal(
            app_key=key.app_key,
            may_subscribe=(
                *self._topics_of(key.app_key, key.tenant_id),
                own,
                edge_bus.replies_to(key.app_key),
            ),
            may_publish=(own, *edge_bus.requests_of(key.app_key)),
            tenant_id=key.tenant_id,
            sees=_Sight(self._fleet, key.tenant_id, key.project_id, communities),
        )

    async def revoked(self, app_keys: Iterable[str]) -> list[str]:
        """The given keys that are deleted, disabled, or have another secret than at their log-in. Guests have none."""
        keys = []
        for app_key in [key for key in app_keys if key in self._sealed]:
            key = await tenancy.find_app_key(self._db, app_key)
            if key is None or not key.enabled or self._sealed.get(app_key) != key.secret:
                keys.append(app_key)
        return keys


class RevokedKeys:
    """Ends the connections of keys that were revoked, as soon as that is known."""

    def __init__(self, db: Database, login: AppLogin, switchboard: Switchboard) -> None:
        self._db = db
        self._login = login
        self._switchboard = switchboard
        self._ending: set[asyncio.Task[None]] = set()
        self._stop_following: Callable[[], None] = lambda: None

    def start(self) -> None:
        self._stop_following = tenancy.on_change(self._db, self._changed)

    async def stop(self) -> None:
        self._stop_following()
        for task in self._ending:
            task.cancel()
        await asyncio.gather(*self._ending, return_exceptions=True)

    def _changed(self) -> None:
        task = asyncio.get_running_loop().create_task(self._end(), name="revoked-keys")
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _end(self) -> None:
        try:
            for app_key in await self._login.revoked(list(self._switchboard.clients.apps)):
                self._switchboard.kick_app(app_key)
        except Unavailable:
            log.warning("keys could not be read; the next change of one is looked at again")


class _Sight:
    """Devices whose user topics an app may use: its project's, and those of communities granted to the project."""

    def __init__(self, fleet: Fleet, tenant_id: str, project_id: str, communities: frozenset[int]) -> None:
        self._fleet = fleet
        self._tenant_id, self._project_id, self._communities = tenant_id, project_id, communities

    def __call__(self, product_key: str, device_name: str) -> bool:
        device = self._fleet.named(product_key, device_name)
        if device is None or device.tenant_id != self._tenant_id:
            return False
        return device.project_id == self._project_id or device.community_id in self._communities
