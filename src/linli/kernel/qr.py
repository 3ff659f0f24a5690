"""QR codes as SVG: sharp on a screen and on paper, and nothing to store."""

import base64
import io

import segno


def qr_svg(text: str, *, label: str = "") -> str:
    """An `<svg>`, inside a page or as a picture of its own: black on white with its quiet zone, as large as its box.

    Level M, so that a scratched print still reads. `label` is what a screen reader says.
    """
    out = io.BytesIO()
    segno.make_qr(text, error="m").save(
        out, kind="svg", dark="#000", light="#fff", border=4, omitsize=True, title=label or None, svgclass="qr",
        lineclass=None, xmldecl=False, nl=False,
    )  # fmt: skip
    return out.getvalue().decode()


def qr_image(text: str) -> str:
    """The same as an image address, for pages whose scripts draw it."""
    return "data:image/svg+xml;base64," + base64.b64encode(qr_svg(text).encode()).decode()


def qr_png(text: str, *, module_px: int = 4) -> bytes:
    """For screens that draw no SVG: level L, so that it stays small on an LED panel; with its quiet zone."""
    out = io.BytesIO()
    segno.make_qr(text, error="l").save(out, kind="png", scale=module_px, border=4)
    return out.getvalue()


def qr_image_png(text: str) -> str:
    """As `qr_image`, of pixels."""
    return "data:image/png;base64," + base64.b64encode(qr_png(text, module_px=8)).decode()
