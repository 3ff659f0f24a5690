"""What gateways of each SDK say about their sub-devices: recorded vectors, and what is no such thing."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.protocols.linkkit import signatures, subdevices
from linli.protocols.linkkit.subdevices import EntryError, ProxiedSub, SignedSub

SECRET = "SubDeviceSecret0123456789abcdef1"
NAMES = {"productKey": "a1SubProdKy", "deviceName": "sub_01"}


def entry(client_id: str, timestamp: Any, sign: str) -> dict[str, Any]:
    return NAMES | {"clientId": client_id, "timestamp": timestamp, "sign": sign}


VECTORS = [
    (
        entry(
            "a1SubProdKy.sub_01",
            "1700000000000",
            "71af17f7ca195078de2c8f64e3171c5a6e8a45a379f1d89204453bcd0c664266",
        ),
        "clientIda1SubProdKy.sub_01deviceNamesub_01productKeya1SubProdKytimestamp1700000000000",
    ),
]


@pytest.mark.parametrize(("given_entry", "text"), VECTORS)
def test_recorded_entries(given_entry: dict[str, Any], text: str) -> None:
    (read,) = subdevices.read_signed([given_entry | {"signmethod": "hmacSha256"}])
    assert read.proves(SECRET)
    assert signatures.sign(SECRET, text, "hmacSha256") == given_entry["sign"]
    assert not read.proves(SECRET + "x")
    assert not read.proves("")
    (upper,) = subdevices.read_signed([given_entry | {"sign": given_entry["sign"].upper()}])
    assert upper.proves(SECRET)


@pytest.mark.parametrize(
    ("client_id", "timestamp", "method", "style"),
    [
        ("a1SubProdKy.sub_01|lan=Python,_v=2.2.1,_ss=1|", "1700000000000", "hmacSha256", "sys"),
        ("a1SubProdKy&sub_01", 1795528235877, "hmacsha1", "sys"),
        ("a1SubProdKy.sub_01|_v=sdk-c-3.0.1|", "48123", "hmacSha1", "sys"),
        ("x|ext=1|", None, "hmacmd5", "ext"),
        ("x| ext = 3 ,a|b", "", "hmacmd5", "ext"),
        ("x|ext=|", "0", "hmacmd5", "sys"),
        ("x|ext=²|", "0", "hmacmd5", "sys"),
    ],
)
def test_whole_client_id_and_timestamp_as_it_came_are_signed(
    client_id: str, timestamp: Any, method: str, style: str
) -> None:
    stamp = "" if timestamp is None else f"timestamp{timestamp}"
    text = f"clientId{client_id}deviceNamesub_01productKeya1SubProdKy{stamp}"
    given_entry = entry(client_id, timestamp, signatures.sign(SECRET, text, method))
    for (read,) in (
        subdevices.read_signed([given_entry]),
        subdevices.read_login(given_entry | {"cleanSession": "false"}),
        subdevices.read_batch_login({"signMethod": "none", "deviceList": [given_entry]}),
    ):
        assert read.proves(SECRET)
        assert read.rrpc_style == style
        assert read.key == ("a1SubProdKy", "sub_01")


def test_registration_of_a_product() -> None:
    sign = "c7c4d1b8e7bdc85d43deb6098730544633444c75ca70f069c80d2fd7486f5a18"
    asked = {"productKey": "a1DevProdKy", "deviceName": "pre_01", "random": "8Ygb7ULYh53B6OA", "sign": sign}
    (read,) = subdevices.read_proxied({"proxieds": [asked | {"signMethod": "hmacSha256"}]})
    assert isinstance(read, ProxiedSub)
    assert read.proves("DevProductSecret1")
    assert not read.proves("DevProductSecret2")


def test_a_name_twice_counts_once_the_last_time() -> None:
    first, last = entry("a", 1, "x"), entry("b", 2, "y")
    assert [read.client_id for read in subdevices.read_signed([first, last])] == ["b"]
    assert len(subdevices.read_names([NAMES, NAMES])) == 1
    assert subdevices.read_names(NAMES) == subdevices.read_names([NAMES])


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["productKey", "deviceName", "clientId", "sign", "deviceList", "proxieds", "timestamp"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_whatever_comes_is_read_or_refused(params: Any) -> None:
    for reader in (
        subdevices.read_signed,
        subdevices.read_login,
        subdevices.read_batch_login,
        subdevices.read_names,
        subdevices.read_proxied,
    ):
        try:
            read = reader(params)
        except EntryError:
            continue
        assert read
        assert not any(one.proves(SECRET) for one in read if isinstance(one, SignedSub | ProxiedSub))
