"""Upload tickets against the document's sample. Spec B §9 V5."""

import base64
import json

import pytest

from linli.domains.communities import post_policy
from linli.kernel.errors import BadInput

V5_DIR = "4AF52878CE8B4AC5A8F9D8CCF2902C8B/picture/1c1145e0ebee47e4a2c9160f2f27cdca"
V5_POLICY = (
    "eyJleHBpcmF0aW9uIjoiMjAyMC0wNy0wOFQwNDo1OToxMy43NjZaIiwiY29uZGl0aW9ucyI6W1siY29udGVudC1sZW5ndGgtcmFuZ2UiLDAsMTA0"
    "ODU3NjAwMF0sWyJzdGFydHMtd2l0aCIsIiRrZXkiLCI0QUY1Mjg3OENFOEI0QUM1QThGOUQ4Q0NGMjkwMkM4Qi9waWN0dXJlLzFjMTE0NWUwZWJl"
    "ZTQ3ZTRhMmM5MTYwZjJmMjdjZGNhLyJdXX0="
)
EXPIRES_MS = 1594184353766
SECRET = b"k" * 32


def ticket(**changes):
    values = {
        "folder": V5_DIR, "host": "files.example", "limit": 1048576000, "secret": SECRET,
        "now_ms": EXPIRES_MS - post_policy.TICKET_SECONDS * 1000,
    }  # fmt: skip
    return post_policy.make(**(values | changes))


def form(made, **changes):
    return {
        "key": f"{V5_DIR}/lALPD3lGqxlIEyrM0s0BJg_294_210.png_720x720g.jpg",
        "policy": made.policy,
        "OSSAccessKeyId": made.access_id,
        "signature": made.signature,
    } | changes


def test_the_policy_is_the_samples_byte_by_byte():
    made = ticket()
    assert made.policy == V5_POLICY
    assert (made.expire, made.dir) == (1594184353, V5_DIR)
    assert len(made.signature) == 28


def test_a_form_is_taken_until_its_ticket_ends():
    made = ticket()
    assert post_policy.check(form(made), now_ms=EXPIRES_MS, secret=SECRET) == 1048576000
    with pytest.raises(post_policy.BadPolicy):
        post_policy.check(form(made), now_ms=EXPIRES_MS + 1, secret=SECRET)


def test_a_changed_policy_is_not_ours():
    made = ticket()
    wider = json.loads(base64.b64decode(made.policy))
    wider["conditions"][1][2] = ""
    policy = base64.b64encode(json.dumps(wider).encode()).decode()
    for changes in (
        {"policy": policy},
        {"policy": ""},
        {"signature": ""},
        {"signature": "é"},
        {"OSSAccessKeyId": "x"},
    ):
        with pytest.raises(post_policy.BadPolicy):
            post_policy.check(form(made, **changes), now_ms=0, secret=SECRET)


@pytest.mark.parametrize(
    "key",
    ["", "a.png", f"{V5_DIR}/", f"{V5_DIR}/x/a.png", f"{V5_DIR[:-1]}0/a.png", f"{V5_DIR}/" + "x" * 1000],
)
def test_keys_outside_the_tickets_folder(key):
    with pytest.raises(BadInput) as refused:
        post_policy.check(form(ticket(), key=key), now_ms=0, secret=SECRET)
    assert refused.value.field == "key"


def test_names_that_stores_stumble_on_are_replaced():
    assert post_policy.stored_key(f"{V5_DIR}/照片.jpg") == f"{V5_DIR}/照片.jpg"
    for name in ("照片 (1).JPG", "..jpg", "a%2e.png", "x" * 300, "a\0b", ".hidden"):
        stored = post_policy.stored_key(f"{V5_DIR}/{name}")
        assert stored.startswith(f"{V5_DIR}/")
        assert len(stored) < 130
        assert stored != f"{V5_DIR}/{name}"
    assert post_policy.stored_key(f"{V5_DIR}/照片 (1).JPG").endswith(".jpg")
