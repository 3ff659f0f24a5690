"""Signing in with somebody else's log-in and by scanning, as browsers do it. Spec A §1.1 (ONB-01, ONB-11, ONB-12)."""

import json
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from linli.domains.people.service import ownership
from linli.kernel.settings import LoginProvider, SignIn
from tests.console.conftest import Browser
from tests.domains.accounts.providers import CLIENT, SECRET, Provider, serving
from tests.domains.accounts.test_registration import register

PHONE = "13877776666"


@pytest.fixture
def provider(clock) -> Iterator[Provider]:
    with serving(clock.now_ms() / 1000) as provider:
        yield provider


@pytest.fixture
def parts(parts, provider: Provider):
    base = provider.base
    own = {"client_id": CLIENT, "client_secret": SECRET}
    known = {
        "works": LoginProvider(kind="oidc", title="员工统一登录", title_en="Works", issuer=base, **own),
        "dingtalk": LoginProvider(
            kind="oauth",
            title="钉钉",
            title_en="DingTalk",
            authorize_url=f"{base}/oauth2/auth",
            token_url=f"{base}/v1.0/oauth2/userAccessToken",
            token_style="json",
            token_params={
                "clientId": "{client_id}", "clientSecret": "{client_secret}", "code": "{code}",
                "grantType": "authorization_code",
            },
            token_field="accessToken",
            userinfo_url=f"{base}/v1.0/contact/users/me",
            userinfo_headers={"x-acs-dingtalk-access-token": "{token}"},
            subject_field="unionId",
            name_field="nick",
            **own,
        ),
        "alipay": LoginProvider(
            kind="oauth",
            title="支付宝",
            title_en="Alipay",
            scope="auth_user",
            authorize_url=f"{base}/oauth2/publicAppAuthorize.htm",
            authorize_params={
                "app_id": "{client_id}", "scope": "{scope}", "redirect_uri": "{redirect_uri}", "state": "{state}",
            },
            code_param="auth_code",
            token_url=f"{base}/gateway.do/token",
            token_style="query",
            token_params={"grant_type": "authorization_code", "code": "{code}", "app_id": "{client_id}"},
            token_field="alipay_system_oauth_token_response.access_token",
            userinfo_url=f"{base}/gateway.do/user",
            userinfo_headers={"x-token": "{token}"},
            subject_field="alipay_user_info_share_response.user_id",
            name_field="alipay_user_info_share_response.nick_name",
            **own,
        ),
    }  # fmt: skip
    settings = msgspec.structs.replace(parts.settings, sign_in=SignIn(providers=known, registration="open"))
    return type(parts)(**{**vars(parts), "settings": settings})


async def begin(
    browser: Browser, name: str = "works", path: str | None = None, next_path: str = "/doors"
) -> str:
    answer = await browser.post(path or f"/sign-in/providers/{name}/begin", json={"next": next_path})
    assert answer.status_code == 200, answer.text
    return answer.json()["url"]


async def come_back(browser: Browser, back: dict[str, str], name: str = "works") -> str:
    """Where the pages go after the provider's answer."""
    answer = await browser.get(f"/sign-in/providers/{name}/answer", params=back)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


async def by(browser: Browser, provider: Provider, name: str = "works", next_path: str = "/doors") -> str:
    back = provider.authorize(await begin(browser, name, next_path=next_path))
    if name == "alipay":
        back["auth_code"] = back.pop("code")
    return await come_back(browser, back, name)


@pytest.mark.covers("ONB-01", "ONB-12")
@pytest.mark.parametrize("name", ["works", "dingtalk", "alipay"])
async def test_a_stranger_of_a_provider_registers_once_and_then_comes_straight_in(
    parts, administrator, provider, worker, name
):
    """ONB-01: quick log-in by somebody else's account, then a password; ONB-12 by the providers' stand-ins."""
    async with Browser(parts) as first:
        titles = {one["name"]: one["title"] for one in (await first.get("/sign-in/providers")).json()}
        assert titles == {"works": "Works", "dingtalk": "DingTalk", "alipay": "Alipay"}
        assert await by(first, provider, name) == f"/register?next=/doors&named={name}"
        label = {"works": "李娜", "dingtalk": "小李", "alipay": "支小宝"}[name]
        assert (await first.get("/registration")).json()["knownAs"] == label
        me = await register(first, parts, worker, PHONE, link=True)
        assert me.status_code == 201, me.text
        linked = (await first.get("/session/links")).json()
        assert [(one["provider"], one["label"]) for one in linked] == [(name, label)]
    async with Browser(parts) as again:
        assert await by(again, provider, name, next_path="/spaces") == "/spaces"
        assert (await again.get("/session")).json()["login"] == PHONE
        assert (await again.delete(f"/session/links/{name}")).status_code == 204
        assert (await again.delete(f"/session/links/{name}")).status_code == 404
    async with Browser(parts) as third:
        assert (await by(third, provider, name)).startswith("/register")


@pytest.mark.covers("ONB-12")
async def test_a_log_in_is_linked_to_the_account_that_is_there(parts, administrator, provider):
    url = await begin(administrator, path="/session/links/works/begin")
    assert await come_back(administrator, provider.authorize(url)) == "/settings"
    async with Browser(parts) as again:
        assert await by(again, provider) == "/doors"
        # Twice is as good as once; the same log-in opens no second account.
        url = await begin(again, path="/session/links/works/begin")
        assert await come_back(again, provider.authorize(url)) == "/settings"


async def test_who_was_put_out_while_a_provider_answers_is_not_linked(parts, administrator, provider):
    url = await begin(administrator, path="/session/links/works/begin")
    back = provider.authorize(url)
    account = (await administrator.get("/session")).json()["accountId"]
    async with parts.db.begin() as tx:
        await ownership.void(tx, account_id=int(account), now_ms=parts.clock.now_ms())
    assert (await come_back(administrator, back)).startswith("/login?refused=")
    async with Browser(parts) as again:
        assert (await by(again, provider)).startswith("/register")


async def test_a_link_is_made_by_the_session_that_asked_for_it_alone(parts, administrator, provider):
    back = provider.authorize(await begin(administrator, path="/session/links/works/begin"))
    await administrator.delete("/session")
    assert (await come_back(administrator, back)).startswith("/login?refused=")


async def test_who_was_named_by_a_provider_signs_in_and_links_by_hand(parts, administrator, provider):
    async with Browser(parts) as browser:
        assert (await by(browser, provider)).endswith("&named=works")
        await browser.sign_in()
        assert (await browser.post("/session/links/known")).json() == {"provider": "works"}
        assert (await browser.post("/session/links/known")).json() == {"provider": None}


async def test_an_answer_counts_once_and_in_its_browser_alone(parts, administrator, provider, clock):
    url = await begin(administrator, path="/session/links/works/begin")
    await come_back(administrator, provider.authorize(url))
    async with Browser(parts) as victim, Browser(parts) as thief:
        back = provider.authorize(await begin(thief))
        # The thief's answer in the victim's browser would sign the victim in as the thief.
        assert await come_back(victim, back) == "/login?refused=sign_in.start_gone"
        assert await come_back(thief, back) == "/doors"
        assert await come_back(thief, back) == "/login?refused=sign_in.start_gone"
        back = provider.authorize(await begin(thief))
        await clock.advance(11 * 60_000)
        assert await come_back(thief, back) == "/login?refused=sign_in.start_gone"
        assert await come_back(thief, {"state": back["state"], "error": "access_denied"}) == (
            "/login?refused=sign_in.start_gone"
        )
        assert (await begin(thief, next_path="//evil.example")).startswith(provider.base)
        nowhere = await thief.post("/sign-in/providers/none/begin", json={})
        assert nowhere.status_code == 404


LIES = [
    {"nonce": "another"},
    {"aud": "somebody else"},
    {"aud": [CLIENT, "other"]},
    {"iss": "http://evil.example"},
    {"exp": 1_000},
    {"iat": 9_999_999_999},
    {"sub": None},
]


async def test_an_id_token_that_lies_opens_nothing(parts, administrator, provider):
    async with Browser(parts) as browser:
        for lie in LIES:
            provider.spoil = lie
            assert await by(browser, provider) == "/login?refused=sign_in.provider_refused", lie
        assert (await browser.get("/session")).status_code == 401


async def test_only_the_providers_keys_count_and_they_may_change(parts, administrator, provider):
    async with Browser(parts) as browser:
        provider.forger = True
        assert await by(browser, provider) == "/login?refused=sign_in.provider_refused"
        provider.forger = False
        assert (await by(browser, provider)).startswith("/register")
        read = provider.asked.count("/keys")
        provider.new_key("k2")
        assert (await by(browser, provider)).startswith("/register")
        assert provider.asked.count("/keys") == read + 1
        assert (await by(browser, provider)).startswith("/register")
        assert provider.asked.count("/keys") == read + 1  # and then they are known


async def test_the_browser_is_sent_with_pkce_and_to_the_provider(parts, administrator, provider):
    async with Browser(parts) as browser:
        query = parse_qs(urlsplit(await begin(browser)).query)
    assert query["response_type"] == ["code"]
    assert query["code_challenge_method"] == ["S256"]
    assert query["scope"] == ["openid profile"]
    assert query["redirect_uri"] == [
        f"{parts.settings.public_url}/api/console/sign-in/providers/works/answer"
    ]
    assert SECRET not in json.dumps(query)


async def test_a_silent_provider_is_said_to_be_silent(parts, administrator, provider):
    provider.answer = lambda *_: (503, {})  # type: ignore[method-assign]
    async with Browser(parts) as browser:
        answer = await browser.post("/sign-in/providers/works/begin", json={})
    assert (answer.status_code, answer.json()["code"]) == (503, "sign_in.provider_silent")


@pytest.mark.covers("ONB-12")
async def test_a_desktop_is_let_in_by_a_phone_once_within_a_minute(parts, administrator, clock):
    async with Browser(parts, address="198.51.100.4") as desktop, Browser(parts) as thief:
        shown = (await desktop.post("/sign-in/scan")).json()
        assert shown["qr"].startswith("data:image/svg+xml;base64,")
        assert shown["url"].endswith(f"/scan/{shown['ticket']}")
        ticket = shown["ticket"]
        state = f"/sign-in/scan/{ticket}"
        assert (await desktop.get(state)).json() == {"state": "waiting"}
        assert (await desktop.post(f"{state}/enter")).status_code == 404
        asked = (await administrator.get(f"/session/scans/{ticket}")).json()
        assert (asked["state"], asked["address"]) == ("waiting", "198.51.100.4")
        assert (await administrator.post(f"/session/scans/{ticket}", json={"yes": True})).status_code == 204
        assert (await administrator.post(f"/session/scans/{ticket}", json={"yes": True})).status_code == 404
        # A photograph of the screen is worth nothing.
        await thief.post("/sign-in/scan")
        assert (await thief.post(f"{state}/enter")).status_code == 404
        entered = await desktop.post(f"{state}/enter")
        assert (entered.status_code, entered.json()["login"]) == (200, "13800138000")
        assert (await desktop.post(f"{state}/enter")).status_code == 404
        assert (await desktop.get(state)).json() == {"state": "used"}

        late = (await desktop.post("/sign-in/scan")).json()["ticket"]
        await clock.advance(61_000)
        assert (await desktop.get(f"/sign-in/scan/{late}")).json() == {"state": "expired"}
        assert (await administrator.post(f"/session/scans/{late}", json={"yes": True})).status_code == 404
        no = (await desktop.post("/sign-in/scan")).json()["ticket"]
        assert (await administrator.post(f"/session/scans/{no}", json={"yes": False})).status_code == 204
        assert (await desktop.get(f"/sign-in/scan/{no}")).json() == {"state": "refused"}
        assert (await desktop.post(f"/sign-in/scan/{no}/enter")).status_code == 404
