"""What strangers make up is not kept for them."""

from linli.kernel.bounded_cache import LONGEST, cached_short


def test_only_short_texts_are_remembered() -> None:
    asked: list[str | None] = []

    @cached_short(2)
    def size(text: str | None) -> int:
        asked.append(text)
        return len(text or "")

    for text in ("a", "a", None, None, "x" * LONGEST, "x" * LONGEST):
        assert size(text) == len(text or "")
    assert asked == ["a", None, "x" * LONGEST]
    for _ in range(2):
        assert size("x" * (LONGEST + 1)) == LONGEST + 1
    assert len(asked) == 5
