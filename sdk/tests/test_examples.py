"""Every example runs as it stands against `linli serve`; `certificate.py` in tests/real, where there is TLS."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from linli_sdk.device import Device, Triple

SDK = Path(__file__).resolve().parents[1]
EXAMPLES = SDK / "examples"
ELSEWHERE = {"certificate.py", "device.py", "gateway.py", "mqtt_subscriber.py"}


def environment(site, who: Triple | None = None, **more: str) -> dict[str, str]:
    settings = {
        "LINLI_URL": site.installation.url, "LINLI_APP_KEY": site.app_key, "LINLI_APP_SECRET": site.app_secret,
        "LINLI_HOST": "127.0.0.1", "LINLI_MQTT_PORT": str(site.installation.mqtt_port),
        "PYTHONPATH": str(SDK / "src"), "PYTHONUNBUFFERED": "1",
    }  # fmt: skip
    if who is not None:
        settings |= {
            "LINLI_PRODUCT_KEY": who.product_key,
            "LINLI_DEVICE_NAME": who.device_name,
            "LINLI_DEVICE_SECRET": who.device_secret,
        }
    return {**os.environ, **settings, **more}


def run(name: str, given: dict[str, str], folder: Path) -> str:
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / name)],
        env=given, cwd=folder, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


SAYS = {
    "open_api.py": "refused:",
    "open_api_async.py": "projects: 1",
    "shadow.py": "tags {'floor': '3'}",
    "firmware.py": "nothing newer than 1.0",
    "event_stream.py": "heard",
    "webhook.py": "heard test",
}


def test_no_example_is_left_out() -> None:
    assert {file.name for file in EXAMPLES.glob("*.py")} == SAYS.keys() | ELSEWHERE


@pytest.mark.parametrize("name", SAYS)
def test_example(site, tmp_path, name) -> None:
    who = site.device(f"example-{name.removesuffix('.py')}")
    assert SAYS[name] in run(name, environment(site, who), tmp_path)


def test_the_door_is_opened(site, tmp_path) -> None:
    who = site.device("example-door")
    heard: list[str] = []
    given = environment(site, who, LINLI_SECONDS="3")
    door = threading.Thread(target=lambda: heard.append(run("device.py", given, tmp_path)))
    door.start()
    address = {"product_key": who.product_key, "device_name": who.device_name}
    with site.client() as linli:
        deadline = time.monotonic() + 60
        while linli.things.get_status(**address).status != 1:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        linli.things.invoke_service_cloud(identifier="remoteOpen", args={}, **address)
    door.join()
    assert "opened" in heard[0]


def test_the_gateway_speaks_for_another(site, tmp_path) -> None:
    product = site.installation.admin("create-product", "例网关", "--tenant", site.tenant, "--gateway")
    made = site.installation.admin("create-device", product["productKey"], "--name", "example-gw")
    own = {
        "LINLI_GATEWAY_PRODUCT_KEY": made["productKey"],
        "LINLI_GATEWAY_DEVICE_NAME": made["deviceName"],
        "LINLI_GATEWAY_DEVICE_SECRET": made["deviceSecret"],
    }
    said = run("gateway.py", environment(site, site.device("example-sub"), **own), tmp_path)
    assert "example-sub" in said


def test_the_subscriber_hears_a_device(site, tmp_path) -> None:
    given = environment(site)
    program = subprocess.Popen(
        [sys.executable, str(EXAMPLES / "mqtt_subscriber.py")],
        env=given, cwd=tmp_path, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert program.stdout is not None
        assert program.stdout.readline().strip() == "listening"
        with Device(site.endpoint, site.device("example-heard")) as device:
            device.post_properties({"Temperature": 3.5})
        rest, _ = program.communicate(timeout=30)
        assert "/thing/" in rest
        assert program.returncode == 0
    finally:
        program.kill()
