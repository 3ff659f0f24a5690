"""A trial of a draft before it is published: one input, and the draft's result."""

from typing import Any, Final, Literal

import msgspec

from linli.kernel.errors import BadInput
from linli.things.scripts.errors import ScriptFailed
from linli.things.scripts.messages import Unusable, is_reply, read_bytes, read_message, topic_of
from linli.things.scripts.sandbox import Sandbox, Script
from linli.things.scripts.service import DOWN, TOPIC, UP, check_size

type Direction = Literal["up", "down", "topic"]

MAX_INPUT: Final = 64 * 1024


class Trial(msgspec.Struct, frozen=True):
    """`output` is JSON text (up, topic) or bytes in hexadecimal (down); `error` says why there is none."""

    output: str = ""
    error: str = ""
    topic: str = ""
    """Where the message would be taken to have come on."""
    lines: tuple[str, ...] = ()
    micros: int = 0


async def try_script(
    sandbox: Sandbox, *, owner: str, source: str, direction: Direction, given: str, topic: str = ""
) -> Trial:
    """`owner`: the tenant that tries it. `given` is bytes in hexadecimal (up, topic) or JSON (down).

    Raises BadInput for an input that is neither.
    """
    check_size(source)
    if len(given) > MAX_INPUT:
        raise BadInput(field="input", rule="script_size", max=MAX_INPUT)
    script = Script.of(source, owner)
    lines: tuple[str, ...] = ()
    try:
        match direction:
            case "up":
                ran = await sandbox.call(script, UP, list(read_hex(given)))
                lines = ran.lines
                message = read_message(ran.value)
                where = "" if is_reply(message) else topic_of(message, "{productKey}", "{deviceName}").text
                return Trial(pretty(message), "", where, lines, ran.micros)
            case "down":
                ran = await sandbox.call(script, DOWN, _read_json(given))
                lines = ran.lines
                return Trial(read_bytes(ran.value).hex(" ").upper(), "", "", lines, ran.micros)
            case "topic":
                ran = await sandbox.call(script, TOPIC, topic, list(read_hex(given)))
                return Trial(pretty(ran.value), "", "", ran.lines, ran.micros)
    except ScriptFailed as failed:
        return Trial(error=failed.reason, lines=failed.lines)
    except Unusable as unusable:
        return Trial(error=str(unusable), lines=lines)


def read_hex(text: str) -> bytes:
    """`00 01 ff`, `0x0001FF`, `00:01:ff`. Raises BadInput."""
    digits = text.strip().lower().removeprefix("0x").replace(":", "").replace("-", "")
    try:
        return bytes.fromhex(digits)
    except ValueError:
        raise BadInput(field="input", rule="hex") from None


def pretty(value: Any) -> str:
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def _read_json(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        raise BadInput(field="input", rule="script_json") from None
