import contextlib
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.protocols.linkkit import envelope
from linli.protocols.linkkit.envelope import EnvelopeError, read_reply, read_request


@pytest.mark.parametrize(
    "raw_id",
    ['"1"', "5", '"1|exp-topic|/sys/pk/dn/thing/event/property/post_reply"', '"\\u5f00"', "-3", '""'],
)
def test_the_id_comes_back_as_it_came(raw_id):
    request = read_request(b'{"id":%s,"version":"1.0","params":{"a":1},"method":"thing.x"}' % raw_id.encode())
    answer = envelope.reply(request, data={"b": 2})
    assert b'"id":%s,' % raw_id.encode() in answer
    assert json.loads(answer) == {
        "id": json.loads(raw_id),
        "code": 200,
        "data": {"b": 2},
        "message": "success",
        "method": "thing.x",
        "version": "1.0",
    }


def test_all_six_members_are_there_whatever_the_client_left_out():
    request = read_request(b"{}")
    assert json.loads(envelope.reply(request, method="thing.y", code=460, message='"否"')) == {
        "id": "",
        "code": 460,
        "data": {},
        "message": '"否"',
        "method": "thing.y",
        "version": "1.0",
    }
    empty_method = read_request(b'{"id":"1","method":"","params":[]}')
    assert json.loads(envelope.reply(empty_method, method="combine.login"))["method"] == "combine.login"


@pytest.mark.parametrize(
    "payload",
    [
        b"",
        b"[]",
        b"1",
        b'{"id":{}}',
        b'{"id":[1]}',
        b'{"id":true}',
        b'{"id":null}',
        b"{",
        b"\xff\xfe",
        b'{"id":"%s"}' % (b"x" * 600),
        b'{"id":"1","params":{},"more":"\xff"}',
        b'{"id":"1","params":{"a":"\xff"}}',
    ],
)
def test_what_is_no_request(payload):
    with pytest.raises(EnvelopeError):
        read_request(payload)


@given(st.binary(max_size=60))
def test_any_bytes_parse_or_are_refused(payload):
    for read in (read_request, read_reply):
        with contextlib.suppress(EnvelopeError):
            read(payload)


def test_deep_nesting_is_refused_or_kept_as_bytes():
    deep = b'{"id":"1","params":' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    with contextlib.suppress(EnvelopeError):
        read_request(deep)


def test_requests_and_device_replies():
    call = envelope.request("100", "thing.service.open", {"door": 1})
    assert json.loads(call) == {
        "id": "100",
        "version": "1.0",
        "method": "thing.service.open",
        "params": {"door": 1},
    }
    assert json.loads(envelope.request("1", "m", msgspec.Raw(b'{"x":1}')))["params"] == {"x": 1}
    answer = read_reply(b'{"id":"100","code":200,"data":{"ok":true}}')
    assert (answer.id, answer.code, bytes(answer.data)) == ("100", 200, b'{"ok":true}')
    assert read_reply(b'{"id":5,"code":100000,"message":"no"}').id == 5
