# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which login the options of a task and the environment choose, and which mixtures are refused."""

from __future__ import annotations

import itertools
import typing as t
from pathlib import Path

import pytest

from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._graph.auth import ReadyToken
from ansible_collections.m365.apps.plugins.module_utils._graph.managed_identity import ManagedIdentityLogin
from ansible_collections.m365.apps.plugins.module_utils._graph.msal_login import MsalApplication
from ansible_collections.m365.apps.plugins.module_utils._module.arguments import AUTH
from ansible_collections.m365.apps.plugins.module_utils._module.logins import authenticator_of, file_digests
from ansible_collections.m365.apps.tests.credentials import pair
from ansible_collections.m365.apps.tests.unit.wire import TOKEN, Clock, connection

SECRET = "canary-secret~0123456789"
PASSPHRASE = "canary-passphrase"
APP = {"tenant_id": "contoso.test", "client_id": "app-id"}
DEFAULTS = {name: option.get("default") for name, option in AUTH.items()}
# In the documented order: the first that the environment offers is taken.
ORDER = ("access_token", "client_secret", "certificate_path", "federated_token_file", "managed_identity")
EXTRAS: dict[str, t.Any] = {"certificate_passphrase": PASSPHRASE, "send_certificate_chain": True}
OFF = {"certificate_passphrase": "", "send_certificate_chain": False}


@pytest.fixture
def values(tmp_path: Path) -> dict[str, str]:
    """A value for each option that chooses a login."""
    (tmp_path / "app.pem").write_bytes(pair().pem())
    files = {"certificate_path": str(tmp_path / "app.pem"), "federated_token_file": str(tmp_path / "token")}
    return {"access_token": TOKEN, "client_secret": SECRET, **files, "managed_identity": "system"}


def login(raw: dict[str, t.Any], environment: dict[str, t.Any] | None = None) -> t.Any:
    """Return the login of a task with these options, and these fallbacks from the environment."""
    given = {name: value for name, value in raw.items() if value is not None}
    params = {**DEFAULTS, **(environment or {}), **given}
    return authenticator_of(params, raw, connection(), Clock().policy())


def refusal(raw: dict[str, t.Any], environment: dict[str, t.Any] | None = None) -> str:
    with pytest.raises(UserError) as caught:
        login(raw, environment)
    said = str(caught.value)
    assert not [secret for secret in (SECRET, PASSPHRASE, TOKEN) if secret in said]
    return said


def kind(made: t.Any) -> str:
    """Return the option that a login belongs to."""
    if isinstance(made, MsalApplication):
        credential = made._credential
        if isinstance(credential, str):
            return "client_secret"
        return "certificate_path" if "certificate" in credential.__qualname__ else "federated_token_file"
    return {ReadyToken: "access_token", ManagedIdentityLogin: "managed_identity"}[type(made)]


@pytest.mark.parametrize("name", ORDER)
def test_each_option_chooses_its_login(values: dict[str, str], name: str) -> None:
    ids = {} if name == "managed_identity" else APP
    assert kind(login({**ids, name: values[name]})) == name


@pytest.mark.parametrize(("asked", "offered"), list(itertools.permutations(ORDER, 2)))
def test_the_task_wins_over_the_environment(values: dict[str, str], asked: str, offered: str) -> None:
    assert kind(login({asked: values[asked]}, {**APP, offered: values[offered]})) == asked


@pytest.mark.parametrize("first", range(len(ORDER)))
def test_the_environment_alone_has_an_order(values: dict[str, str], first: int) -> None:
    assert kind(login({}, {**APP, **{name: values[name] for name in ORDER[first:]}})) == ORDER[first]


@pytest.mark.parametrize("two", list(itertools.combinations(ORDER, 2)))
def test_two_logins_of_one_task_are_refused_by_name(values: dict[str, str], two: tuple[str, str]) -> None:
    said = refusal({**APP, **{name: values[name] for name in two}})
    assert said == f"the login: cannot use {two[0]} and {two[1]}: they are two ways to log in. Give one of them."


def test_all_logins_of_one_task_are_refused_by_name(values: dict[str, str]) -> None:
    assert "they are 5 ways to log in" in refusal({**APP, **values})


@pytest.mark.parametrize("name", ["client_secret", "certificate_path", "federated_token_file"])
@pytest.mark.parametrize("missing", ["tenant_id", "client_id"])
@pytest.mark.parametrize("empty", [None, ""])
def test_a_missing_id_is_named(values: dict[str, str], name: str, missing: str, empty: str | None) -> None:
    said = refusal({**APP, missing: empty, name: values[name]})
    assert said == f"the login: cannot use {name}: {missing} missing. Give it as well, or set the environment."


@pytest.mark.parametrize("name", [name for name in ORDER if name != "managed_identity"])
def test_an_empty_credential_is_refused_by_name(name: str) -> None:
    assert f"cannot use {name}: it is empty" in refusal({**APP, name: ""})


@pytest.mark.parametrize("other", [name for name in ORDER if name != "certificate_path"])
@pytest.mark.parametrize("extra", EXTRAS)
def test_what_goes_with_a_certificate_is_refused_with_another_login(
    values: dict[str, str], other: str, extra: str
) -> None:
    said = refusal({other: values[other], extra: EXTRAS[extra]}, APP)
    assert said.startswith(f"the login: cannot use {other} and {extra}: {extra} goes with another login than {other}.")
    # The environment's are for whoever uses them, and what is off or empty asks for nothing.
    assert login({other: values[other]}, {**APP, **EXTRAS})
    assert login({other: values[other], extra: OFF[extra]}, APP)


@pytest.mark.parametrize("environment", [{}, {"client_id": "of-the-environment"}])
def test_the_systems_identity(environment: dict[str, str]) -> None:
    assert login({"managed_identity": "system"}, environment)._client_id is None


def test_a_user_assigned_identity_is_that_of_client_id() -> None:
    assert login({"managed_identity": "user", "client_id": "a"})._client_id == "a"
    assert login({"managed_identity": "user"}, {"client_id": "b"})._client_id == "b"
    assert login({"client_id": "c"}, {"managed_identity": "user"})._client_id == "c"


def test_managed_identities_and_client_id_have_to_fit() -> None:
    assert "client_id missing" in refusal({"managed_identity": "user"})
    said = refusal({"managed_identity": "system", "client_id": "a"})
    assert "cannot use managed_identity=system and client_id" in said


def test_a_certificate_is_read_at_once_and_a_token_file_is_not(values: dict[str, str]) -> None:
    Path(values["certificate_path"]).unlink()
    assert "No such file" in refusal({**APP, "certificate_path": values["certificate_path"]})
    assert login({**APP, "federated_token_file": values["federated_token_file"]})


def test_digests_tell_contents_apart(values: dict[str, str]) -> None:
    assert file_digests(DEFAULTS) == [None, None]
    before = file_digests(values)
    assert before[0]
    assert before[1] is None
    Path(values["certificate_path"]).write_bytes(pair("other").pem())
    Path(values["federated_token_file"]).write_text("a.b.c")
    after = file_digests(values)
    assert all(after)
    assert after[0] != before[0]


@pytest.mark.parametrize("blank", ["\n", "\r\n", " ", "\t"])
@pytest.mark.parametrize("name", ["client_secret", "client_id", "tenant_id"])
def test_an_id_or_secret_with_a_line_break_at_its_end_is_named(name: str, blank: str) -> None:
    raw = {**APP, "client_secret": SECRET}
    for given in ({}, raw):
        said = refusal({**given, **({name: raw[name] + blank} if given else {})}, {**raw, name: raw[name] + blank})
        assert said == (
            f"the login: cannot use {name}: it begins or ends with a blank or a line break. "
            "Give the value alone, without a line break."
        )


def test_all_of_them_are_named_at_once() -> None:
    raw = {"tenant_id": "contoso.test\n", "client_id": " app", "client_secret": f"{SECRET}\n"}
    assert refusal(raw).startswith("the login: cannot use tenant_id and client_id and client_secret: they begin or end")


def test_the_id_of_a_managed_identity_is_held_to_it(values: dict[str, str]) -> None:
    assert "cannot use client_id: it begins" in refusal({"managed_identity": "user", "client_id": "app\n"})
    # An id that this login does not use is nobody's business.
    assert kind(login({"access_token": values["access_token"]}, {"tenant_id": "x\n"})) == "access_token"
