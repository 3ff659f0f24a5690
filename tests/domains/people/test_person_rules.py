import pytest

from linli.domains.people import person_rules as rules
from linli.domains.people.schemas import Profile, checked
from linli.kernel.errors import BadInput


@pytest.mark.parametrize(
    ("written", "clean"),
    [
        ("138 0013 8000", "13800138000"),
        ("+86-13800138000", "13800138000"),
        ("008613800138000", "13800138000"),
        ("１３８００１３８０００", "13800138000"),
        ("+852 5123 4567", "+85251234567"),
        ("(0571) 8765-4321", "057187654321"),
    ],
)
def test_phones_have_one_spelling(written, clean):
    assert rules.clean_phone(written) == clean
    assert rules.is_phone(clean)


@pytest.mark.parametrize("text", ["", "1234", "138001380001380013800", "186****81", "abc"])
def test_what_is_no_phone(text):
    assert not rules.is_phone(rules.clean_phone(text))


def test_checked_cleans_and_forgets_what_is_empty():
    profile = checked(
        Profile(name="  Ｌｉ　 Bai ", phone="+8613800138000", id_no=" 11010519491231002x ", company=" "),
        wire={},
    )
    assert profile.values() == {"name": "Li Bai", "phone": "13800138000", "id_no": "11010519491231002X"}


@pytest.mark.parametrize(
    ("profile", "field", "rule"),
    [
        (Profile(name=" "), "userName", "required"),
        (Profile(name="x" * 13), "userName", "too_long"),
        (Profile(name="a\u202eb"), "userName", "control_character"),
        (Profile(phone="12"), "mobile", "format"),
        (Profile(id_no="#1"), "idNo", "format"),
        (Profile(id_no="330102199001011235"), "idNo", "id_check"),
        (Profile(id_no="330102199002301230"), "idNo", "id_date"),
        (Profile(id_no="33010219900101123"), "idNo", "id_digits"),
        (Profile(sex=0), "sex", "range"),
        (Profile(age=151), "age", "range"),
        (Profile(degree=10), "degree", "range"),
        (Profile(ext="[1]"), "ext", "json_object"),
        (Profile(ext="{"), "ext", "json_object"),
        (Profile(company="x" * 129), "company", "too_long"),
    ],
)
def test_checked_names_the_field_and_the_rule(profile, field, rule):
    with pytest.raises(BadInput) as refused:
        checked(profile, wire={"name": "userName", "phone": "mobile"}, name_max=12)
    assert (refused.value.field, refused.value.facts["rule"]) == (field, rule)


def test_masks():
    assert rules.mask_phone("13800138000") == "138****8000"
    assert rules.mask_id_number("330102199001011234") == "330*************34"
