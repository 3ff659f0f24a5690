"""Modules that are loaded at their first use, to keep the start short and the memory small."""

import threading
from typing import Final

LOADING: Final = threading.RLock()
"""Held around an import inside a function: `with LOADING: from openpyxl import Workbook`.

Modules of one library import one another. Where two threads begin at different ends, Python breaks the tie by showing
one of them a module half made: an ImportError, once, to whoever asked first.
"""
