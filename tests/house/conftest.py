"""A run of pytest within a test."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLUGINS = "xdist.plugin,pytest_asyncio.plugin,pytest_timeout"
"""Those of others that such a run needs. All that are installed take a second a process, Schemathesis most of it."""


@pytest.fixture
def inner(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """Runs with the plugins of this tree at hand."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTEST_PLUGINS", PLUGINS)
    return pytester
