"""Kamailio as a registrar: installed, or unpacked into a folder of its own.

With accounts and log-ins in SQLite, each written at once, as Linli does; or with one password and log-ins in memory.
`KAMAILIO_ROOT` names a folder that Debian's packages kamailio and kamailio-sqlite-modules were unpacked into
(`dpkg -x kamailio_*.deb FOLDER`).
"""

import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bench.harness import start, stop
from tests.engines import free_port

_CONFIG: Final = """
debug=0
log_stderror=yes
children=1
listen=udp:127.0.0.1:{port}
mpath="{modules}"
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "tm.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "auth.so"
modparam("auth", "nonce_expire", 300)
{more}
request_route {{
{calls}
    if (method != "REGISTER") {{ sl_send_reply("405", "Method Not Allowed"); exit; }}
    if (!{check}) {{ www_challenge("linli", "0"); exit; }}
    save("location", "0x04");
    exit;
}}
"""
_CALLS: Final = """
    if (has_totag()) {
        if (loose_route()) { t_relay(); exit; }
        if (method == "ACK") { if (t_check_trans()) t_relay(); exit; }
        sl_send_reply("404", "Not here"); exit;
    }
    if (method == "CANCEL") { if (t_check_trans()) t_relay(); exit; }
    if (method == "INVITE") {
        if (!proxy_authenticate("linli", "subscriber")) { proxy_challenge("linli", "0"); exit; }
        consume_credentials();
        record_route();
        if (!lookup("location")) { sl_send_reply("404", "Not Found"); exit; }
        t_relay();
        exit;
    }
"""
"""Stateful, by record-route; nothing is written about a call."""
_CALL_MODULES: Final = 'loadmodule "rr.so"\nloadmodule "siputils.so"\n'
_MEMORY: Final = 'modparam("usrloc", "db_mode", 0)'
_KEPT: Final = """
loadmodule "db_sqlite.so"
loadmodule "auth_db.so"
modparam("usrloc", "db_mode", 1)
modparam("usrloc|auth_db", "db_url", "sqlite://{database}")
modparam("auth_db", "calculate_ha1", 1)
modparam("auth_db", "password_column", "password")
"""
PASSWORD: Final = "pw-of-everybody"


def _root() -> Path | None:
    """The folder with `usr/sbin/kamailio`; None: it is not here."""
    if shutil.which("kamailio"):
        return Path("/")
    named = os.environ.get("KAMAILIO_ROOT", "")
    return Path(named) if named and (Path(named) / "usr/sbin/kamailio").exists() else None


def missing() -> bool:
    return _root() is None


def _database(root: Path, file: Path, numbers: list[str]) -> None:
    """Its own tables, with these accounts."""
    base = sqlite3.connect(file)
    for name in ("standard", "auth_db", "usrloc"):
        base.executescript((root / f"usr/share/kamailio/db_sqlite/{name}-create.sql").read_text("utf-8"))
    base.executemany(
        "INSERT INTO subscriber (username, domain, password) VALUES (?, 'linli', ?)",
        [(number, PASSWORD) for number in numbers],
    )
    base.execute("PRAGMA journal_mode = WAL")  # as Linli's
    base.commit()
    base.close()


@contextmanager
def serving(
    folder: Path, numbers: list[str] | None, *, calls: bool = False
) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Its process and UDP port. `numbers`: accounts and log-ins are in a database; None: in memory.

    `calls`: it is the proxy of calls, too; only with a database.
    """
    folder.mkdir()
    root, port = _root(), free_port()
    assert root is not None
    modules = next(root.glob("usr/lib/*/kamailio/modules"))
    config = folder / "kamailio.cfg"
    more, check = _MEMORY, f'pv_www_authenticate("linli", "{PASSWORD}", "0")'
    if numbers is not None:
        _database(root, folder / "kamailio.db", numbers)
        more, check = _KEPT.format(database=folder / "kamailio.db"), 'auth_check("linli", "subscriber", "0")'
    if calls:
        more = _CALL_MODULES + more
    values = {
        "port": port,
        "modules": modules,
        "more": more,
        "check": check,
        "calls": _CALLS if calls else "",
    }
    config.write_text(_CONFIG.format(**values))
    libraries = f"{modules.parent}:{modules.parent.parent}"
    line = [str(root / "usr/sbin/kamailio"), "-f", str(config), "-DD", "-E", "-Y", str(folder)]
    log = folder / "kamailio.log"
    process = start(line, environment={"LD_LIBRARY_PATH": libraries}, log=log)
    try:
        time.sleep(2)
        if process.poll() is not None:
            raise RuntimeError(f"kamailio did not start:\n{log.read_text(errors='replace')[-3000:]}")
        yield process, port
    finally:
        stop(process)
