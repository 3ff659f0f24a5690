"""Both clients against `linli serve`: paging, limits, tokens of a community that is not theirs, a wrong signature."""

import asyncio
import importlib
import inspect
import pkgutil
import time

import pytest

from linli_sdk import ApiError, AsyncLinli, GatewayRefused, TooManyCalls, api
from linli_sdk.paging import ROWS, async_pages, pages


@pytest.fixture(scope="module")
def many(site) -> list[str]:
    """Enough subscriptions and devices to page through."""
    return [site.device(f"paged-{number}").device_name for number in range(5)]


def client(site, **more) -> AsyncLinli:
    return AsyncLinli(site.installation.url, site.app_key, site.app_secret, **more)


def test_every_page_once(site, many) -> None:
    with site.client() as linli:
        names = [one.device_name for one in pages(linli.things.list_things, page_size=2)]
    assert len(names) == len(set(names))
    assert set(many) <= set(names)


def test_rows_are_found_in_the_answer_of_every_paged_method() -> None:
    found = 0
    for room in pkgutil.iter_modules(api.__path__):
        if not room.ispkg:
            continue
        module = importlib.import_module(f"linli_sdk.api.{room.name}.sync")
        models = vars(importlib.import_module(f"linli_sdk.api.{room.name}.models"))
        for kind in filter(inspect.isclass, list(vars(module).values())):
            for name, method in inspect.getmembers(kind, inspect.isfunction):
                signature = inspect.signature(method)
                if not {"page_no", "page_size"} <= signature.parameters.keys():
                    continue
                told = str(signature.return_annotation)
                if told in models and told not in WITHOUT_ROWS:
                    kinds = [str(one) for one in models[told].__annotations__.values()]
                    named = set(ROWS) & models[told].__annotations__.keys()
                    assert named or len([one for one in kinds if one.startswith("list[")]) == 1, (name, told)
                    found += 1
    assert found > 5


async def test_every_page_once_on_asyncio(site, many) -> None:
    async with client(site) as linli:
        names = [one.device_name async for one in async_pages(linli.things.list_things, page_size=2)]
        assert len(names) == len(set(names))
        assert set(many) <= set(names)
        # Calls at once share connections; each has its own answer.
        infos = await asyncio.gather(
            *(linli.things.get_info(product_key=site.product_key, device_name=name) for name in many)
        )
        assert [info.name for info in infos] == many


async def test_errors_on_asyncio(site) -> None:
    async with client(site, language="en") as linli:
        with pytest.raises(ApiError) as refused:
            await linli.things.get_info(iot_id="x" * 26)
        assert refused.value.request_id
        with pytest.raises(ValueError, match="needs a community"):
            await linli.users.query_groups(page_no=1, page_size=1)
        with pytest.raises(ApiError):
            await linli.at(999_999).users.query_groups(page_no=1, page_size=1)


async def test_a_wrong_signature_on_asyncio(site) -> None:
    async with AsyncLinli(site.installation.url, site.app_key, "wrong") as stranger:
        with pytest.raises(GatewayRefused) as told:
            await stranger.projects.query_projects(page_no=1, page_size=1)
    assert "StringToSign" in told.value.message
    assert told.value.request_id


WITHOUT_ROWS = frozenset({"FaceSearchData", "GetPicRecordData"})
"""Of service models, whose documents do not say what is in a page."""


class Limited:
    """A transport that says 429 for the first calls, as the platform does over a limit."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.ids: list[str] = []


def test_429_is_waited_out(site, monkeypatch) -> None:
    import httpx
    import msgspec

    limited = Limited(2)

    def answer(request: httpx.Request) -> httpx.Response:
        limited.ids.append(msgspec.json.decode(request.content)["id"])
        if len(limited.ids) <= limited.times:
            return httpx.Response(200, json={"id": "1", "code": 429, "message": "too many requests"})
        return httpx.Response(200, json={"id": "1", "code": 200, "message": "success", "data": []})

    paused: list[float] = []
    monkeypatch.setattr(time, "sleep", paused.append)
    with site.client(http=httpx.Client(transport=httpx.MockTransport(answer))) as linli:
        assert linli.subscriptions.list_all() == []
        assert len(paused) == 2
        assert min(paused) > 1
        assert len(set(limited.ids)) == 1, "the same call, said again"
        limited.ids.clear()
        limited.times = 9
        with pytest.raises(TooManyCalls):
            linli.subscriptions.list_all()
        assert len(limited.ids) == 3
