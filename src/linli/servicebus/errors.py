"""Errors of the service bus, with the codes that callers know (spec H 8.2)."""

from linli.kernel.errors import LinliError


class NobodyServes(LinliError):
    """No provider of the model for the caller's project."""

    code = "servicebus.nobody_serves"
    api_code = 20003


class ProviderDown(LinliError):
    """The provider cannot be reached, does not answer in time, or failed (spec H 3.6.4.6: the caller sees 500)."""

    code = "servicebus.provider_down"
    api_code = 500


class BadAnswer(LinliError):
    """The provider's answer is not valid."""

    code = "servicebus.bad_answer"
    api_code = 20004


class ServiceRefused(LinliError):
    """The provider answered with a code of its own, which goes to the caller as it is."""

    code = "servicebus.refused"
    code_of_another = True

    def __init__(self, *, answer: int | str, message: str, localized: str) -> None:
        super().__init__(answer=answer, message=message)
        self.api_code = answer  # type: ignore[misc]  # each answer has its own
        self._localized = localized

    def text(self, language: str = "zh-CN") -> str:
        message = str(self.facts["message"])
        return message if language == "en" else self._localized or message
