"""Errors of projects."""

from linli.kernel.errors import Conflict


class NotUnderReview(Conflict):
    """There is no application for the capability, or it is decided already."""

    code = "project.not_under_review"


class OnlyByApi(Conflict):
    """The tenant has joined the management platform, where communities are applied for by API. Spec B118."""

    code = "project.only_by_api"
