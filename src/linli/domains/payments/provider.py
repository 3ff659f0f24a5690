"""The interface of payment providers. Spec A §10, B §6.

`LocalProvider` needs nobody outside: the platform's operator reviews, and the company signs with a code sent to its
phone. A real provider implements the same steps and calls `service.reviewed`.
"""

from typing import Protocol

import msgspec

from linli.kernel.ids import Ids


class Applicant(msgspec.Struct, frozen=True, kw_only=True):
    """The data that a provider reviews, as in the business licence. Pictures are addresses that it may read."""

    tenant_id: str
    unit_kind: str
    company_name: str
    credit_code: str
    legal_person: str
    legal_id: str
    contact_phone: str
    pictures: dict[str, str]


class PaymentProvider(Protocol):
    name: str

    async def submit(self, applicant: Applicant) -> str:
        """Submit an application. Returns the provider's reference. Raises Unavailable."""
        ...

    async def open_account(self, reference: str) -> str:
        """Note the company's signature. Returns the account's number at the provider. Raises Unavailable."""
        ...


class LocalProvider:
    """Takes every application; its reviewers are the platform's operators. Nothing leaves the installation."""

    name = "local"

    def __init__(self, ids: Ids) -> None:
        self._ids = ids

    async def submit(self, applicant: Applicant) -> str:
        return f"LP{self._ids.number()}"

    async def open_account(self, reference: str) -> str:
        return f"2088{int(reference.removeprefix('LP')) % 10**12:012d}"
