"""QR pictures as SVG: sharp on a screen and on paper, and nothing to store."""

import io

import segno


def qr_svg(text: str, *, label: str = "") -> str:
    """An `<svg>`, inside a page or as a picture of its own: black on white with its quiet zone, as large as its box.

    `label` is what a screen reader says.
    """
    out = io.BytesIO()
    segno.make_qr(text, error="m").save(
        out, kind="svg", dark="#000", light="#fff", border=4, omitsize=True, title=label or None, svgclass="qr",
        lineclass=None, xmldecl=False, nl=False,
    )  # fmt: skip
    return out.getvalue().decode()
