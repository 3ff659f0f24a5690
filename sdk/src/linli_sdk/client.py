"""The open API, synchronously.

with Linli("https://linli.example.com", app_key, app_secret) as linli:
    site = linli.at(1504)                        # calls in this community: its cloudToken is fetched and kept
    for house in site.community.query_spaces_of_type(...).data: ...
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, TypeVar

import httpx

from linli_sdk import methods, tokens
from linli_sdk.api.services import Services
from linli_sdk.errors import ConnectionBroken, ConnectionFailed, NotAuthorized, TooManyCalls
from linli_sdk.methods import Method, Model, TokenMode
from linli_sdk.options import BROKEN, FIRST_PAUSE_S, LIMITED_PAUSE_S, NOT_SENT, Options, clean_url
from linli_sdk.signing import signed_headers
from linli_sdk.tokens import MemoryTokens, TokenAnswer, TokenStore

R = TypeVar("R")


class _Shared:
    """What all views of one client share."""

    def __init__(self, options: Options, http: httpx.Client, store: TokenStore) -> None:
        self.options = options
        self.http = http
        self.store = store
        self.lock = threading.Lock()


class Linli(Services):
    """Safe to use from several threads. `at()` gives a view for one community; views share connections and tokens."""

    def __init__(
        self,
        url: str,
        app_key: str,
        app_secret: str,
        *,
        community_id: int | None = None,
        timeout_s: float = 10.0,
        tries: int = 3,
        language: str = "zh-CN",
        store: TokenStore | None = None,
        http: httpx.Client | None = None,
    ) -> None:
        """`timeout_s` is that of each try. `http`: a client of your own, for proxies or private authorities."""
        options = Options(clean_url(url), app_key, app_secret, language, tries)
        self._shared = _Shared(options, http or httpx.Client(timeout=timeout_s), store or MemoryTokens())
        self.community_id = community_id

    def at(self, community_id: int | None) -> Linli:
        """The same client for calls in another community."""
        view = object.__new__(Linli)
        view._shared = self._shared
        view.community_id = community_id
        return view

    def __enter__(self) -> Linli:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._shared.http.close()

    @property
    def options(self) -> Options:
        return self._shared.options

    @property
    def http(self) -> httpx.Client:
        return self._shared.http

    # calls

    def call(self, method: Method[R], params: Model | Mapping[str, Any] | None = None) -> R:
        """Call a method. Raises ApiError, GatewayRefused, ConnectionFailed; ValueError without a needed community."""
        token = self._token(method)
        try:
            return self._send(method, params, token)
        except NotAuthorized:
            if token is None or self.community_id is None:
                raise
            self._forget(self.community_id, token)
        return self._send(method, params, self._token(method))

    def call_raw(
        self, path: str, version: str, params: Mapping[str, Any] | None = None, *, reads: bool = False
    ) -> Any:
        """Call a method that this package does not know, such as a service model of your own; `data` as it came."""
        token: TokenMode = "none" if self.community_id is None else "optional"
        method: Method[Any] = Method(path, version, token=token, result=Any, reads=reads)
        return self.call(method, params)

    def _send(self, method: Method[R], params: Model | Mapping[str, Any] | None, token: str | None) -> R:
        options = self._shared.options
        body = methods.envelope(
            method, params, call_id=methods.new_id(), cloud_token=token, language=options.language
        )
        for attempt in range(options.tries):
            headers = signed_headers(options.app_key, options.app_secret, "POST", method.path, body)
            try:
                answer = self._shared.http.post(options.url + method.path, content=body, headers=headers)
            except (*NOT_SENT, *BROKEN, httpx.TimeoutException) as error:
                sent = not isinstance(error, NOT_SENT)
                again = not sent or (method.reads and isinstance(error, BROKEN))
                if again and attempt + 1 < options.tries:
                    time.sleep(FIRST_PAUSE_S * 2**attempt)
                    continue
                failed = ConnectionBroken if sent else ConnectionFailed
                raise failed(f"{method.path}: {str(error) or type(error).__name__}") from error
            try:
                return methods.read_answer(method, answer.status_code, answer.headers, answer.content)
            except TooManyCalls:
                # It was not carried out, whatever it is: the next second has room again.
                if attempt + 1 == options.tries:
                    raise
                time.sleep(LIMITED_PAUSE_S)
        raise ValueError("tries must be at least 1")

    # tokens

    def _token(self, method: Method[Any]) -> str | None:
        if method.token == "none":
            return None
        if self.community_id is None:
            if method.token == "required":
                raise ValueError(f"{method.path} needs a community: call it on client.at(community_id)")
            return None
        return self.cloud_token(self.community_id)

    def cloud_token(self, community_id: int) -> str:
        """The community's token: a kept one, refreshed in time, or a new one."""
        store = self._shared.store
        with self._shared.lock:
            held_token, now = store.get(community_id), time.time()
            if held_token is not None and now < held_token.renew_at:
                return held_token.token
            answer: TokenAnswer | None = None
            if held_token is not None and now < held_token.ends_at:
                try:
                    answer = self._send(tokens.REFRESH, {"cloudToken": held_token.token}, None)
                except NotAuthorized:
                    answer = None
            if answer is None:
                answer = self._send(tokens.GET, {"communityId": community_id}, None)
            fresh = tokens.hold(answer)
            store.put(community_id, fresh)
            return fresh.token

    def _forget(self, community_id: int, token: str) -> None:
        with self._shared.lock:
            held_token = self._shared.store.get(community_id)
            if held_token is not None and held_token.token == token:
                self._shared.store.put(community_id, None)
