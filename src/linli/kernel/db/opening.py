"""Opening a database by its address. An engine's driver is loaded only where it is used."""

from linli.kernel.clock import Clock, SystemClock
from linli.kernel.db.database import Database, DefaultZone, Tx
from linli.kernel.db.wakers import Wakers
from linli.kernel.handlers import Handlers
from linli.kernel.signals import Signals


async def open_database(
    url: str, *, clock: Clock | None = None, pool_size: int = 10, handlers: Handlers[Tx] | None = None
) -> Database:
    """`sqlite:///folder/file.db` or `postgresql://user@host:port/name`."""
    signals = Signals()
    if url.startswith("sqlite:///"):
        from linli.kernel.db.sqlite import SQLiteDatabase

        db: Database = await SQLiteDatabase.connect(url.removeprefix("sqlite:///"))
    elif url.startswith(("postgresql://", "postgres://")):
        from linli.kernel.db.postgres import PostgresDatabase
        from linli.kernel.signals.postgres import PostgresSignals

        db = await PostgresDatabase.connect(url, pool_size=pool_size)
        signals = PostgresSignals(url)
    else:
        raise ValueError("the database address must begin with sqlite:/// or postgresql://")
    db.url = url
    db.signals = signals
    db.wakers = Wakers()
    db.clock = clock or SystemClock()
    db.zones = DefaultZone()
    db.handlers = handlers or Handlers()
    return db
