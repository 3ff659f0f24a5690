"""Log-ins of the console."""

import argparse
import sys

from linli.admin.commands import Command, Said, add_tenant, tenant_scope
from linli.app.platform import Platform
from linli.domains.communities.queries import communities
from linli.domains.people.rights import COMMUNITY_ROLES, TENANT_ROLES, Role
from linli.domains.people.service import accounts
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.scope import Scope

_ROLES = sorted(role.value for role in {Role.OPERATOR} | TENANT_ROLES | COMMUNITY_ROLES)
_PASSWORD_LENGTH = 16
_LEGIBLE = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


def _user_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("login", help="phone number or log-in name")
    parser.add_argument("--name", help="shown name; the log-in when left out")
    parser.add_argument("--role", choices=_ROLES, required=True)
    add_tenant(parser)
    parser.add_argument("--community", type=int, help="communityId, for roles in one community")
    _password_words(parser)


def _password_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--password-stdin",
        action="store_true",
        help="read the password from standard input; else one is made and shown this once",
    )


def _password(platform: Platform, words: argparse.Namespace) -> tuple[str, bool]:
    """(password, whether it was made here)."""
    if words.password_stdin:
        return sys.stdin.readline().rstrip("\r\n"), False
    return platform.ids.token(_PASSWORD_LENGTH, _LEGIBLE), True


async def _create_user(platform: Platform, words: argparse.Namespace) -> Said:
    role = Role(words.role)
    tenant_id, community_id = "", 0
    if role is not Role.OPERATOR:
        scope: Scope = await tenant_scope(platform, words)
        tenant_id = scope.tenant
        if role in COMMUNITY_ROLES:
            if words.community is None:
                raise BadInput(field="--community", rule="required")
            community = await communities.community(scope, platform.db, words.community)
            community_id = community.community_id
    password, made = _password(platform, words)
    accounts.check_password(password, login=accounts.clean_login(words.login))
    hashed = await accounts.hash_password(password)
    now_ms = platform.clock.now_ms()
    async with platform.db.begin() as tx:
        account_id = await accounts.create_account(
            tx,
            login=words.login,
            password_hash=hashed,
            name=words.name or words.login,
            ids=platform.ids,
            now_ms=now_ms,
            must_change=made,
        )
        await accounts.grant_role(
            tx,
            account_id=account_id,
            role=role,
            tenant_id=tenant_id,
            community_id=community_id,
            now_ms=now_ms,
        )
    said: Said = {"accountId": str(account_id), "login": words.login, "role": role.value}
    if tenant_id:
        said["tenantId"] = tenant_id
    return said | ({"password": password} if made else {})


def _reset_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("login")
    _password_words(parser)


async def _reset_password(platform: Platform, words: argparse.Namespace) -> Said:
    account = await accounts.find_account(platform.db, words.login)
    if account is None:
        raise NotFound(what="account", id=words.login)
    password, made = _password(platform, words)
    accounts.check_password(password, login=account.login)
    hashed = await accounts.hash_password(password)
    async with platform.db.begin() as tx:
        await accounts.reset_password(
            tx, account_id=account.id, password_hash=hashed, now_ms=platform.clock.now_ms()
        )
    return {"accountId": str(account.id), "login": account.login} | ({"password": password} if made else {})


COMMANDS = {
    "create-user": Command("create a log-in with one role", _user_words, _create_user),
    "reset-password": Command("set a new password for a log-in", _reset_words, _reset_password),
}
