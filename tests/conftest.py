"""Fixtures that every room's tests share. A room's own fixtures and builders live beside its tests."""

pytest_plugins = [
    "tests.plugins.collector",
    "tests.plugins.covers",
    "tests.plugins.databases",
    "tests.plugins.documented",
    "tests.plugins.examples",
    "tests.plugins.folders",
    "tests.plugins.groups",
    "tests.plugins.limits",
    "tests.plugins.passwords",
    "tests.plugins.statements",
    "tests.plugins.stores",
    "tests.plugins.strict",
    "tests.plugins.trust",
]
