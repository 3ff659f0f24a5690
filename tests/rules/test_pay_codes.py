"""Codes and receipts of lanes without a line: what they say, and that nothing else passes for one."""

import random

import pytest

from linli.rules.pay_codes import (
    PayCode,
    PayCodeBad,
    digits_of,
    is_signed,
    nonce_of_receipt,
    read_code,
    receipt_of,
    write_code,
)

KEY, OTHER = b"k" * 32, b"o" * 32
CODE = PayCode(
    686,
    7_412_345_678_901_234,
    "0123456789abcdef" * 2 + "RR",
    900,
    1_796_200_000,
    b"12345678",
    "out1",
    "浙A12345",
)


def test_a_code_says_what_was_written_and_fits_a_small_qr_code() -> None:
    text = write_code(CODE, KEY)
    assert read_code(text) == CODE
    assert (is_signed(text, KEY), is_signed(text, OTHER)) == (True, False)
    assert len(text) <= 100


def test_every_changed_character_and_every_cut_is_refused() -> None:
    text = write_code(CODE, KEY)
    for place, character in enumerate(text):
        changed = f"{text[:place]}{'B' if character != 'B' else 'C'}{text[place + 1 :]}"
        assert not passes(changed), place
        assert not passes(text[:place]), place
    assert not passes(f"{text}A")
    assert not passes(f"{text}=")


def test_noise_is_no_code() -> None:
    chance = random.Random(7)
    alphabet = "ABCabc012-_=/+é\0"
    for _ in range(2000):
        assert not passes("".join(chance.choices(alphabet, k=chance.randrange(500))))


def test_a_receipt_and_its_digits_belong_to_one_code() -> None:
    text = write_code(CODE, KEY)
    others = [
        write_code(CODE._replace(fen=901), KEY), write_code(CODE._replace(lane="out2"), KEY),
        write_code(CODE._replace(nonce=b"87654321"), KEY), write_code(CODE._replace(order="1" * 32), KEY),
    ]  # fmt: skip
    receipts = {receipt_of(each, KEY) for each in (text, *others)} | {receipt_of(text, OTHER)}
    digits = {digits_of(each, KEY) for each in (text, *others)} | {digits_of(text, OTHER)}
    assert (len(receipts), len(digits)) == (6, 6)
    assert all(len(each) == 8 and each.isdecimal() for each in digits)
    assert nonce_of_receipt(receipt_of(text, KEY)) == CODE.nonce
    for wrong in (
        "",
        "LR1",
        "LR1" + "A" * 31,
        receipt_of(text, KEY) + "A",
        digits_of(text, KEY),
        "LR1" + "é" * 32,
    ):
        assert nonce_of_receipt(wrong) is None


@pytest.mark.parametrize(
    "broken",
    [
        CODE._replace(order="ORDER-1"), CODE._replace(nonce=b"1"), CODE._replace(lane="x" * 65),
        CODE._replace(fen=-1),
    ],
)  # fmt: skip
def test_what_has_no_room_is_not_written(broken: PayCode) -> None:
    with pytest.raises(PayCodeBad):
        write_code(broken, KEY)


def passes(text: str) -> bool:
    try:
        read_code(text)
        return is_signed(text, KEY)
    except PayCodeBad:
        return False
