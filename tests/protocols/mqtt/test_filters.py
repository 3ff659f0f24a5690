import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.protocols.mqtt import FilterTrie, covers, matches, valid_filter, valid_topic

VECTORS = json.loads(Path(__file__).with_name("vectors.json").read_text(encoding="utf-8"))["filters"]

level = st.sampled_from(["", "a", "b", "$s", "dev.1"])
topics = st.lists(level, min_size=1, max_size=5).map("/".join).filter(bool)
filters = (
    st.tuples(st.lists(st.one_of(level, st.just("+")), min_size=1, max_size=5), st.booleans())
    .map(lambda parts: "/".join(parts[0] + ["#"] * parts[1]))
    .filter(bool)
)


@pytest.mark.parametrize(("text", "topic"), VECTORS["match"])
def test_matches(text, topic):
    assert valid_filter(text)
    assert valid_topic(topic)
    assert matches(text, topic)


@pytest.mark.parametrize(("text", "topic"), VECTORS["miss"])
def test_does_not_match(text, topic):
    assert not matches(text, topic)


@pytest.mark.parametrize("text", VECTORS["invalid"])
def test_invalid_filters(text):
    assert not valid_filter(text)


def test_too_many_levels_are_refused():
    assert not valid_topic("/" * 64)
    assert not valid_filter("/" * 64)
    assert valid_filter("/" * 63)


@given(st.dictionaries(filters, st.integers(), max_size=12), topics, st.data())
def test_the_trie_finds_what_matching_one_by_one_finds(kept, topic, data):
    trie: FilterTrie[int] = FilterTrie()
    for text, value in kept.items():
        trie[text] = value
    assert len(trie) == len(kept)
    assert sorted(trie.match(topic)) == sorted(v for t, v in kept.items() if matches(t, topic))

    gone = data.draw(st.lists(st.sampled_from(sorted(kept)), unique=True)) if kept else []
    for text in gone:
        assert trie.pop(text) == kept[text]
        assert trie.pop(text) is None
    left = {t: v for t, v in kept.items() if t not in gone}
    assert sorted(trie.match(topic)) == sorted(v for t, v in left.items() if matches(t, topic))
    for text in left:
        trie.pop(text)
    assert len(trie) == 0
    assert not trie._root.below


@given(filters, filters, topics)
def test_a_rule_covers_only_filters_within_it(rule, text, topic):
    if covers(rule, text) and matches(text, topic):
        assert matches(rule, topic)
