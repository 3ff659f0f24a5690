"""CONNECT names, signatures, topics: the recorded cases of real SDKs."""

import json
from operator import itemgetter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.protocols.linkkit import signatures, topics
from linli.protocols.linkkit.connect import ConnectKind, parse_connect
from linli.protocols.linkkit.topics import UplinkKind, parse_uplink, topic_owner

VECTORS = json.loads(Path(__file__).with_name("vectors.json").read_text(encoding="utf-8"))
USER = "dev.lobby-01&a1DevProdKy"


@pytest.mark.parametrize("case", VECTORS["connects"], ids=itemgetter("name"))
def test_connect_of_each_sdk(case):
    name = parse_connect(case["client_id"], USER)
    assert name is not None
    assert (name.kind, name.product_key, name.device_name) == (case["kind"], "a1DevProdKy", "dev.lobby-01")
    assert (name.client_id, name.rrpc_style, name.sign_text()) == (case["id"], case["rrpc"], case["text"])
    assert name.proves(case["password"], VECTORS["device_secret"])
    assert name.proves(case["password"].swapcase(), VECTORS["device_secret"])
    assert not name.proves(case["password"][:-1] + "0", VECTORS["device_secret"])
    assert not name.proves(case["password"], "another")
    assert not name.proves(case["password"], "")
    assert not name.proves("密" * 40, VECTORS["device_secret"])


def test_a_password_may_fit_under_any_hash_whatever_was_declared():
    name = parse_connect("x|signmethod=hmacsha256|", USER)
    assert name is not None
    text = name.sign_text()
    assert text == "clientIdxdeviceNamedev.lobby-01productKeya1DevProdKy"
    for method in ("hmacmd5", "hmacsha1", "HmacSha256"):
        assert name.proves(signatures.sign("s", text, method), "s")
    with pytest.raises(ValueError, match="sha512"):
        signatures.sign("s", text, "hmacsha512")


def test_other_kinds_of_connect():
    def kind(client_id, username):
        name = parse_connect(client_id, username)
        return name and name.kind

    assert kind("dn.pk|random=1,authType=register,securemode=2|", USER) is ConnectKind.REGISTER
    assert kind("dn.pk|random=1,authType=regnwl,securemode=2|", USER) is ConnectKind.REGISTER_NEW
    assert kind("id1|authType=connwl,securemode=-2,_ss=1,ext=3|", USER) is ConnectKind.TOKEN
    assert kind("pk.dn|securemode=-1|", "iotid0001") is ConnectKind.PRE_AUTH
    assert kind("pk.dn|securemode=-1|", "iot&id") is ConnectKind.PRE_AUTH
    assert kind("consumer-1|timestamp=1|", "203700001") is ConnectKind.APP
    assert kind("plain", USER) is ConnectKind.DEVICE
    assert kind("x|authType=other|", USER) is None
    assert kind("x", "") is None
    assert kind("x", "&pk") is None
    assert kind("x", "dn&") is None


def test_tokens_are_compared_as_they_are():
    name = parse_connect("id1|authType=connwl,securemode=-2,_ss=1,ext=3,lan=Python,_v=1.2.13|", USER)
    assert name is not None
    assert (name.sign_text(), name.rrpc_style) == (None, "ext")
    assert name.proves("ToKen", "ToKen")
    assert not name.proves("token", "ToKen")
    assert not name.proves("", "")


def test_app_password_is_sha256_over_client_id_and_timestamp():
    name = parse_connect("consumer-1|timestamp=1795528235877|", "203700001")
    assert name is not None
    text = "consumer-11795528235877"
    assert name.sign_text() == text
    assert name.proves(signatures.sign("secret", text, "hmacsha256"), "secret")
    assert not name.proves(signatures.sign("secret", text, "hmacsha1"), "secret")


@given(st.text(max_size=60), st.text(max_size=30))
def test_any_names_parse_or_are_refused(client_id, username):
    name = parse_connect(client_id, username)
    if name is not None:
        assert isinstance(name.proves("x", "secret"), bool)
        assert name.rrpc_style in ("ext", "sys")


@pytest.mark.parametrize("case", VECTORS["registers"], ids=itemgetter("name"))
def test_register_signatures(case):
    assert signatures.register_text(case["device_name"], "a1DevProdKy", case["random"]) == case["text"]
    for method, sign in case["signs"].items():
        assert signatures.sign(VECTORS["product_secret"], case["text"], method) == sign
        assert signatures.matches(sign, VECTORS["product_secret"], case["text"])
    name = parse_connect(
        f"pre_01.a1DevProdKy|random={case['random']},authType=register|", "pre_01&a1DevProdKy"
    )
    assert name is not None
    assert name.proves(case["signs"]["hmacsha256"], VECTORS["product_secret"])


@pytest.mark.parametrize("case", VECTORS["subs"], ids=itemgetter("name"))
def test_sub_device_signatures(case):
    text = signatures.device_text(
        case["client_id"], case["device_name"], case["product_key"], case["timestamp"]
    )
    assert text == case["text"]
    assert signatures.matches(case["sign"].upper(), VECTORS["sub_secret"], text)


@pytest.mark.parametrize("case", VECTORS["uplinks"], ids=itemgetter(0))
def test_uplink_topics(case):
    text, kind, identifier, reply = case
    topic = parse_uplink(text)
    assert topic is not None
    assert (topic.kind, topic.product_key, topic.device_name) == (UplinkKind[kind], "pk", "dev.1")
    assert (topic.identifier, topic.reply, topic.text) == (identifier, reply, text)
    assert topic.message_id == ("77" if "77" in text else "")
    assert topic_owner(text) == ("pk", "dev.1")


@pytest.mark.parametrize("text", VECTORS["nobodys"])
def test_topics_of_nobody(text):
    assert parse_uplink(text) is None


@pytest.mark.parametrize(("text", "owned"), VECTORS["owners"])
def test_whose_a_filter_is(text, owned):
    assert topic_owner(text) == (("pk", "dev.1") if owned else None)


def test_downlink_topics():
    assert topics.service_call("pk", "dn", "property/set") == "/sys/pk/dn/thing/service/property/set"
    assert topics.rrpc_call("ext", "7", "pk", "dn", "open") == "/ext/rrpc/7/sys/pk/dn/thing/service/open"
    assert topics.rrpc_call("sys", "7", "pk", "dn", "open") == "/sys/pk/dn/rrpc/request/7"
    assert topics.sys_topic("pk", "dn", "thing/config/push") == "/sys/pk/dn/thing/config/push"
    assert topics.shadow_get("pk", "dn") == "/shadow/get/pk/dn"
    assert topics.ota_upgrade("pk", "dn") == "/ota/device/upgrade/pk/dn"
    assert topics.ext_error("pk", "dn") == "/ext/error/pk/dn"
    system = [
        "/sys/pk/dn/x",
        "/ext/rrpc/7/sys/pk/dn/thing/service/open",
        "/shadow/get/pk/dn",
        "/ota/device/upgrade/pk/dn",
        "/ext/register",
    ]
    assert not any(map(topics.is_user_topic, system))
    assert all(map(topics.is_user_topic, ["/pk/dn/user/get", "/ext/rrpc/7/pk/dn/user/get"]))
