"""Secrets at rest: sealed values, blind indexes, digests of tokens and passwords."""

from __future__ import annotations

import hashlib
import hmac
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from backend.core import config

# RFC 9106, second recommended option, at 19 MiB (OWASP's minimum): a sign-in must fit beside 120 MB of web process.
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


class SealError(ValueError):
    """A sealed value was made with a key that is no longer configured, or was altered."""


@lru_cache(maxsize=4)
def _ring(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def seal(plain: str) -> str:
    """Encrypt with the newest data key; ``open_sealed`` reads it back."""
    return _ring(config.current().data_keys).encrypt(plain.encode()).decode()


def open_sealed(sealed: str) -> str:
    """Decrypt what ``seal`` made with any configured key.

    Raises:
        SealError: no configured key opens it.
    """
    try:
        return _ring(config.current().data_keys).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise SealError("no configured data key opens this value") from error


def reseal(sealed: str) -> str:
    """Encrypt again with the newest key, for key rotation.

    Raises:
        SealError: no configured key opens it.
    """
    return seal(open_sealed(sealed))


def blind_index(value: str) -> str:
    """A keyed digest under which an encrypted value (a phone number in E.164) can still be looked up."""
    return hmac.new(config.current().index_key.encode(), value.encode(), hashlib.sha256).hexdigest()


def hash_token(secret: str) -> str:
    """SHA-256 of a secret that has enough entropy of its own (tokens, device secrets)."""
    return hashlib.sha256(secret.encode()).hexdigest()


def same(left: str, right: str) -> bool:
    """Compare two secrets in constant time."""
    return hmac.compare_digest(left.encode(), right.encode())


def hash_password(password: str) -> str:
    """Argon2id with parameters inside the result."""
    return _hasher.hash(password)


def verify_password(hashed: str, password: str) -> bool:
    """True when ``password`` made ``hashed``; takes as long when it did not."""
    try:
        return _hasher.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


def password_needs_rehash(hashed: str) -> bool:
    """True when ``hashed`` was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(hashed)
