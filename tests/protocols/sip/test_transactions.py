"""The machines against the tables of RFC 3261, 17, and RFC 6026."""

import pytest

from linli.protocols import sip
from linli.protocols.sip.transactions import (
    AnswerRepeat,
    ClientInvite,
    ClientRequest,
    Deliver,
    Failure,
    Machine,
    Send,
    ServerInvite,
    ServerRequest,
    client_key,
    invite_of,
    server_key,
)
from tests.protocols.sip.dumps import dumps

DUMPS = dumps()


def read(name: str) -> sip.Request:
    message = sip.read_datagram(DUMPS[name])
    assert isinstance(message, sip.Request)
    return message


INVITE, REGISTER = read("invite"), read("register")


def answer(status: int, request: sip.Request = INVITE, tag: str = "t") -> sip.Response:
    return sip.respond(request, status, to_tag=tag)


def ack() -> sip.Request:
    return sip.acknowledge(INVITE, answer(486))


def run(machine: Machine | AnswerRepeat, until_ms: int) -> list[tuple[int, str]]:
    """Let the clock run; what is done at which time."""
    done = []
    while machine.deadline_ms is not None and machine.deadline_ms <= until_ms:
        now_ms = machine.deadline_ms
        done += [(now_ms, type(action).__name__) for action in machine.tick(now_ms)]
    return done


def test_invite_is_repeated_until_nobody_is_there():
    machine = ClientInvite(INVITE, reliable=False)
    assert machine.start(0) == [Send(INVITE)]
    times = [500, 1500, 3500, 7500, 15500, 31500]
    assert run(machine, 10**6) == [*((at, "Send") for at in times), (32_000, "Failure")]
    assert machine.over


def test_invite_over_tcp_is_not_repeated():
    machine = ClientInvite(INVITE, reliable=True)
    machine.start(0)
    assert run(machine, 10**6) == [(32_000, "Failure")]


def test_ringing_stops_repeats_and_waits_as_long_as_it_likes():
    machine = ClientInvite(INVITE, reliable=False)
    machine.start(0)
    ringing = answer(180)
    assert machine.receive(ringing, 100) == [Deliver(ringing)]
    assert machine.deadline_ms is None
    assert machine.state == "proceeding"


def test_a_refusal_is_acknowledged_each_time_and_told_once():
    machine = ClientInvite(INVITE, reliable=False)
    machine.start(0)
    refusal = answer(486)
    first = machine.receive(refusal, 100)
    assert [type(action) for action in first] == [Send, Deliver]
    sent = first[0].message
    assert isinstance(sent, sip.Request)
    assert (sent.method, sent.to.tag, sent.via) == ("ACK", "t", INVITE.via)
    assert [type(action) for action in machine.receive(refusal, 200)] == [Send]
    assert machine.receive(answer(200), 300) == []
    assert run(machine, 10**6) == []
    assert machine.over


def test_every_acceptance_is_told():
    machine = ClientInvite(INVITE, reliable=False)
    machine.start(0)
    winner, fork = answer(200, tag="a"), answer(200, tag="b")
    assert machine.receive(winner, 100) == [Deliver(winner)]
    assert machine.receive(winner, 600) == [Deliver(winner)]
    assert machine.receive(fork, 700) == [Deliver(fork)]
    assert machine.receive(answer(486), 800) == []
    assert machine.state == "accepted"
    assert machine.deadline_ms == 32_100
    assert run(machine, 10**6) == []
    assert machine.over


def test_other_requests_are_repeated_ever_slower():
    machine = ClientRequest(REGISTER, reliable=False)
    machine.start(0)
    times = [500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]
    assert run(machine, 10**6) == [*((at, "Send") for at in times), (32_000, "Failure")]


def test_other_requests_slow_down_when_somebody_works_on_them():
    machine = ClientRequest(REGISTER, reliable=False)
    machine.start(0)
    machine.receive(answer(100, REGISTER), 100)
    assert run(machine, 9000) == [(500, "Send"), (4500, "Send"), (8500, "Send")]
    final = answer(200, REGISTER)
    assert machine.receive(final, 9000) == [Deliver(final)]
    assert machine.receive(final, 9100) == []
    assert machine.deadline_ms == 14_000
    assert run(machine, 10**6) == []
    assert machine.over


def test_a_final_answer_over_tcp_ends_it_at_once():
    client = ClientRequest(REGISTER, reliable=True)
    client.start(0)
    client.receive(answer(200, REGISTER), 10)
    assert client.over
    server = ServerRequest(REGISTER, reliable=True)
    server.respond(answer(200, REGISTER), 10)
    assert server.over


def test_server_repeats_what_it_said():
    machine = ServerRequest(REGISTER, reliable=False)
    assert machine.receive(REGISTER, 0) == []
    final = answer(200, REGISTER)
    (first,), (again,) = machine.respond(final, 10), machine.receive(REGISTER, 20)
    assert isinstance(first, Send)
    assert isinstance(again, Send)
    assert bytes(first.message) == bytes(again.message) == bytes(final)
    assert machine.request.fields.keys() == {"via", "from", "to", "call-id", "cseq"}, "the rest is not kept"
    assert machine.respond(answer(500, REGISTER), 30) == []
    assert run(machine, 32_010) == []
    assert machine.over
    assert machine.receive(REGISTER, 40_000) == []


def test_server_repeats_a_refusal_until_its_ack():
    machine = ServerInvite(INVITE, reliable=False)
    ringing, busy = answer(180), answer(486)
    assert machine.respond(ringing, 0) == [Send(ringing)]
    assert machine.receive(INVITE, 500) == [Send(ringing)]
    assert machine.respond(busy, 1000) == [Send(busy)]
    assert machine.receive(INVITE, 1100) == [Send(busy)]
    assert run(machine, 12_000) == [(1500, "Send"), (2500, "Send"), (4500, "Send"), (8500, "Send")]
    assert machine.receive(ack(), 12_000) == []
    assert machine.state == "confirmed"
    assert machine.receive(INVITE, 12_100) == []
    assert run(machine, 10**6) == []
    assert machine.over


def test_server_says_when_no_ack_came():
    machine = ServerInvite(INVITE, reliable=True)
    machine.respond(answer(486), 0)
    assert run(machine, 10**6) == [(32_000, "Failure")]


def test_server_absorbs_repeats_of_an_accepted_invite():
    machine = ServerInvite(INVITE, reliable=False)
    accepted = answer(200)
    machine.respond(accepted, 0)
    assert machine.receive(INVITE, 10) == []
    assert machine.respond(accepted, 500) == [Send(accepted)]
    assert machine.respond(answer(486), 600) == []
    confirm = ack()
    assert machine.receive(confirm, 700) == [Deliver(confirm)]
    assert run(machine, 10**6) == []
    assert machine.over


def test_an_acceptance_is_repeated_until_its_ack():
    repeat = AnswerRepeat(answer(200), 0)
    assert run(repeat, 8000) == [(500, "Send"), (1500, "Send"), (3500, "Send"), (7500, "Send")]
    repeat.acknowledged()
    assert repeat.deadline_ms is None
    lost = AnswerRepeat(answer(200), 0)
    assert run(lost, 10**6)[-1] == (32_000, "Failure")


@pytest.mark.parametrize("kind", [ClientInvite, ClientRequest, ServerInvite, ServerRequest])
def test_a_dead_transport_ends_it(kind: type[Machine]):
    machine = kind(INVITE, reliable=False)
    assert machine.transport_failed() == [Failure("transport")]
    assert machine.over
    assert machine.transport_failed() == []
    assert machine.deadline_ms is None


def test_keys():
    assert server_key(ack()) == server_key(INVITE)
    cancel = sip.cancel(INVITE)
    assert invite_of(cancel) == server_key(INVITE)
    assert server_key(cancel) != server_key(INVITE)
    assert client_key(answer(200)) == client_key(INVITE)


def test_old_clients_are_known_by_everything_they_say():
    wire = DUMPS["invite"].replace(b"z9hG4bK.8aOxITrEA", b"1")
    first, again = sip.read_datagram(wire), sip.read_datagram(wire)
    other = sip.read_datagram(wire.replace(b"hpgH62gK2G", b"other"))
    assert isinstance(first, sip.Request)
    assert isinstance(again, sip.Request)
    assert isinstance(other, sip.Request)
    assert server_key(first) == server_key(again)
    assert server_key(first) != server_key(other)
    assert server_key(sip.acknowledge(first, sip.respond(first, 486, to_tag="t"))) == server_key(first)
