"""The permission file against the published sample, round trips, and broken files."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.protocols.door_permissions import (
    CardPermission,
    Change,
    Entry,
    HeldPermissions,
    PasswordPermission,
    PermissionFile,
    PermissionFileError,
    QrPermission,
    decode,
    encode,
)

SAMPLE = json.loads((Path(__file__).parent / "vectors.json").read_text())["file"]
HELD = QrPermission("ALIF24DD9END8CD3", 1568270392000, 1599892792000, 600, shared=True)

texts = st.text(min_size=1, max_size=40)
times = st.integers(0, 2**52)
qr_codes = st.builds(
    lambda code, starts, ends, scans, shared, cron: QrPermission(
        code, starts, ends, scans, shared and scans >= 0, cron
    ),
    texts,
    times,
    times,
    st.one_of(st.just(-1), st.integers(0, 10**6)),
    st.booleans(),
    st.sampled_from(("", "* * 8-17 ? * MON-FRI")),
)
schedules = st.sampled_from(("", "* * 8-17 ? * MON-FRI", "* 30-59 8 ? * *;* * 9-17 ? * *"))
cards = st.builds(CardPermission, texts, times, times, st.one_of(st.just(""), texts), schedules)
passwords = st.builds(
    PasswordPermission, texts, times, times, st.one_of(st.just(""), texts), st.just(""), schedules
)


def entries(permissions: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    put = st.builds(Entry.put, permissions, st.sampled_from([Change.ADD, Change.MODIFY]))
    return st.lists(st.one_of(put, texts.map(lambda key: Entry(Change.DELETE, key))), max_size=5).map(tuple)


def test_published_file_both_ways() -> None:
    file = decode(json.dumps(SAMPLE))
    assert [entry.change for entry in file.qr] == [Change.ADD, Change.DELETE, Change.MODIFY]
    assert [entry.permission for entry in file.qr] == [HELD, None, HELD]
    assert json.loads(encode(file)) == SAMPLE


def test_entries_apply_in_file_order_and_modify_stores_what_is_missing() -> None:
    held = HeldPermissions()
    held.apply(decode(json.dumps(SAMPLE)))
    assert held.qr == {HELD.code: HELD}
    held.apply(PermissionFile(qr=(Entry.delete(HELD.code), Entry.delete("never there"))))
    assert held.qr == {}


@given(st.builds(PermissionFile, entries(qr_codes), entries(cards), entries(cards), entries(passwords)))
def test_what_is_written_is_read_back(file: PermissionFile) -> None:
    assert decode(encode(file)) == file


def test_an_unlimited_code_states_no_scan_scope() -> None:
    (row,) = json.loads(encode(PermissionFile(qr=(Entry.put(QrPermission("A", 1, 2)),))))[
        "qrCodePermissionList"
    ]
    assert row == {"type": 1, "qrCode": "A", "startTime": "1", "endTime": "2", "maxScanTimes": -1}


def test_cards_carry_both_spellings_of_their_window() -> None:
    file = PermissionFile(cards=(Entry.put(CardPermission("3d8d", 5, 9, "50ac")),))
    (row,) = json.loads(encode(file))["tradCardPermissionList"]
    assert row == {
        "type": 1,
        "cardId": "3d8d",
        "userId": "50ac",
        "startTime": "5",
        "endTime": "9",
        "effectiveTime": "5",
        "expiryTime": "9",
    }
    for spelling in ("Time", "iveTime"):
        kept = {
            name: value for name, value in row.items() if not name.endswith(spelling) or spelling == "Time"
        }
        assert decode(json.dumps({"tradCardPermissionList": [kept]})) == file


def test_a_schedule_goes_beside_the_window() -> None:
    """`cron` is ours, under the name that the face calls give a validity expression (spec E C6)."""
    office = "* * 8-17 ? * MON-FRI"
    file = PermissionFile(
        qr=(Entry.put(QrPermission("A", 1, 2, schedule=office)),),
        ble_cards=(Entry.put(CardPermission("B", 1, 2, schedule=office)),),
        passwords=(Entry.put(PasswordPermission("7", 1, 2, schedule=office)),),
    )
    assert json.loads(encode(file)) == {
        "qrCodePermissionList": [
            {"type": 1, "qrCode": "A", "startTime": "1", "endTime": "2", "cron": office, "maxScanTimes": -1}
        ],
        "bleCardPermissionList": [
            {
                "type": 1, "cardId": "B", "startTime": "1", "endTime": "2", "cron": office,
                "effectiveTime": "1", "expiryTime": "2",
            }
        ],
        "passwordPermissionList": [
            {"type": 1, "password": "7", "startTime": "1", "endTime": "2", "cron": office}
        ],
    }  # fmt: skip
    assert decode(encode(file)) == file


@pytest.mark.parametrize("scans", [600, "600"])
def test_scan_limits_may_be_text_and_the_scope_defaults_to_the_device(scans: int | str) -> None:
    row = {"type": "1", "qrCode": "A", "startTime": 1, "endTime": "2", "maxScanTimes": scans, "new": {}}
    assert decode(json.dumps({"qrCodePermissionList": [row]})).qr == (
        Entry.put(QrPermission("A", 1, 2, 600)),
    )


@pytest.mark.parametrize("document", ["{}", '{"qrCodePermissionList":null}', '{"qrCodePermissionList":[]}'])
def test_missing_arrays_are_empty(document: str) -> None:
    assert decode(document) == PermissionFile()


GOOD = {"type": 1, "qrCode": "A", "startTime": "1", "endTime": "2"}


@pytest.mark.parametrize(
    ("row", "named"),
    [
        (GOOD | {"type": 4}, "4"),
        (GOOD | {"type": None}, "type"),
        (GOOD | {"type": True}, "type"),
        (GOOD | {"qrCode": ""}, "qrCode"),
        (GOOD | {"qrCode": 7}, "qrCode"),
        (GOOD | {"startTime": "soon"}, "startTime"),
        (GOOD | {"endTime": None}, "endTime"),
        (GOOD | {"maxScanTimes": 1.5}, "maxScanTimes"),
        (GOOD | {"maxScanScope": "ALL"}, "maxScanScope"),
        ("A", ""),
    ],
)
def test_broken_entries_are_named(row: object, named: str) -> None:
    with pytest.raises(PermissionFileError, match=rf"qrCodePermissionList\[1\].*{named}"):
        decode(json.dumps({"qrCodePermissionList": [GOOD, row]}))


@pytest.mark.parametrize("document", ["", "[]", "{", '{"qrCodePermissionList":{}}', "\0", '"text"'])
def test_broken_documents(document: str) -> None:
    with pytest.raises(PermissionFileError):
        decode(document)


def test_every_cut_of_a_file_is_refused() -> None:
    whole = json.dumps(SAMPLE)
    for cut in range(len(whole)):
        with pytest.raises(PermissionFileError):
            decode(whole[:cut])
