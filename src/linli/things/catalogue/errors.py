"""Errors of categories and of versions of thing models."""

from linli.kernel.errors import Conflict


class DraftChanged(Conflict):
    """Somebody else saved the thing model's draft in between, or published it."""

    code = "product.draft_changed"


class NothingToPublish(Conflict):
    """The thing model would be the one that is in force."""

    code = "product.nothing_to_publish"


class CategoryTaken(Conflict):
    """Its parent has a part of this code, built in or own."""

    code = "category.taken"


class CategoryHasParts(Conflict):
    """There are categories or models below it."""

    code = "category.has_parts"
