"""Passwords are hashed in a moment: argon2 costs 50 ms and 64 MiB a log-in, for a thousand log-ins of the tests.

`test_accounts` looks at the parameters that the platform uses; processes that tests start hash as it does.
"""

import re

from argon2 import PasswordHasher

from linli.domains.people.service import accounts


def pytest_configure() -> None:
    accounts._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # type: ignore[misc]
    accounts._NOBODY = re.sub(r"m=\d+,t=\d+,p=\d+", "m=8,t=1,p=1", accounts._NOBODY)
