"""QR pictures as SVG: sharp on a screen and on paper, and nothing to store."""

import segno


def qr_svg(text: str, *, label: str = "") -> str:
    """An `<svg>` for embedding, black on white with its quiet zone; its size follows the box it stands in.

    `label` is what a screen reader says.
    """
    code = segno.make_qr(text, error="m")
    return code.svg_inline(
        dark="#000", light="#fff", border=4, omitsize=True, title=label or None, svgclass="qr", lineclass=None
    )
