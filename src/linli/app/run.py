"""Running the platform as a process: settings, migrations, signals, a graceful stop."""

import asyncio
import gc
import signal
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path

import uvloop

from linli.app import open_files, schema
from linli.app.platform import Platform
from linli.domains.accounts import setup_code
from linli.domains.people.service.accounts import any_account
from linli.kernel import telemetry
from linli.kernel.objects import StoreUnavailable
from linli.kernel.processes import TooManyProcesses
from linli.kernel.secrets import KeyFileError
from linli.kernel.settings import Settings, SettingsError, load
from linli.ops import file_modes
from linli.ops.layout import InUse, Layout, sharing


class CannotListen(Exception):
    """A port is taken, or the certificate cannot be read; the text is the system's own."""


def serve(config: Path | None) -> int:
    """Run until SIGTERM or SIGINT; the exit code."""
    return _run(config, _serve)


def work(config: Path | None) -> int:
    return _run(config, _work)


def _run(config: Path | None, body: Callable[[Settings], Coroutine[None, None, int]]) -> int:
    settings = _settings(config)
    if settings is None:
        return 2
    telemetry.configure(settings.log_level)
    try:
        settings.data_path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        schema.say(f"data_dir cannot be used: {error}")
        return 1
    try:
        with sharing(Layout.of(settings)):  # no restore and no upgrade under a running process
            file_modes.mend(Layout.of(settings))
            return uvloop.run(body(settings))
    except (InUse, KeyFileError, StoreUnavailable, CannotListen, TooManyProcesses) as error:
        schema.say(str(error))
        return 1


def _settings(config: Path | None) -> Settings | None:
    try:
        return load(config)
    except SettingsError as error:
        print(f"linli: {error}", file=sys.stderr)
        return None


async def _serve(settings: Settings) -> int:
    if reason := await schema.prepare(settings):
        schema.say(reason)
        return 1
    limit = open_files.raise_limit()
    platform = await Platform.open(open_files.fitted(settings, limit))
    if shortage := open_files.shortage(settings, limit):
        schema.say(shortage)
        platform.condition.open_files = shortage
    asked, fenced = stop_asked(), _when_fenced(platform)
    try:
        await platform.start()
    except OSError as error:
        await platform.stop()
        raise CannotListen(str(error)) from error
    spare_the_collector()
    print(f"ready {settings.public_url}", flush=True)
    await tell_first_run(platform)
    await _until_stopped(asked, fenced)
    if not fenced.is_set():
        await platform.drain()
    await platform.stop()
    return 1 if fenced.is_set() else 0


def _when_fenced(platform: Platform) -> asyncio.Event:
    """Set when the others took this process for dead: its supervisor starts it again."""
    fenced = asyncio.Event()
    platform.processes.on_fenced = fenced.set
    return fenced


async def _until_stopped(asked: asyncio.Event, fenced: asyncio.Event) -> None:
    """Return on SIGTERM, SIGINT, or once this process was taken for dead."""
    waiters = [asyncio.ensure_future(asked.wait()), asyncio.ensure_future(fenced.wait())]
    await asyncio.wait(waiters, return_when=asyncio.FIRST_COMPLETED)
    for waiter in waiters:
        waiter.cancel()


async def tell_first_run(platform: Platform) -> None:
    """While there is no account: where the set-up page is, with the code that proves one sees this terminal."""
    if not await any_account(platform.db):
        code = setup_code.ensure(setup_code.file_of(platform.settings))
        print(f"set up {platform.settings.public_url}/setup?code={code}", flush=True)


async def _work(settings: Settings) -> int:
    if reason := await schema.prepare(settings):
        schema.say(reason)
        return 1
    if settings.database.startswith("sqlite"):
        schema.say("`linli work` needs a PostgreSQL database: an embedded one is served by one process")
        return 2
    platform = await Platform.open(settings, kind="work")
    asked, fenced = stop_asked(), _when_fenced(platform)
    await platform.start(listeners=False)
    spare_the_collector()
    print("ready", flush=True)
    await _until_stopped(asked, fenced)
    await platform.stop()
    return 1 if fenced.is_set() else 0


def spare_the_collector() -> None:
    """Rows and messages die by reference count; walking the whole heap for cycles every few hundred of them is waste.

    Objects from start-up stay for ever, so they are excluded from collections.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def stop_asked() -> asyncio.Event:
    """Set on SIGTERM or SIGINT from now on: call it before the process is reported as ready."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, asked.set)
    return asked


async def stop_signal() -> None:
    """Wait for SIGTERM or SIGINT."""
    await stop_asked().wait()
