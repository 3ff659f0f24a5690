"""The envelope of a call, from a JSON body, a query or a form: `{"id", "version", "request": {…}, "params": {…}}`."""

from __future__ import annotations

import msgspec

from linli.kernel import i18n
from linli.kernel.bounded_cache import cached_short
from linli.kernel.errors import BadInput
from linli.kernel.input_errors import refusal
from linli.kernel.members import check_members
from linli.kernel.nul import holds_nul
from linli.openapi.params import from_fields
from linli.openapi.plans import MethodPlan
from linli.openapi.signature import SignedRequest, fields_of, is_form

_MAX_ID = 256
"""Bytes of the caller's id; public clients send 13 to 36."""
_OF_ENVELOPE = frozenset({"id", "version", "apiVer", "cloudToken", "iotToken", "language", "locale"})
"""Members that stand beside the business parameters when the call comes as query or form."""
_NOTHING = msgspec.Raw(b"{}")


class EnvelopeRequest(msgspec.Struct, rename="camel", gc=False):
    """`iotToken` (log-in of an end user) and `locale` are accepted and not used."""

    api_ver: str = ""
    cloud_token: str | None = None
    language: str | None = None


class Envelope(msgspec.Struct):
    """`version` may be anything. `id` is echoed as the JSON it was."""

    id: msgspec.Raw = msgspec.Raw(b"")
    request: EnvelopeRequest = msgspec.field(default_factory=EnvelopeRequest)
    params: msgspec.Raw = _NOTHING


class FieldsEnvelope(Envelope, kw_only=True):
    """The same from a query or form; all their values are text."""

    fields: dict[str, str]


_decode = msgspec.json.Decoder(Envelope).decode


class Unreadable(Exception):
    """The envelope cannot be read; `problem` names the member and the rule."""

    def __init__(self, problem: BadInput) -> None:
        super().__init__(problem)
        self.problem = problem


def read(request: SignedRequest) -> Envelope:
    """The envelope of a signed request. Raises Unreadable.

    A body that is not a form is the envelope, with any content type and method (one client sends GET with a body).
    """
    if request.body and not is_form(request):
        body = request.body
        try:
            check_members(body)
        except BadInput as error:
            raise Unreadable(error) from error
        try:
            envelope = _decode(body)
            if not body.isascii():
                body.decode()  # texts of members that nobody reads are not looked at by the decoder
            nul = holds_nul(body)
        except msgspec.DecodeError as error:
            raise Unreadable(_of_envelope(refusal(error))) from error
        except UnicodeDecodeError as error:
            raise Unreadable(BadInput(field="body", rule="type", expected="UTF-8")) from error
        except RecursionError as error:
            raise Unreadable(BadInput(field="body", rule="too_deep")) from error
        if nul:
            raise Unreadable(BadInput(field="body", rule="no_nul"))
    else:
        envelope = _from_fields(request)
    if not envelope.request.api_ver:
        raise Unreadable(BadInput(field="request.apiVer", rule="required"))
    return envelope


def echo_of(envelope: Envelope) -> bytes:
    """The id to echo, as JSON; empty when there is none. Raises Unreadable when it is no short text or number."""
    raw = bytes(envelope.id)
    if raw and (raw[0] in b"{[" or len(raw) > _MAX_ID or not (raw.isascii() or _is_utf8(raw))):
        raise Unreadable(BadInput(field="id", rule="too_long", limit=_MAX_ID))
    return raw if raw != b"null" else b""


def id_text(echo: bytes) -> str:
    """The id as text, whatever JSON it came as."""
    if echo[:1] != b'"':
        return echo.decode()
    return msgspec.json.decode(echo, type=str)


def params_of(envelope: Envelope, plan: MethodPlan) -> msgspec.Struct | None:
    """`params` as the method's Struct. Raises BadInput naming the field."""
    if plan.decode is None:
        return None
    try:
        if isinstance(envelope, FieldsEnvelope) and plan.spec.params is not None:
            return from_fields(envelope.fields, plan.spec.params)
        return plan.decode(envelope.params)
    except msgspec.DecodeError as error:
        if bytes(envelope.params) == b"null":
            return params_of(Envelope(), plan)
        raise refusal(error) from error
    except UnicodeDecodeError as error:
        raise BadInput(field="params", rule="type", expected="UTF-8") from error
    except RecursionError as error:
        raise BadInput(field="params", rule="too_deep") from error


@cached_short(256)
def language_of(asked: str | None) -> str:
    return i18n.pick(asked)


def _of_envelope(problem: BadInput) -> BadInput:
    field = problem.facts["field"]
    return BadInput(**{**problem.facts, "field": "body" if field == "params" else field})


def _from_fields(request: SignedRequest) -> Envelope:
    """The first value of a repeated name counts, as in the signature."""
    fields: dict[str, str] = {}
    pairs = fields_of(request.query) + (fields_of(request.body) if is_form(request) else [])
    for raw_name, raw_value in pairs:
        try:
            name, value = raw_name.decode(), raw_value.decode()
        except UnicodeDecodeError as error:
            raise Unreadable(BadInput(field="query", rule="type", expected="UTF-8")) from error
        if "\0" in value:
            raise Unreadable(BadInput(field=name, rule="no_nul"))
        fields.setdefault(name, value)
    params = {name: value for name, value in fields.items() if name not in _OF_ENVELOPE}
    return FieldsEnvelope(
        id=msgspec.Raw(msgspec.json.encode(fields["id"])) if "id" in fields else msgspec.Raw(b""),
        request=EnvelopeRequest(fields.get("apiVer", ""), fields.get("cloudToken"), fields.get("language")),
        params=msgspec.Raw(msgspec.json.encode(params)),
        fields=params,
    )


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True
