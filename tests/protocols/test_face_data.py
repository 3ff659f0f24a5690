"""The face-data file, its results and the report: what is written is read back, what is broken is named."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.protocols.face_data import (
    AddImage,
    AddUser,
    ClearAll,
    ClearGroup,
    DeleteImage,
    DeleteUser,
    FaceDataError,
    FaceImage,
    FaceReport,
    FaceResult,
    FaceUser,
    LibraryCode,
    decode_file,
    decode_report,
    decode_results,
    encode_file,
    encode_report,
    encode_results,
    sent_code,
)

person = st.text("abc123", min_size=1, max_size=64)
group = st.text("xyz", min_size=1, max_size=64)
times = st.integers(0, 4_102_415_999_000)
users = st.builds(
    FaceUser, person, st.text(max_size=128), st.lists(group, max_size=16).map(tuple), times,
    st.text(max_size=2048), st.sampled_from(("PERMISSION", "DENY")), times, times,
)  # fmt: skip
images = st.builds(FaceImage, person, st.text("0f", min_size=32, max_size=32), st.integers(0, 10**6), times)
events = st.one_of(
    st.builds(AddUser, users),
    st.builds(DeleteUser, person, times),
    st.builds(AddImage, images),
    st.builds(DeleteImage, person, st.text("0f", min_size=32, max_size=32), times),
    st.builds(ClearGroup, group),
    st.builds(ClearAll),
)
results = st.builds(FaceResult, person, st.sampled_from((1, 2)), st.sampled_from(LibraryCode).map(int))


@given(st.lists(events, max_size=8))
def test_a_file_is_read_as_it_was_written(written: list[object]) -> None:
    assert decode_file(encode_file(written)) == written  # type: ignore[arg-type]


@given(st.lists(users, max_size=4), st.lists(images, max_size=4), st.lists(results, max_size=4))
def test_a_report_is_read_as_it_was_written(
    held: list[FaceUser], pictures: list[FaceImage], failed: list[FaceResult]
) -> None:
    report = FaceReport(tuple(held), tuple(pictures), tuple(failed))
    assert decode_report(encode_report(report)) == report
    assert decode_results(encode_results(failed)) == failed


def test_a_fast_deletion_is_both_deletions() -> None:
    file = json.dumps({"events": [{"event": 4, "personId": "p"}]}).encode()
    assert decode_file(file) == [DeleteImage("p"), DeleteUser("p")]


def test_firmware_without_results_answers_nothing() -> None:
    assert decode_results(None) is None
    assert decode_results("") is None
    assert decode_results([{"personId": "p", "code": 16004}]) == [FaceResult("p", 2, 16004)]


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        ({"event": 3, "personId": "p"}, "event 3"),
        ({"event": 1}, "personId"),
        ({"event": 1, "personId": "p" * 65}, "personId"),
        ({"event": 1, "personId": "p", "groupIds": ["g"] * 17}, "groupIds"),
        ({"event": 1, "personId": "p", "policy": "MAYBE"}, "policy"),
        ({"event": 1, "personId": "p", "extraInfo": "x" * 2049}, "extraInfo"),
        ({"event": 1, "personId": "p", "timestampMs": "soon"}, "timestampMs"),
        ({"event": 2, "personId": "p"}, "faceimgMd5"),
        ({"event": 5}, "groupId"),
        ("text", "object"),
    ],
)
def test_a_broken_entry_is_named(entry: object, named: str) -> None:
    with pytest.raises(FaceDataError, match=rf"events\[0\]:.*{named}"):
        decode_file(json.dumps({"events": [entry]}).encode())


@pytest.mark.parametrize("file", [b"", b"[]", b"{}", b"\xff", b'{"events": {}}'])
def test_a_broken_file_is_refused(file: bytes) -> None:
    with pytest.raises(FaceDataError):
        decode_file(file)


def test_codes_become_delivery_reasons() -> None:
    assert [sent_code(code) for code in (16004, 16010, 16011, 17001, -3, 4711)] == [
        "image_check", "image_check", "library_full", "image_download", "image_check_timeout", "device_store",
    ]  # fmt: skip
