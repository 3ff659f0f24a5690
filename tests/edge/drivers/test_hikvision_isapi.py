"""The driver of 海康 ISAPI against simulated cameras on real sockets."""

from pathlib import Path

import pytest

from linli.edge.bench.runner import certify_simulator
from linli.edge.drivers.hikvision_isapi import mapping
from linli.edge.drivers.hikvision_isapi.mapping import BadPush
from linli.edge.drivers.hikvision_isapi.simulator import BOUNDARY, JPEG, alert, multipart
from linli.edge.framework.discovery import OWN, discover

MAC = "44:19:b6:00:00:01"
KIND = f"multipart/form-data; boundary={BOUNDARY}".encode()
CAR = "<ANPR><licensePlate>浙A12345</licensePlate><confidenceLevel>95</confidenceLevel></ANPR>"


async def test_it_passes_the_bench(tmp_path: Path) -> None:
    installed, _ = discover([OWN])
    report = await certify_simulator(installed["hikvision_isapi"], scratch=tmp_path)
    assert report.passed, [(case.id, case.why) for case in report.cases if case.outcome != "passed"]


def test_an_alarm_is_read_with_the_largest_picture() -> None:
    push = mapping.read(KIND, multipart(alert(MAC, "ANPR", CAR), JPEG, JPEG + b"more"))
    assert (push.mac, push.plate, push.confidence, push.picture) == (MAC, "浙A12345", 95, JPEG + b"more")
    assert mapping.read(b"application/xml", alert(MAC, "heartBeat")).kind == "heartBeat"


def test_every_cut_of_an_alarm_and_hostile_xml_are_refused() -> None:
    whole = multipart(alert(MAC, "ANPR", CAR), JPEG)
    for cut in range(len(whole) - 3):
        with pytest.raises(BadPush):
            mapping.read(KIND, whole[:cut])
    bomb = b'<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'
    deep = b"<a>" * 50_000
    for kind, body in (
        (b"application/xml", bomb), (b"application/xml", deep), (b"application/xml", b""), (b"multipart/mixed", whole),
        (b"application/xml", b"<a/>"), (b"application/xml", b"<a>" + b"x" * 300_000 + b"</a>"),
        (KIND, multipart(bomb)), (KIND, multipart(alert(MAC, "ANPR", CAR), *[JPEG] * 40)),
    ):  # fmt: skip
        with pytest.raises(BadPush):
            mapping.read(kind, body)
