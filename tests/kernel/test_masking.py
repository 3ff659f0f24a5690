"""What is hidden of messages, requests and lines, and what stays as it was."""

import json
import time

import pytest

from linli.kernel.masking import (
    HIDDEN,
    masked,
    masked_row,
    masked_text,
    may_hold,
    shown_credential,
    without_query,
)

CODE, PIN, CARD = "ALI24DD9END8CD3F", "558731", "0123456789"
LINK = f"https://cloud.example/files/t/door-permissions/d/{'a' * 32}.json?expires=1&limit=0&signature=5e2a"
PASS = {
    "code": 0, "message": "success", "type": "qrCode", "content": CODE,
    "extInfo": json.dumps({"type": "qrCode", "qrCode": CODE, "eventTime": "1"}),
}  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "credential", "shown"),
    [
        ("door.qr", CODE, "…CD3F"), ("QRCODE", CODE, "…CD3F"), ("qrCode", "123456", "…6"), ("door.card", CARD, "…6789"),
        ("BleCARD", CARD, "…6789"), ("door.pin", "0" * 64, ""), ("PASSWORD", PIN, ""), ("lift.badge", CARD, "…6789"),
        ("door.key", "RSAPublicKey", "RSAPublicKey"),
    ],
)  # fmt: skip
def test_a_list_shows_the_last_characters_of_cards_and_codes_and_nothing_of_pins(
    kind: str, credential: str, shown: str
) -> None:
    assert shown_credential(kind, credential) == shown


def wire(value: object, *, ascii_only: bool = False, slashes: bool = False) -> str:
    text = json.dumps(value, ensure_ascii=ascii_only)
    return text.replace("/", "\\/").replace("&", "\\u0026") if slashes else text


CONTENTS = [
    {"id": "7", "params": {"permissionUrl": LINK}},
    {"id": "7", "params": {"value": PASS, "time": 5}},
    {"id": "7", "params": {"qrCodePermissionList": [{"type": 1, "qrCode": CODE, "startTime": "5"}]}},
    {"id": "7", "params": {"passwordPermissionList": [{"type": 1, "password": PIN, "startTime": "5"}]}},
    {"id": "7", "params": {"cardPermissions": [{"cardId": CARD, "type": 1}], "pin": int(PIN)}},
    {"type": "CARD", "cardId": CARD, "eventExtInfo": json.dumps({"inner": json.dumps({"qr_code": CODE})})},
    {"kind": "door.pin", "credential": PIN, "qrCodes": [CODE, CODE]},
    {"params": {"note": f"see {LINK} and rtsp://admin:{PIN}@10.0.0.9/live"}},
]


@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize("how", ["whole", "cut", "escaped", "escaped and cut", "in a line"])
def test_no_code_is_read_from_a_message_whole_or_cut_off(content: object, how: str) -> None:
    text = wire(content, slashes="escaped" in how)
    text = text[:-1] if how.endswith("cut") else text
    text = f"refused: {text}" if how == "in a line" else text
    seen = masked_text(text)
    for secret in (CODE, PIN, CARD, "signature", "5e2a"):
        assert secret not in seen, seen
    assert HIDDEN in seen


@pytest.mark.parametrize("text", [
    '{"id": "1",  "params": {"Temperature": 21.50, "signalStrength": -60}}', "plain words: nothing here",
    '{"name":"上城","phone":"13800001111"}', "", "{broken", '{"url":"https://a.example/p.jpg"}',
    '{"params":{"code":0,"type":"face","content":"person-1"}}',
])  # fmt: skip
def test_what_hides_nothing_stays_to_the_letter(text: str) -> None:
    assert masked_text(text) == text


def test_a_member_that_stands_there_twice_is_shown_once() -> None:
    assert masked_text(f'{{"pin":"{PIN}","pin":null}}') == '{"pin":null}'


def test_lines_of_a_log_hide_what_they_name() -> None:
    line = f"open with password={PIN} qrCode: {CODE} Authorization: Bearer {CARD}abc token='{CODE}'"
    seen = masked_text(line)
    assert not any(secret in seen for secret in (PIN, CODE, CARD)), seen
    assert seen.startswith("open with password=***")


def test_links_lose_query_fragment_and_password() -> None:
    assert without_query("go to http://u:p@h/x?a=b#c now") == "go to http://***@h/x?*** now"
    assert without_query("http://h/x#k=1") == "http://h/x#***"
    assert without_query("http://h/x") == "http://h/x"


def test_persons_are_hidden_where_that_is_asked_for() -> None:
    told = {
        "userName": "王小明", "phoneNum": "13812345678", "list": ["13812345678"], "plateNumber": "浙A12345",
        "idNo": "330106199001011234", "note": "call 13812345678 of 330106199001011234", "communityId": "13812345678901",
    }  # fmt: skip
    seen = masked(told, persons=True)
    assert seen == {
        "userName": "王**", "phoneNum": "138****5678", "list": ["138****5678"], "plateNumber": "浙A***45",
        "idNo": HIDDEN, "note": "call 138****5678 of ***", "communityId": "13812345678901",
    }  # fmt: skip
    cut = masked_text(wire(told).replace('"communityId": "13812345678901"', '"x": 1')[:-1], persons=True)
    assert "王小明" not in cut
    assert "13812345678" not in cut
    assert "王小明" in masked_text(wire(told))


def test_who_takes_data_along_keeps_numbers_of_cards_and_papers_and_no_codes() -> None:
    row = {
        "card_id": CARD, "id_no": "330106199001011234", "phone": "13812345678", "qr_code": CODE, "kind": "door.qr",
        "credential": CODE, "body": json.dumps({"qrCode": CODE}),
    }  # fmt: skip
    seen = masked_row(row)
    assert seen == {**row, "qr_code": "***CD3F", "credential": "***CD3F", "body": '{"qrCode":"***CD3F"}'}
    assert masked_row({"kind": "door.card", "credential": CARD})["credential"] == CARD
    assert masked_row({"kind": "door.pin", "credential": PIN})["credential"] == HIDDEN
    assert masked({"id_no": "330106199001011234"}) == {"id_no": HIDDEN}


def test_a_quick_look_finds_what_a_slow_one_would() -> None:
    assert may_hold(wire({"params": {"permissionUrl": LINK}}).encode())
    assert may_hold(wire({"qrCode": CODE}).encode())
    assert may_hold(b'{"list":["13812345678"]}', persons=True)
    assert not may_hold(b'{"communityId":1504,"list":["13812345678"]}')


@pytest.mark.parametrize(
    "text",
    ["\\" * 60_000, '"' * 60_000, "[" * 60_000, '{"a":' * 12_000, "a " * 30_000 + ":", "pin:" * 15_000,
     "a://" * 15_000, '"pin":"' + "\\" * 59_000, ("a" * 64 + " ") * 900],
)  # fmt: skip
def test_hostile_texts_take_no_time(text: str) -> None:
    began = time.thread_time()
    masked_text(text, persons=True)
    assert time.thread_time() - began < 2
