"""The face algorithm service follows the deployment: it runs where a door's form names the box, and nowhere else."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from linli.edge.runtime import algorithm_ports
from linli.edge.runtime.algorithm_ports import AlgorithmPorts
from linli.protocols import face_algorithm
from linli.protocols.edge_link import CommunityName, DeployedDevice, DeployedDriver, Deployment, GatewayName
from linli.vision.engine.local import LocalEngine
from linli.vision.fake import FakePipeline
from tests.domains.access.platform import until
from tests.engines import free_port

HERE = "127.0.0.1"


def deployment(*forms: dict[str, Any]) -> Deployment:
    devices = [
        DeployedDevice(product_key="p", device_name=f"d{number}", device_secret="s", custom=form)
        for number, form in enumerate(forms)
    ]
    return Deployment(
        generation=1,
        community=CommunityName(id="c1"),
        gateway=GatewayName(id="g1", name="gw"),
        drivers=[DeployedDriver(id="door_device", devices=devices)],
    )


@pytest.fixture
async def ports() -> AsyncIterator[AlgorithmPorts]:
    ports = AlgorithmPorts(LocalEngine(FakePipeline()))
    task = asyncio.create_task(ports.run())
    yield ports
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await ports.stop()


async def answers(port: int) -> bool:
    """Whether the algorithm service says that it is there."""
    async with httpx.AsyncClient(trust_env=False) as client:
        try:
            answer = await client.get(f"http://{HERE}:{port}/")
        except httpx.HTTPError:
            return False
    return answer.status_code == 200 and answer.text.strip() == face_algorithm.AVAILABLE


async def test_it_runs_for_the_doors_that_name_the_box(ports: AlgorithmPorts) -> None:
    own, vendors = free_port(), free_port()
    door = {"ip": "10.249.8.7", "algorithmIp": HERE, "algorithmPort": own}
    ports.deployed(
        deployment(door, {"ip": "10.249.8.8", "algorithmIp": "10.249.8.9", "algorithmPort": vendors})
    )
    await until(lambda: ports.served)
    assert ports.served == [(HERE, own)]
    assert await answers(own)
    callers = ("10.249.8.7", HERE, "10.249.8.66")
    assert [ports._lets_in(caller) for caller in callers] == [True, True, False]
    ports.deployed(deployment({"ip": "10.249.8.7"}))
    await until(lambda: not ports.served)
    assert not await answers(own)


async def test_a_port_that_is_taken_is_tried_again(
    ports: AlgorithmPorts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(algorithm_ports, "RETRY_S", 0.05)
    taken = await asyncio.start_server(lambda reader, writer: writer.close(), HERE, 0)
    port = taken.sockets[0].getsockname()[1]
    ports.deployed(deployment({"ip": "10.249.8.7", "algorithmIp": HERE, "algorithmPort": port}))
    await asyncio.sleep(0)
    assert ports.served == []
    taken.close()
    await taken.wait_closed()
    await until(lambda: ports.served == [(HERE, port)])
