"""The console's browser for the catalogue."""

from tests.console.conftest import administrator, browser, parts

__all__ = ["administrator", "browser", "parts"]
