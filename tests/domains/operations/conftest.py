"""The platform's health is asked through the console's app."""

from tests.console.conftest import administrator, browser, parts

__all__ = ["administrator", "browser", "parts"]
