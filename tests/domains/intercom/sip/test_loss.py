"""Calls over a network that loses a tenth of all messages, doubles and delays some; and a NAT that changes its ports."""

import asyncio

from sqlalchemy import select

from linli.domains.intercom.models import calls
from linli.domains.intercom.rows import CallRow
from linli.kernel.db import Query
from linli.protocols import sip
from linli.sim.voip import CallState, VoipCall, VoipManager
from linli.sim.voip.line import LogIn
from tests.domains.intercom.sip.conftest import Exchange
from tests.domains.intercom.sip.network import Network
from tests.domains.intercom.sip.phone import WAIT_S, Phone
from tests.domains.intercom.sip.test_calls import ANSWER, acknowledge, answer, send, until_quiet

PAIRS, CALLS = 5, 4
_all = Query(select(calls).order_by(calls.c.id), CallRow, unscoped="a test reads all")


async def opened(exchange: Exchange, network: Network, *, kind: int = 0) -> tuple[VoipManager, str]:
    """A phone with timers of its own, behind the network."""
    number, password = await exchange.account(kind=kind)
    phone = VoipManager()
    phone.init()
    await phone.login_ippbx(LogIn(number, password, "127.0.0.1", network.port))
    return phone, number


async def some_calls(caller: VoipManager, callee: VoipManager, number: str) -> list[str]:
    """Call after call; how each went. Every second one is hung up by who was called, one is given up."""
    taken: list[VoipCall] = []
    callee.set_incoming_callback(taken.append)
    went = []
    for turn in range(CALLS):
        taken.clear()
        call = await caller.call_phone_number(number)
        while not taken and call.state is not CallState.END:
            await asyncio.sleep(0.01)
        if taken and turn == 1:
            call.hangup()
        elif taken:
            taken[0].accept()
            await call.connected.wait()
            (call if turn % 2 else taken[0]).hangup()
        await call.ended.wait()
        for other in taken:
            await other.ended.wait()
        went.append("talked" if call.connected.is_set() else f"ended {call.status}")
    return went


async def test_calls_over_a_bad_network_complete_or_end_clean(exchange: Exchange) -> None:
    network = await Network(exchange.front.port, seed=4475, lost=0.1, twice=0.1, late=0.1).open()
    phones: list[VoipManager] = []
    try:
        pairs = []
        for _ in range(PAIRS):
            (caller, _), (callee, number) = (
                await opened(exchange, network, kind=1),
                await opened(exchange, network),
            )
            phones += [caller, callee]
            pairs.append((caller, callee, number))
        async with asyncio.timeout(4 * WAIT_S):
            went = await asyncio.gather(*(some_calls(*pair) for pair in pairs))
        await until_quiet(exchange)
        await exchange.front.log._steps.join()
    finally:
        for phone in phones:
            for account in (phone.account("ippbx"),):
                if account is not None:
                    account.line.cut()
        network.close()
    assert all(one[:1] + one[2:] == ["talked"] * (CALLS - 1) for one in went), went
    assert {one[1] for one in went} == {"ended 487"}
    rows = await _all.all(exchange.db)
    assert len(rows) == PAIRS * CALLS
    assert {row.state for row in rows} == {2}, "none is open"
    assert sum(row.outcome == "answered" for row in rows) == PAIRS * (CALLS - 1)
    assert all(network.counts[what] > 0 for what in ("lost", "late"))


async def test_a_phone_whose_nat_changes_its_port_talks_on(exchange: Exchange) -> None:
    network = await Network(exchange.front.port).open()
    door = await exchange.phone(kind=1)
    phone = await Phone.open(network.port, *await exchange.account())
    exchange.phones.append(phone)
    assert (await phone.register()).status == 200
    invite = await door.call(phone.number)
    received = await phone.request("INVITE")
    answer(phone, received, 200, body=ANSWER)
    dialog = acknowledge(door, invite, await door.response(200))
    await phone.request("ACK")
    ours = sip.Dialog.of_request(received, "callee")
    await network.rebind()
    info = ours.request("INFO")
    info.set("content-type", "application/json")
    info.body = b'{"req":"unlock","reqsn":7}'
    send(phone, info)
    door.send(sip.respond(await door.request("INFO"), 200))
    assert (await phone.response()).status == 200
    # From now on it is reached where it is.
    send(door, dialog.request("BYE"))
    phone.send(sip.respond(await phone.request("BYE"), 200))
    assert (await door.response(200)).cseq.method == "BYE"
    await until_quiet(exchange)
    # Once it logs in again it rings there, too.
    assert (await phone.register()).status == 200
    await door.call(phone.number)
    await phone.request("INVITE")
    network.close()
