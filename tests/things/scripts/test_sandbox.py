"""Scripts in their sandbox: what they can do, what ends them, and that nobody else feels it."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from linli.kernel.clock import ManualClock
from linli.things.scripts import sandbox as module
from linli.things.scripts.errors import SandboxBusy, ScriptFailed
from linli.things.scripts.sandbox import Sandbox, Script

pytestmark = pytest.mark.engines("sqlite")

SUM = Script("sum", "function f(a, b) { console.log('adding', a, {b: b}); return {sum: a + b}; }")


@pytest.fixture
async def sandbox(clock: ManualClock) -> AsyncIterator[Sandbox]:
    made = Sandbox(clock)
    yield made
    await made.stop()


async def test_values_go_in_and_come_out(sandbox: Sandbox) -> None:
    ran = await sandbox.call(SUM, "f", 1, 2)
    assert (ran.value, ran.lines) == ({"sum": 3}, ('adding 1 {"b":2}',))
    assert 0 < ran.micros < 50_000
    bytes_of = Script("b", "function f(x) { return new Uint8Array([1, x.length, 255]); }")
    assert (await sandbox.call(bytes_of, "f", [1, 2])).value == [1, 2, 255]
    assert (await sandbox.call(Script("n", "function f() {}"), "f")).value is None
    text = Script("t", "function f(s) { return s + '\\u4e2d'; }")
    assert (await sandbox.call(text, "f", "文\u0000'\"\\")).value == "文\u0000'\"\\中"


@pytest.mark.parametrize(
    "source, kind, says",
    [
        ("function f( {", "error", "SyntaxError"),
        ("function g() {}", "error", "f is not defined"),
        ("function f() { throw new Error('no such command') }", "error", "no such command"),
        ("function f() { return undefined_name }", "error", "undefined_name"),
        ("function f() { return f() }", "error", "recursion|stack"),
        ("function f() { while (true) {} }", "time", "50 ms"),
        ("while (true) {}", "time", "50 ms"),
        ("function f() { var a = []; while (true) a.push(new Array(10000).fill(1)) }", "memory", "16 MB"),
        ("function f() { return 'x'.repeat(1 << 20) }", "output", "larger"),
        ("function f() { return 10n }", "error", "BigInt"),
        ("function f() { var a = {}; a.a = a; return a }", "error", "circular"),
        ("function f() { return require('fs') }", "error", "require"),
        ("function f() { return std.open('/etc/passwd') }", "error", "std"),
        ("function f() { return fetch('http://127.0.0.1') }", "error", "fetch"),
        ("import * as os from 'os'; function f() {}", "error", "SyntaxError|import"),
        ("JSON.stringify = function () { return '{' }; function f() { return std }", "error", "std"),
    ],
)
async def test_what_fails_fails_alone(sandbox: Sandbox, source: str, kind: str, says: str) -> None:
    with pytest.raises(ScriptFailed, match=says) as failed:
        await sandbox.call(Script("bad", source), "f")
    assert failed.value.kind == kind, failed.value.reason
    assert (await sandbox.call(SUM, "f", 2, 2)).value == {"sum": 4}


async def test_nothing_stays_from_one_call_to_the_next(sandbox: Sandbox) -> None:
    counts = Script(
        "c",
        "var n = 0; globalThis.seen = globalThis.seen || 0; function f() { n++; seen++; return [n, seen] }",
    )
    assert (await sandbox.call(counts, "f")).value == [1, 1]
    assert (await sandbox.call(counts, "f")).value == [1, 1]


async def test_a_long_step_of_a_built_in_is_ended_too(sandbox: Sandbox) -> None:
    slow = Script("slow", "function f() { return /^(a+)+$/.test('a'.repeat(40) + '!') }")
    with pytest.raises(ScriptFailed) as failed:
        await sandbox.call(slow, "f")
    assert failed.value.kind in {"time", "crash", "error"}
    big = Script("big", "function f() { return new Array(1e8).join('x').length }")
    with pytest.raises(ScriptFailed):
        await sandbox.call(big, "f")
    assert (await sandbox.call(SUM, "f", 2, 2)).value == {"sum": 4}


async def test_the_loop_goes_on_while_a_script_hangs(sandbox: Sandbox) -> None:
    await sandbox.call(SUM, "f", 1, 1)
    hanging = asyncio.create_task(sandbox.call(Script("h", "while (true) {}"), "f"))
    turns = 0
    while not hanging.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 20
    with pytest.raises(ScriptFailed):
        await hanging


async def test_a_killed_child_is_started_again(sandbox: Sandbox) -> None:
    await sandbox.call(SUM, "f", 1, 1)
    child = sandbox._quick.child
    assert child is not None
    child.kill()
    await child.wait()
    assert (await sandbox.call(SUM, "f", 1, 2)).value == {"sum": 3}


async def test_one_that_breaks_its_limits_again_and_again_is_paused(
    sandbox: Sandbox, clock: ManualClock
) -> None:
    hangs = Script("hangs", "function f(x) { while (x) {} return 1 }")
    for _ in range(module.PATIENCE):
        with pytest.raises(ScriptFailed) as failed:
            await sandbox.call(hangs, "f", True)
        assert failed.value.kind == "time"
    with pytest.raises(ScriptFailed) as failed:
        await sandbox.call(hangs, "f", False)
    assert failed.value.kind == "paused"
    assert (await sandbox.call(SUM, "f", 1, 2)).value == {"sum": 3}, "others go on"
    await clock.advance(round(module.PAUSE_SECONDS * 1000))
    assert (await sandbox.call(hangs, "f", False)).value == 1


async def test_many_at_once_keep_their_answers(sandbox: Sandbox) -> None:
    answers = await asyncio.gather(*(sandbox.call(SUM, "f", n, n) for n in range(200)))
    assert [ran.value["sum"] for ran in answers] == [2 * n for n in range(200)]


async def test_a_cancelled_call_leaves_no_answer_for_the_next(sandbox: Sandbox) -> None:
    await sandbox.call(SUM, "f", 1, 1)
    hanging = asyncio.create_task(sandbox.call(Script("h", "while (true) {}"), "f"))
    await asyncio.sleep(0.01)
    hanging.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hanging
    assert (await sandbox.call(SUM, "f", 5, 5)).value == {"sum": 10}


async def test_more_than_can_wait_is_refused(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_WAITING", 3)
    answers = await asyncio.gather(*(sandbox.call(SUM, "f", n, n) for n in range(5)), return_exceptions=True)
    assert sum(isinstance(one, SandboxBusy) for one in answers) == 2
