"""QR codes as images."""

import base64
import io

import segno


def qr_image(text: str) -> str:
    """A QR code as an image address; level M, so that a scratched print still reads."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", border=4, scale=1, omitsize=True)
    return "data:image/svg+xml;base64," + base64.b64encode(out.getvalue()).decode()
