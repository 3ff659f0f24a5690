"""Ids, clock, scope, pages, errors and texts."""

import asyncio
import json
import random
import re
import string
from pathlib import Path

import pytest

import linli
from linli.kernel import i18n
from linli.kernel.clock import ManualClock
from linli.kernel.errors import BadInput, LinliError, NotFound, TooLarge
from linli.kernel.ids import Ids
from linli.kernel.pages import Page, PageRequest
from linli.kernel.scope import Caller, Scope


@pytest.mark.parametrize(
    "name, shape",
    [
        ("app_key", r"[1-9]\d{7}"),
        ("app_secret", r"[0-9a-f]{32}"),
        ("cloud_token", r"[0-9a-f]{32}"),
        ("scope_id", r"a124[0-9A-Za-z]{12}"),
        ("product_key", r"a1[0-9A-Za-z]{9}"),
        ("device_secret", r"[0-9a-f]{32}"),
        ("iot_id", r"[0-9A-Za-z]{20}000000"),
        ("identity_id", r"50[0-9A-Za-z]{38}"),
        ("face_id", r"50[0-9A-Za-z]{38}"),
        ("user_group_id", r"[0-9A-Za-z]{32}"),
        ("poi_id", r"[0-9A-Z]{10}"),
        ("tenant_id", r"[0-9A-F]{32}"),
        ("qr_code", r"[0-9A-Z]{16}"),
        ("request_id", r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"),
    ],
)
def test_ids_have_the_shapes_that_clients_check(name: str, shape: str) -> None:
    ids = Ids()
    made = {getattr(ids, name)() for _ in range(200)}
    assert len(made) == 200
    assert all(re.fullmatch(shape, one) for one in made)


def test_ids_repeat_with_their_seed() -> None:
    assert Ids(random.Random(7)).iot_id() == Ids(random.Random(7)).iot_id()


def test_numbers_rise_whatever_the_clock_does() -> None:
    clock = ManualClock()
    ids = Ids(now_ms=clock.now_ms)
    numbers = []
    for step in (0, 0, 1, 1, -5000, 0, 3):
        clock._now_ms += step
        numbers += [ids.number() for _ in range(5000)]
    assert numbers == sorted(set(numbers))
    assert abs(Ids.number_ms(numbers[0]) - ManualClock().now_ms()) < 1
    far = Ids(now_ms=lambda: 3_900_000_000_000)  # 2093
    assert 0 < numbers[-1] < far.number() < 2**53
    assert Ids.number_at(ManualClock().now_ms()) <= numbers[0]
    assert Ids(now_ms=lambda: 0).number() > 0


async def test_sleepers_wake_in_the_order_of_their_times() -> None:
    clock = ManualClock(1000)
    woken: list[tuple[str, int]] = []

    async def sleeper(name: str, seconds: float, again: float = 0) -> None:
        await clock.sleep(seconds)
        woken.append((name, clock.now_ms()))
        if again:
            await sleeper(name + "'", again)

    tasks = [asyncio.create_task(sleeper(*args)) for args in (("c", 3), ("a", 1, 1.5), ("b", 2), ("z", 0))]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await clock.advance(10_000)
    assert woken == [("z", 1000), ("a", 2000), ("b", 3000), ("a'", 3500), ("c", 4000)]
    assert clock.now_ms() == 11_000
    await asyncio.gather(*tasks)

    gone = asyncio.create_task(clock.sleep(1))
    await asyncio.sleep(0)
    gone.cancel()
    await clock.advance(2000)


def test_scope_narrows_and_never_widens() -> None:
    scope = Scope("A", Caller("app", "1"), frozenset({1, 2}), "p1")
    one = scope.narrowed(1)
    assert one.allows(1)
    assert not one.allows(2)
    assert not scope.allows(None)
    with pytest.raises(NotFound):
        one.narrowed(2)
    assert Scope("A", Caller("staff", "1")).allows(99)
    with pytest.raises(NotFound):
        _ = Scope.system().tenant
    assert Scope.system().of_tenant("B").tenant == "B"
    assert scope.json_binds["scope_seen"] == ",1,2,"
    assert Scope("A", Caller("app", "1"), frozenset()).json_binds["scope_seen"] == ""


@pytest.mark.parametrize("number, size", [(-1, 20), (1_000_001, 20), (1, 0), (1, 101), (1, -5)])
def test_wrong_pages(number: int, size: int) -> None:
    with pytest.raises(BadInput):
        PageRequest.of(number, size)


def test_pages() -> None:
    assert PageRequest.of(None, None) == PageRequest.of(0, 20) == PageRequest(1, 20)
    assert PageRequest.of(3, 500, max_size=500).binds == {"limit": 500, "offset": 1000}
    assert Page.of(PageRequest.of(2, 1), 3, ["x"]).data == ["x"]


def test_languages() -> None:
    assert [i18n.pick(w) for w in ("en-US", "zh_CN", "fr, en;q=0.8", "zh-TW,en", "", None, "fr")] == [
        "en", "zh-CN", "en", "zh-CN", "zh-CN", "zh-CN", "zh-CN",
    ]  # fmt: skip


def test_errors_speak_both_languages() -> None:
    missing = NotFound(what="device", id="d1")
    assert missing.text("zh-CN") == "找不到设备 d1。"
    assert missing.text("en") == str(missing) == "There is no device d1."
    assert NotFound(what="tenant").text("zh-CN") == "找不到所请求的租户。"
    assert NotFound(what="tenant").text("en") == "There is no such tenant."
    assert NotFound(what="something odd", id=1).text("zh-CN") == "找不到something odd 1。"
    wrong = BadInput(field="pageSize", rule="range", low=1, high=100)
    assert wrong.text("zh-CN") == "pageSize：应在 1 到 100 之间"
    assert wrong.text("en-GB") == "pageSize: must be between 1 and 100"
    assert wrong.field == "pageSize"
    assert TooLarge(limit=5).text("en") == "This is too large (at most 5)."
    assert "{limit}" in TooLarge().text("en")  # an omitted fact is seen, and breaks nothing
    assert NotFound(what="file", id="{0.__class__}").text("en") == "There is no file {0.__class__}."


def test_both_languages_say_the_same_things() -> None:
    """Every room's two files have the same keys, and every text the same places."""
    seen: dict[str, tuple[str, str]] = {}
    for chinese in Path(linli.__file__).parent.rglob("strings/zh-CN.json"):
        english = chinese.with_name("en.json")
        texts = [json.loads(file.read_text("utf-8")) for file in (chinese, english)]
        assert texts[0].keys() == texts[1].keys(), chinese
        for key in texts[0]:
            said = (texts[0][key], texts[1][key])
            assert seen.setdefault(key, said) == said, f"{key} is said otherwise elsewhere than in {chinese}"
            places = [
                sorted(p for _, p, _, _ in string.Formatter().parse(t[key]) if p is not None) for t in texts
            ]
            assert places[0] == places[1], key


def test_whatever_is_missing_has_a_chinese_name() -> None:
    source = Path(linli.__file__).parent
    used = {
        what
        for file in source.rglob("*.py")
        for what in re.findall(
            r'(?:NotFound|super\(\)\.__init__)\(\s*what="([^"]+)"', file.read_text("utf-8")
        )
    }
    known = i18n.catalogue("zh-CN")
    assert used
    assert not [what for what in sorted(used) if f"what.{what}" not in known]


def test_every_error_has_its_text() -> None:
    def below(kind: type[LinliError]) -> list[type[LinliError]]:
        return [kind, *(deeper for sub in kind.__subclasses__() for deeper in below(sub))]

    known = i18n.catalogue("en")
    kernel = [k for k in below(LinliError) if k.__module__.startswith("linli.kernel")]
    kernel = [k for k in kernel if k is BadInput or not issubclass(k, BadInput)]  # told by their rules
    assert not [k.code for k in kernel if f"error.{k.code}" not in known]
