"""ONVIF's envelopes, log-in and answers. Vectors: ONVIF Application Programmer's Guide 1.0, 6.1.1.3."""

import base64
import contextlib
import random

import pytest

from linli.edge.video.simulator import answers
from linli.protocols import onvif
from linli.protocols.onvif import DEVICE, MEDIA, OnvifBroken, OnvifFault, XmlBroken


def test_the_digest_of_the_programmers_guide() -> None:
    nonce = base64.b64decode("LKqI6G/AikKCQrN0zqZFlg==")
    created = "2010-09-16T07:50:45Z"
    assert onvif.password_digest(nonce, created, "userpassword") == "tuOSpGlFlIXsozq4HFNeeGeFLEI="
    header = onvif.security_header("user", "userpassword", nonce, created)
    envelope, action = onvif.action_of(onvif.envelope(onvif.request(DEVICE, "GetDeviceInformation"), header))
    token = onvif.read_token(envelope)
    assert token is not None
    assert action.name == "GetDeviceInformation"
    assert token.fits("user", "userpassword")
    assert not token.fits("user", "other")
    assert onvif.created_ms(token.created) == 1284623445000


def test_what_a_recorder_lists() -> None:
    body = onvif.body_of(onvif.envelope(answers.profiles([(34, "4# 3单元西电梯"), (33, "<A&B>")])))
    channels = onvif.channels_of(onvif.profiles(body))
    assert [(each.number, each.name) for each in channels] == [(33, "<A&B>"), (34, "4# 3单元西电梯")]
    assert channels[0].profiles[0].token == "Profile_3301", "the largest stream first"
    clock = onvif.body_of(onvif.envelope(answers.clock(1_764_550_000_000)))
    assert onvif.utc_ms(clock) == 1_764_550_000_000


def test_sources_without_numbers_are_counted() -> None:
    profiles = [
        onvif.Profile(f"p{source}", "n", source, "n", "H264", 1, 1) for source in ("main", "side", "main")
    ]
    assert [each.number for each in onvif.channels_of(profiles)] == [1, 2]
    zero = [onvif.Profile("p", "n", "src0", "n", "", 0, 0), onvif.Profile("q", "n", "src1", "n", "", 0, 0)]
    assert [each.number for each in onvif.channels_of(zero)] == [1, 2]


def test_a_fault_is_raised_with_its_reason() -> None:
    with pytest.raises(OnvifFault) as raised:
        onvif.body_of(onvif.fault("NotAuthorized", "Sender not Authorized"))
    assert (raised.value.code, raised.value.is_refusal) == ("NotAuthorized", True)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"<a",
        b"\xff\xfe\x00",
        b"<a/>" + b" " * 1_100_000,
        b"<a>" * 50 + b"</a>" * 50,
        b"<a>" + b"<b/>" * 20_001 + b"</a>",
        b'<?xml version="1.0" encoding="cp9999"?><a/>',
        b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        b'<!DOCTYPE a SYSTEM "http://192.0.2.1/"><a/>',
        b"<a>" + b"x" * 70_000 + b"</a>",
    ],
)
def test_hostile_documents_are_refused(data: bytes) -> None:
    with pytest.raises(XmlBroken):
        onvif.read_xml(data)


def test_a_changed_answer_never_raises_anything_else() -> None:
    chance = random.Random(7)
    good = onvif.envelope(answers.profiles([(1, "a"), (2, "b")]))
    for _ in range(300):
        data = bytearray(good)
        for _ in range(chance.randint(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        with contextlib.suppress(OnvifBroken, OnvifFault):
            onvif.channels_of(onvif.profiles(onvif.body_of(bytes(data[: chance.randint(1, len(data))]))))
    assert onvif.request(MEDIA, "GetProfiles") == "<trt:GetProfiles></trt:GetProfiles>"
