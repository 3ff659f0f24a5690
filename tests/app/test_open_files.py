"""Connections fit into what the system lets the process open."""

import resource
import subprocess
import sys

import pytest

from linli.app import open_files
from linli.kernel.settings import Settings


@pytest.mark.parametrize("limit", [1024, 4096, 20_000, 65_536])
def test_listeners_fit_into_the_limit_of_open_files(limit: int) -> None:
    told = open_files.shortage(Settings(), limit)
    fitted = open_files.fitted(Settings(), limit)
    rooms = (fitted.http.max_connections, fitted.mqtt.max_connections, fitted.mqtt.max_waiting)
    more = 2 * rooms[0] + 3 * rooms[2] if told else rooms[0] + 4000
    assert sum(rooms) + more + fitted.device_auth.max_connections <= limit - min(512, limit // 2) + 16
    assert min(rooms) >= 30
    assert fitted.http.max_body_bytes == Settings().http.max_body_bytes
    assert (told == "") == (fitted == Settings()) == (limit == 65_536)
    assert told == "" or f"{limit} open files" in told


def test_the_limit_is_raised_as_far_as_it_goes() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = min(hard, 5000)
    code = (
        "import resource; from linli.app import open_files;"
        f"resource.setrlimit(resource.RLIMIT_NOFILE, (300, {most}));"
        "print(open_files.raise_limit(), resource.getrlimit(resource.RLIMIT_NOFILE)[0])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.split() == [str(most), str(most)]
