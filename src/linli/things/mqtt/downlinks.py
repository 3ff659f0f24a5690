"""Downlinks: the choice of the session for a message to a device or to one of an app's connections."""

import asyncio
from collections.abc import Callable

from linli.protocols.linkkit.topics import is_user_topic
from linli.things.mqtt.clients import Clients
from linli.things.mqtt.outbox import Downlink
from linli.things.mqtt.session import Session


class Downlinks:
    """The part of `ports.Publisher` that sends."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def publish(
        self,
        product_key: str,
        device_name: str,
        topic: str,
        payload: bytes,
        *,
        qos: int = 0,
        on_ack: Callable[[bool], None] | None = None,
        queue: bool = False,
        expires_ms: int | None = None,
    ) -> bool:
        key = (product_key, device_name)
        clients = self._clients
        session = clients.devices.get(key)
        own = session is not None and session.connection is not None
        if clients.others is not None and session is None and key not in clients.routes:
            return clients.others.forward(
                key, topic, payload, qos=qos, on_ack=on_ack, queue=queue, expires_ms=expires_ms
            )
        user = is_user_topic(topic)
        for candidate in (session if own else None, clients.routes.get(key)):
            if candidate is None:
                continue
            granted = candidate.subscriptions.granted(topic)
            if granted is None:
                if user:
                    continue
                granted = 1
            if not min(qos, granted):
                if candidate.send(topic, payload):
                    if on_ack is not None:
                        asyncio.get_running_loop().call_soon(on_ack, True)
                    return True
            elif candidate.offer(Downlink(topic, payload, on_ack, expires_ms), keep=queue):
                return True
        if not queue or not qos or own or session is None:
            return False
        granted = session.subscriptions.granted(topic)
        if (granted is None and user) or granted == 0:
            return False
        return session.offer(Downlink(topic, payload, on_ack, expires_ms), keep=True)

    def publish_app(
        self,
        app_key: str,
        topic: str,
        payload: bytes,
        *,
        qos: int = 1,
        on_ack: Callable[[bool], None] | None = None,
        client_id: str | None = None,
    ) -> bool:
        best: Session | None = None
        best_granted = least = 0
        for session in self._clients.apps.get(app_key, {}).values():
            if client_id is not None and session.key[1] != client_id:
                continue
            granted = session.subscriptions.granted(topic)
            if granted is None:
                continue
            if not session.has_room():
                session.starved = True
                continue
            busy = len(session.outbox.inflight)
            if best is None or busy < least:
                best, best_granted, least = session, granted, busy
        if best is None:
            return False
        if qos and best_granted:
            best.launch(Downlink(topic, payload, on_ack))
            return True
        sent = best.send(topic, payload)
        if sent and on_ack is not None:
            asyncio.get_running_loop().call_soon(on_ack, True)
        return sent
