import pytest

from linli.protocols import sip
from linli.protocols.sip import digest
from linli.protocols.sip.fields import read_cseq
from linli.protocols.sip.message import MAX_FIELDS, BrokenRequest
from tests.protocols.sip.dumps import dumps

DUMPS = dumps()


def request(name: str) -> sip.Request:
    message = sip.read_datagram(DUMPS[name])
    assert isinstance(message, sip.Request)
    return message


def response(name: str) -> sip.Response:
    message = sip.read_datagram(DUMPS[name])
    assert isinstance(message, sip.Response)
    return message


def test_registration_as_the_specification_shows_it():
    first = request("register")
    assert (first.method, str(first.uri), first.expires, first.max_forwards) == (
        "REGISTER",
        "sip:47.112.101.107",
        600,
        70,
    )
    assert (first.call_id, first.cseq.number) == ("7ay7mqUOym", 20)
    assert first.to.uri.user == first.from_.uri.user == "TU9e8mJvLJLcSsy9dmDKuc"
    (contact,) = first.contacts
    assert (contact.uri.host, contact.uri.port, contact.uri.transport) == ("192.168.1.233", 62039, "udp")
    assert contact.params["+sip.instance"] == "<urn:uuid:418ee786-4cf0-435a-b42c-5ab6d06f8b88>"
    assert first.values("accept") == ["application/sdp", "text/plain", "application/vnd.gsma.rcs-ft-http+xml"]
    assert first.words("supported") == {"replaces", "outbound"}

    challenge = digest.read_challenge(response("challenge").get("www-authenticate") or "")
    assert challenge == digest.Challenge("asterisk", "59320d53")
    assert response("challenge").via == first.via.received_from("121.204.13.62", 62039)

    credentials = digest.read_credentials(request("register-again").get("authorization") or "")
    assert credentials is not None
    assert credentials.qop is None
    assert credentials.response == "414132ffca95be7131b756d4890b1fc4"

    done = response("registered")
    assert (done.status, done.to.tag, done.contacts[0].params["expires"]) == (200, "as4fef1d8e", "600")


def test_what_we_write_is_read_alike():
    for name, wire in DUMPS.items():
        message = sip.read_datagram(wire)
        again = sip.read_datagram(bytes(message))
        assert again.first_line() == message.first_line(), name
        assert again.body == message.body
        assert again.vias == message.vias
        assert again.contacts == message.contacts


def test_answer_copies_what_it_must():
    invite = request("invite")
    invite.add("record-route", "<sip:proxy.example;lr>")
    ringing = sip.respond(invite, 180, to_tag="abc", fields=[("contact", "<sip:us@host>")])
    assert ringing.first_line() == "SIP/2.0 180 Ringing"
    assert ringing.to.tag == "abc"
    assert ringing.get("record-route") == "<sip:proxy.example;lr>"
    assert (ringing.vias, ringing.call_id, ringing.cseq) == (invite.vias, invite.call_id, invite.cseq)
    assert sip.respond(invite, 100, to_tag="abc").to.tag is None
    assert sip.respond(invite, 486, to_tag="abc").get("record-route") is None


def test_ack_and_cancel_belong_to_the_invite():
    invite = request("invite")
    invite.set("route", "<sip:a;lr>", "<sip:b;lr>")
    ack = sip.acknowledge(invite, sip.respond(invite, 486, to_tag="abc"))
    assert (ack.to.tag, ack.cseq, ack.via, ack.max_forwards) == ("abc", (20, "ACK"), invite.via, 70)
    assert [str(route) for route in ack.routes] == ["<sip:a;lr>", "<sip:b;lr>"]
    cancel = sip.cancel(invite)
    assert (cancel.to.tag, cancel.cseq, cancel.target) == (None, (20, "CANCEL"), invite.target)


def test_short_names_and_folds():
    message = sip.read_datagram(
        b"INVITE sip:b@h SIP/2.0\r\nv: SIP/2.0/UDP h;branch=z9hG4bK1\r\nf: <sip:a@h>;tag=1\r\nt: <sip:b@h>\r\n"
        b"i: x\r\nCSeq: 1\r\n INVITE\r\nm: <sip:a@h>,\r\n\t<sip:c@h>\r\nc: application/sdp;charset=utf-8\r\n"
        b"l: 2\r\n\r\nv=rest"
    )
    assert [contact.uri.user for contact in message.contacts] == ["a", "c"]
    assert message.content_type == "application/sdp"
    assert message.cseq == read_cseq("1 INVITE")
    assert message.body == b"v="


def test_bare_line_ends_are_taken():
    message = sip.read_datagram(DUMPS["register"].replace(b"\r\n", b"\n"))
    assert message.call_id == "7ay7mqUOym"


@pytest.mark.parametrize(
    "wire",
    [b"", b"\r\n\r\n", b"\x00\x01\x00\x00", b"GET / HTTP/1.1\r\n\r\n", b"hello", b"\x16\x03\x01\x02\x00"],
)
def test_what_is_no_sip_is_nothing(wire: bytes):
    with pytest.raises((sip.NotSip, sip.Malformed)) as caught:
        sip.read_datagram(wire)
    assert not isinstance(caught.value, BrokenRequest)


def test_bounds_come_before_trust():
    head = b"OPTIONS sip:h SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\n"
    with pytest.raises(BrokenRequest):
        sip.read_datagram(head + b"X: y\r\n" * MAX_FIELDS + b"\r\n")
    with pytest.raises(sip.Malformed):
        sip.read_datagram(head + b"X: " + b"y" * 20_000 + b"\r\n\r\n")
    with pytest.raises(sip.Malformed):
        sip.read_datagram(head + b"\r\n" + bytes(70_000))


def test_too_many_hops_are_a_ring():
    wire = DUMPS["invite"].replace(
        b"Max-Forwards: 70", b"Max-Forwards: 70\r\nVia: " + b", ".join([b"SIP/2.0/UDP h"] * 70)
    )
    message = sip.read_datagram(wire)
    assert isinstance(message, sip.Request)
    refusal = sip.examine(message, {"INVITE"}, set())
    assert refusal is not None
    assert refusal.status == 483


def test_unknown_extension_is_named():
    message = request("invite")
    message.set("require", "100rel, timer")
    refusal = sip.examine(message, {"INVITE"}, {"timer"})
    assert refusal is not None
    assert (refusal.status, refusal.fields) == (420, (("unsupported", "100rel"),))


@pytest.mark.parametrize(
    "text, user, host, port",
    [
        ("sip:a@h", "a", "h", None),
        ("sips:a:secret@h:5061;transport=tcp?x=y", "a", "h", 5061),
        ("sip:[2001:db8::1]:6050;lr", None, "[2001:db8::1]", 6050),
        ("SIP:%E5%B0%8F@h", "小", "h", None),
        ("sip:1-3-1202@h", "1-3-1202", "h", None),
    ],
)
def test_uris(text: str, user: str | None, host: str, port: int | None):
    uri = sip.read_uri(text)
    assert (uri.user, uri.host, uri.port) == (user, host, port)
    assert sip.read_uri(str(uri)) == uri


@pytest.mark.parametrize(
    "text",
    [
        "",
        "h",
        "sip:",
        "sip:@h",
        "sip:a@",
        "sip:a@h:0",
        "sip:a@h:70000",
        "sip:a@h:x",
        "sip:a@h;",
        "sip:a@h;x;x",
        "sip:a b@h",
    ],
)
def test_bad_uris(text: str):
    with pytest.raises(sip.Malformed):
        sip.read_uri(text)


def test_the_via_notes_where_a_request_came_from():
    via = sip.read_via("SIP/2.0/UDP 10.0.0.5:5070;branch=z9hG4bK1")
    assert via.received_from("10.0.0.5", 5070).params == {"branch": "z9hG4bK1"}
    assert via.received_from("1.2.3.4", 9).params == {"branch": "z9hG4bK1", "received": "1.2.3.4"}
    asked = sip.read_via("SIP/2.0/UDP 10.0.0.5:5070;rport;branch=z9hG4bK1").received_from("1.2.3.4", 9)
    assert asked.params == {"rport": "9", "branch": "z9hG4bK1", "received": "1.2.3.4"}


def test_a_forged_received_does_not_stay():
    via = sip.read_via("SIP/2.0/UDP 10.0.0.5;branch=z9hG4bK1;received=192.0.2.66")
    assert "received" not in via.received_from("10.0.0.5", 5060).params


def test_how_long_a_contact_wants_to_stay():
    def seconds(text: str) -> int:
        return sip.contact_seconds(sip.read_address(text), default=600, top=7200)

    assert seconds("<sip:a@h>") == 600
    assert seconds("<sip:a@h>;expires=0") == 0
    assert seconds("<sip:a@h>;expires=60") == 60
    assert seconds("<sip:a@h>;expires=99999999999999") == 7200
    assert seconds("<sip:a@h>;expires=soon") == 3600


def test_star_contact():
    message = request("register")
    message.set("contact", "*")
    assert message.star_contact
    assert message.contacts == ()
