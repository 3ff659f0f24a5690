"""Working example parameters for every method of the open API.

`by_field.filled` fills parameters by the names of their fields, so a new method has an example without further work. A
method that needs more has a builder in `by_method`.
"""

from linli.domains.sandbox.examples.find import Example, example_of

__all__ = ["Example", "example_of"]
