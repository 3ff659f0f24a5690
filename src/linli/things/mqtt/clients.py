"""The connected clients: sessions of devices and apps, and the gateway of each sub-device."""

from linli.things.mqtt.close_reasons import Gone
from linli.things.mqtt.exchange import Exchange
from linli.things.mqtt.other_fronts import OtherFronts
from linli.things.mqtt.session import Session
from linli.things.mqtt.store import Key, SessionStore, StoredSession
from linli.things.mqtt.traffic import Traffic
from linli.things.mqtt.wills import Wills


class Clients:
    """The front's memory of them. Implements `ports.Publisher` for connections and gateways."""

    def __init__(
        self,
        traffic: Traffic,
        store: SessionStore,
        exchange: Exchange,
        wills: Wills,
        others: OtherFronts | None = None,
    ) -> None:
        self._traffic = traffic
        self._store = store
        self._exchange = exchange
        self._wills = wills
        self.others = others
        """None: this front is the only one over its database."""
        self.devices: dict[Key, Session] = {}
        self.routes: dict[Key, Session] = {}
        """Sub-device -> the connected gateway it logged in through."""
        self.apps: dict[str, dict[str, Session]] = {}
        """appKey -> client id -> connected session."""

    # --- sessions ---

    def new(self, key: Key) -> Session:
        return Session(key, traffic=self._traffic, store=self._store)

    def app(self, app_key: str, client_id: str) -> Session | None:
        return self.apps.get(app_key, {}).get(client_id)

    def enter(self, session: Session) -> None:
        """It has a connection."""
        if session.is_app:
            self.apps.setdefault(session.key[0], {})[session.key[1]] = session
            return
        self.devices[session.key] = session
        if self.others is not None:
            session.claim = self.others.claim_of(session.key)

    def restore(self, stored: StoredSession) -> None:
        """Let a session wait here for its device, as it was written down."""
        session = self.new(stored.key)
        session.persistent = session.restored = True
        session.gone_ms, session.expiry_s = stored.gone_ms, stored.expiry_s
        session.incoming = dict.fromkeys(stored.incoming, True)
        for subscription in stored.filters:
            session.subscriptions.add(subscription)
            self._exchange.add(session, subscription)
        for downlink in stored.downlinks:
            session.restore(downlink)
            self._traffic.number = max(self._traffic.number, downlink.number)
        if self.others is not None:
            session.claim = self.others.claim_of(stored.key)
        self.devices[stored.key] = session

    def forget(self, session: Session) -> None:
        """The session is over."""
        self._wills.ended(session)
        self._exchange.forget(session)
        session.discard()
        if self.devices.get(session.key) is session:
            del self.devices[session.key]
            if self.others is not None:
                self.others.left(session.key, session.claim, kept=False)
        apps = self.apps.get(session.key[0])
        if apps is not None and apps.get(session.key[1]) is session:
            del apps[session.key[1]]
            if not apps:
                del self.apps[session.key[0]]

    def expire(self, now_ms: int) -> None:
        """Forget sessions that waited for their device for too long, and what waited too long in others."""
        for session in [s for s in self.devices.values() if s.connection is None]:
            if session.is_over(now_ms):
                self.forget(session)
            elif session.outbox.queue:
                session.drop_expired()

    def kick(self, product_key: str, device_name: str) -> bool:
        key = (product_key, device_name)
        gateway = self.routes.get(key)
        self.release(product_key, device_name)
        session = self.devices.get(key)
        connected = session is not None and session.connection is not None
        if session is not None:
            if session.connection is not None:
                session.connection.close(Gone.KICKED)
            self.forget(session)
        return connected or gateway is not None

    def kick_app(self, app_key: str) -> int:
        sessions = list(self.apps.get(app_key, {}).values())
        for session in sessions:
            if session.connection is not None:
                session.connection.close(Gone.KICKED)
        return len(sessions)

    # --- who is reached how ---

    def is_connected(self, product_key: str, device_name: str) -> bool:
        key = (product_key, device_name)
        here = self.connects(product_key, device_name) or key in self.routes
        return here or (self.others is not None and self.others.reaches(key))

    def connects(self, product_key: str, device_name: str) -> bool:
        session = self.devices.get((product_key, device_name))
        return session is not None and session.connection is not None

    def through_gateway(self, product_key: str, device_name: str) -> bool:
        return (product_key, device_name) in self.routes

    def holds(self, key: Key) -> bool:
        """Whether this front has a connection, a gateway or a waiting session for the device."""
        return key in self.devices or key in self.routes

    # --- gateways and sub-devices ---

    def attach(self, gateway: Session, product_key: str, device_name: str, device_no: int) -> bool:
        key = (product_key, device_name)
        if gateway.connection is None or key == gateway.key:
            return False
        if key not in gateway.subs and len(gateway.subs) >= self._traffic.limits.max_subs:
            return False
        before = self.routes.get(key)
        if before is not None and before is not gateway:
            self.detach(before, product_key, device_name)
        self.routes[key] = gateway
        gateway.subs[key] = device_no
        gateway.connection.forget_topics()
        if self.others is not None:
            self.others.attached(key, device_no)
        return True

    def detach(self, gateway: Session, product_key: str, device_name: str) -> None:
        key = (product_key, device_name)
        gateway.subs.pop(key, None)
        self._unroute(gateway, key)
        if gateway.connection is not None:
            gateway.connection.forget_topics()

    def detach_all(self, gateway: Session) -> None:
        """The gateway's connection ended."""
        for key in gateway.subs:
            self._unroute(gateway, key)
        gateway.subs.clear()

    def release(self, product_key: str, device_name: str) -> bool:
        gateway = self.routes.get((product_key, device_name))
        if gateway is not None:
            self.detach(gateway, product_key, device_name)
        return gateway is not None

    def _unroute(self, gateway: Session, key: Key) -> None:
        if self.routes.get(key) is gateway:
            del self.routes[key]
            if self.others is not None:
                self.others.detached(key)
