"""The subscriptions of one session."""

from collections.abc import Iterator

import msgspec

from linli.protocols import mqtt
from linli.protocols.mqtt import FilterTrie

_REMEMBERED = 256


class Subscription(msgspec.Struct, frozen=True, gc=False):
    """One filter as granted."""

    text: str
    """As asked for, `$share/{group}/` included."""
    qos: int
    options: int = 0
    """NO_LOCAL, RETAIN_AS_PUBLISHED and the retain handling of MQTT 5."""
    identifier: int = 0
    """0: none."""

    @property
    def share(self) -> tuple[str, str] | None:
        """(group, filter) of a shared one."""
        return mqtt.split_share(self.text)

    @property
    def inner(self) -> str:
        """The filter that topics are matched with."""
        share = self.share
        return self.text if share is None else share[1]

    @property
    def no_local(self) -> bool:
        return bool(self.options & mqtt.NO_LOCAL)

    @property
    def retain_as_published(self) -> bool:
        return bool(self.options & mqtt.RETAIN_AS_PUBLISHED)

    @property
    def retain_handling(self) -> int:
        return self.options >> mqtt.RETAIN_HANDLING_SHIFT & 3


class Subscriptions:
    """Filters with their granted options. Overlapping filters give one copy of a message, at the highest QoS.

    A shared filter matches like its inner filter here. `exchange.Exchange` decides which member of a group gets a
    message; for an app's queue `Front.publish_app` picks one.
    """

    __slots__ = ("_answers", "_filters", "_trie")

    def __init__(self) -> None:
        self._filters: dict[str, Subscription] = {}
        self._trie: FilterTrie[dict[str, int]] | None = None
        """Inner filter -> text -> QoS."""
        self._answers: dict[str, int | None] = {}

    def __len__(self) -> int:
        return len(self._filters)

    def __iter__(self) -> Iterator[Subscription]:
        return iter(list(self._filters.values()))

    def get(self, text: str) -> Subscription | None:
        return self._filters.get(text)

    def add(self, subscription: Subscription) -> bool:
        """Whether this changed anything."""
        before = self._filters.get(subscription.text)
        if before == subscription:
            return False
        self._filters[subscription.text] = subscription
        if before is None or before.qos != subscription.qos:
            self._answers.clear()
            self._trie = None
        return True

    def remove(self, text: str) -> bool:
        """Whether it was there."""
        if self._filters.pop(text, None) is None:
            return False
        self._answers.clear()
        self._trie = None
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
            for subscription in self._filters.values():
                self._put(self._trie, subscription)
        if len(self._answers) >= _REMEMBERED:
            self._answers.clear()
        levels = (max(node.values()) for node in self._trie.match(topic))
        answer = self._answers[topic] = max(levels, default=None)
        return answer

    @staticmethod
    def _put(trie: FilterTrie[dict[str, int]], subscription: Subscription) -> None:
        inner = subscription.inner
        node = trie.get(inner)
        if node is None:
            node = trie[inner] = {}
        node[subscription.text] = subscription.qos
