"""How subscribers log in to the MQTT front: user appKey, password HMAC-SHA256 of the app secret (design 4.8)."""

from collections.abc import Callable

from linli.kernel import tenancy
from linli.kernel.db import Database
from linli.kernel.secrets import Secrets
from linli.protocols import edge_bus
from linli.things.mqtt.ports import AppPrincipal, ConnectRequest, Refused


class AppLogin:
    """Checks keys against the tenancy's. `topics_of` tells the filters that a key may subscribe to."""

    def __init__(self, db: Database, secrets: Secrets, topics_of: Callable[[str], tuple[str, ...]]) -> None:
        self._db = db
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
        return AppPrincipal(
            app_key=key.app_key,
            may_subscribe=(*self._topics_of(key.app_key), edge_bus.replies_to(key.app_key)),
            may_publish=edge_bus.requests_of(key.app_key),
        )
