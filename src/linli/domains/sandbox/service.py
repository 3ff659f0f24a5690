"""Make, use, reset and remove a sandbox. Everybody who may manage integrations can have one."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from linli.domains.sandbox import rows, seed
from linli.domains.sandbox.calls import succeeded
from linli.domains.sandbox.errors import NoSandbox, SandboxFailed, SandboxThere, TooManySandboxes
from linli.domains.sandbox.examples import Example, example_of
from linli.domains.sandbox.facts import NAMES
from linli.domains.sandbox.rows import Sandbox
from linli.domains.sandbox.spares import Bench
from linli.domains.sandbox.sweep import sweep
from linli.domains.sandbox.workshop import Workshop
from linli.kernel import telemetry, tenancy
from linli.kernel.audit import note_secret_reads
from linli.kernel.db import Tx
from linli.kernel.errors import BadInput, LinliError
from linli.kernel.scope import Scope
from linli.openapi import trial
from linli.openapi.registry import MethodSpec

log = telemetry.logger(__name__)

MOST: Final = 20
"""Sandboxes of one tenant."""
UNDO_MS: Final = 10 * 60_000
"""How long a removed sandbox can be restored."""
MAKING_MS: Final = 5 * 60_000
"""A sandbox that takes longer to make has failed."""


class Tried(NamedTuple):
    response: trial.MethodAnswer
    ok: bool


async def get(scope: Scope, shop: Workshop) -> Sandbox | None:
    """The caller's sandbox, ready or just removed. Looking at it counts as use."""
    sandbox = await rows.find(scope, shop.db)
    if sandbox is None or sandbox.state == "making":
        return None
    if sandbox.state == "ready":
        await shop.db.run(lambda tx: rows.touch(tx, sandbox.sandbox_id, now_ms=shop.clock.now_ms()))
    return sandbox


async def create(scope: Scope, shop: Workshop) -> Sandbox:
    """Make a sandbox for the caller. A removed one is deleted for good. Raises SandboxThere, TooManySandboxes,
    SandboxFailed."""
    sandbox = await rows.find(scope, shop.db)
    if sandbox is not None:
        fresh = sandbox.state == "making" and shop.clock.now_ms() - sandbox.created_ms < MAKING_MS
        if sandbox.state == "ready" or fresh:
            raise SandboxThere()
        await destroy(shop, sandbox)
    if await rows.count(scope, shop.db) >= MOST:
        raise TooManySandboxes(limit=MOST)
    return await _make(scope, shop)


async def reset(scope: Scope, shop: Workshop) -> Sandbox:
    """Reset the caller's sandbox. It keeps its key and secret. Raises NoSandbox, SandboxFailed."""
    sandbox = await ready(scope, shop)
    row = await tenancy.find_app_key(shop.db, sandbox.app_key)
    if row is None:
        raise NoSandbox()
    again = sandbox.app_key, shop.secrets.open(row.secret, about=f"app_key:{sandbox.app_key}")
    await destroy(shop, sandbox)
    return await _make(scope, shop, again=again)


async def remove(scope: Scope, shop: Workshop) -> Sandbox:
    """Remove the caller's sandbox. It is deleted for good after `UNDO_MS`. Raises NoSandbox."""
    sandbox = await ready(scope, shop)

    async def work(tx: Tx) -> None:
        await tenancy.enable_app_key(sandbox.inside, tx, app_key=sandbox.app_key, enabled=False)
        await rows.set_state(tx, sandbox.sandbox_id, "removed", now_ms=shop.clock.now_ms())

    await shop.db.run(work)
    return await _again(scope, shop)


async def restore(scope: Scope, shop: Workshop) -> Sandbox:
    """Restore a removed sandbox. Raises NoSandbox."""
    sandbox = await rows.find(scope, shop.db)
    if sandbox is None or sandbox.state != "removed":
        raise NoSandbox()

    async def work(tx: Tx) -> None:
        await tenancy.enable_app_key(sandbox.inside, tx, app_key=sandbox.app_key, enabled=True)
        await rows.set_state(tx, sandbox.sandbox_id, "ready", now_ms=shop.clock.now_ms())

    await shop.db.run(work)
    return await _again(scope, shop)


async def destroy(shop: Workshop, sandbox: Sandbox) -> None:
    """Delete a sandbox for good."""
    await shop.openapi.journal.flush()  # what it writes later would stay
    await sweep(shop.db, shop.objects, sandbox.sandbox_id)
    await shop.db.run(lambda tx: rows.forget(tx, sandbox.sandbox_id))


async def switch(scope: Scope, shop: Workshop, *, device: str, on: bool) -> Sandbox:
    """Switch one of its devices on or off. Raises NoSandbox, BadInput."""
    sandbox = await ready(scope, shop)
    if device not in NAMES:
        raise BadInput(field="device", rule="one_of", allowed=", ".join(NAMES))
    off = {*sandbox.off} - {device} if on else {*sandbox.off, device}

    async def work(tx: Tx) -> None:
        await rows.switch_off(tx, sandbox.sandbox_id, sorted(off))
        await rows.touch(tx, sandbox.sandbox_id, now_ms=shop.clock.now_ms())

    await shop.db.run(work)
    return await _again(scope, shop)


async def tell_secret(scope: Scope, shop: Workshop) -> tuple[str, str]:
    """(appKey, appSecret). The look at the secret is noted, as for every key. Raises NoSandbox."""
    sandbox = await ready(scope, shop)
    key = await trial.borrow_key(sandbox.inside, shop.db, shop.secrets, app_key=sandbox.app_key)
    await shop.db.run(lambda tx: note_secret_reads(scope, tx, "app_key", [sandbox.app_key], ids=shop.ids))
    row = await tenancy.find_app_key(shop.db, key.app_key)
    assert row is not None
    return sandbox.app_key, shop.secrets.open(row.secret, about=f"app_key:{sandbox.app_key}")


async def example(scope: Scope, shop: Workshop, *, spec: MethodSpec, fresh: bool = False) -> Example:
    """Parameters of a method that work in the caller's sandbox. Raises NoSandbox, SandboxFailed."""
    sandbox = await ready(scope, shop)
    partner = await shop.partner(sandbox.inside, sandbox.app_key, scope.language)
    bench = Bench(shop, sandbox.inside, partner, sandbox.read_facts())
    sample = await example_of(spec, bench, fresh=fresh)

    async def work(tx: Tx) -> None:
        await rows.note_facts(tx, sandbox.sandbox_id, bench.facts)
        await rows.touch(tx, sandbox.sandbox_id, now_ms=shop.clock.now_ms())

    await shop.db.run(work)
    return sample


async def attempt(
    scope: Scope, shop: Workshop, *, spec: MethodSpec, params: dict[str, Any], spends: Sequence[str] = ()
) -> Tried:
    """Call a method in the caller's sandbox, with a cloudToken where it takes one. Raises NoSandbox."""
    sandbox = await ready(scope, shop)
    facts = sandbox.read_facts()
    partner = await shop.partner(sandbox.inside, sandbox.app_key, scope.language)
    community_id = facts.community_id if spec.token == "required" else 0
    response = await partner.send(spec, params, community_id=community_id)
    done = succeeded(response)

    async def work(tx: Tx) -> None:
        await rows.touch(tx, sandbox.sandbox_id, now_ms=shop.clock.now_ms())
        if done and spends:
            facts.spare = {name: value for name, value in facts.spare.items() if name not in spends}
            await rows.note_facts(tx, sandbox.sandbox_id, facts)

    await shop.db.run(work)
    return Tried(response, done)


async def _make(scope: Scope, shop: Workshop, *, again: tuple[str, str] | None = None) -> Sandbox:
    now_ms = shop.clock.now_ms()
    name = f"沙箱 {rows.owner_of(scope)} {shop.ids.token(8)}"

    async def begin(tx: Tx) -> tuple[str, str, str]:
        sandbox_id, project_id, app_key = await seed.begin(shop, tx, name=name, again=again)
        await rows.add(scope, tx, sandbox_id=sandbox_id, now_ms=now_ms)
        return sandbox_id, project_id, app_key

    sandbox_id, project_id, app_key = await shop.db.run(begin)
    sandbox = await _again(scope, shop)
    try:
        facts = await seed.furnish(shop, sandbox.inside, project_id=project_id, app_key=app_key)
    except LinliError as error:
        log.warning("a sandbox could not be made: %s", error)
        await destroy(shop, sandbox)
        if isinstance(error, SandboxFailed):
            raise
        raise SandboxFailed(call="seed", reason=error.text(scope.language)) from error

    async def work(tx: Tx) -> None:
        await seed.limit(sandbox.inside, tx, app_key=app_key)
        await rows.set_ready(tx, sandbox_id, app_key=app_key, facts=facts)

    await shop.db.run(work)
    return await _again(scope, shop)


async def ready(scope: Scope, shop: Workshop) -> Sandbox:
    """The caller's sandbox, which must be ready. Raises NoSandbox."""
    sandbox = await rows.find(scope, shop.db)
    if sandbox is None or sandbox.state != "ready":
        raise NoSandbox()
    return sandbox


async def _again(scope: Scope, shop: Workshop) -> Sandbox:
    sandbox = await rows.find(scope, shop.db)
    if sandbox is None:
        raise NoSandbox()
    return sandbox
