"""Parameters for every method that work in the sandbox as they are.

A method that needs more than its fields' names tell has a builder in `by_method`; the others are filled by name
(`by_field.filled`), so that a method of a room that knows no sandbox has an example too.
"""

from linli.domains.sandbox.examples.find import Found, example_of

__all__ = ["Found", "example_of"]
