"""Calls between registered phones over real sockets: each end has a dialog of its own."""

import asyncio

from linli.calls.call import Call
from linli.calls.lines import MOST_EACH, MOST_RINGING
from linli.protocols import sip
from tests.domains.intercom.sip.conftest import Exchange
from tests.domains.intercom.sip.phone import SDP, Phone, Stream
from tests.ports import free_port

ANSWER = SDP.replace(b"40000", b"50000")


def answer(
    phone: Phone, request: sip.Request, status: int, *, body: bytes = b"", tag: str = "callee"
) -> sip.Response:
    fields = [("contact", f"<sip:{phone.number}@127.0.0.1:{phone.port}>")]
    if body:
        fields.append(("content-type", "application/sdp"))
    response = sip.respond(request, status, to_tag=tag, fields=fields, body=body)
    phone.send(response)
    return response


def acknowledge(phone: Phone, invite: sip.Request, accepted: sip.Response) -> sip.Dialog:
    dialog = sip.Dialog.of_answer(invite, accepted)
    send(phone, dialog.ack())
    return dialog


def send(phone: Phone, request: sip.Request) -> sip.Request:
    phone.cseq += 1
    request.set("via", f"SIP/2.0/UDP 127.0.0.1:{phone.port};branch=z9hG4bKin{phone.cseq};rport")
    request.set("contact", f"<sip:{phone.number}@127.0.0.1:{phone.port}>")
    phone.send(request)
    return request


async def until_quiet(exchange: Exchange) -> None:
    async with asyncio.timeout(60):
        while exchange.front.calls.count:
            await asyncio.sleep(0.01)
    lines = exchange.front.calls.lines
    assert all(lines.reachable(phone.number) for phone in exchange.phones)
    assert not exchange.front.calls._sides


async def talking(exchange: Exchange) -> tuple[Phone, sip.Dialog, Phone, sip.Dialog]:
    caller, callee = await exchange.phone(), await exchange.phone()
    invite = await caller.call(callee.number)
    received = await callee.request("INVITE")
    answer(callee, received, 200, body=ANSWER)
    accepted = await caller.response(200)
    assert accepted.body == ANSWER
    theirs = sip.Dialog.of_request(received, "callee")
    await callee.request("ACK")
    return caller, acknowledge(caller, invite, accepted), callee, theirs


async def test_picture_before_the_answer_talk_and_hang_up(exchange: Exchange) -> None:
    caller, callee = await exchange.phone(kind=1), await exchange.phone()
    invite = await caller.call(callee.number)
    received = await callee.request("INVITE")
    assert received.body == SDP
    assert received.call_id != invite.call_id
    assert received.from_.uri.user == caller.number
    answer(callee, received, 183, body=ANSWER)
    early = await caller.response(183)
    assert early.body == ANSWER
    answer(callee, received, 200, body=ANSWER)
    accepted = await caller.response(200)
    assert accepted.to.tag == early.to.tag
    assert accepted.content_type == "application/sdp"
    await callee.request("ACK")
    dialog = acknowledge(caller, invite, accepted)
    send(caller, dialog.request("BYE"))
    assert (await caller.response()).status == 200
    bye = await callee.request("BYE")
    callee.send(sip.respond(bye, 200))
    await until_quiet(exchange)


async def test_the_called_one_hangs_up(exchange: Exchange) -> None:
    caller, _, callee, theirs = await talking(exchange)
    send(callee, theirs.request("BYE"))
    assert (await callee.response()).status == 200
    caller.send(sip.respond(await caller.request("BYE"), 200))
    await until_quiet(exchange)


async def test_the_unlock_message_goes_through_and_back(exchange: Exchange) -> None:
    door, _, phone, theirs = await talking(exchange)
    info = theirs.request("INFO")
    info.set("content-type", "application/json")
    info.body = b'{"req":"unlock","reqsn":100,"sip":"M124123123"}'
    send(phone, info)
    received = await door.request("INFO")
    assert received.body == info.body
    assert received.content_type == "application/json"
    door.send(sip.respond(received, 200))
    assert (await phone.response()).status == 200


async def test_a_call_is_held_and_taken_up(exchange: Exchange) -> None:
    caller, ours, callee, _ = await talking(exchange)
    again = ours.request("INVITE")
    again.set("content-type", "application/sdp")
    again.body = SDP + b"a=sendonly\r\n"
    again = send(caller, again)
    received = await callee.request("INVITE")
    assert received.body == again.body
    answer(callee, received, 200, body=ANSWER + b"a=recvonly\r\n")
    accepted = await caller.response(200)
    assert accepted.body.endswith(b"a=recvonly\r\n")
    await callee.request("ACK")
    send(caller, ours.ack())
    late = ours.request("BYE")
    send(caller, late)
    assert (await caller.response(200)).cseq.method == "BYE"


async def test_a_late_offer_is_answered_in_the_ack(exchange: Exchange) -> None:
    caller, callee = await exchange.phone(), await exchange.phone()
    invite = await caller.call(callee.number, body=b"")
    received = await callee.request("INVITE")
    assert received.body == b""
    answer(callee, received, 200, body=SDP)
    accepted = await caller.response(200)
    dialog = sip.Dialog.of_answer(invite, accepted)
    ack = dialog.ack()
    ack.set("content-type", "application/sdp")
    ack.body = ANSWER
    send(caller, ack)
    assert (await callee.request("ACK")).body == ANSWER


async def test_the_caller_gives_up(exchange: Exchange) -> None:
    caller, callee = await exchange.phone(), await exchange.phone()
    invite = await caller.call(callee.number)
    received = await callee.request("INVITE")
    answer(callee, received, 180)
    await caller.response(180)
    caller.send(sip.cancel(invite))
    ended = await caller.next(lambda m: isinstance(m, sip.Response) and m.status == 487)
    caller.send(sip.acknowledge(invite, ended))
    cancelled = await callee.request("CANCEL")
    callee.send(sip.respond(cancelled, 200))
    answer(callee, received, 487)
    await callee.request("ACK")
    await until_quiet(exchange)


async def test_an_answer_that_crosses_the_cancel_is_hung_up(exchange: Exchange) -> None:
    caller, callee = await exchange.phone(), await exchange.phone()
    invite = await caller.call(callee.number)
    received = await callee.request("INVITE")
    answer(callee, received, 180)
    await caller.response(180)
    caller.send(sip.cancel(invite))
    await callee.request("CANCEL")
    answer(callee, received, 200, body=ANSWER)
    await callee.request("ACK")
    await callee.request("BYE")
    await until_quiet(exchange)


async def test_a_refusal_is_told(exchange: Exchange) -> None:
    caller, callee = await exchange.phone(), await exchange.phone()
    invite = await caller.call(callee.number)
    answer(callee, await callee.request("INVITE"), 603)
    refused = await caller.response()
    assert refused.status == 603
    caller.send(sip.acknowledge(invite, refused))
    await callee.request("ACK")
    await until_quiet(exchange)


async def test_a_group_rings_and_the_first_to_answer_has_it(exchange: Exchange) -> None:
    caller = await exchange.phone(kind=1)
    members = [await exchange.phone() for _ in range(3)]
    away = await exchange.phone(registered=False)
    invite = await caller.call(await exchange.group(*members, away))
    received = [await member.request("INVITE") for member in members]
    answer(members[0], received[0], 183, body=ANSWER)
    assert (await caller.response(183)).body == ANSWER
    answer(members[1], received[1], 183, body=SDP)
    assert (await caller.response(180)).body == b"", "one picture a call"
    answer(members[2], received[2], 486)
    await members[2].request("ACK")
    answer(members[1], received[1], 200, body=SDP)
    accepted = await caller.response(200)
    acknowledge(caller, invite, accepted)
    assert accepted.body == SDP
    await members[0].request("CANCEL")
    answer(members[0], received[0], 487)
    await members[1].request("ACK")


async def test_who_may_call_whom(exchange: Exchange) -> None:
    caller, stranger = await exchange.phone(), await exchange.phone(scope=exchange.other)
    away = await exchange.phone(registered=False)
    for number, status in ((stranger.number, 404), ("nobody", 404), (away.number, 480), (caller.number, 480)):
        await caller.call(number)
        assert (await caller.response()).status == status, number


async def test_one_in_a_call_is_busy(exchange: Exchange) -> None:
    _, _, callee, _ = await talking(exchange)
    third = await exchange.phone()
    await third.call(callee.number)
    assert (await third.response()).status == 486


async def test_nobody_answers(exchange: Exchange) -> None:
    exchange.front.calls.ring_s = 0.2
    caller, callee = await exchange.phone(), await exchange.phone()
    await caller.call(callee.number)
    received = await callee.request("INVITE")
    answer(callee, received, 180)
    assert (await caller.response()).status == 480
    await callee.request("CANCEL")
    await until_quiet(exchange)


async def test_a_call_has_its_limit(exchange: Exchange) -> None:
    exchange.front.calls.talk_s = 0.2
    caller, _, callee, _ = await talking(exchange)
    await caller.request("BYE")
    await callee.request("BYE")
    await until_quiet(exchange)


async def test_requests_of_no_call_are_refused(exchange: Exchange) -> None:
    phone = await exchange.phone()
    bye = phone.make("BYE", "sip:127.0.0.1")
    bye.set("to", "<sip:x@127.0.0.1>;tag=unknown")
    phone.send(bye)
    assert (await phone.response()).status == 481
    cancel = phone.make("CANCEL", "sip:127.0.0.1")
    phone.send(cancel)
    assert (await phone.response()).status == 481


async def test_transactions_end(exchange: Exchange) -> None:
    caller, ours, callee, _ = await talking(exchange)
    send(caller, ours.request("BYE"))
    callee.send(sip.respond(await callee.request("BYE"), 200))
    await until_quiet(exchange)
    calls = {call for call in exchange.front.calls._calls if isinstance(call, Call)}
    assert calls == set()


async def test_nobody_rings_without_end(exchange: Exchange) -> None:
    callee = await exchange.phone()
    callers = [await exchange.phone() for _ in range(MOST_RINGING + 1)]
    for caller in callers[:-1]:
        await caller.call(callee.number)
        await callee.request("INVITE")
    await callers[-1].call(callee.number)
    assert (await callers[-1].response(486, 480)).status == 486
    one = callers[0]
    for _ in range(MOST_EACH - 1):
        other = await exchange.phone()
        await one.call(other.number)
        await other.request("INVITE")
    spare = await exchange.phone()
    await one.call(spare.number)
    assert (await one.response(486)).status == 486


async def test_a_connection_that_ended_passes_its_calls_to_nobody_else(exchange: Exchange) -> None:
    caller, victim = await exchange.phone(), await exchange.phone(registered=False)
    port = free_port()
    line = await Stream.open(exchange.front.port, port)
    assert await line.register(victim) == 200
    invite = await caller.call(victim.number)
    received = await line.next()
    assert isinstance(received, sip.Request)
    assert received.method == "INVITE"
    caller.send(sip.cancel(invite))
    await caller.response(487)
    line.abort()
    async with asyncio.timeout(60):
        while exchange.front._streams.flow("127.0.0.1", port, victim.number) is not None:
            await asyncio.sleep(0.01)
    other = await Stream.open(exchange.front.port, port)
    assert await other.register(await exchange.phone(registered=False)) == 200
    await caller.call(victim.number)
    assert (await caller.response(480)).status == 480
    other.abort()


async def test_a_timer_that_fails_stops_no_other(exchange: Exchange) -> None:
    def fail(_response: sip.Response) -> None:
        raise RuntimeError("a fault of ours")

    lost = asyncio.Event()
    engine, flow = exchange.front.exchange, exchange.front._datagrams.flow("127.0.0.1", free_port())
    assert flow is not None
    for on_failure in (lambda: fail(sip.Response(408)), lost.set):
        request = sip.Request("OPTIONS", "sip:127.0.0.1")
        for name, value in (("to", "<sip:a@h>"), ("call-id", "x"), ("cseq", "1 OPTIONS")):
            request.set(name, value)
        request.set("from", "<sip:b@h>;tag=1")
        outgoing = engine.send(request, flow, fail, on_failure)
        outgoing.machine._timers["F"] = engine.clock.steady_ms()
        engine._schedule(outgoing)
    await asyncio.wait_for(lost.wait(), 60)
