"""Random and mangled messages: read or refused in words, never another error, never differently by cut."""

import itertools
from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st

from linli.protocols import sip
from tests.protocols.sip.dumps import dumps
from tests.protocols.sip.torture import torture_messages

SEEDS = [*dumps().values(), *(message.wire for message in torture_messages())]
PIECES = [
    b"\r\n",
    b"\n ",
    b";",
    b",",
    b"<",
    b">",
    b'"',
    b"\\",
    b"%",
    b"=",
    b":",
    b"@",
    b"\0",
    b"\xff",
    b"sip:",
    b"SIP/2.0",
    b" ",
]
METHODS = frozenset(["INVITE", "ACK", "BYE", "REGISTER", "OPTIONS", "CANCEL"])


@st.composite
def mangled(draw):
    wire = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(wire)))
        to = min(len(wire), at + draw(st.integers(0, 6)))
        wire[at:to] = draw(st.sampled_from(PIECES) | st.binary(max_size=4))
    return bytes(wire)


def work_on(message: sip.Request | sip.Response) -> None:
    """Ask everything that a server asks."""
    if isinstance(message, sip.Response):
        sip.usable(message)
        return
    refusal = sip.examine(message, METHODS, frozenset())
    via = sip.answer_via(message)
    if via is not None:
        via.received_from("192.0.2.1", 5060)
        answer = sip.respond(message, refusal.status if refusal else 200, to_tag="t")
        assert sip.read_datagram(bytes(answer)).first_line() == answer.first_line()
    if refusal is None:
        for contact in message.contacts:
            sip.contact_seconds(contact, 600, 7200)
            assert sip.read_uri(str(contact.uri)) == contact.uri
        with suppress(sip.Malformed):
            sip.Dialog.of_request(message, "t").request("BYE")
    for name in ("authorization", "proxy-authorization"):
        for value in message.fields.get(name, ()):
            with suppress(sip.Malformed):
                sip.read_credentials(value)


@settings(max_examples=200, deadline=None)
@given(mangled())
def test_datagrams(wire: bytes):
    try:
        message = sip.read_datagram(wire)
    except (sip.Malformed, sip.NotSip) as error:
        request = getattr(error, "request", None)
        if request is not None:
            sip.answer_via(request)
            bytes(sip.respond(request, 400, to_tag="t"))
        return
    work_on(message)


@settings(max_examples=100, deadline=None)
@given(st.lists(mangled(), min_size=1, max_size=3), st.lists(st.integers(1, 700), min_size=1, max_size=8))
def test_streams(wires: list[bytes], steps: list[int]):
    stream = b"".join(wires)

    def read(cuts: list[int]) -> list[bytes]:
        reader, messages, at = sip.StreamReader(), [], 0
        for step in itertools.cycle(cuts):
            messages += [bytes(message) for message in reader.read(stream[at : at + step])]
            at += step
            if at >= len(stream):
                break
        return [*messages, type(reader.flaw).__name__.encode()]

    assert read(steps) == read([len(stream)])


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_texts(text: str):
    for read in (sip.read_uri, sip.read_address, sip.read_via, sip.read_credentials, sip.read_challenge):
        with suppress(sip.Malformed):
            read(text)
