"""How subscribers log in to the MQTT front: user appKey, password HMAC-SHA256 of the app secret (design 4.8)."""

from collections.abc import Callable

from linli.kernel import tenancy
from linli.kernel.db import Database
from linli.kernel.secrets import Secrets
from linli.protocols import edge_bus
from linli.things.fleet import Fleet
from linli.things.mqtt.ports import APP_PRODUCT, AppPrincipal, ConnectRequest, Refused


class AppLogin:
    """Checks keys against the tenancy's. `topics_of` tells the filters that a key may subscribe to."""

    def __init__(
        self, db: Database, secrets: Secrets, topics_of: Callable[[str], tuple[str, ...]], fleet: Fleet
    ) -> None:
        self._db = db
        self._fleet = fleet
        self._secrets = secrets
        self._topics_of = topics_of

    async def authenticate(self, request: ConnectRequest) -> AppPrincipal | Refused:
        key = await tenancy.find_app_key(self._db, request.name.user)
        if key is None:
            return Refused(reason="unknown appKey")
        if not request.proves(self._secrets.open(key.secret, about=f"app_key:{key.app_key}")):
            return Refused(reason="wrong password")
        if not key.enabled:
            return Refused(reason="disabled appKey", connack=5)
        own = f"/{APP_PRODUCT}/{key.app_key}/user/#"
        communities = await tenancy.communities_of(
            self._db, tenant_id=key.tenant_id, project_id=key.project_id
        )
        return AppPrincipal(
            app_key=key.app_key,
            may_subscribe=(*self._topics_of(key.app_key), own, edge_bus.replies_to(key.app_key)),
            may_publish=(own, *edge_bus.requests_of(key.app_key)),
            tenant_id=key.tenant_id,
            sees=_Sight(self._fleet, key.tenant_id, key.project_id, communities),
        )


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
