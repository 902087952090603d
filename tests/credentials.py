# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keys, certificates and tokens that tests log in with, made anew in each run."""

from __future__ import annotations

import datetime as dt
import functools
import re
import time
import typing as t
from dataclasses import dataclass

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
ISSUER, SUBJECT, AUDIENCE = "https://issuer.example", "repo:contoso/policies", "api://AzureADTokenExchange"


@functools.cache
def rsa_key(name: str) -> rsa.RSAPrivateKey:  # noqa: ARG001 - the cache knows it
    """Return the RSA key of that name; each name has another."""
    return rsa.generate_private_key(65537, 2048)


@functools.cache
def ec_key() -> ec.EllipticCurvePrivateKey:
    """Return an elliptic curve key."""
    return ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True)
class Pair:
    """A private key and its certificate."""

    key: PrivateKey
    certificate: x509.Certificate

    def key_pem(self, passphrase: str = "", form: PrivateFormat = PrivateFormat.PKCS8) -> bytes:
        return self.key.private_bytes(Encoding.PEM, form, _encryption(passphrase))

    def certificate_pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def pem(self, passphrase: str = "") -> bytes:
        """Return both in one PEM text."""
        return self.key_pem(passphrase) + self.certificate_pem()

    def pfx(self, passphrase: str = "", others: t.Sequence[Pair] = ()) -> bytes:
        """Return both in PFX form, with the certificates of ``others``."""
        above = [other.certificate for other in others] or None
        return pkcs12.serialize_key_and_certificates(b"app", self.key, self.certificate, above, _encryption(passphrase))

    def secrets(self) -> list[str]:
        """Return lines of the private key: none of them may ever be printed."""
        lines = [line for line in self.key_pem().decode().splitlines() if not line.startswith("-")]
        return [line for line in lines if len(line) > 30]


def pair(
    name: str = "app", key: PrivateKey | None = None, days: tuple[float, float] = (-1, 1), issuer: Pair | None = None
) -> Pair:
    """Return a pair whose certificate is valid between these days from now; self-signed where no issuer is given."""
    own = key or rsa_key(name)
    now = dt.datetime.now(dt.UTC)
    start, end = (now + dt.timedelta(days=day) for day in days)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(issuer.certificate.subject if issuer else _name(name))
    )
    builder = builder.public_key(own.public_key()).serial_number(x509.random_serial_number())
    certificate = (
        builder.not_valid_before(start).not_valid_after(end).sign(issuer.key if issuer else own, hashes.SHA256())
    )
    return Pair(own, certificate)


def federated_token(key: rsa.RSAPrivateKey, **changes: t.Any) -> str:
    """Return what an identity provider would write into a token file, valid for longer than all tests take."""
    claims = {"iss": ISSUER, "sub": SUBJECT, "aud": AUDIENCE, "exp": int(time.time()) + 86_400, **changes}
    return jwt.encode(claims, key, "RS256")


def federation(key: rsa.RSAPrivateKey) -> dict[str, str]:
    """Return the federated credential of an app that takes such tokens, as the emulator's state has it."""
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return {"issuer": ISSUER, "subject": SUBJECT, "audience": AUDIENCE, "key": public}


def damaged(pem: bytes) -> bytes:
    """Return a PEM text whose first block keeps its markers but not its content."""
    return re.sub(rb"(-----BEGIN [^\n]*\n).*?(\n-----END)", rb"\1bm90aGluZw==\2", pem, count=1, flags=re.DOTALL)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _encryption(passphrase: str) -> KeySerializationEncryption:
    return BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
