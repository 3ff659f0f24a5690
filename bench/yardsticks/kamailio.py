"""Kamailio as a registrar that keeps log-ins in memory: installed, or unpacked into a folder of its own.

`KAMAILIO_ROOT` names a folder that Debian's package was unpacked into (`dpkg -x kamailio_*.deb FOLDER`).
"""

import os
import shutil
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
modparam("usrloc", "db_mode", 0)
modparam("auth", "nonce_expire", 300)
request_route {{
    if (method != "REGISTER") {{ sl_send_reply("405", "Method Not Allowed"); exit; }}
    if (!pv_www_authenticate("linli", "{password}", "0")) {{ www_challenge("linli", "0"); exit; }}
    save("location", "0x04");
    exit;
}}
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


@contextmanager
def serving(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Its process and UDP port."""
    root, port = _root(), free_port()
    assert root is not None
    modules = next(root.glob("usr/lib/*/kamailio/modules"))
    config = folder / "kamailio.cfg"
    config.write_text(_CONFIG.format(port=port, modules=modules, password=PASSWORD))
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
