"""Where a webhook may go."""

import asyncio
import ipaddress
import ssl

import pytest

from linli.databus import address
from linli.databus.address import AddressRefused, Target
from linli.databus.webhook import sender as sender_module
from linli.databus.webhook.sender import Sender
from linli.kernel.errors import BadInput
from tests.databus.certificates import self_signed

NEVER = [
    "0.0.0.0", "0.1.2.3", "169.254.1.1", "169.254.169.254", "169.254.170.2", "100.100.100.200", "192.0.0.192",
    "192.88.99.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::127.0.0.1", "::10.0.0.1", "::8.8.8.8", "::ffff:0:7f00:1", "fe80::1", "fe80::1%2", "ff02::1", "fd00:ec2::254",
    "::ffff:169.254.169.254", "::ffff:0.0.0.0", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1",
    "64:ff9b:1::", "64:ff9b:1::7f00:1", "64:ff9b:1:808:8:800::", "100::1",
    "2001:0:808:808::5601:5601", "2606:4700::5efe:a9fe:a9fe", "4000::1", "::1:0:0:1",
]  # fmt: skip
"""Whatever the operator allows."""
INSIDE = [
    "127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.5.5", "172.31.255.255", "192.168.1.1", "100.64.0.1", "100.127.255.255",
    "192.0.0.8", "192.0.0.9", "192.0.2.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1",
    "::1", "fc00::1", "fdff::1", "fec0::1", "feff::1", "2001:db8::1", "2001:2::1", "3fff::1", "5f00::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "64:ff9b::7f00:1", "2002:7f00:1::", "2002:c0a8:101::1",
    "2001:0:7f00:1::f7f7:f7f7", "2001:0:808:808::80ff:fffe", "2606:4700::200:5efe:a00:1",
]  # fmt: skip
PUBLIC = [
    "8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.1", "172.32.0.1", "198.20.0.1", "223.255.255.254",
    "2606:4700::1111", "2400:3200::1", "64:ff9b::808:808", "::ffff:1.1.1.1", "2002:808:808::1",
    "2001:0:808:808::f7f7:f7f7", "2606:4700::5efe:808:808",
]  # fmt: skip


@pytest.mark.parametrize(
    "text, without, allowed",
    [*((text, False, False) for text in NEVER), *((text, False, True) for text in INSIDE)]
    + [(text, True, True) for text in PUBLIC],
)
def test_which_addresses_are_reachable(text, without, allowed):
    found = ipaddress.ip_address(text)
    assert address.reachable(found, allow_private=False) is without
    assert address.reachable(found, allow_private=True) is allowed


@pytest.mark.parametrize(
    "url, target",
    [
        ("https://example.com", Target("https", "example.com", 443, "/")),
        ("http://example.com:8080/a/b?c=d", Target("http", "example.com", 8080, "/a/b?c=d")),
        ("https://[2606:4700::1111]/x", Target("https", "2606:4700::1111", 443, "/x")),
        ("https://bücher.example/", Target("https", "xn--bcher-kva.example", 443, "/")),
    ],
)
def test_a_url_is_taken_apart(url, target):
    assert address.parse(url) == target


@pytest.mark.parametrize(
    "url",
    [
        "", "example.com", "ftp://example.com", "https://", "https://a b", "https://u:p@h/", "file:///etc/passwd",
        "http://h:0x50/", "http://h:70000/", "http://[::1", "https://h\n", "http://" + "a" * 3000,
        "http://xn--\udcff/", "gopher://h/",
    ],
)  # fmt: skip
def test_a_url_that_is_none(url):
    with pytest.raises(BadInput):
        address.parse(url)


async def test_a_name_with_one_address_inside_is_refused_whole(monkeypatch):
    async def two_faces(target):
        return [ipaddress.ip_address("8.8.8.8"), ipaddress.ip_address("127.0.0.1")]

    monkeypatch.setattr(address, "_look_up", two_faces)
    with pytest.raises(AddressRefused) as caught:
        await address.check("https://two.example/", allow_private=False)
    assert (caught.value.field, caught.value.facts["rule"]) == ("url", "address_private")
    assert "two.example" in caught.value.text("en")


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/", "http://localhost/", "http://[::1]:80/", "http://0x7f.1/", "http://[::127.0.0.1]/"],
)
async def test_addresses_inside_are_refused_at_set_up(url):
    with pytest.raises(AddressRefused):
        await address.check(url, allow_private=False)


async def test_a_name_that_changes_its_mind_gains_nothing(monkeypatch):
    """The address is looked up again at each connect, and the very address that was checked is connected to."""
    asked = []

    async def rebinding(target):
        asked.append(target.host)
        return [ipaddress.ip_address("127.0.0.1")]

    monkeypatch.setattr(address, "_look_up", rebinding)
    sender = Sender("http://rebinding.example/", allow_private=False, timeout_seconds=1)
    outcome = await sender.post(b"{}", {})
    await sender.close()
    assert (outcome.ok, outcome.reason) == (False, "address_private")
    assert asked == ["rebinding.example"]


async def test_tls_is_checked_against_the_name_and_not_the_pinned_address(monkeypatch, tmp_path):
    certificate, key = self_signed(tmp_path, "hook.example")

    async def look_up(target):
        return [ipaddress.ip_address("127.0.0.1")]

    monkeypatch.setattr(address, "_look_up", look_up)
    trust = ssl.create_default_context(cafile=str(certificate))
    monkeypatch.setattr(sender_module, "_trust", lambda: trust)
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(certificate, key)

    async def answer(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=serving)
    port = server.sockets[0].getsockname()[1]
    try:
        for host, ok, reason in (("hook.example", True, ""), ("other.example", False, "tls")):
            sender = Sender(f"https://{host}:{port}/", allow_private=True, timeout_seconds=2)
            outcome = await sender.post(b"", {})
            await sender.close()
            assert (outcome.ok, outcome.reason) == (ok, reason)
    finally:
        server.close()
