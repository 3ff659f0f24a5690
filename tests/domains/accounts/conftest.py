"""Log-ins are tried through the console's app."""

from tests.console.conftest import administrator, browser, parts, worker

__all__ = ["administrator", "browser", "parts", "worker"]
