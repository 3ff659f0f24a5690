"""The manuals as the platform serves them: both languages, search, and nothing that the policy refuses."""

import pytest
from playwright.sync_api import expect

from tests.browser.visit import PHONE, ROOT, Visit, keep_picture

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (ROOT / "src/linli/console/static_help/404.html").exists(), reason="the manuals are not built"
    ),
]


@pytest.mark.parametrize(
    ("language", "button", "asked", "section"),
    [
        ("zh-CN", "搜索", "办卡", "给住户办卡"),
        ("zh-CN", "搜索", "为什么打不开", "为什么打不开门"),
        ("zh-CN", "搜索", "迁出", "住户迁出"),
        ("en", "Search", "give a card", "Give a card"),
    ],
)
def test_search_finds_the_section(
    administrator: Visit, language: str, button: str, asked: str, section: str
) -> None:
    page = administrator.page
    page.goto(f"{administrator.base}/help/{language}/")
    page.get_by_role("button", name=button).click()
    page.get_by_role("searchbox").fill(asked)
    found = page.locator(".results .result").filter(has_text=section).first
    expect(found).to_be_visible()
    found.click()
    expect(page.get_by_role("heading", name=section).first).to_be_in_viewport()
    assert administrator.take_faults() == []
    assert [line for line in administrator.failures if "Content Security Policy" in line] == []


def test_the_manual_leads_on_changes_the_language_and_fits_a_phone(administrator: Visit) -> None:
    page = administrator.page
    administrator.resize(PHONE)
    page.goto(f"{administrator.base}/help/zh-CN/doors#card")
    expect(page.get_by_role("heading", name="给住户办卡")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    keep_picture(page, "manual-360")
    administrator.resize((1440, 900))
    page.get_by_role("link", name="键盘密码").first.click()
    expect(page).to_have_url(f"{administrator.base}/help/zh-CN/guides/pins")
    page.goto(f"{administrator.base}/help/zh-CN/doors")
    page.get_by_role("button", name="语言").click()
    page.get_by_role("link", name="English").filter(visible=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Doors and cards")
    answer = page.goto(f"{administrator.base}/help/en/nowhere")
    assert answer is not None
    assert answer.status == 404
    expect(page.get_by_text("There is no such page")).to_be_visible()
    assert [line for line in administrator.failures if "Content Security Policy" in line] == []


def test_the_question_mark_of_a_page_leads_to_its_section(administrator: Visit) -> None:
    page = administrator.page
    for path, language, link, heading in (
        ("/credentials", "en", "Manual for this page", "Give a card"),
        ("/visitors", "zh-CN", "这一页的使用手册", "登记一位访客"),
    ):
        administrator.looks(language)
        administrator.go(path)
        with page.expect_popup() as opened:
            page.get_by_role("link", name=link).click()
        expect(opened.value.get_by_role("heading", name=heading)).to_be_in_viewport()
        opened.value.close()
    administrator.looks("en")
    assert administrator.take_faults() == []
