"""What comes at one port, and what of it counts."""

import itertools
from collections.abc import Iterator

from linli.media.cameras.intake import Intake
from linli.protocols import mpeg_ps, rtp
from linli.sim import gb28181 as sim

OURS, OTHERS = 1, 2


def packets(ssrc: int, shade: int = 128, sequence: int = 0) -> Iterator[list[bytes]]:
    """The packets of each picture."""
    numbers = itertools.count(sequence)
    for picture in sim.drawn(shade=shade):
        data = mpeg_ps.write(picture)
        pieces = [data[at : at + 1_400] for at in range(0, len(data), 1_400)]
        yield [
            rtp.build_packet(
                rtp.Head(96, at == len(pieces), next(numbers) & 0xFFFF, picture.pts, ssrc), piece
            )
            for at, piece in enumerate(pieces, 1)
        ]


def taken(intake: Intake, *pictures: list[bytes]) -> int:
    """How many whole pictures it gives."""
    return sum(len(intake.take(packets)) for packets in pictures)


def test_a_call_of_before_does_not_mix_with_the_one_that_was_agreed() -> None:
    intake = Intake(1, OURS)
    old, new = packets(OTHERS, 40, 5_000), packets(OURS)
    assert taken(intake, next(old), next(old)) == 2
    alternating = [picture for pair in zip(old, itertools.islice(new, 60), strict=False) for picture in pair]
    assert taken(intake, *alternating) == 60
    assert intake.lost == 0


def test_a_camera_that_goes_on_with_another_ssrc_is_followed() -> None:
    intake = Intake(1, 7)
    first = list(itertools.islice(packets(OURS), 20))
    assert taken(intake, *first) == 20
    assert intake.wrong_ssrc >= 20
    later = list(itertools.islice(packets(OTHERS, sequence=9), 200))
    assert 0 < taken(intake, *later) < 200
    assert taken(intake, *(list(itertools.islice(packets(OTHERS, sequence=9), 400))[200:])) == 200


def test_single_packets_of_another_sender_change_nothing() -> None:
    intake = Intake(1, OURS)
    stray = itertools.chain.from_iterable(packets(OTHERS))
    whole = 0
    for picture in itertools.islice(packets(OURS), 300):
        intake.take([next(stray)])
        whole += taken(intake, picture)
    assert whole == 300


def test_the_distance_of_key_pictures_is_measured_by_the_times_of_the_camera() -> None:
    """A key picture each 75 s, a picture each second."""
    intake, numbers = Intake(1, OURS), itertools.count()
    key, *plain = itertools.islice(sim.drawn(), 5)
    for second in range(200):
        picture = plain[second % 4] if second % 75 else key
        data = mpeg_ps.write(picture._replace(pts=second * 90_000, dts=second * 90_000))
        pieces = [data[at : at + 1_400] for at in range(0, len(data), 1_400)]
        for at, piece in enumerate(pieces, 1):
            head = rtp.Head(96, at == len(pieces), next(numbers), second * 90_000, OURS)
            intake.take([rtp.build_packet(head, piece)])
    facts = intake.facts(0, "")
    assert (facts.keys, facts.key_gap, facts.since_key) == (3, 75 * 90_000, 49 * 90_000)
    assert facts.other_ssrc == 0
