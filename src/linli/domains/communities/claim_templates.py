"""Forms of each managing body, to print, fill in, stamp and photograph. Spec A §1.1 (ONB-04, ONB-14).

Made as HTML with a style sheet for paper: every browser prints it, every office program opens it.
"""

from html import escape
from typing import Final

from linli.kernel.i18n import text

KINDS: Final = ("street", "property", "agent")
_LINES: Final = {"street": 3, "property": 4, "agent": 4}
_STYLE: Final = """
@page { size: A4; margin: 25mm 22mm }
body { font: 12pt/1.9 "Noto Serif CJK SC", "Songti SC", SimSun, serif; color: #000; max-width: 165mm; margin: 0 auto }
h1 { font-size: 18pt; text-align: center; margin: 0 0 12mm }
p { margin: 0 0 4mm; text-align: justify }
.blank { display: inline-block; min-width: 45mm; border-bottom: 1px solid #000; text-align: center }
.sign { margin-top: 18mm; display: grid; grid-template-columns: 1fr 1fr; gap: 12mm }
.stamp { height: 42mm; border: 1px dashed #777; color: #777; padding: 3mm }
.hint { margin-top: 10mm; font: 9.5pt/1.6 sans-serif; color: #555 }
@media print { .hint { display: none } }
"""


def document(kind: str, *, language: str, company: str, community: str) -> str:
    """The form of a managing body, with the known fields filled in."""
    blank = '<span class="blank">&nbsp;</span>'

    def filled(value: str) -> str:
        return f'<span class="blank">{escape(value)}</span>' if value else blank

    def words_of(key: str) -> str:
        return text(f"template.{kind}.{key}", language)

    def line(number: int) -> str:
        words = escape(words_of(str(number)))
        words = words.replace("[company]", filled(company)).replace("[community]", filled(community))
        return f"<p>{words.replace('[blank]', blank)}</p>"

    lines = "\n".join(line(number) for number in range(1, _LINES[kind] + 1))
    signs = "".join(
        f'<div><p>{escape(sign)}</p><div class="stamp">{escape(text("template.stamp", language))}</div></div>'
        for sign in words_of("signs").split("|")
    )
    title = escape(words_of("title"))
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{title}</h1>{lines}"
        f'<div class="sign">{signs}</div><p class="hint">{escape(text("template.hint", language))}</p></body></html>'
    )
