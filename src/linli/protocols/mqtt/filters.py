"""Topic names and filters: validity, matching, and a trie of subscriptions. Source: MQTT 3.1.1, 4.7."""

from collections.abc import Iterator

MAX_LEVELS = 64
"""Levels of a topic or filter; more have no use and cost memory."""


def valid_topic(topic: str) -> bool:
    """Whether a message may be published on it: 1 to 65535 bytes, no wildcard, no U+0000."""
    if not topic or "+" in topic or "#" in topic or "\0" in topic or topic.count("/") >= MAX_LEVELS:
        return False
    return len(topic) <= 16383 or len(topic.encode()) <= 65535


def valid_filter(text: str) -> bool:
    """Whether it can be subscribed to: `+` fills a level alone, `#` likewise and only the last one."""
    if not text or "\0" in text or text.count("/") >= MAX_LEVELS:
        return False
    if text.startswith("$share/") and split_share(text) is None:
        return False
    if "+" not in text and "#" not in text:
        return True
    levels = text.split("/")
    return (
        all(level in ("+", "#") or ("+" not in level and "#" not in level) for level in levels)
        and "#" not in levels[:-1]
    )


def split_share(text: str) -> tuple[str, str] | None:
    """`$share/{group}/{filter}` -> (group, filter); None for what is no shared subscription (5.0, 4.8.2)."""
    if not text.startswith("$share/"):
        return None
    group, slash, inner = text[7:].partition("/")
    if not slash or not group or not inner or "+" in group or "#" in group:
        return None
    return group, inner


def matches(text: str, topic: str) -> bool:
    """Whether filter `text` matches `topic`. `a/#` matches `a` too; leading wildcards spare `$` topics (4.7.2)."""
    if topic.startswith("$") and text[:1] in ("+", "#"):
        return False
    wanted = text.split("/")
    levels = topic.split("/")
    for i, want in enumerate(wanted):
        if want == "#":
            return True
        if i >= len(levels) or (want != "+" and want != levels[i]):
            return False
    return len(wanted) == len(levels)


def covers(rule: str, text: str) -> bool:
    """Whether every topic that filter `text` matches is matched by filter `rule` too."""
    if text.startswith("$") and rule[:1] in ("+", "#"):
        return False
    allowed = rule.split("/")
    asked = text.split("/")
    for i, allow in enumerate(allowed):
        if allow == "#":
            return True
        if i >= len(asked):
            return False
        if asked[i] == "#":
            return False
        if allow != "+" and allow != asked[i]:
            return False
    return len(allowed) == len(asked)


class _Node[V]:
    __slots__ = ("below", "value")

    def __init__(self) -> None:
        self.below: dict[str, _Node[V]] = {}
        self.value: V | None = None


class FilterTrie[V]:
    """Values by topic filter; finding those that match a topic costs its levels, not the number of filters."""

    __slots__ = ("_root", "_size")

    def __init__(self) -> None:
        self._root: _Node[V] = _Node()
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def get(self, text: str) -> V | None:
        """The value of exactly this filter."""
        node = self._root
        for level in text.split("/"):
            below = node.below.get(level)
            if below is None:
                return None
            node = below
        return node.value

    def __setitem__(self, text: str, value: V) -> None:
        node = self._root
        for level in text.split("/"):
            below = node.below.get(level)
            if below is None:
                below = node.below[level] = _Node()
            node = below
        self._size += node.value is None
        node.value = value

    def pop(self, text: str) -> V | None:
        """Take a filter out and forget branches that led to it alone; None if it was not there."""
        path = [self._root]
        levels = text.split("/")
        for level in levels:
            node = path[-1].below.get(level)
            if node is None:
                return None
            path.append(node)
        value, path[-1].value = path[-1].value, None
        self._size -= value is not None
        for level, parent, node in zip(reversed(levels), path[-2::-1], path[:0:-1], strict=True):
            if node.value is not None or node.below:
                break
            del parent.below[level]
        return value

    def match(self, topic: str) -> Iterator[V]:
        """The values of all filters that match `topic`, in no order."""
        nodes = [self._root]
        first = topic.startswith("$")
        for level in topic.split("/"):
            onward: list[_Node[V]] = []
            for node in nodes:
                below = node.below
                exact = below.get(level)
                if exact is not None:
                    onward.append(exact)
                if not first:
                    single = below.get("+")
                    if single is not None:
                        onward.append(single)
                    rest = below.get("#")
                    if rest is not None and rest.value is not None:
                        yield rest.value
            if not onward:
                return
            nodes = onward
            first = False
        for node in nodes:
            if node.value is not None:
                yield node.value
            rest = node.below.get("#")
            if rest is not None and rest.value is not None:
                yield rest.value
