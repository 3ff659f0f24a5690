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
