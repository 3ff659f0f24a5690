"""What visitors hear before they leave a message: Chinese, then English, then a tone. G.711, 8,000 samples a second.

The voice was made with eSpeak NG (`docs/adr/0103`).
"""

from functools import cache
from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).parent / "sounds"
_FILES: Final = {"pcma": "message.al", "pcmu": "message.ul"}


@cache
def prompt(codec: str) -> bytes:
    return (_FOLDER / _FILES[codec]).read_bytes()


PROMPT_S: Final = len(prompt("pcma")) / 8_000
