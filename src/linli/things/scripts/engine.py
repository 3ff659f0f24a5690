"""The process that runs products' scripts: `python engine.py`, calls on stdin, answers on stdout, nothing else in reach.

A call is a JSON object in a frame (4 bytes length, big endian): `key` names the script, `source` is its text (sent once,
asked for with `{"need": true}`), `function`, `input` (JSON text of the list of arguments). The answer: `value` (JSON
text), `lines` (what it logged), `micros`, or `error` with `kind`.

Every call gets a fresh engine, so that nothing stays from one device to the next. Scripts have no I/O: the engine is
built without any.

Standard library only besides the engine: this file is run by its path, isolated from the rest of the house.
"""

import json
import resource
import signal
import struct
import sys
import time
from typing import Any, BinaryIO, Final

import quickjs

CPU_SECONDS: Final = 0.05
KILL_SECONDS: Final = 0.25
"""Seconds of processor time: the engine checks its clock between steps, and a step of a built-in may be long."""
MEMORY_BYTES: Final = 16 * 1024 * 1024
STACK_BYTES: Final = 256 * 1024
PROCESS_BYTES: Final = 512 * 1024 * 1024
OUTPUT_BYTES: Final = 256 * 1024
KEPT_SCRIPTS: Final = 256

_PRELUDE: Final = """
var __lines = [];
var console = (function () {
  function add() {
    if (__lines.length < 50) __lines.push(Array.prototype.map.call(arguments, function (one) {
      return typeof one === 'object' && one !== null ? JSON.stringify(one) : String(one);
    }).join(' ').slice(0, 500));
  }
  return {log: add, info: add, warn: add, error: add, debug: add};
})();
"""
_CALL: Final = """
(function (stringify, parse) {
  return function (name, input) {
    var called = globalThis[name];
    if (typeof called !== 'function') throw new TypeError(name + ' is not defined');
    var value = called.apply(null, parse(input));
    if (value instanceof ArrayBuffer) value = new Uint8Array(value);
    if (ArrayBuffer.isView(value)) value = Array.from(value);
    var text = stringify(value);
    return text === undefined ? 'null' : text;
  };
})(JSON.stringify, JSON.parse)
"""


def run(source: str, function: str, given: str) -> dict[str, Any]:
    """One call."""
    begun = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, KILL_SECONDS)
    lines: list[str] = []
    answer: dict[str, Any]
    try:
        context = quickjs.Context()
        context.set_memory_limit(MEMORY_BYTES)
        context.set_max_stack_size(STACK_BYTES)
        context.set_time_limit(CPU_SECONDS)
        context.eval(_PRELUDE)
        call = context.eval(_CALL)
        try:
            context.eval(source)
            context.set_time_limit(max(CPU_SECONDS - (time.process_time() - begun), 0.001))
            value = call(function, given)
        finally:
            lines = _logged(context)
        if len(value) > OUTPUT_BYTES:
            answer = {"error": f"the result is larger than {OUTPUT_BYTES} bytes", "kind": "output"}
        else:
            answer = {"value": value}
    except quickjs.StackOverflow:
        answer = {"error": "too deep a recursion", "kind": "error"}
    except quickjs.JSException as error:
        answer = _failure(str(error))
    except (UnicodeError, TypeError, ValueError, MemoryError) as error:
        answer = {"error": f"{type(error).__name__}: {error}"[:500], "kind": "error"}
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    micros = round((time.process_time() - begun) * 1e6)
    return {**answer, "lines": lines, "micros": micros}


def _logged(context: Any) -> list[str]:
    try:
        context.set_time_limit(0.005)
        lines = json.loads(context.eval("JSON.stringify(__lines.slice(0, 50).map(String))"))
    except (quickjs.JSException, UnicodeError, ValueError, TypeError):
        return []
    return [str(line)[:500] for line in lines] if isinstance(lines, list) else []


def _failure(text: str) -> dict[str, Any]:
    first, _, rest = text.partition("\n")
    where = rest.strip().splitlines()
    if "interrupted" in first:
        return {"error": f"took longer than {round(CPU_SECONDS * 1000)} ms", "kind": "time"}
    if "out of memory" in first:
        return {"error": f"needs more than {MEMORY_BYTES // 1024 // 1024} MB of memory", "kind": "memory"}
    return {"error": f"{first} {where[0].strip()}"[:500] if where else first[:500], "kind": "error"}


def serve(calls: BinaryIO, answers: BinaryIO) -> None:
    """Until the other end closes."""
    sources: dict[str, str] = {}
    while len(head := calls.read(4)) == 4:
        call = json.loads(calls.read(struct.unpack(">I", head)[0]))
        key = call["key"]
        if "source" in call:
            if len(sources) >= KEPT_SCRIPTS:
                sources.clear()
            sources[key] = call["source"]
        source = sources.get(key)
        answer = {"need": True} if source is None else run(source, call["function"], call["input"])
        body = json.dumps(answer).encode()
        answers.write(struct.pack(">I", len(body)) + body)
        answers.flush()


def confine() -> None:
    """Leave the process nothing to do harm with, should the engine have a hole."""
    resource.setrlimit(resource.RLIMIT_AS, (PROCESS_BYTES, PROCESS_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    confine()
    serve(sys.stdin.buffer, sys.stdout.buffer)
