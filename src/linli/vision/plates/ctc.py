"""Readers of the CTC family: a line of text, 32 or 48 pixels high, becomes ways to read it."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from linli.vision import pictures
from linli.vision.families.network import Network
from linli.vision.plates.looks import CHARACTERS, Text

BEAM: Final = 16
"""So many ways to read a line are followed, and told."""
WIDTH_MIN, WIDTH_MAX = 160, 480
_NOISE: Final = "·•・‧∙.-_ \u3000:：'`,"
"""Dots and dust: where the network sees one, it sees no character of a plate."""
_SEEN_AS: Final = {"O": "0", "o": "0", "I": "1", "l": "1", "|": "1", "丨": "1", "一": ""}
"""Plates have neither I nor O, so what looks like one is a digit."""
_LEAST: Final = 1e-3
"""A character that is less likely at a step is not followed there."""
type Floats = NDArray[np.float32]


class Ctc:
    """One network and its alphabet. Of what it knows only the characters of plates count."""

    def __init__(
        self,
        network: Network,
        *,
        alphabet: str = "",
        mean: float = 127.5,
        std: float = 127.5,
        rgb: bool = False,
    ) -> None:
        self._network = network
        self._norm = {"mean": mean, "std": std}
        self._rgb = rgb
        self._height = network.height
        letters = alphabet.split("\n") if alphabet else network.note("character").split("\n")
        self._columns, self._targets = _columns(letters)

    def read(self, line: Image.Image) -> list[Text]:
        """Ways to read a picture of one line, the likeliest first; none where nothing of a plate stands in it."""
        width = round(line.width * self._height / max(1, line.height))
        width = min(WIDTH_MAX, max(self._height // 2, width))
        pixels = pictures.pixels_of(line.resize((width, self._height), Image.Resampling.BILINEAR))
        values = pictures.planes(pixels, **self._norm, rgb=self._rgb)
        if width < WIDTH_MIN:
            # Mean grey on the right, as such networks were trained; short lines lose their last character otherwise.
            wider = np.zeros((1, 3, self._height, WIDTH_MIN), np.float32)
            wider[..., :width] = values
            values = wider
        (steps,) = self._network.run(values).values()
        return beams(self._plate_steps(steps[0]))

    def _plate_steps(self, steps: Floats) -> Floats:
        """(steps, 1 + len(CHARACTERS)): probabilities of nothing, and of each character of a plate."""
        folded = np.zeros((len(steps), 1 + len(CHARACTERS)), np.float32)
        np.add.at(folded.T, self._targets, steps[:, self._columns].T)
        return folded


def _columns(letters: list[str]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Columns of the network's output that count, and the place of each among blank and CHARACTERS.

    Column 0 is the blank; a blank space that some networks know comes last and counts as noise.
    """
    places = {character: place for place, character in enumerate(CHARACTERS, 1)}
    columns, targets = [0], [0]
    for column, letter in enumerate(letters, 1):
        letter = _SEEN_AS.get(letter, letter).upper()
        if letter in _NOISE:
            columns.append(column)
            targets.append(0)
        elif letter in places:
            columns.append(column)
            targets.append(places[letter])
    return np.array(columns), np.array(targets)


def beams(steps: Floats, beam: int = BEAM) -> list[Text]:
    """Prefix beam search: the likeliest texts with the probability of all their alignments together.

    What the network gives to characters that stand on no plate is lost, so a shop's sign is an unlikely plate.
    """
    # Text → (probability of it ending in nothing, of it ending in its last character).
    kept: dict[str, tuple[float, float]] = {"": (1.0, 0.0)}
    for step in steps:
        likely = np.flatnonzero(step[1:] >= _LEAST)
        grown: dict[str, list[float]] = {}
        blank = float(step[0])
        for text, (in_blank, in_last) in kept.items():
            whole = in_blank + in_last
            same = grown.setdefault(text, [0.0, 0.0])
            same[0] += whole * blank
            for index in likely.tolist():
                character, chance = CHARACTERS[index], float(step[index + 1])
                if text and text[-1] == character:
                    same[1] += in_last * chance
                    grown.setdefault(text + character, [0.0, 0.0])[1] += in_blank * chance
                else:
                    grown.setdefault(text + character, [0.0, 0.0])[1] += whole * chance
        best = sorted(grown.items(), key=lambda entry: -(entry[1][0] + entry[1][1]))[:beam]
        kept = {text: (chances[0], chances[1]) for text, chances in best}
    texts = [Text(text, min(1.0, sum(chances))) for text, chances in kept.items() if text]
    texts = [text for text in texts if text.probability >= _LEAST]
    return sorted(texts, key=lambda text: -text.probability)
