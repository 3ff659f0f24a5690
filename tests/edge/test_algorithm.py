"""The face algorithm service and its client on real sockets, with the published answers. Spec G 3.7, 9.3; 12, 17."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from linli.edge.algorithm import AlgorithmClient, AlgorithmFailed, AlgorithmService
from linli.kernel.http import HttpServer
from linli.protocols import face_algorithm
from linli.vision.engine.local import LocalEngine, NoEngine
from linli.vision.fake import FakePipeline, marked
from tests.edge.doors.site_box import HERE, post, raw
from tests.protocols.door_http.test_door_http import photo

ALICE = marked(photo(), "alice")
PUBLISHED = {"code": 200, "message": "success", "data": [-0.009695335291326046, 0.04982885345816612]}
"""3.5.1.2.5.txt:357-364, 407-414."""


@pytest.fixture
async def service() -> AsyncIterator[AlgorithmService]:
    service = AlgorithmService(LocalEngine(FakePipeline()), host=HERE, port=0)
    await service.start()
    yield service
    await service.stop()


@pytest.fixture
async def client(service: AlgorithmService) -> AsyncIterator[AlgorithmClient]:
    client = AlgorithmClient(HERE, service.port)
    yield client
    await client.close()


async def told(service: AlgorithmService, path: str, data: bytes) -> dict[str, object]:
    kind, body = face_algorithm.write_photo(data)
    answer = await raw(service.port, post(path, body, kind, extra="Connection: close\r\n"))
    assert answer.startswith(b"HTTP/1.1 200 OK")
    found: dict[str, object] = json.loads(answer.partition(b"\r\n\r\n")[2])
    return found


@pytest.mark.parametrize("path", ["/match_with_face_detect", "/match"])
async def test_the_same_photo_has_the_same_vector(service: AlgorithmService, path: str) -> None:
    first, second = await told(service, path, ALICE), await told(service, path, ALICE)
    assert first == second
    assert list(first) == ["code", "message", "data"]
    assert (first["code"], first["message"]) == (200, "success")
    assert abs(sum(one * one for one in first["data"]) - 1) < 1e-5  # type: ignore[attr-defined]
    assert (await told(service, path, marked(photo(), "bob")))["data"] != first["data"]


async def is_there(port: int) -> bool:
    """3.5.1.2.5.txt:313"""
    try:
        answer = await raw(port, b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    except ConnectionError:
        return False
    return answer.partition(b"\r\n\r\n")[2] == b"Face Recognition Service"


async def test_the_service_says_that_it_is_there(service: AlgorithmService) -> None:
    port = service.port
    assert await is_there(port)
    await service.stop()
    assert not await is_there(port)


async def test_photos_without_a_face_and_broken_files(service: AlgorithmService) -> None:
    nobody = await told(service, "/match_with_face_detect", marked(photo(), "-"))
    assert (nobody["code"], nobody["data"]) == (500, [])
    for data in (b"GIF89a" + b"\0" * 100, b"text", photo(120, 120, 1024 * 1024 + 1)):
        broken = await told(service, "/match_with_face_detect", data)
        assert (broken["code"], broken["data"]) == (400, [])


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET /match HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 405),
        (post("/nowhere", b"{}", extra="Connection: close\r\n"), 404),
        (post("/", b"{}", extra="Connection: close\r\n"), 405),
    ],
)
async def test_other_calls(service: AlgorithmService, request_bytes: bytes, status: int) -> None:
    assert (await raw(service.port, request_bytes)).startswith(f"HTTP/1.1 {status} ".encode())


async def test_bodies_that_are_no_form(service: AlgorithmService) -> None:
    for body, kind in ((b"{}", "application/json"), (b"x" * 1_500_000, "multipart/form-data; boundary=x")):
        answer = await raw(service.port, post("/match", body, kind, extra="Connection: close\r\n"))
        assert json.loads(answer.partition(b"\r\n\r\n")[2])["code"] == 400


async def test_the_client_tells_a_bad_file_from_a_service_that_fails(client: AlgorithmClient) -> None:
    assert len(await client.vector(ALICE)) == 16
    assert await client.vector(ALICE, detect=False) == await client.vector(ALICE)
    with pytest.raises(AlgorithmFailed) as failed:
        await client.vector(b"text")
    assert failed.value.bad_file
    with pytest.raises(AlgorithmFailed) as failed:
        await client.vector(marked(photo(), "-"))
    assert not failed.value.bad_file


async def test_a_box_without_models_says_why() -> None:
    service = AlgorithmService(NoEngine("no models are installed"), host=HERE, port=0)
    await service.start()
    client = AlgorithmClient(HERE, service.port)
    assert not await is_there(service.port)
    with pytest.raises(AlgorithmFailed, match="no models"):
        await client.vector(ALICE)
    await client.close()
    await service.stop()


@pytest.mark.parametrize("body", [json.dumps(PUBLISHED).encode(), b"{}", b"<html>", b"[" * 400_000])
async def test_answers_of_a_vendors_service(body: bytes) -> None:
    async def vendor(scope: object, receive: object, send: object) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})  # type: ignore[operator]
        await send({"type": "http.response.body", "body": body})  # type: ignore[operator]

    server = HttpServer(vendor, host=HERE, port=0)  # type: ignore[arg-type]
    await server.start()
    client = AlgorithmClient(HERE, server.port)
    if b"success" in body:
        assert await client.vector(ALICE) == PUBLISHED["data"]
        assert (
            face_algorithm.write_vector(face_algorithm.read_vector(body))
            == json.dumps(PUBLISHED, separators=(",", ":")).encode()
        )
    else:
        with pytest.raises(AlgorithmFailed):
            await client.vector(ALICE)
    await client.close()
    await server.stop(grace_seconds=0.2)
    await asyncio.sleep(0)


async def test_who_is_not_let_in_gets_nothing() -> None:
    let_in: set[str] = set()
    engine = LocalEngine(FakePipeline())
    service = AlgorithmService(engine, host=HERE, port=0, lets_in=let_in.__contains__)
    await service.start()
    client = AlgorithmClient(HERE, service.port)
    try:
        assert not await is_there(service.port)
        with pytest.raises(AlgorithmFailed):
            await client.vector(ALICE)
        let_in.add(HERE)
        assert await is_there(service.port)
    finally:
        await client.close()
        await service.stop()
