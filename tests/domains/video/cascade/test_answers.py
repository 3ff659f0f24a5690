"""What this platform answers an upper one, on sockets: its proof by SHA-256 with qop, facts of itself and its cameras,
MANSRTSP passed on, a connection that the upper one opens; and registering anew when nobody answers its signs of life."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from linli.domains.video.cascade import link
from linli.protocols import gb28181 as gb
from linli.protocols import sip
from tests.domains.video.cascade.conftest import OURS, SHOWN, Pair
from tests.domains.video.cascade.test_hostile import Server, offered, query
from tests.domains.video.live.conftest import CAMERA, PASSWORD
from tests.domains.video.live.test_recording import until

REALM = "3401000000"


class Strict(Server):
    """It wants a proof by SHA-256 with qop. `deaf`: it answers no sign of life."""

    def __init__(self) -> None:
        super().__init__()
        self.proofs: list[sip.Credentials] = []
        self.deaf = False

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        message = sip.read_datagram(data)
        if not isinstance(message, sip.Request):
            super().datagram_received(data, addr)
            return
        if self.deaf and b"Keepalive" in message.body:
            self.requests.append(message)
            return
        given = sip.read_credentials(message.get("authorization") or "")
        if message.method == "REGISTER" and given is None:
            challenge = f'Digest realm="{REALM}", nonce="n1", algorithm=SHA-256, qop="auth"'
            refused = sip.respond(message, 401, to_tag="aa", fields=[("www-authenticate", challenge)])
            self._wire.sendto(bytes(refused), addr)
            return
        if given is not None:
            self.proofs.append(given)
        super().datagram_received(data, addr)

    def messages_of(self, command: str) -> list[gb.Message]:
        bodies = [each.body for each in self.requests if each.method == "MESSAGE"]
        return [message for message in map(gb.read, bodies) if message.command == command]


async def strict() -> Strict:
    _, made = await asyncio.get_running_loop().create_datagram_endpoint(Strict, local_addr=("127.0.0.1", 0))
    return made


async def registered(pair: Pair, upper: Strict, **more: object) -> str:
    """With its camera shown."""
    await pair.lower.camera()
    path = await pair.added(port=upper.port, **more)
    await pair.choose(path, 北门枪机=SHOWN)
    await pair.is_so("registered")

    async def shown() -> bool:
        return await upper.ask("INVITE", SHOWN, body=b"") != 404

    await until(shown)
    return path


async def test_it_proves_itself_by_sha256_and_tells_of_itself(pair: Pair) -> None:
    upper = await strict()
    await registered(pair, upper, steers=True)
    proof = upper.proofs[0]
    assert (proof.algorithm, proof.qop, proof.nc) == ("SHA-256", "auth", 1)
    assert sip.proves(sip.user_hash(OURS, REALM, PASSWORD, "SHA-256"), "REGISTER", proof)
    for command, code in (("DeviceInfo", OURS), ("DeviceStatus", OURS), ("DeviceStatus", SHOWN)):
        before = len(upper.messages_of(command))
        assert await upper.ask("MESSAGE", code, body=query(command, code)) == 200
        await until(lambda command=command, before=before: len(upper.messages_of(command)) > before)
        told = upper.messages_of(command)[-1]
        assert (told.kind, told.device, told.number, told.get("Result")) == ("Response", code, "1", "OK")
    assert upper.messages_of("DeviceInfo")[-1].get("Channel") == "1"
    assert upper.messages_of("DeviceStatus")[-1].get("Online") == "ONLINE"
    (below,) = pair.lower.cameras
    below.presets[3] = "大门"
    assert await upper.ask("MESSAGE", SHOWN, body=query("PresetQuery", SHOWN)) == 200
    await until(lambda: upper.messages_of("PresetQuery"))
    (item,) = upper.messages_of("PresetQuery")[-1].items
    assert (item["PresetID"], item["PresetName"]) == ("3", "大门")
    upper.close()


async def test_mansrtsp_is_passed_on_and_the_upper_one_may_connect(pair: Pair) -> None:
    upper = await strict()
    await registered(pair, upper, mediaHosts="127.0.0.1")
    (below,) = pair.lower.cameras
    at = datetime.now(UTC) + timedelta(hours=8)
    begin, end = (at - timedelta(minutes=each) for each in (30, 10))
    spans = (f"{begin:%Y-%m-%dT%H:%M:%S}", f"{end:%Y-%m-%dT%H:%M:%S}")
    below.channels[CAMERA].recordings.append((*spans, "time", 1_000))
    seconds = [round((each - timedelta(hours=8)).timestamp()) for each in (begin, end)]
    body = offered(
        **{"s=Play": "s=Playback", "t=0 0": f"t={seconds[0]} {seconds[1]}", " RTP/AVP": " TCP/RTP/AVP"}
    )
    invite = upper.made("INVITE", SHOWN, body=body + b"a=setup:active\r\n")
    upper.send(invite)
    answer: sip.Response = await until(lambda: upper.answers.get(invite.call_id))
    assert answer.status == 200
    assert b"a=setup:passive" in answer.body
    dialog = sip.Dialog.of_answer(invite, answer)
    ack = dialog.ack()
    ack.fields = {"via": [str(upper.made("ACK").via)], **ack.fields}
    upper.send(ack)
    port = int(answer.body.split(b"m=video ")[1].split()[0])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    size = int.from_bytes(await asyncio.wait_for(reader.readexactly(2), 60))
    packet = await asyncio.wait_for(reader.readexactly(size), 60)
    assert packet[0] >> 6 == 2, "RTP"
    pause = b"PAUSE MANSRTSP/1.0\r\nCSeq: 3\r\nPauseTime: now\r\n\r\n"
    for order in (pause, gb.play(4, seek_s=60), gb.play(5, scale=4.0)):
        del upper.answers[invite.call_id]
        info = dialog.request("INFO")
        info.set("via", str(upper.made("INFO").via))
        info.set("content-type", "Application/MANSRTSP")
        info.body = order
        upper.send(info)
        answered: sip.Response = await until(lambda: upper.answers.get(invite.call_id))
        assert answered.status == 200
        await below.until(lambda order=order: order.decode() in below.seeks)
    writer.close()
    upper.close()


async def test_three_signs_of_life_without_an_answer(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "ANSWER_S", 0.5)
    monkeypatch.setattr(link, "PAUSES_S", (30.0,))
    upper = await strict()
    await registered(pair, upper)
    before = len(upper.proofs)
    upper.deaf = True
    await pair.is_so("failed", "silent")
    upper.deaf = False
    row = await pair.row()
    tested = await pair.lower.desk.post(f"{pair.lower.at}/upper-platforms/{row['upperId']}/test")
    assert tested.json()["state"] == "registered"
    assert len(upper.proofs) > before
    upper.close()
