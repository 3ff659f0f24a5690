"""The engine in its child process: restarts, limits, time-outs, and nothing of it left behind."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from linli.vision.engine import Busy, Change, EngineError, NoPicture, Off, TooSlow
from linli.vision.engine.process import ProcessEngine
from linli.vision.fake import fake_models, marked, vector_of

JPEG = b"\xff\xd8\xff"


@pytest.fixture
async def fake(tmp_path: Path):
    fake_models(tmp_path / "models")
    engine = ProcessEngine(tmp_path / "models", tmp_path / "libraries", queue=4, timeout_seconds=5)
    await engine.start()
    yield engine
    await engine.stop()


async def test_looks_and_libraries_through_the_pipe(fake):
    assert fake.state.model_id
    seen = await fake.look(marked(JPEG, "alice", "blur"))
    assert (seen.reasons, seen.vector) == (["blur"], vector_of("alice"))
    assert (await fake.look(marked(JPEG, "alice"), embed=False)).vector == b""
    with pytest.raises(NoPicture) as refused:
        await fake.look(b"words")
    assert refused.value.rule == "format"
    assert await fake.mark("1504") == 0
    changes = [Change(name, vector_of(name)) for name in ("alice", "bob")]
    assert await fake.feed("1504", changes, mark=7) == 2
    ((hit, _),) = await fake.search("1504", [seen.vector])
    assert (hit.id, round(hit.score, 5)) == ("alice", 1.0)
    assert await fake.search("1505", [seen.vector]) == [[]]
    with pytest.raises(EngineError, match="dimensions"):
        await fake.search("1504", [b"\0" * 8])
    await fake.forget("1504")
    assert await fake.mark("1504") == 0


async def test_a_killed_child_fails_one_ask_and_comes_back_with_its_libraries(fake):
    await fake.feed("1504", [Change("alice", vector_of("alice"))], mark=3)
    os.kill(fake.pid, signal.SIGSTOP)  # busy, as with a picture that takes long
    asks = [asyncio.create_task(fake.look(marked(JPEG, name))) for name in ("a", "b", "c")]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    os.kill(fake.pid, signal.SIGKILL)
    first, *rest = await asyncio.gather(*asks, return_exceptions=True)
    assert isinstance(first, EngineError)
    assert [one.vector for one in rest] == [vector_of("b"), vector_of("c")]
    assert fake.restarts == 1
    assert await fake.mark("1504") == 3
    assert (await fake.search("1504", [vector_of("alice")]))[0][0].id == "alice"


async def test_a_child_that_hangs_is_ended_and_a_full_queue_refuses(fake):
    fake._timeout = 0.2
    os.kill(fake.pid, signal.SIGSTOP)
    hanging = asyncio.create_task(fake.look(marked(JPEG, "a")))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    waiting = [asyncio.create_task(fake.look(marked(JPEG, f"w{n}"))) for n in range(4)]
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await fake.look(marked(JPEG, "one too many"))
    waiting[2].cancel()  # whoever no longer waits is passed over
    with pytest.raises(TooSlow):
        await hanging
    fake._timeout = 5
    found = await asyncio.gather(*waiting, return_exceptions=True)
    assert [one.vector for n, one in enumerate(found) if n != 2] == [vector_of(f"w{n}") for n in (0, 1, 3)]
    assert isinstance(found[2], asyncio.CancelledError)


async def test_too_many_bytes_wait(fake, monkeypatch):
    monkeypatch.setattr("linli.vision.engine.worker.WAITING_BYTES", 1000)
    with pytest.raises(Busy):
        await fake.look(JPEG + b"x" * 2000)
    assert (await fake.look(marked(JPEG, "a"))).good


async def test_stopping_tells_who_waits_and_leaves_no_process(fake):
    pid = fake.pid
    os.kill(pid, signal.SIGSTOP)
    asks = [asyncio.create_task(fake.look(marked(JPEG, name))) for name in ("a", "b")]
    await asyncio.sleep(0)
    await fake.stop()
    assert all(isinstance(one, Off) for one in await asyncio.gather(*asks, return_exceptions=True))
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with pytest.raises(Off):
        await fake.look(marked(JPEG, "a"))


async def test_without_models_or_with_broken_ones_it_is_off(tmp_path):
    nothing = ProcessEngine(tmp_path / "none", tmp_path / "l")
    await nothing.start()
    assert "there are no models" in nothing.state.reason
    assert nothing.state.cause == "no_models"
    with pytest.raises(Off):
        await nothing.look(b"x")
    (tmp_path / "m").mkdir()
    for manifest in (
        "{",
        '{"models": []}',
        '{"models": [{"job": "detector", "family": "guess", "path": "x"}]}',
    ):
        (tmp_path / "m" / "manifest.json").write_text(manifest)
        broken = ProcessEngine(tmp_path / "m", tmp_path / "l")
        await broken.start()
        assert "manifest.json" in broken.state.reason
        assert broken.state.cause == "unusable"
        with pytest.raises(Off):
            await broken.mark("1")
        await broken.stop()


async def test_real_models_in_the_child(engine, pictures):
    seen = await asyncio.gather(*(engine.look(pictures[f"obama{n}.jpg"]) for n in ("", "2", "3")))
    assert all(one.good for one in seen)
    await engine.feed("1504", [Change("him", seen[0].vector)], mark=1)
    hits = await engine.search("1504", [one.vector for one in seen[1:]])
    assert [found[0].id for found in hits] == ["him", "him"]
    assert min(found[0].score for found in hits) > engine.state.thresholds.accept
    crop = await engine.embed_crop(pictures["obama.jpg"])
    assert len(crop.vector) == engine.state.dimensions * 4
    status = Path(f"/proc/{engine.pid}/status").read_text()
    resident = int(status.split("VmRSS:")[1].split()[0]) // 1024
    assert resident < 400


async def test_what_doors_ask_comes_before_other_pictures(fake):
    await fake.feed("1504", [Change(name, vector_of(name)) for name in ("alice", "bob")], mark=1)
    order = []

    async def noted(ask, name):
        try:
            return await ask
        finally:
            order.append(name)

    asks = [
        noted(fake.look(marked(JPEG, "x")), "look"),
        noted(fake.find("1504", marked(JPEG, "alice")), "alice"),
        noted(fake.find("1504", b"words"), "words"),
        noted(fake.find("1504", marked(JPEG, "-")), "nobody"),
    ]
    seen, alice, words, nobody = await asyncio.gather(*asks, return_exceptions=True)
    assert order == ["alice", "words", "nobody", "look"]
    assert (seen.vector, alice[0].id, nobody) == (vector_of("x"), "alice", [])
    assert isinstance(words, NoPicture)
    assert (await fake.find("1504", marked(JPEG, "bob"), crop=True, limit=1))[0].id == "bob"
    assert await fake.find("1505", marked(JPEG, "alice")) == []
