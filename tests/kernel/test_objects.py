"""The object store: keys that stay inside, files that are whole or absent, URLs that work once as signed."""

import asyncio
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from linli.kernel.clock import ManualClock
from linli.kernel.errors import BadInput, Forbidden, NotFound, TooLarge
from linli.kernel.objects import FolderShelf, ObjectStore, Shelf, UrlExpired, check_key
from tests.plugins.stores import both_stores


@pytest.fixture
def store(shelf: Shelf, clock: ManualClock) -> ObjectStore:
    return ObjectStore(shelf, b"k" * 32, "http://linli.example/", clock)


async def test_what_is_stored_while_its_owner_is_erased_is_not_there(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = ObjectStore(FolderShelf(tmp_path / "objects"), b"k" * 32, "http://linli.example/", clock)
    aside = FolderShelf._aside

    def erased_meanwhile(self: FolderShelf, key: str) -> Path:
        found = aside(self, key)
        shutil.rmtree(found.parent)
        return found

    monkeypatch.setattr(FolderShelf, "_aside", erased_meanwhile)
    with pytest.raises(NotFound):
        await store.put("owner/rights.json", b"{}")
    assert await store.size("owner/rights.json") is None


@both_stores
@pytest.mark.parametrize(
    "key",
    ["", "/a", "a/", "a//b", ".", "..", "a/../b", "../a", "a/..", "a\\b", "a\0b", "a b", "a\nb", ".hidden", "a/.part",
     "~/a", "-rf", "a/-b", "%2e%2e/a", "a..b", "C:/a", "a" * 241, "门" * 81, "/".join(["a"] * 11), "a?b", "a#b"],
)  # fmt: skip
async def test_odd_keys_are_refused(store: ObjectStore, key: str) -> None:
    with pytest.raises(BadInput):
        check_key(key)
    for use in (store.put(key, b""), store.get(key), store.delete(key), store.size(key)):
        with pytest.raises(BadInput):
            await use
    with pytest.raises(BadInput):
        store.url(key)


@both_stores
@pytest.mark.parametrize(
    "key", ["a", "T/picture/门-1_b.jpg", "a/_b/c@d+e=f.txt", "门" * 75, "/".join(["a"] * 10)]
)
async def test_good_keys(store: ObjectStore, key: str) -> None:
    stored = await store.put(key, b"hello")
    assert stored[:3] == (key, 5, "5d41402abc4b2a76b9719d911017c592")
    assert await store.get(key) == b"hello"
    assert store.key_of(store.url(key)) is not None
    await store.put(key, b"other")
    assert await store.get(key) == b"other"
    await store.delete(key)
    await store.delete(key)
    assert await store.size(key) is None
    with pytest.raises(NotFound):
        await store.get(key)


async def test_a_folder_is_no_object(store: ObjectStore) -> None:
    await store.put("a/b", b"")
    with pytest.raises(BadInput, match="use"):
        await store.put("a", b"")
    with pytest.raises(BadInput, match="use"):
        await store.put("a/b/c", b"")
    with pytest.raises(NotFound):
        await store.get("a")
    await store.delete("a")
    assert await store.get("a/b") == b""
    with pytest.raises(TooLarge):
        await store.put("a/c", b"12345")
        await store.get("a/c", limit=4)


def parts(url: str) -> tuple[str, str]:
    split = urlsplit(url)
    return unquote(split.path.removeprefix("/files/")), split.query


@both_stores
async def test_urls_work_as_signed_and_no_other_way(store: ObjectStore, clock: ManualClock) -> None:
    key, query = parts(store.url("a/门.jpg", expires_s=60, method="PUT", limit=1000))
    assert key == "a/门.jpg"
    assert store.check(key, query, "PUT").limit == 1000
    for wrong in (
        query.replace("limit=1000", "limit=1000000"),
        query.replace("method=PUT", "method=GET"),
        query.replace("signature=", "signature=0"),
        re.sub("signature=.*", "signature=%E9%97%A8", query),
        re.sub("signature=.*", "", query),
        re.sub(r"expires=\d+", lambda m: f"expires={int(m[0][8:]) + 1}", query),
        re.sub(r"expires=\d+", "expires=x", query),
        re.sub(r"expires=\d+", "expires=" + "9" * 5000, query),
        "",
        "&&&=",
    ):
        with pytest.raises(Forbidden):
            store.check(key, wrong, "PUT")
    for method in ("GET", "HEAD", "DELETE", "POST"):
        with pytest.raises(Forbidden):
            store.check(key, query, method)
    with pytest.raises(Forbidden):
        store.check("a/other.jpg", query, "PUT")
    other = ObjectStore(store.shelf, b"x" * 32, "http://linli.example", clock)
    with pytest.raises(Forbidden):
        other.check(key, query, "PUT")
    await clock.advance(61_000)
    with pytest.raises(UrlExpired):
        store.check(key, query, "PUT")


async def test_a_put_that_is_killed_leaves_the_old_object_or_the_new(store: ObjectStore) -> None:
    """A process replaces an object as fast as it can and is killed; what it leaves half-written has no key."""
    assert isinstance(store.shelf, FolderShelf)
    folder = store.shelf.folder
    await store.put("t/object", b"0" * 300_000)
    program = (
        "import asyncio, sys; from pathlib import Path\n"
        "from linli.kernel.objects import ObjectStore; from linli.kernel.clock import SystemClock\n"
        f"store = ObjectStore(Path({str(folder)!r}), b'k' * 32, 'http://x', SystemClock())\n"
        "print('go', flush=True)\n"
        "while True:\n"
        "    for d in b'123': asyncio.run(store.put('t/object', bytes([d]) * 300_000))\n"
    )
    for round_ in range(5):
        process = subprocess.Popen(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": "src"}
        )
        assert process.stdout is not None
        await asyncio.to_thread(process.stdout.readline)
        await asyncio.sleep(0.03 * (round_ + 1))
        process.send_signal(signal.SIGKILL)
        await asyncio.to_thread(process.wait)
        process.stdout.close()
        content = await store.get("t/object")
        assert len(content) == 300_000
        assert len(set(content)) == 1
    (folder / "t" / ".fresh.part").write_bytes(b"x")
    for part in (folder / "t").glob(".*.part"):
        if part.name != ".fresh.part":
            os.utime(part, (time.time() - 90_000,) * 2)
    old = len(list((folder / "t").glob(".*.part"))) - 1
    assert await store.remove_broken() == old
    assert sorted(p.name for p in (folder / "t").iterdir()) == [".fresh.part", "object"]


@both_stores
async def test_streams_are_whole_or_absent(store: ObjectStore) -> None:
    """Larger than a part of an S3 upload; and one that breaks off in its last part."""
    size = 20 * 1024 * 1024

    async def pieces(*, broken: bool = False) -> AsyncIterator[bytes]:
        for number in range(20):
            if broken and number == 19:
                raise ConnectionError("the sender went away")
            yield bytes([number]) * (1024 * 1024)

    stored = await store.receive("t/big.bin", pieces(), limit=size)
    assert (stored.size, await store.size("t/big.bin")) == (size, size)
    whole = b"".join([piece async for piece in pieces()])
    assert stored.sha256 == hashlib.sha256(whole).hexdigest()
    assert await store.get("t/big.bin") == whole
    async with store.open("t/big.bin", 1024 * 1024 - 1, 1024 * 1024) as opened:
        assert (opened.size, b"".join([piece async for piece in opened.chunks])) == (size, b"\0\1")
    async with store.on_disk("t/big.bin") as path:
        assert path.read_bytes() == whole
    with pytest.raises(ConnectionError):
        await store.receive("t/other.bin", pieces(broken=True), limit=size)
    with pytest.raises(TooLarge):
        await store.receive("t/other.bin", pieces(), limit=size - 1)
    assert [one async for one in store.shelf.listed()] == [("t/big.bin", size)]
    await store.receive("t/none.bin", nothing(), limit=0)
    assert await store.get("t/none.bin") == b""


async def nothing() -> AsyncIterator[bytes]:
    for piece in ():
        yield piece


@both_stores
async def test_everything_of_one_owner_goes(store: ObjectStore) -> None:
    for key in ("a/1", "a/b/2", "ab/3"):
        await store.put(key, key.encode())
    assert [key async for key, _ in store.shelf.listed()] == ["a/1", "a/b/2", "ab/3"]
    await store.delete_all("a")
    await store.delete_all("a")
    assert [key async for key, _ in store.shelf.listed()] == ["ab/3"]
    with pytest.raises(BadInput):
        await store.delete_all("../ab")
    await store.shelf.check()
    assert await store.remove_broken() == 0
