# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificate files: what is taken from them, and what is said of one that cannot be used."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat

from ansible_collections.m365.apps.plugins.module_utils._errors import MissingLibraryError, UserError
from ansible_collections.m365.apps.plugins.module_utils._graph import certificates
from ansible_collections.m365.apps.plugins.module_utils._graph.certificates import read_certificate
from ansible_collections.m365.apps.plugins.module_utils._module.logins import file_digests
from ansible_collections.m365.apps.tests.credentials import Pair, damaged, ec_key, pair

PASSPHRASE = "canary-passphrase-ö"
ROOT = pair("root")
MIDDLE = pair("middle", issuer=ROOT)
LEAF = pair("app", issuer=MIDDLE)
OTHER = pair("other")
PKCS1 = PrivateFormat.TraditionalOpenSSL

# What a file holds, and the passphrase that opens it.
GOOD: dict[str, tuple[bytes, str | None]] = {
    "PEM": (LEAF.pem(), None),
    "PEM with an empty passphrase": (LEAF.pem(), ""),
    "PEM, certificate first": (LEAF.certificate_pem() + LEAF.key_pem(), None),
    "PEM, PKCS #1": (LEAF.key_pem(form=PKCS1) + LEAF.certificate_pem(), None),
    "PEM, PKCS #1, encrypted": (LEAF.key_pem(PASSPHRASE, PKCS1) + LEAF.certificate_pem(), PASSPHRASE),
    "PEM, encrypted": (LEAF.pem(PASSPHRASE), PASSPHRASE),
    "PEM with the words of openssl pkcs12": (b"Bag Attributes\n    localKeyID: 01\n" + LEAF.pem(), None),
    "PEM with Windows line ends": (LEAF.pem().replace(b"\n", b"\r\n"), None),
    "PEM among other certificates": (OTHER.certificate_pem() + ROOT.certificate_pem() + LEAF.pem(), None),
    "PFX": (LEAF.pfx(), None),
    "PFX with an empty passphrase": (LEAF.pfx(), ""),
    "PFX, encrypted": (LEAF.pfx(PASSPHRASE), PASSPHRASE),
    "PFX as base64": (base64.b64encode(LEAF.pfx(PASSPHRASE)) + b"\n", PASSPHRASE),
    "PFX as base64 in lines": (base64.encodebytes(LEAF.pfx()), None),
    "PFX with others": (LEAF.pfx(PASSPHRASE, [ROOT, MIDDLE]), PASSPHRASE),
}
EC = pair(key=ec_key())

# What a file holds, the passphrase given, what is said of it, and of the next step.
UNFIT: dict[str, tuple[bytes, str | None, str, str]] = {
    "empty": (b"", None, "it is empty", "one PEM or PFX file"),
    "blank": (b"\n \n", None, "it is empty", "one PEM or PFX file"),
    "text": (b"hello", None, "it is neither PEM nor PFX", "one PEM or PFX file"),
    "DER certificate": (LEAF.certificate.public_bytes(Encoding.DER), None, "it is neither PEM nor PFX", "PFX file"),
    "certificate only": (LEAF.certificate_pem(), None, "it holds no private key", "one PEM or PFX file"),
    "key only": (LEAF.key_pem(), None, "it holds no certificate", "one PEM or PFX file"),
    "strangers": (LEAF.key_pem() + OTHER.certificate_pem(), None, "do not belong together", "one PEM or PFX file"),
    "no passphrase": (LEAF.pem(PASSPHRASE), None, "its private key is encrypted", "Give certificate_passphrase"),
    "wrong passphrase": (LEAF.pem(PASSPHRASE), "x", "certificate_passphrase does not open", "Check certificate_pass"),
    "needless passphrase": (LEAF.pem(), PASSPHRASE, "is not encrypted", "Check certificate_passphrase"),
    "PFX, no passphrase": (LEAF.pfx(PASSPHRASE), None, "it wants a passphrase", "Check certificate_passphrase"),
    "PFX, wrong passphrase": (LEAF.pfx(PASSPHRASE), "x", "does not open it", "Check certificate_passphrase"),
    "base64 of something else": (base64.b64encode(b"x" * 99), None, "neither PEM nor PFX", "Put the private key"),
    "PFX as base64, wrong passphrase": (
        base64.b64encode(LEAF.pfx(PASSPHRASE)),
        "x",
        "does not open it",
        "Check certificate_passphrase",
    ),
    "PFX, cut": (LEAF.pfx()[:400], None, "or it is damaged", "Check certificate_passphrase"),
    "damaged key": (damaged(LEAF.key_pem()) + LEAF.certificate_pem(), None, "private key is damaged", "one PEM"),
    "damaged certificate": (damaged(LEAF.certificate_pem()) + LEAF.key_pem(), None, "certificate is damaged", "one"),
    "EC": (EC.pem(), None, "its private key is not an RSA key", "with an RSA key"),
    "EC, PFX": (EC.pfx(), None, "its private key is not an RSA key", "with an RSA key"),
    "expired": (pair(days=(-9, -1)).pem(), None, "its certificate expired on 2", "Make a new certificate"),
    "expired, PFX": (pair(days=(-9, -1)).pfx(), None, "its certificate expired on 2", "Make a new certificate"),
    "not yet valid": (pair(days=(1, 9)).pem(), None, "its certificate is valid from 2", "set the clock"),
}


def file(folder: Path, content: bytes) -> str:
    path = folder / "app.bin"
    path.write_bytes(content)
    return str(path)


def der(*pairs: Pair) -> list[str]:
    return [base64.b64encode(entry.certificate.public_bytes(Encoding.DER)).decode() for entry in pairs]


@pytest.mark.parametrize(("content", "passphrase"), GOOD.values(), ids=GOOD)
def test_the_key_and_its_certificate_are_found(tmp_path: Path, content: bytes, passphrase: str | None) -> None:
    found = read_certificate(file(tmp_path, content), passphrase)
    assert found.key.public_key() == LEAF.key.public_key()
    assert found.leaf == LEAF.certificate


@pytest.mark.parametrize(("content", "passphrase", "cause", "step"), UNFIT.values(), ids=UNFIT)
def test_what_is_unfit_is_told(tmp_path: Path, content: bytes, passphrase: str | None, cause: str, step: str) -> None:
    path = file(tmp_path, content)
    with pytest.raises(UserError) as caught:
        read_certificate(path, passphrase)
    said = str(caught.value)
    assert said.startswith(f"the login: cannot use certificate_path {path}: ")
    assert cause in said
    assert step in said
    assert "\n" not in said
    # Nothing that could show the key hangs on it.
    assert caught.value.__cause__ is None
    assert PASSPHRASE not in said


def test_a_null_character_in_a_path_is_told() -> None:
    with pytest.raises(UserError, match=r"it is not the path of a file\. Check the path\."):
        read_certificate("app\0.pem", None)
    assert file_digests({"certificate_path": "app\0.pem"})


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    for path, reason in ((tmp_path / "none.pem", "No such file or directory"), (tmp_path, "Is a directory")):
        with pytest.raises(UserError, match=rf"it cannot be read \({reason}\)\. Check the path and who may read it\."):
            read_certificate(str(path), None)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (LEAF.pem(), der(LEAF)),
        (LEAF.pem() + MIDDLE.certificate_pem() + ROOT.certificate_pem(), der(LEAF, MIDDLE, ROOT)),
        (
            ROOT.certificate_pem() + OTHER.certificate_pem() + MIDDLE.certificate_pem() + LEAF.pem(),
            der(LEAF, MIDDLE, ROOT),
        ),
        (LEAF.pem() + ROOT.certificate_pem(), der(LEAF)),
        (LEAF.pfx(others=[ROOT, MIDDLE]), der(LEAF, MIDDLE, ROOT)),
        (OTHER.pem() + OTHER.certificate_pem(), der(OTHER)),
    ],
    ids=["alone", "in order", "in any order", "with a gap", "PFX", "twice"],
)
def test_the_chain_goes_upwards(tmp_path: Path, content: bytes, expected: list[str]) -> None:
    assert read_certificate(file(tmp_path, content), None).chain() == expected


def test_a_certificate_does_not_show_its_key(tmp_path: Path) -> None:
    shown = repr(read_certificate(file(tmp_path, LEAF.pem()), None))
    assert "PrivateKey" not in shown
    assert not [line for line in LEAF.secrets() if line in shown]


def test_a_missing_cryptography_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificates, "CRYPTOGRAPHY_IMPORT_ERROR", "No module named 'cryptography'")
    with pytest.raises(MissingLibraryError) as caught:
        read_certificate("app.pem", None)
    assert (caught.value.library, caught.value.import_error) == ("cryptography", "No module named 'cryptography'")


def test_the_thumbprint_is_that_of_the_certificate(tmp_path: Path) -> None:
    found = read_certificate(file(tmp_path, LEAF.pem()), None)
    assert found.thumbprint() == hashlib.sha256(LEAF.certificate.public_bytes(Encoding.DER)).hexdigest()
