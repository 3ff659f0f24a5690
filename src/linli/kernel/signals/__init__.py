"""Signals between the processes of one installation: news of what the database holds, never the thing itself.

`local.Signals` reaches the process alone (SQLite has one), `postgres.PostgresSignals` every process by LISTEN/NOTIFY.
"""

from linli.kernel.signals.local import MOST_BYTES, Signals, SignalTooLong

__all__ = ["MOST_BYTES", "SignalTooLong", "Signals"]
