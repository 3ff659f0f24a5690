import itertools

import pytest

from linli.domains.communities import space_rules as rules


def test_who_may_stand_under_whom():
    allowed = {
        (kind, parent)
        for kind, parent in itertools.product(rules.KINDS, (rules.COMMUNITY, *rules.KINDS))
        if rules.may_stand_under(kind, parent)
    }
    assert allowed == {
        ("area", "community"), ("area", "area"), ("building", "community"), ("building", "area"),
        ("unit", "building"), ("house", "unit"), ("house", "building"), ("house", "area"), ("house", "community"),
        ("parking_area", "community"), ("parking_area", "area"), ("parking_area", "parking_area"),
        ("parking_space_channel", "parking_area"),
    }  # fmt: skip
    assert not rules.may_stand_under("community", "community")


def test_names_sort_as_people_count():
    names = ["10幢", "2幢", "1幢", "A2", "a10", "02幢", "商铺"]
    assert sorted(names, key=rules.order_key) == ["1幢", "2幢", "02幢", "10幢", "A2", "a10", "商铺"]


def test_subtree_range_holds_exactly_the_subtree():
    root = rules.child_path("", 7)
    inside = [root, rules.child_path(root, 1), rules.child_path(rules.child_path(root, 10**15), 3)]
    outside = ["/", "/6/", "/70/", "/8/", "/7", "/70/7/"]
    low, high = rules.subtree_range(root)
    assert all(low <= path < high for path in inside)
    assert not any(low <= path < high for path in outside)
    assert rules.path_ids(inside[2]) == [7, 10**15, 3]
    assert rules.holds(root, inside[2])
    assert not rules.holds("/7/", "/70/")


@pytest.mark.parametrize(
    ("name", "problem"),
    [("1幢", ""), ("（一期）A 区", ""), ("", "required"), ("x" * 65, "too_long"), ("a\x00b", "control_character"),
     ("a\u200bb", "control_character")],
)  # fmt: skip
def test_name_problem(name, problem):
    assert rules.name_problem(rules.clean_name(name)) == problem


def test_layouts():
    assert rules.is_layout("3/2/1")
    assert not any(
        rules.is_layout(text) for text in ("3/2", "3-2-1", "a/b/c", "3/2/1/1", "-1/2/1", "3/2/100")
    )
