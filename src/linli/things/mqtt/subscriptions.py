"""What one session subscribed to."""

from collections.abc import Iterator

from linli.protocols.mqtt import FilterTrie

_REMEMBERED = 256


class Subscriptions:
    """Filters with their granted QoS. However many filters overlap, a message is one copy, at the highest QoS."""

    __slots__ = ("_answers", "_filters", "_trie")

    def __init__(self, filters: dict[str, int] | None = None) -> None:
        self._filters: dict[str, int] = dict(filters or {})
        self._trie: FilterTrie[int] | None = None
        self._answers: dict[str, int | None] = {}

    def __len__(self) -> int:
        return len(self._filters)

    def __iter__(self) -> Iterator[str]:
        return iter(self._filters)

    def get(self, text: str) -> int | None:
        return self._filters.get(text)

    def add(self, text: str, qos: int) -> bool:
        """Whether this changed anything."""
        if self._filters.get(text) == qos:
            return False
        self._filters[text] = qos
        self._answers.clear()
        if self._trie is not None:
            self._trie[text] = qos
        return True

    def remove(self, text: str) -> bool:
        """Whether it was there."""
        if self._filters.pop(text, None) is None:
            return False
        self._answers.clear()
        if self._trie is not None:
            self._trie.pop(text)
        return True

    def granted(self, topic: str) -> int | None:
        """QoS at which `topic` is subscribed to; None: not at all. Answers are remembered, topics repeat."""
        if not self._filters:
            return None
        try:
            return self._answers[topic]
        except KeyError:
            pass
        if self._trie is None:
            self._trie = FilterTrie()
            for text, qos in self._filters.items():
                self._trie[text] = qos
        if len(self._answers) >= _REMEMBERED:
            self._answers.clear()
        answer = self._answers[topic] = max(self._trie.match(topic), default=None)
        return answer
