"""RFC 4475: each of its messages has its fate, and none raises anything else."""

import pytest

from linli.protocols import sip
from linli.protocols.sip.message import BrokenRequest
from tests.protocols.sip.torture import Torture, torture_messages

METHODS = frozenset(["ACK", "BYE", "CANCEL", "INFO", "INVITE", "OPTIONS", "REGISTER", "UPDATE"])
MESSAGES = torture_messages()


def fate(wire: bytes) -> str:
    try:
        message = sip.read_datagram(wire)
    except BrokenRequest as error:
        return str(error.status)
    except (sip.Malformed, sip.NotSip):
        return "dropped"
    if isinstance(message, sip.Response):
        return "accepted" if sip.usable(message) else "dropped"
    refusal = sip.examine(message, METHODS, frozenset())
    return "accepted" if refusal is None else str(refusal.status)


def test_all_are_there():
    assert len({message.name for message in MESSAGES}) == 49


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.name)
def test_fate(message: Torture):
    assert fate(message.wire) == message.core


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message.name)
def test_every_cut_and_flipped_byte_has_a_fate(message: Torture):
    for cut in range(0, len(message.wire), 7):
        fate(message.wire[:cut])
    for at in range(0, len(message.wire), 11):
        fate(message.wire[:at] + bytes([message.wire[at] ^ 0x55]) + message.wire[at + 1 :])


def accepted(name: str) -> sip.Request:
    wire = next(message.wire for message in MESSAGES if message.name == name)
    request = sip.read_datagram(wire)
    assert isinstance(request, sip.Request)
    return request


def test_short_tortuous_invite_is_read_as_meant():
    request = accepted("wsinv")
    assert request.to.tag == "1918181833n"
    assert request.from_.display == 'J Rosenberg \\"'
    assert request.from_.tag == "98asjd8"
    assert request.max_forwards == 68
    assert request.cseq == (9, "INVITE")
    assert [(via.transport, via.host, via.branch) for via in request.vias] == [
        ("UDP", "192.0.2.2", "390skdjuw"),
        ("TCP", "spindle.example.com", "z9hG4bK9ikj8"),
        ("UDP", "192.168.255.111", "z9hG4bK30239"),
    ]
    assert request.contacts[0].display == 'Quoted string ""'
    assert request.contacts[0].params == {"newparam": "newvalue", "secondparam": None, "q": "0.33"}
    assert request.get("newfangledheader") == "newfangled value continued newfangled value"
    assert request.get("unknownheaderwithunusualvalue") == ";;,,;;,;"
    assert request.get("subject") == ""
    assert request.routes[0].uri.loose
    assert len(request.body) == 150


def test_escapes_are_undone_and_written_again():
    request = accepted("esc01")
    assert request.uri.user == "sips:user@example.com"
    assert str(request.uri) == "sip:sips%3Auser%40example.com@example.net"
    assert request.to.uri.user == "user"
    assert request.from_.uri.user == "I have spaces"
    assert str(request.from_.uri) == "sip:I%20have%20spaces@example.net"
    assert [contact.uri.user for contact in accepted("escnull").contacts] == ["\0", "\0\0"]


def test_second_message_of_a_datagram_is_dropped():
    assert accepted("dblreq").body == b""


def test_many_hops_keep_their_order():
    hosts = [via.host for via in accepted("longreq").vias]
    assert len(hosts) == 34
    assert hosts[:2] == ["sip33.example.com", "sip32.example.com"]
    assert hosts[-1] == "host.example.com"


@pytest.mark.parametrize("message", [m for m in MESSAGES if m.core == "accepted"], ids=lambda m: m.name)
def test_written_again_it_says_the_same(message: Torture):
    first = sip.read_datagram(message.wire)
    second = sip.read_datagram(bytes(first))
    assert second.fields | {"content-length": []} == first.fields | {"content-length": []}
    assert (second.body, second.first_line()) == (first.body, first.first_line())
