"""The application of the integrators' guide, run as it stands there and called through the gateway."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from linli.servicebus.service import ProviderForm, save_model, save_provider
from tests.engines import end, free_port, wait_for_port
from tests.servicebus.conftest import Bench

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "service-bus.en.md"
MODEL = {
    "id": "meterService", "version": "1.0", "title": "表计服务", "methods": [
        {"name": "readMeter", "version": "1.0.0", "title": "读数",
         "input": [{"name": "meterId", "type": "string", "required": True}],
         "output": {"name": "data", "type": "object", "fields": [{"name": "total", "type": "float"}]}}]}  # fmt: skip


async def test_the_application_of_the_guide_serves_its_model(bench: Bench, tmp_path: Path) -> None:
    found = re.search(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    assert found is not None
    file, log, port = tmp_path / "application.py", tmp_path / "log", free_port()
    file.write_text(found[1], "utf-8")
    with log.open("wb") as out:
        child = subprocess.Popen(
            [sys.executable, file], env={**os.environ, "PORT": str(port)}, stdout=out, stderr=out
        )
    try:
        wait_for_port(port, child, log)
        async with bench.platform.db.begin() as tx:
            await save_model(bench.owner, tx, document=json.dumps(MODEL))
            await save_provider(
                bench.owner,
                tx,
                ProviderForm(
                    model_id="meterService", name="抄表", kind="http", address=f"http://127.0.0.1:{port}"
                ),
                provider_no=None,
                known_models=frozenset({"meterService"}),
            )
        read = await bench.caller.call("/meterService/readMeter", "1.0.0", {"meterId": "m1"})
        assert read.ok, read
        assert read.data == {"total": 812.5}
        absent = await bench.caller.call("/meterService/readMeter", "1.0", {"meterId": "m2"})
        assert (absent.code, absent.body["localizedMsg"]) == (1404, "没有这块表")
    finally:
        end(child)
    gone = await bench.caller.call("/meterService/readMeter", "1.0.0", {"meterId": "m1"})
    assert gone.code == 500
