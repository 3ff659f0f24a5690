"""The listener for doors: allowed peers, the token of a call, and the answers to hostile peers.

The LAN is not trusted. A peer always gets the protocol's code. The log gets a line, once a minute for repeated faults.
Other machines are not affected.
"""

import asyncio
from collections import OrderedDict
from collections.abc import MutableMapping
from typing import Any, Final, Literal

from linli.edge.doors.links import Link, LinkState
from linli.edge.doors.peers import Peers
from linli.edge.framework.device_logs import DeviceLog
from linli.kernel.clock import Clock
from linli.kernel.http import HttpServer, Limits, Receive, Send
from linli.kernel.ids import Ids
from linli.kernel.telemetry import logger
from linli.protocols import door_http
from linli.protocols.door_http import Answer, Ask, Code, Interface, Refused, Server
from linli.protocols.door_http.messages.base import Request, Versioned
from linli.protocols.door_http.messages.connection import Connect, ConnectAnswer, TokenData
from linli.protocols.door_http.signature import METHODS

log = logger(__name__)

LIMITS: Final = Limits(
    header_bytes=8192, header_count=50, body_bytes=4 * 1024 * 1024, header_seconds=5.0, body_seconds=10.0,
    write_seconds=10.0, idle_seconds=10.0, pipelined=1, connections=2000, connections_each=250,
)  # fmt: skip
BODY_SECONDS: Final = 30.0
"""For a whole body, however steadily it drips."""
REPLAY_MS: Final = 24 * 3600 * 1000
REPLAYS_KEPT: Final = 20_000
SERVED: Final = door_http.served_by(Server.BOX)


class Station:
    """One port. Links are added and taken away by the drivers whose machines they are."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        clock: Clock,
        ids: Ids,
        log: DeviceLog,
        peers: Peers,
        limits: Limits = LIMITS,
    ) -> None:
        """`peers`: which addresses are whose."""
        self._server = HttpServer(self, host=host, port=port, limits=limits)
        self._clock = clock
        self._ids = ids
        self._log = log
        self._peers = peers
        self._looking: set[Link] = set()
        self._unchecked: set[Link] = set()
        self._links: dict[tuple[str, str], Link] = {}
        """By (ip, sn); sn is empty where the address alone tells the machine."""
        self._by_token: dict[str, Link] = {}
        self._accepted: OrderedDict[str, int] = OrderedDict()
        """Signature of each `/connect` that was accepted, with when."""

    async def start(self) -> None:
        await self._server.start()

    async def stop(self) -> None:
        await self._server.stop(grace_seconds=2.0)

    @property
    def port(self) -> int:
        return self._server.port

    def add(self, link: Link, *, checked: bool = True) -> None:
        """`checked`: its calls count from its own addresses only. Raises ValueError if the place is taken."""
        key = link.machine.ip, link.machine.sn
        if key in self._links:
            raise ValueError(f"two machines at {' '.join(filter(None, key))}")
        self._links[key] = link
        if not checked:
            self._unchecked.add(link)

    def remove(self, link: Link) -> None:
        key = link.machine.ip, link.machine.sn
        if self._links.get(key) is link:
            del self._links[key]
            self._unchecked.discard(link)
            self._by_token.pop(link.given, None)

    # serving

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        peer = str(scope["client"][0]) if scope["client"] else ""
        interface = SERVED.get(scope["path"])
        if scope["method"] != "POST" or interface is None:
            self._log.now_and_then(
                "no such interface", peer=peer, method=scope["method"], path=scope["path"][:64]
            )
            status = 404 if interface is None else 405
            await answer_with(send, status, door_http.refusal(Refused(Code.OTHER, "no such interface")))
            return
        try:
            answer = await self._answer(interface, scope, receive, peer)
        except Refused as refused:
            self._log.now_and_then(
                "a call was refused",
                peer=peer,
                path=interface.path,
                code=int(refused.code),
                why=refused.message,
            )
            answer = door_http.refusal(refused)
        except ConnectionError:
            return  # the peer went away while it was sending
        except Exception:
            log.exception("a call of %s failed", interface.path)
            answer = Answer(code=Code.OTHER, message=Code.OTHER.message)
        await answer_with(send, 200, answer)

    async def _answer(
        self, interface: Interface, scope: MutableMapping[str, Any], receive: Receive, peer: str
    ) -> Answer:
        headers = dict(scope["headers"])
        body = await read_body(headers, receive, door_http.body_limit(interface))
        kind = headers.get(b"content-type", b"").decode("latin-1")
        message = door_http.read_request(interface, kind, body)
        if isinstance(message, Connect):
            return await self._connect(message, peer)
        link = await self._link_of(message, peer)
        link.seen()
        if interface.path == "/keepalive":
            return Answer()
        try:
            return await link.owner.asked(link, interface.path, message)
        except Refused as refused:
            link.log.warning("refused", path=interface.path, code=int(refused.code), why=refused.message)
            return door_http.refusal(refused)

    async def _link_of(self, message: Ask, peer: str) -> Link:
        assert isinstance(message, Request | Versioned)
        link = self._by_token.get(message.token)
        if link is None or link.state is LinkState.DISCONNECTED:
            raise Refused(Code.TOKEN_INVALID)
        if not self._may_call(link, peer) and not await self._moved(link, peer, "token"):
            raise Refused(Code.TOKEN_INVALID)
        return link

    # connecting

    async def _connect(self, message: Connect, peer: str) -> Answer:
        """In the order of spec G 4.1: parameters are right already; signature, address, then the token."""
        if not door_http.is_signed(message):
            raise Refused(Code.BAD_SIGNATURE)
        link = self._claimed(message, peer)
        if link is None or not (self._may_call(link, peer) or await self._moved(link, peer, "upgrade")):
            raise Refused(Code.DEVICE_UNKNOWN)
        self._refuse_replay(message, link)
        self._came(link, message, peer)
        self._by_token.pop(link.given, None)
        token = f"{self._ids.request_id()}-{message.ip.replace('.', '-')}"
        self._by_token[token] = link
        link.knocked(message, token)
        return ConnectAnswer(data=TokenData(token=token))

    def _claimed(self, message: Connect, peer: str) -> Link | None:
        """The machine that a `/connect` says it is. One that names itself by a new address is an incident."""
        link = self._links.get((message.ip, message.sn)) or self._links.get((message.ip, ""))
        if link is not None:
            return link
        for candidate in self._links.values():
            if candidate.machine.sn not in ("", message.sn):
                continue
            if message.ip == peer and self._peers.may_call(candidate.machine.ip, candidate.machine.sn, peer):
                return candidate
            if self._peers.has_name(candidate.machine.ip, candidate.machine.sn, message.sn):
                self._strange(candidate, peer)
        return None

    def _came(self, link: Link, message: Connect, peer: str) -> None:
        link.address = link.machine.ip
        if peer == link.machine.ip:
            self._peers.called_from_its_own(link.machine.ip, link.machine.sn)
        elif message.ip == peer:
            link.address = peer
        self._peers.calls_itself(link.machine.ip, link.machine.sn, message.sn)

    def _may_call(self, link: Link, peer: str) -> bool:
        return link in self._unchecked or self._peers.may_call(link.machine.ip, link.machine.sn, peer)

    async def _moved(self, link: Link, peer: str, proof: Literal["token", "upgrade"]) -> bool:
        """Take a machine's new address without a person, where that is safe; else it is an incident.

        Only while nothing answers at the old one: with the token of the running connection, which nobody else was
        given, or once after addresses began to be checked.
        """
        machine = link.machine
        trusted = proof == "token" or self._peers.is_old(machine.ip, machine.sn)
        if trusted and link not in self._looking:
            self._looking.add(link)
            try:
                trusted = await link.is_silent() if machine.port is not None else proof == "upgrade"
            finally:
                self._looking.discard(link)
            if trusted:
                self._peers.bind(machine.ip, machine.sn, peer, proof)
                self._peers.note(machine.name, machine.ip, machine.sn, peer, "moved")
                link.log.warning(
                    "its address is another one now", before=link.address, peer=peer, proof=proof
                )
                link.address = peer if proof == "token" else link.address
                return True
        self._strange(link, peer)
        return False

    def _strange(self, link: Link, peer: str) -> None:
        machine = link.machine
        self._peers.note(machine.name, machine.ip, machine.sn, peer, "refused")
        link.log.now_and_then("a call from an address that is not its own was refused", peer=peer)

    def _refuse_replay(self, message: Connect, link: Link) -> None:
        """A peer that overheard a `/connect` could send it again and so take the door's token."""
        now = self._clock.now_ms()
        while self._accepted and (
            len(self._accepted) > REPLAYS_KEPT or now - next(iter(self._accepted.values())) > REPLAY_MS
        ):
            self._accepted.popitem(last=False)
        # The method is the sender's choice: one text under two digests is one message.
        digest = METHODS["sha256"](
            door_http.signed_text(message.time, message.mac, message.sn, message.ip).encode()
        )
        if digest in self._accepted:
            link.log.now_and_then("a /connect was sent again", sn=message.sn)
            raise Refused(Code.BAD_SIGNATURE, "this /connect was accepted before")
        self._accepted[digest] = now


async def read_body(headers: dict[bytes, bytes], receive: Receive, limit: int) -> bytes:
    """Raises Refused (5) as soon as more was announced or sent than the interface can have."""
    length = headers.get(b"content-length", b"0")
    if not length.isdigit() or int(length) > limit:
        raise Refused(Code.BAD_PARAMETER, f"body has more than {limit} bytes")
    parts = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ConnectionError
                parts += message.get("body", b"")
                if len(parts) > limit:
                    raise Refused(Code.BAD_PARAMETER, f"body has more than {limit} bytes")
                if not message.get("more_body"):
                    return bytes(parts)
    except TimeoutError:
        raise Refused(Code.BAD_PARAMETER, f"body took more than {BODY_SECONDS:.0f} s") from None


async def answer_with(send: Send, status: int, answer: Answer) -> None:
    body = door_http.write_answer(answer)
    headers = [
        (b"Content-Type", b"application/json"),
        (b"Content-Length", str(len(body)).encode()),
        (b"Connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
