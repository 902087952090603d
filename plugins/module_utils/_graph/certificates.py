# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A certificate with its private key, out of a PEM or a PFX file, checked before anything is sent.

Imported only where a certificate is used: the import of cryptography takes a fifth of a second.
"""

from __future__ import annotations

import base64
import re
import traceback
import typing as t
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from .._errors import MissingLibraryError, UserError
from .auth import LOGIN

CRYPTOGRAPHY_IMPORT_ERROR: str | None
try:
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key, pkcs12
except ImportError:
    CRYPTOGRAPHY_IMPORT_ERROR = traceback.format_exc()
else:
    CRYPTOGRAPHY_IMPORT_ERROR = None

_KEY = re.compile(rb"-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----.*?-----END \1-----", re.DOTALL)
_CERTIFICATE = re.compile(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)
# The object identifier of PKCS #7 data, near the start of each PFX file (RFC 7292).
_PFX_MARK = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07"

_ONE_FILE = "Put the private key and the certificate, and nothing else, into one PEM or PFX file"
_PASSPHRASE = "Check certificate_passphrase"


class _UnfitError(Exception):
    """What is wrong with a file, and the next step; never what it holds."""

    def __init__(self, cause: str, next_step: str = _ONE_FILE) -> None:
        super().__init__(cause)
        self.cause = cause
        self.next_step = next_step


@dataclass(frozen=True)
class Certificate:
    """An RSA key and the certificate that belongs to it; ``others`` are what else the file holds."""

    key: RSAPrivateKey = field(repr=False)
    leaf: x509.Certificate
    others: tuple[x509.Certificate, ...] = ()

    def thumbprint(self) -> str:
        """Return the SHA-256 thumbprint in hexadecimal digits."""
        return self.leaf.fingerprint(hashes.SHA256()).hex()

    def chain(self) -> list[str]:
        """Return the certificate and those above it, as far as the file holds them: base64 of DER, as x5c has it."""
        chain, left = [self.leaf], list(self.others)
        while found := next((other for other in left if other.subject == chain[-1].issuer), None):
            chain.append(found)
            left.remove(found)
        return [base64.b64encode(entry.public_bytes(Encoding.DER)).decode() for entry in chain]


def read_certificate(path: str, passphrase: str | None) -> Certificate:
    """Return what a PEM or PFX file holds, told apart by its content. An empty passphrase is none.

    A PFX file may be base64 text, as secret stores and text fields keep it.

    Raises UserError for a file, a key or a certificate that cannot be used now; MissingLibraryError.
    """
    if CRYPTOGRAPHY_IMPORT_ERROR is not None:
        raise MissingLibraryError("cryptography", CRYPTOGRAPHY_IMPORT_ERROR)
    password = passphrase.encode() if passphrase else None
    try:
        data = _read(path)
        key, certificates = (_from_pem if b"-----BEGIN " in data else _from_pfx)(data, password)
        return _checked(key, certificates)
    except _UnfitError as error:
        raise UserError(LOGIN, f"use certificate_path {path}", error.cause, error.next_step) from None


def _read(path: str) -> bytes:
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise _UnfitError(f"it cannot be read ({error.strerror})", "Check the path and who may read it") from None
    except ValueError:  # a null character, which not every ansible-core refuses
        raise _UnfitError("it is not the path of a file", "Check the path") from None
    if not data.strip():
        raise _UnfitError("it is empty")
    return data


def _from_pem(data: bytes, password: bytes | None) -> tuple[t.Any, list[x509.Certificate]]:
    found = _KEY.search(data)
    certificates = _CERTIFICATE.findall(data)
    if found is None:
        raise _UnfitError("it holds no private key")
    if not certificates:
        raise _UnfitError("it holds no certificate")
    encrypted = b"ENCRYPTED" in found[0]
    if encrypted and password is None:
        raise _UnfitError("its private key is encrypted", "Give certificate_passphrase")
    if password and not encrypted:
        raise _UnfitError("a certificate_passphrase is given, but its private key is not encrypted", _PASSPHRASE)
    try:
        key = load_pem_private_key(found[0], password)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        if encrypted:
            raise _UnfitError("certificate_passphrase does not open its private key", _PASSPHRASE) from None
        raise _UnfitError("its private key is damaged or of an unknown kind") from None
    try:
        return key, [x509.load_pem_x509_certificate(block) for block in certificates]
    except ValueError:
        raise _UnfitError("its certificate is damaged") from None


def _from_base64(data: bytes) -> bytes:
    """Return what a base64 text says, with or without line breaks; other data as they are."""
    try:
        return base64.b64decode(b"".join(data.split()), validate=True)
    except ValueError:
        return data


def _from_pfx(data: bytes, password: bytes | None) -> tuple[t.Any, list[x509.Certificate]]:
    if _PFX_MARK not in data[:64]:
        data = _from_base64(data)
    if _PFX_MARK not in data[:64]:
        raise _UnfitError("it is neither PEM nor PFX")
    try:
        key, leaf, others = pkcs12.load_key_and_certificates(data, password)
    except (ValueError, UnsupportedAlgorithm):
        cause = "certificate_passphrase does not open it" if password else "it wants a passphrase, or it is damaged"
        raise _UnfitError(cause, _PASSPHRASE) from None
    certificates = [certificate for certificate in (leaf, *others) if certificate is not None]
    if key is None:
        raise _UnfitError("it holds no private key")
    if not certificates:
        raise _UnfitError("it holds no certificate")
    return key, certificates


def _checked(key: t.Any, certificates: list[x509.Certificate]) -> Certificate:
    """Return the key with the certificate that belongs to it."""
    if not isinstance(key, RSAPrivateKey):
        step = "Make a certificate with an RSA key and register it with the app"
        raise _UnfitError("its private key is not an RSA key, and Entra takes no other", step)
    leaf = next((certificate for certificate in certificates if _public(certificate) == _public(key)), None)
    if leaf is None:
        raise _UnfitError("its private key and its certificate do not belong together")
    now = datetime.now(UTC)
    if now > leaf.not_valid_after_utc:
        step = "Make a new certificate and register it with the app"
        raise _UnfitError(f"its certificate expired on {leaf.not_valid_after_utc:%Y-%m-%d}", step)
    if now < leaf.not_valid_before_utc:
        step = "Wait, or set the clock of this machine"
        raise _UnfitError(f"its certificate is valid from {leaf.not_valid_before_utc:%Y-%m-%d %H:%M} UTC only", step)
    return Certificate(key, leaf, tuple(other for other in certificates if other != leaf))


def _public(holder: t.Any) -> bytes:
    """Return the public key of a private key or a certificate, for comparison."""
    return t.cast(bytes, holder.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
