"""An upper platform that asks for what it may not have, and strangers beside it: written by hand, on sockets."""

import asyncio
import secrets
from typing import Any, cast

from linli.protocols import gb28181 as gb
from linli.protocols import sip
from tests.domains.video.cascade.conftest import OURS, SERVER, SHOWN, Pair
from tests.domains.video.live.test_recording import until

LINES = (
    "v=0", "o=- 0 0 IN IP4 127.0.0.1", "s=Play", "c=IN IP4 {host}", "t=0 0", "m=video {port} RTP/AVP 96",
    "a=recvonly", "a=rtpmap:96 PS/90000", "y=0100000001",
)  # fmt: skip


def offered(host: str = "127.0.0.1", port: int = 40_000, **more: str) -> bytes:
    text = "\r\n".join(LINES).format(host=host, port=port) + "\r\n"
    for old, new in more.items():
        text = text.replace(old, new)
    return text.encode()


class Server(asyncio.DatagramProtocol):
    """It lets everybody register; `ask` sends a request and gives the final answer."""

    def __init__(self) -> None:
        self.peer = ("", 0)
        self.requests: list[sip.Request] = []
        self.answers: dict[str, sip.Response] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._wire = cast("asyncio.DatagramTransport", transport)
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        message = sip.read_datagram(data)
        if isinstance(message, sip.Response):
            if message.status >= 200:
                self.answers.setdefault(message.call_id, message)
            return
        self.peer = addr
        self.requests.append(message)
        fields = [("expires", "3600")] if message.method == "REGISTER" else []
        self._wire.sendto(bytes(sip.respond(message, 200, to_tag="aa", fields=fields)), addr)

    def made(self, method: str, to: str = OURS, *, user: str = SERVER, body: bytes = b"") -> sip.Request:
        request = sip.Request(method, f"sip:{to}@127.0.0.1")
        request.set("via", f"SIP/2.0/UDP 127.0.0.1:{self.port};rport;branch=z9hG4bK{secrets.token_hex(8)}")
        request.set("max-forwards", "70")
        request.set("from", f"<sip:{user}@3401000000>;tag={secrets.token_hex(4)}")
        request.set("to", f"<sip:{to}@3401000000>")
        request.set("call-id", secrets.token_hex(8))
        request.set("cseq", f"1 {method}")
        request.set("contact", f"<sip:{user}@127.0.0.1:{self.port}>")
        request.body = body
        return request

    async def ask(self, method: str, to: str = OURS, **more: Any) -> int:
        request = self.made(method, to, **more)
        self.send(request)
        answer: sip.Response = await until(lambda: self.answers.get(request.call_id))
        return answer.status

    def send(self, request: sip.Request) -> None:
        self._wire.sendto(bytes(request), self.peer)

    def close(self) -> None:
        self._wire.close()


class Sink(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.packets: list[bytes] = []

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.packets.append(data)


async def server() -> Server:
    _, made = await asyncio.get_running_loop().create_datagram_endpoint(Server, local_addr=("127.0.0.1", 0))
    return made


def query(command: str, code: str = OURS, kind: str = "Query", **fields: str) -> bytes:
    return gb.build(kind, command, 1, code, dict(fields))


async def test_it_gets_what_was_chosen_and_nothing_else(pair: Pair) -> None:
    upper = await server()
    await pair.lower.camera()
    path = await pair.added(port=upper.port, mostStreams=1, mediaHosts="127.0.0.8")
    await pair.choose(path, 北门枪机=SHOWN)
    await pair.is_so("registered")
    assert "x-gb-ver" not in upper.requests[0].fields, "the edition of 2016 does not have it"

    async def shown() -> bool:
        return await upper.ask("INVITE", SHOWN, body=b"") != 404

    await until(shown)
    other = "34020000001320000001"
    for status, method, to, more in (
        (404, "INVITE", other, {"body": offered()}),
        (403, "INVITE", SHOWN, {"body": offered(), "user": other}),
        (403, "MESSAGE", OURS, {"body": query("Catalog"), "user": other}),
        (488, "INVITE", SHOWN, {"body": offered(**{"PS/90000": "H265/90000"})}),
        (488, "INVITE", SHOWN, {"body": offered("239.1.1.1")}),
        (488, "INVITE", SHOWN, {"body": offered("a.example")}),
        (403, "INVITE", SHOWN, {"body": offered("127.0.0.9")}),
        (488, "INVITE", SHOWN, {"body": offered(**{"s=Play": "s=Talk"})}),
        (488, "INVITE", SHOWN, {"body": offered(**{"s=Play": "s=Playback"})}),
        (488, "INVITE", SHOWN, {"body": b"\xff" * 500}),
        (404, "MESSAGE", OURS, {"body": query("Catalog", other)}),
        (400, "MESSAGE", OURS, {"body": b"<Query><!DOCTYPE x></Query>"}),
        (400, "MESSAGE", SHOWN, {"body": query("RecordInfo", SHOWN, StartTime="x", EndTime="y")}),
        (403, "MESSAGE", SHOWN, {"body": query("PresetQuery", SHOWN)}),
        (
            403,
            "MESSAGE",
            SHOWN,
            {"body": query("DeviceControl", SHOWN, "Control", PTZCmd="A50F010200000057")},
        ),
        (403, "MESSAGE", SHOWN, {"body": query("DeviceControl", SHOWN, "Control", TeleBoot="Boot")}),
        (404, "MESSAGE", SHOWN, {"body": query("DeviceControl", SHOWN, "Control", IFameCmd="Send")}),
        (501, "MESSAGE", OURS, {"body": query("ConfigDownload")}),
        (489, "SUBSCRIBE", OURS, {"body": query("MobilePosition")}),
        (403, "SUBSCRIBE", OURS, {"body": query("Alarm")}),
        (481, "BYE", OURS, {}),
        (481, "INFO", OURS, {}),
        (200, "OPTIONS", OURS, {}),
    ):
        assert await upper.ask(method, to, **more) == status, (method, to, more)
    (below,) = pair.lower.cameras
    assert not below.moves
    assert not below.senders
    assert (await pair.row())["refusedHost"] == "127.0.0.9"

    # It gets its one picture, and no second one.
    wire, sink = await asyncio.get_running_loop().create_datagram_endpoint(Sink, local_addr=("127.0.0.8", 0))
    port = wire.get_extra_info("sockname")[1]
    invite = upper.made("INVITE", SHOWN, body=offered("127.0.0.8", port=port))
    upper.send(invite)
    answer: sip.Response = await until(lambda: upper.answers.get(invite.call_id))
    assert answer.status == 200
    assert gb.ssrc_in(answer.body) == "0100000001"
    assert not sink.packets, "not before its ACK"
    assert await upper.ask("INVITE", SHOWN, body=offered(port=port)) == 486
    dialog = sip.Dialog.of_answer(invite, answer)
    ack = dialog.ack()
    ack.fields = {"via": [str(upper.made("ACK").via)], **ack.fields}
    upper.send(ack)
    await until(lambda: len(sink.packets) > 20)
    assert sink.packets[0][8:12] == (100000001).to_bytes(4)
    bye = dialog.request("BYE")
    bye.set("via", str(upper.made("BYE").via))
    stranger = sip.read_datagram(bytes(bye))
    assert isinstance(stranger, sip.Request)
    stranger.set("to", f"<sip:{SHOWN}@3401000000>;tag=wrong")
    del upper.answers[invite.call_id]
    upper.send(stranger)
    refused: sip.Response = await until(lambda: upper.answers.get(invite.call_id))
    assert refused.status == 481
    assert (await pair.row())["watches"], "another's BYE ends nothing"

    # Somebody else at the same address is not even heard.
    other_one = await server()
    other_one.peer = upper.peer
    heard = len(upper.requests)
    other_one.send(other_one.made("MESSAGE", body=query("Catalog")))
    del upper.answers[invite.call_id]
    bye = dialog.request("BYE")
    bye.set("via", str(upper.made("BYE").via))
    upper.send(bye)
    await until(lambda: upper.answers.get(invite.call_id))

    async def over() -> bool:
        return not (await pair.row())["watches"]

    await until(over)
    assert not other_one.answers
    assert not [each for each in upper.requests[heard:] if b"Catalog" in each.body]
    assert (await pair.lower.desk.delete(path)).status_code in (200, 204)
    await until(lambda: upper.requests[-1].method == "REGISTER" and upper.requests[-1].expires == 0)
    wire.close()
    upper.close()
    other_one.close()
