import pytest

from linli.protocols import sip
from linli.protocols.sip import Dialog, Forks
from tests.protocols.sip.dumps import dumps

ROUTES = ("<sip:p1.example;lr>", "<sip:p2.example;lr>")


def invite(*routes: str) -> sip.Request:
    message = sip.read_datagram(dumps()["invite"])
    assert isinstance(message, sip.Request)
    if routes:
        message.set("record-route", *routes)
    return message


def answer(status: int, tag: str = "them", *routes: str) -> sip.Response:
    response = sip.respond(invite(), status, to_tag=tag, fields=[("contact", f"<sip:b@{tag}.example:5070>")])
    if routes:
        response.set("record-route", *routes)
    return response


def test_caller_and_called_see_the_same_dialog():
    caller = Dialog.of_answer(invite(), answer(200, "them", *ROUTES))
    called = Dialog.of_request(invite(*ROUTES), "them")
    assert caller.key == ("hpgH62gK2G", "7B13LTdJn", "them")
    assert called.key == ("hpgH62gK2G", "them", "7B13LTdJn")
    assert [str(route) for route in called.routes] == list(ROUTES)
    assert [str(route) for route in caller.routes] == list(reversed(ROUTES))
    bye = caller.request("BYE")
    assert (bye.target, bye.cseq) == ("sip:b@them.example:5070", (21, "BYE"))
    assert bye.values("route") == list(reversed(ROUTES))
    assert sip.key_of_request(bye) == called.key
    assert called.take(bye) is None


def test_acknowledgement_has_the_number_of_its_invite():
    dialog = Dialog.of_answer(invite(), answer(200))
    dialog.request("INFO")
    assert dialog.ack().cseq == (20, "ACK")
    again = dialog.request("INVITE")
    assert again.cseq == (22, "INVITE")
    assert dialog.ack().cseq == (22, "ACK")


def test_a_strict_router_gets_what_it_wants():
    dialog = Dialog.of_answer(invite(), answer(200, "them", "<sip:last.example;lr>", "<sip:strict.example>"))
    bye = dialog.request("BYE")
    assert bye.target == "sip:strict.example"
    assert bye.values("route") == ["<sip:last.example;lr>", "<sip:b@them.example:5070>"]


def test_late_requests_are_refused_and_targets_follow():
    dialog = Dialog.of_request(invite(), "us")
    late = invite()
    late.set("cseq", "19 INVITE")
    assert dialog.take(late) == 500
    moved = invite()
    moved.set("cseq", "21 INVITE")
    moved.set("contact", "<sip:new@host>")
    assert dialog.take(moved) is None
    assert str(dialog.target) == "sip:new@host"


def test_forks_each_have_their_dialog():
    forks = Forks(invite())
    assert forks.receive(sip.respond(invite(), 100)) is None
    first, second = forks.receive(answer(180, "a")), forks.receive(answer(183, "b"))
    assert first is not None
    assert second is not None
    assert first is not second
    assert forks.receive(answer(180, "a")) is first
    assert forks.winner is None
    assert forks.receive(answer(200, "b", *ROUTES)) is second
    assert forks.winner is second
    assert (first.state, second.state) == ("early", "confirmed")
    assert [str(route) for route in second.routes] == list(reversed(ROUTES))
    late = forks.receive(answer(200, "c"))
    assert late is not None
    assert forks.winner is second
    assert forks.receive(answer(486)) is None


def test_early_ends_are_bounded():
    forks = Forks(invite())
    assert sum(forks.receive(answer(180, f"t{number}")) is not None for number in range(100)) == 16
    assert forks.receive(answer(200, "real")) is not None


def test_an_acceptance_without_contact_makes_no_dialog():
    response = answer(200)
    response.set("contact")
    with pytest.raises(sip.Malformed):
        Forks(invite()).receive(response)
