"""Forms of codes that a door's scanner reads, and codes made for it (spec G 1, G-C14 and G-C15; 3.5.1.1, 3.3).

Doors read encrypted codes of 88 characters, the standard's 32 characters, or, where a scanner manages neither, codes of
the site's own form: digits only, shorter, with a prefix that the scanner waits for.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from linli.domains.access.errors import CodeFormsDiffer
from linli.kernel.errors import BadInput
from linli.kernel.ids import Ids

SEALED, STANDARD, OWN = "sealed", "standard", "own"
FORMS: Final = (SEALED, STANDARD, OWN)
_DIGITS: Final = "0123456789"
_CAPITALS: Final = _DIGITS + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
ALPHABETS: Final = {
    "digits": _DIGITS,
    "capitals": _CAPITALS,
    "letters": _CAPITALS + "abcdefghijklmnopqrstuvwxyz",
}
LEAST_RANDOM: Final = {"digits": 10, "capitals": 8, "letters": 8}
"""Characters left to chance, by alphabet: 33 bits at least, so that nobody guesses a live code at a reader."""
LONGEST: Final = 42
MOST_PREFIX: Final = 8


class CodeForm(NamedTuple):
    form: str = SEALED
    alphabet: str = ""
    length: int = 0
    """Of the whole code, prefix included."""
    prefix: str = ""

    @property
    def plain(self) -> bool:
        """Whether the picture holds the code itself: it is then made for few scans and minutes."""
        return self.form != SEALED

    def new_code(self, ids: Ids) -> str:
        """A code of this form, distinct from others by chance alone: the caller makes sure that it is new."""
        return self.prefix + ids.token(self.length - len(self.prefix), ALPHABETS[self.alphabet])

    def reads(self, code: str) -> bool:
        """Whether a scanner of this form can read a code. Only scanners with a form of their own are that particular."""
        if self.form != OWN:
            return True
        fits = len(code) == self.length and code.startswith(self.prefix)
        return fits and set(code[len(self.prefix) :]) <= set(ALPHABETS[self.alphabet])

    def checked(self) -> "CodeForm":
        """Itself, without what its form does not need. Raises BadInput."""
        if self.form not in FORMS:
            raise BadInput(field="form", rule="one_of", allowed=", ".join(FORMS))
        if self.form == SEALED:
            return SEALED_FORM
        if self.form == STANDARD:
            return STANDARD_FORM
        if self.alphabet not in ALPHABETS:
            raise BadInput(field="alphabet", rule="one_of", allowed=", ".join(ALPHABETS))
        if len(self.prefix) > MOST_PREFIX:
            raise BadInput(field="prefix", rule="too_long", limit=MOST_PREFIX)
        if not set(self.prefix) <= set(ALPHABETS["letters"]):
            raise BadInput(field="prefix", rule="letters_digits")
        least = LEAST_RANDOM[self.alphabet] + len(self.prefix)
        if not least <= self.length <= LONGEST:
            raise BadInput(field="length", rule="range", low=least, high=LONGEST)
        return self


SEALED_FORM: Final = CodeForm()
STANDARD_FORM: Final = CodeForm(STANDARD, "letters", 32)


def form_for_all(forms: Iterable[CodeForm]) -> CodeForm:
    """The form of one code that every one of these doors reads. Raises CodeFormsDiffer."""
    code_forms = set(forms)
    own = [code_form for code_form in code_forms if code_form.form == OWN]
    if len(own) > 1:
        raise CodeFormsDiffer()
    if own:
        return own[0]
    return STANDARD_FORM if STANDARD_FORM in code_forms else SEALED_FORM
