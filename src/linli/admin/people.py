"""Log-ins of the console. Nobody learns another person's password. A person whom no code reaches gets a link to set
their first one."""

import argparse

from linli.admin.commands import Answer, Command, add_tenant, tenant_scope
from linli.app.platform import Platform
from linli.domains.communities.queries import communities
from linli.domains.people.person_rules import mask_phone
from linli.domains.people.rights import COMMUNITY_ROLES, TENANT_ROLES, Role
from linli.domains.people.service import accounts, ownership, passwords
from linli.domains.people.service.accounts import Account
from linli.kernel.db import Tx
from linli.kernel.errors import BadInput, NotFound
from linli.kernel.scope import Scope

_ROLES = sorted(role.value for role in {Role.OPERATOR} | TENANT_ROLES | COMMUNITY_ROLES)


def _user_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("login", help="phone number or log-in name; one that is there gets the role")
    parser.add_argument("--name", help="shown name; the log-in when left out")
    parser.add_argument("--role", choices=_ROLES, required=True)
    add_tenant(parser)
    parser.add_argument("--community", type=int, help="communityId, for roles in one community")
    _link_words(parser)


def _link_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--link",
        action="store_true",
        help="also make a link, good once within 24 hours, with which the owner sets a password; "
        "made anyway where no code reaches the log-in",
    )


async def _way_in(platform: Platform, tx: Tx, account: Account, *, link: bool) -> Answer:
    """How the owner comes in: a code to the phone, or a link for the operator to hand over."""
    answer: Answer = {}
    by_code = account.phone is not None and platform.settings.sms.provider != "off"
    if by_code:
        answer["codeTo"] = mask_phone(account.phone or "")
    if link or not by_code:
        token, until_ms = await passwords.make_link(tx, account_id=account.id, now_ms=platform.clock.now_ms())
        answer |= {"link": passwords.link_url(platform.settings.public_url, token), "linkExpiresMs": until_ms}
    return answer


async def _create_user(platform: Platform, words: argparse.Namespace) -> Answer:
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
    now_ms = platform.clock.now_ms()
    async with platform.db.begin() as tx:
        existing = await accounts.find_account(tx, words.login)
        account_id = (
            existing.id
            if existing
            else await accounts.create_account(
                tx,
                login=words.login,
                password_hash=ownership.NO_PASSWORD,
                name=words.name or words.login,
                ids=platform.ids,
                now_ms=now_ms,
            )
        )
        await accounts.grant_role(
            tx,
            account_id=account_id,
            role=role,
            tenant_id=tenant_id,
            community_id=community_id,
            now_ms=now_ms,
        )
        account = await accounts.get_account(tx, account_id)
        open_already = await passwords.has_password(tx, account_id)
        way = {} if open_already and not words.link else await _way_in(platform, tx, account, link=words.link)
    answer: Answer = {"accountId": str(account_id), "login": account.login, "role": role.value}
    if tenant_id:
        answer["tenantId"] = tenant_id
    return answer | way


def _reset_words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("login")
    _link_words(parser)


async def _reset_password(platform: Platform, words: argparse.Namespace) -> Answer:
    account = await accounts.find_account(platform.db, words.login)
    if account is None:
        raise NotFound(what="account", id=words.login)
    async with platform.db.begin() as tx:
        await ownership.void(tx, account_id=account.id, now_ms=platform.clock.now_ms())
        way = await _way_in(platform, tx, account, link=words.link)
    return {"accountId": str(account.id), "login": account.login} | way


COMMANDS = {
    "create-user": Command("create a log-in, or give one that is there a role", _user_words, _create_user),
    "reset-password": Command(
        "take a log-in's password away and end its sessions; the owner sets a new one",
        _reset_words,
        _reset_password,
    ),
}
