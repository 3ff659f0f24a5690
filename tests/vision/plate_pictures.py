"""Pictures of plates, drawn: single-line blue and yellow, green of new energy, two-line yellow; and how lanes spoil them.

The glyphs are of Noto Sans CJK (Debian's fonts-noto-cjk), not of the plates' own typeface (GA 36-2018), and no real
photograph is among them: rates read on them say that the way works, not how well it does on a street.
"""

import io
import random
from pathlib import Path
from typing import Final, Literal

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont

from linli.rules.plates import PROVINCES

FONT: Final = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Bold.ttc")
type Style = Literal["blue", "green", "yellow", "two_line"]
STYLES: Final[tuple[Style, ...]] = ("blue", "green", "yellow", "two_line")
_GROUND: Final = {
    "blue": (24, 62, 150), "green": (120, 200, 140), "yellow": (236, 184, 40), "two_line": (236, 184, 40)
}  # fmt: skip
_MARKS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ"
_DIGITS: Final = "0123456789"


def some_plate(rng: random.Random, style: Style) -> str:
    """A plate that such a vehicle may have."""
    head = rng.choice(PROVINCES) + rng.choice(_MARKS)
    if style == "green":
        return head + rng.choice("DF") + rng.choice(_MARKS + _DIGITS) + "".join(rng.choices(_DIGITS, k=4))
    tail = rng.choices(_DIGITS, k=5)
    for place in rng.sample(range(5), rng.choice((0, 1, 1, 2))):
        tail[place] = rng.choice(_MARKS)
    return head + "".join(tail)


def drawn(plate: str, style: Style) -> Image.Image:
    """A plate alone, 440 x 140 (480 wide of new energy, 220 high with two lines)."""
    width, height = (480 if style == "green" else 440), (220 if style == "two_line" else 140)
    ink = (250, 250, 250) if style == "blue" else (15, 15, 15)
    image = Image.new("RGB", (width, height), _GROUND[style])
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle((4, 4, width - 5, height - 5), 10, outline=ink, width=3)
    if style == "two_line":
        _line(image, plate[:2], (110, 14, width - 110, 82), ink)
        _line(image, plate[2:], (22, 90, width - 22, 208), ink)
    else:
        middle = round(width * (0.31 if len(plate) == 7 else 0.29))
        _line(image, plate[:2], (14, 24, middle - 6, height - 24), ink)
        pen.ellipse((middle - 4, height / 2 - 5, middle + 6, height / 2 + 5), fill=ink)
        _line(image, plate[2:], (middle + 14, 24, width - 14, height - 24), ink)
    return image


def _line(
    image: Image.Image, text: str, box: tuple[float, float, float, float], ink: tuple[int, int, int]
) -> None:
    """Each character as wide as its share of the box: plates have fixed places."""
    left, top, right, bottom = box
    share, font = (right - left) / len(text), ImageFont.truetype(str(FONT), 120)
    for place, character in enumerate(text):
        x0, y0, x1, y1 = font.getbbox(character)
        glyph = Image.new("L", (round(x1 - x0), round(y1 - y0)), 0)
        ImageDraw.Draw(glyph).text((-x0, -y0), character, 255, font=font)
        thin = 0.45 if character == "1" else 0.86
        glyph = glyph.resize((max(1, round(share * thin)), round(bottom - top)), Image.Resampling.LANCZOS)
        image.paste(ink, (round(left + share * (place + 0.5) - glyph.width / 2), round(top)), glyph)


def scene(plate: str, style: Style, rng: random.Random, *, width: int = 200) -> Image.Image:
    """A car before a lane's camera, 1280 x 720, its plate `width` pixels wide; the camera's own line of text above."""
    image = Image.new("RGB", (1280, 720), (112, 112, 108))
    pen = ImageDraw.Draw(image)
    for _ in range(60):
        x, y, grey = rng.randrange(1280), rng.randrange(720), rng.randrange(90, 140)
        pen.ellipse((x, y, x + rng.randrange(80), y + rng.randrange(30)), fill=(grey, grey, grey))
    x, y = rng.randrange(380, 700), rng.randrange(330, 460)
    paint = tuple(rng.randrange(20, 230) for _ in range(3))
    pen.rounded_rectangle((x - 260, y - 260, x + 460, y + 150), 60, fill=paint)
    pen.rounded_rectangle((x - 190, y - 230, x + 390, y - 70), 40, fill=(40, 48, 56))
    for side in (x - 220, x + 330):
        pen.ellipse((side, y - 40, side + 100, y + 20), fill=(235, 235, 225))
    shown = drawn(plate, style)
    shown = shown.resize((width, round(shown.height * width / shown.width)), Image.Resampling.LANCZOS)
    image.paste(shown, (x, y))
    font = ImageFont.truetype(str(FONT), 26)
    pen.text((20, 14), "2026-12-02 08:15:30 东门入口01", (250, 250, 250), font=font)
    return image


def spoiled(image: Image.Image, how: str, rng: random.Random) -> Image.Image:
    """As night, a dirty lens or a hasty camera would have it: blur, tilt, dark, or all of them in part."""
    if how in ("tilt", "all"):
        angle = rng.choice((-1, 1)) * rng.uniform(4, 9)
        image = image.rotate(angle, Image.Resampling.BICUBIC, fillcolor=(110, 110, 110))
    if how in ("blur", "all"):
        image = image.filter(ImageFilter.GaussianBlur(1.2 if how == "all" else 1.6))
    if how in ("dark", "all"):
        image = ImageEnhance.Contrast(ImageEnhance.Brightness(image).enhance(0.3)).enhance(0.8)
        noise = Image.effect_noise(image.size, 14).convert("RGB")
        image = Image.blend(image, noise, 0.08)
    return image


def jpeg(image: Image.Image, quality: int = 85) -> bytes:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()
