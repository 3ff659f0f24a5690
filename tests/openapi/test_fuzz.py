"""Whatever is signed and sent, the answer is HTTP 200 with a JSON envelope, and never "System Error"."""

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from linli.kernel.db.errors import Unstorable
from linli.kernel.input_errors import of_unstorable, refusal
from linli.openapi import envelope
from linli.openapi.envelope import Unreadable
from linli.openapi.params import decoder
from linli.openapi.signature import SignedRequest, resources, signed_names
from tests.openapi.sample_methods import Echo

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)
NAMES = st.sampled_from(
    ["id", "version", "request", "params", "apiVer", "cloudToken", "language", "iotId", "tags"]
)
QUICK = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def signed(body: bytes, query: bytes = b"", kind: bytes = b"application/json") -> SignedRequest:
    return SignedRequest("POST", b"/p", query, {b"content-type": kind}, body)


@contextmanager
def named_fault() -> Iterator[None]:
    """Nothing raised, or what names a field and says a rule in words."""
    try:
        yield
    except Unreadable as unreadable:
        problem = unreadable.problem
        if not problem.field or not problem.text("en"):
            raise


@QUICK
@given(
    st.binary(max_size=200)
    | st.dictionaries(NAMES, JSON | st.dictionaries(NAMES, JSON)).map(msgspec.json.encode)
)
def test_an_envelope_is_read_or_its_fault_named(body: bytes) -> None:
    with named_fault():
        asked = envelope.read(signed(body))
        echo = envelope.echo_of(asked)
        envelope.id_text(echo or b'""')


@QUICK
@given(st.binary(max_size=80), st.binary(max_size=80))
def test_queries_and_forms(query: bytes, body: bytes) -> None:
    request = signed(body, query, b"application/x-www-form-urlencoded")
    assert all(isinstance(form, bytes) for form in resources(request))
    with named_fault():
        envelope.read(request)


@QUICK
@given(
    st.dictionaries(st.sampled_from(["iotId", "count", "tags", "flag", "x"]), JSON).map(msgspec.json.encode)
)
def test_params_fit_or_the_field_is_named(raw: bytes) -> None:
    try:
        params = decoder(Echo)(raw)
    except msgspec.DecodeError as error:
        problem = refusal(error)
        assert str(problem.field).split("[")[0] in ("iotId", "count", "tags", "flag", "params")
        assert problem.text("zh-CN")
    else:
        assert isinstance(params, Echo)
        if params.count:
            refused = Unstorable(field="count", rule="number_range", value=params.count)
            assert of_unstorable(refused, params).field == "count"


@QUICK
@given(st.binary(max_size=100))
def test_any_list_of_names_can_be_read(listed: bytes) -> None:
    names = signed_names(listed)
    bare = [name.removesuffix(b":") for name, _ in names.lines]
    assert sorted(bare) == bare
