"""What the visitors' pages share beside the frame of `kernel.phone_pages`."""

from markupsafe import Markup

from linli.kernel.i18n import text
from linli.kernel.phone_pages import joined, page

__all__ = ["joined", "message", "page"]


def message(key: str, language: str, **facts: object) -> bytes:
    """A page with a title and a text: `visit.page.<key>.title` and `.text`."""
    title = text(f"visit.page.{key}.title", language)
    body_text = text(f"visit.page.{key}.text", language, **facts)
    body = Markup(
        '<div class="card"><h1>{title}</h1><p class="soft" role="status">{body_text}</p></div>'
    ).format(title=title, body_text=body_text)
    return page(title, body, language)
