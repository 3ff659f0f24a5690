"""The payment provider behind an interface: what it is told, what it answers. Spec A §10, B §6.

The stand-in works by itself: the platform's operator reviews in the provider's place, and the contract is signed with a
code sent to the company's phone. A real provider implements the same four steps and calls `service.reviewed`.
"""

from typing import Protocol

import msgspec

from linli.kernel.ids import Ids


class Applicant(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider reviews, as in the business licence. Pictures by the address at which it may read them."""

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
        """Hand an application in; the provider's reference. Raises Unavailable."""
        ...

    async def open_account(self, reference: str) -> str:
        """The company has signed: the account's number at the provider. Raises Unavailable."""
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
