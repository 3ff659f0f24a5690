"""The code that the API reference shows works as it stands: the shell script and Python, against `linli serve`."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from linli.app import rooms
from linli.openapi import samples

CALLS = [
    ("/open/project/univisal/query", "1.0.0", {"pageNo": 1, "pageSize": 10}),
    ("/message/subscription/list", "1.0.0", {}),
    ("/solution/community/paas/community/query", "1.0.2", {"pageNo": 1, "pageSize": 10, "name": "it's 小区"}),
]
SDK = Path(__file__).resolve().parents[1] / "src"


@pytest.mark.parametrize("path, version, params", CALLS, ids=[path for path, _, _ in CALLS])
def test_the_samples_run(site, path, version, params) -> None:
    spec = rooms.registry().get(path, version)
    environment = {**os.environ, "LINLI_APP_SECRET": site.app_secret, "PYTHONPATH": str(SDK)}
    shell = samples.curl(spec, site.installation.url, app_key=site.app_key, params=params)
    done = subprocess.run(
        ["bash", "-c", shell], env=environment, capture_output=True, text=True, check=False, timeout=30
    )
    assert json.loads(done.stdout)["code"] == 200, (done.stdout, done.stderr, shell)
    code = samples.python(spec, site.installation.url, app_key=site.app_key, params=params)
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False, timeout=30
    )
    assert done.returncode == 0, done.stderr


def test_a_script_fetches_the_communitys_token_by_itself(site) -> None:
    """Of a community that there is not: the gateway says so, the script goes on and shows the answer."""
    spec = rooms.registry().get("/solution/community/paas/space/sub/query", "1.0.1")
    shell = samples.curl(
        spec, site.installation.url, app_key=site.app_key, params={"typeCode": "house"}, community_id=1
    )
    environment = {**os.environ, "LINLI_APP_SECRET": site.app_secret}
    done = subprocess.run(
        ["bash", "-c", shell], env=environment, capture_output=True, text=True, check=False, timeout=30
    )
    assert "/solution/community/paas/token/get" in shell
    assert "LINLI_CLOUD_TOKEN" in done.stderr, (done.stdout, done.stderr)
