"""A bucket as obstore opens it: from our settings alone, with its failures in our words (ADR 0083)."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final
from urllib.parse import quote, urlsplit

import certifi
from obstore.exceptions import BaseError, InvalidPathError
from obstore.store import S3Store

from linli.kernel.errors import NotFound
from linli.kernel.objects.shelf import StoreUnavailable
from linli.kernel.settings import Objects

TRIES: Final = 4
_CONNECT_S: Final = 5.0
_WHOLE: Final = timedelta(days=365)
"""A whole answer may take as long as bytes come."""
_ELSEWHERE: Final = "the bucket is in another region than {region}"
_REASONS: Final = {
    "NoSuchBucket": "there is no bucket {bucket}",
    "InvalidAccessKeyId": "the access key is not known there",
    "SignatureDoesNotMatch": "the secret key does not fit the access key",
    "AccessDenied": "the key may not do this in bucket {bucket}",
    "RequestTimeTooSkewed": "this machine's clock is wrong",
    "AuthorizationHeaderMalformed": _ELSEWHERE,
    "PermanentRedirect": _ELSEWHERE,
}
# obstore tells what went wrong in words for a programmer alone; these parts of them name it.
_CODE: Final = re.compile(r"<Code>([^<]*)</Code>")
_STATUS: Final = re.compile(r"status code: (\d{3})")
_KIND: Final = re.compile(r"\bkind: (Timeout|Connect)\b")
_KINDS: Final = {"Timeout": "it did not answer in time", "Connect": "it cannot be reached"}
_PHRASES: Final = {
    "redirect without LOCATION": _ELSEWHERE,
    "error sending request": "it cannot be reached, or did not answer in time",
    "invalid list response": "its answer is no XML",
    "invalid multipart response": "it did not put the parts together",
}


class Bucket:
    """Makes stores for one bucket, and tells of their failures."""

    def __init__(self, settings: Objects, secret_key: str, *, first_wait_s: float = 0.2) -> None:
        """`first_wait_s`: before the second try; about twice as long before each further one."""
        self.settings = settings
        self._secret_key = secret_key
        self._first_wait_s = first_wait_s
        place = urlsplit(settings.endpoint or f"https://s3.{settings.region}.amazonaws.com")
        host = f"{settings.bucket}.{place.netloc}" if settings.virtual_host else place.netloc
        path = place.path.rstrip("/") + ("" if settings.virtual_host else f"/{encoded(settings.bucket)}")
        self.address = f"{place.scheme}://{host}{path}"

    def store(self, address: str = "", *, silence_s: float = 0) -> S3Store:
        """A store at the bucket's address, or at another one. It gives up after `silence_s` without an answer."""
        silence_s = silence_s or self.settings.timeout_seconds
        with _environment_hidden():
            return S3Store(
                self.settings.bucket,
                config={
                    "endpoint": address or self.address,
                    "virtual_hosted_style_request": True,  # the address holds the bucket already
                    "region": self.settings.region,
                    "access_key_id": self.settings.access_key,
                    "secret_access_key": self._secret_key,
                    "disable_bulk_delete": True,  # OSS has none
                },
                client_options={
                    "allow_http": self.address.startswith("http:"),
                    "root_certificate": certifi.contents(),  # besides what this machine trusts
                    "connect_timeout": timedelta(seconds=min(_CONNECT_S, silence_s)),
                    "read_timeout": timedelta(seconds=silence_s),
                    "timeout": _WHOLE,
                },
                retry_config={
                    "max_retries": TRIES - 1,
                    "retry_timeout": timedelta(seconds=TRIES * (silence_s + 5)),
                    "backoff": {
                        "init_backoff": timedelta(seconds=self._first_wait_s),
                        "max_backoff": timedelta(seconds=5),
                        "base": 2,
                    },
                },
            )

    @contextmanager
    def translate_errors(self, key: str = "") -> Iterator[None]:
        """Failures of a store as ours. Raises NotFound where there is no object of that `key`, StoreUnavailable."""
        try:
            yield
        except (BaseError, OSError) as error:
            text = str(error)
            code = match[1] if (match := _CODE.search(text)) else ""
            if key and isinstance(error, FileNotFoundError) and code != "NoSuchBucket":
                raise NotFound(what="file", id=key) from None
            raise StoreUnavailable(reason=self._reason(error, text, code)) from error

    def _reason(self, error: Exception, text: str, code: str) -> str:
        if code in _REASONS:
            reason = _REASONS[code]
        elif match := _STATUS.search(text):
            return code or f"HTTP {match[1]}"
        elif match := _KIND.search(text):
            reason = _KINDS[match[1]]
        elif isinstance(error, InvalidPathError):
            reason = "bucket {bucket} holds keys of others; give Linli a prefix of its own"
        else:
            reason = next(
                (words for phrase, words in _PHRASES.items() if phrase in text),
                type(error).__name__,
            )
        return reason.format(bucket=self.settings.bucket, region=self.settings.region)


def encoded(text: str, *, keep: str = "") -> str:
    """Percent-encoded as S3 signs it: everything but letters, digits and `-._~`."""
    return quote(text, safe=f"{keep}-._~")


@contextmanager
def _environment_hidden() -> Iterator[None]:
    """No `AWS_*` and no proxy: obstore takes both from the environment, and our settings are in our file alone."""
    hidden = {
        name: os.environ.pop(name)
        for name in list(os.environ)
        if name.upper().startswith("AWS_") or name.upper().endswith("_PROXY")
    }
    try:
        yield
    finally:
        os.environ.update(hidden)
