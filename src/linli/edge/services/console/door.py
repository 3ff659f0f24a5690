"""Access to the local console: once with the code that set-up prints, then with the installer's own password.

Where accounts come from the cloud (spec C §6: 账号是否由本地管理), the password is the one of the console instead.

There is no default password. The code is good for one log-in within a day; that log-in sets the password. A new code
(`linli edge console`) lets in a person with a shell on the box, and ends all sessions.
"""

import hashlib
import hmac
import os
import secrets
import time
from pathlib import Path
from typing import Final, Literal

import msgspec

from linli.edge.services.throttle import Throttle
from linli.kernel.clock import Clock
from linli.protocols.edge_link import PageWord, word_hash

CODE_MS: Final = 24 * 3600 * 1000
IDLE_MS: Final = 30 * 60 * 1000
LONGEST_MS: Final = 12 * 3600 * 1000
PASSWORD_LEAST, PASSWORD_MOST = 8, 128
SESSIONS: Final = 16
_LETTERS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"

type Kind = Literal["code", "password"]


class WrongWord(Exception):
    """Neither the code nor the password."""


class DoorClosed(Exception):
    """Too many wrong tries from this address."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"{seconds} s")
        self.seconds = seconds


class PasswordWeak(ValueError):
    """Too short, too long, or the code itself."""


class _Word(msgspec.Struct, rename="camel"):
    salt: str
    hash: str
    made_ms: int


class _Session(msgspec.Struct):
    began_ms: int
    used_ms: int


class ConsoleDoor:
    """Words are kept as scrypt hashes in `folder`; sessions in memory."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._throttle = Throttle(clock)
        self._sessions: dict[str, _Session] = {}
        self._code_seen = ""
        self._cloud: _Word | None = None

    def follow(self, word: PageWord | None) -> None:
        """Take the password that the console set in the place of the box's own; None: its own again.

        Sessions opened with another password are logged out.
        """
        cloud = None if word is None else _Word(word.salt, word.hash, 0)
        if cloud != self._cloud:
            self._cloud = cloud
            self._sessions.clear()

    @property
    def first_time(self) -> bool:
        """No password was set yet: a code is asked for."""
        return self._cloud is None and not (self._folder / "password.json").exists()

    @property
    def code_waits(self) -> bool:
        """A code that sets a password."""
        if self._cloud is not None:
            return False
        word = self._read("code")
        return word is not None and self._clock.now_ms() - word.made_ms < CODE_MS

    def log_in(self, word: str, peer: str, *, new_password: str = "") -> str:
        """A session's token. With the code, `new_password` becomes the password.

        Blocks for a tenth of a second (scrypt): call it in a thread. Raises WrongWord, DoorClosed, PasswordWeak.
        """
        wait = self._throttle.closed(peer)
        if wait:
            raise DoorClosed(wait)
        kind = self._kind(word)
        if kind is None:
            self._throttle.failed(peer)
            raise WrongWord
        if kind == "code" and self._cloud is not None:
            (self._folder / "code.json").unlink(missing_ok=True)  # it lets in once, and sets nothing
        elif kind == "code":
            if not PASSWORD_LEAST <= len(new_password) <= PASSWORD_MOST or _plain(new_password) == _plain(
                word
            ):
                raise PasswordWeak
            keep_word(self._folder, "password", new_password, self._clock.now_ms())
            (self._folder / "code.json").unlink(missing_ok=True)
            self._sessions.clear()
        self._throttle.passed(peer)
        return self._open()

    def knows(self, token: str) -> bool:
        """Whether it is a session's; using it keeps it alive."""
        self._end_if_new_code()
        session = self._sessions.get(hashlib.sha256(token.encode()).hexdigest()) if token else None
        now = self._clock.now_ms()
        if session is None or now - session.used_ms > IDLE_MS or now - session.began_ms > LONGEST_MS:
            return False
        session.used_ms = now
        return True

    def log_out(self, token: str) -> None:
        self._sessions.pop(hashlib.sha256(token.encode()).hexdigest(), None)

    def _open(self) -> str:
        token, now = secrets.token_urlsafe(32), self._clock.now_ms()
        while len(self._sessions) >= SESSIONS:
            del self._sessions[min(self._sessions, key=lambda digest: self._sessions[digest].used_ms)]
        self._sessions[hashlib.sha256(token.encode()).hexdigest()] = _Session(now, now)
        return token

    def _kind(self, word: str) -> Kind | None:
        """Both are tried, so that time does not tell which there is."""
        code, password = self._read("code"), self._cloud or self._read("password")
        by_code = code is not None and _fits(code, _plain(word))
        by_password = password is not None and _fits(password, word)
        if by_code and code is not None and self._clock.now_ms() - code.made_ms < CODE_MS:
            return "code"
        return "password" if by_password else None

    def _end_if_new_code(self) -> None:
        code = self._read("code")
        mark = code.salt if code is not None else ""
        if mark != self._code_seen:
            if mark:
                self._sessions.clear()
            self._code_seen = mark

    def _read(self, kind: Kind) -> _Word | None:
        try:
            return msgspec.json.decode((self._folder / f"{kind}.json").read_bytes(), type=_Word)
        except (FileNotFoundError, msgspec.MsgspecError):
            return None


def new_code(folder: Path, now_ms: int | None = None) -> str:
    """Make a one-time code, `K7QM-3XPD`; the one before is void."""
    code = "".join(secrets.choice(_LETTERS) for _ in range(8))
    keep_word(folder, "code", code, time.time_ns() // 1_000_000 if now_ms is None else now_ms)
    return f"{code[:4]}-{code[4:]}"


def keep_word(folder: Path, kind: Kind, word: str, now_ms: int) -> None:
    """On the disk, as a hash, readable by the box's user only."""
    folder.mkdir(parents=True, exist_ok=True)
    salt = secrets.token_hex(16)
    body = msgspec.json.encode(_Word(salt, word_hash(word, salt), now_ms))
    part = folder / f".{kind}.part"
    with open(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as out:
        out.write(body)
        out.flush()
        os.fsync(out.fileno())
    part.replace(folder / f"{kind}.json")


def _plain(word: str) -> str:
    """A code as typed: any case, with or without its hyphen."""
    return word.upper().replace("-", "").replace(" ", "")


def _fits(word: _Word, tried: str) -> bool:
    return hmac.compare_digest(word_hash(tried, word.salt), word.hash)
