"""How a process of Linli starts from the ground up, lets its work go, and stops from above."""

from typing import TYPE_CHECKING

from linli.console import live_socket
from linli.delivery.service.transitions import wake_worker as wake_reconciler
from linli.delivery.store import free_leases as free_devices
from linli.delivery.store import free_leases_of as free_devices_of
from linli.kernel import outbox

if TYPE_CHECKING:
    from linli.app.platform import Platform


async def start(platform: "Platform", *, listeners: bool) -> None:
    if platform.db.engine == "sqlite":
        # No other process serves this database: the holder of a lease was killed.
        await outbox.free_leases(platform.db)
        await free_devices(platform.db, platform.clock.now_ms())
    # What keeps the event loop busy for seconds comes before the first sign of life.
    router = platform.router() if listeners else None
    await platform.processes.enter()
    if platform.processes.shared:
        platform.ids.take_slot(platform.processes.slot)
    await platform.databus.start()
    await platform.things.start()
    await platform.face_engine.start()
    await platform.plate_engine.start()
    await platform.service_bus.start()
    await platform.openapi.start()
    await platform.worker.start()
    await platform.faces.start()
    await platform.reconciler.start()
    await platform.housekeeping.start()
    if platform.relay is not None:
        await platform.relay.start()
    await platform.edge_remote.start()
    await platform.robots.start()
    await platform.security.start()
    if router is not None:
        await platform.listeners.start_devices()
        await platform.video.start()
        await platform.databus.listen(platform.listeners.tls)
        pages = dict.fromkeys(live_socket.PATHS, live_socket.upgrade(router))
        upgrades = {
            **pages,
            **platform.edge_remote.upgrades(),
            **platform.robots.upgrades(),
            **platform.video.upgrades(),
        }
        await platform.listeners.start_web(router, upgrades)
        await platform.sandbox.keeper.start()
    platform.processes.watch()
    if platform.things.routing is not None:
        await platform.things.routing.take_over_strangers()


async def drain(platform: "Platform") -> None:
    platform.condition.draining = True
    seconds = platform.settings.process.drain_seconds
    if seconds:
        await platform.clock.sleep(seconds)
        platform.listeners.refuse_devices()
        await platform.things.front.drain(seconds)


async def stop(platform: "Platform") -> None:
    platform.live.close()
    await platform.edge_remote.stop()
    await platform.sandbox.keeper.stop()
    await platform.robots.stop()
    await platform.security.stop()
    await platform.databus.close_streams()
    await platform.video.stop()
    await platform.listeners.stop()
    await platform.housekeeping.stop()
    await platform.reconciler.stop()
    await platform.worker.stop()
    await platform.face_engine.stop()
    await platform.plate_engine.stop()
    if platform.relay is not None:
        await platform.relay.stop()
    await platform.things.stop()
    await platform.databus.stop()
    await platform.openapi.stop()
    await platform.service_bus.stop()
    await platform.processes.stop()
    await platform.objects.shelf.close()
    await platform.db.close()


async def free_leases(platform: "Platform", gone: str) -> None:
    """Others take over the work of a dead process at once."""
    await outbox.free_leases_of(platform.db, gone)
    await free_devices_of(platform.db, gone, platform.clock.now_ms())
    wake_reconciler(platform.db)
