"""The list of topics against what the platform reads and routes."""

import pytest

from linli.kernel import i18n
from linli.protocols.linkkit.topics import UplinkKind, parse_uplink, topic_owner
from linli.things.catalogue.topics import NAME, topics

ALL = list(topics("a1bcdefghij", gateway=True, raw=True))


@pytest.mark.parametrize("one", [one for one in ALL if one.direction == "up"], ids=lambda one: one.topic)
def test_what_a_device_publishes_is_known(one) -> None:
    said = (
        one.topic.replace(NAME, "door-1").replace("${identifier}", "passEvent").replace("${messageId}", "7")
    )
    read = parse_uplink(said.replace("#", "news"))
    assert read is not None
    assert (read.product_key, read.device_name) == ("a1bcdefghij", "door-1")
    assert read.kind is not UplinkKind.OTHER


def test_every_topic_belongs_to_the_device_and_has_a_meaning() -> None:
    for one in ALL:
        assert topic_owner(one.topic) == ("a1bcdefghij", NAME), one.topic
        for language in i18n.LANGUAGES:
            assert i18n.text(f"topic.{one.key}", language) != f"topic.{one.key}"
    assert len({(one.topic, one.direction) for one in ALL}) == len(ALL)
