"""No search for cycles while tests are collected, and none among what was made then.

Ten thousand tests and the modules that they import are a million objects that stay: looking through them again and again
took 8 of the 18 seconds that every worker needs to collect the whole suite.
"""

import gc

gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()
