# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each login once as it works, and what is said of each one that cannot; nothing secret is printed or returned."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.m365.apps.tests.credentials import (
    Pair,
    ec_key,
    federated_token,
    federation,
    pair,
    rsa_key,
)
from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.plays import Task, play, registered, run
from ansible_collections.m365.apps.tests.integration.support.processes import Ansible, in_process_first

INFO = "m365.apps.office_client_config_info"
PASSPHRASE = "canary-passphrase-0123456789"
EXPIRED_SECRET = "canary-expired-0123456789"
IDENTITY_HEADER = "canary-identity-header-0123456789"
READER = tenant.APPS["reader"][0]
ROOT = pair("root")
APP = pair("app", issuer=ROOT)
STRANGER, EXPIRED, EC = pair("stranger"), pair("app", days=(-9, -1)), pair(key=ec_key())
IDENTITY_PROVIDER = rsa_key("identity provider")
APP_IDS = ("tenant_id", "client_id")
POLICY = {"displayName": "There", "priority": 5}

FILES: dict[str, bytes] = {
    "app.pem": APP.pem(),
    "app.pfx": APP.pfx(PASSPHRASE, [ROOT]),
    "locked.pem": APP.pem(PASSPHRASE),
    "chain.pem": APP.pem() + ROOT.certificate_pem(),
    "stranger.pem": STRANGER.pem(),
    "expired.pem": EXPIRED.pem(),
    "no-key.pem": APP.certificate_pem(),
    "no-certificate.pem": APP.key_pem(),
    "mixed.pem": APP.key_pem() + STRANGER.certificate_pem(),
    "ec.pem": EC.pem(),
    "neither.bin": b"neither",
    "token": federated_token(IDENTITY_PROVIDER).encode() + b"\n",
    "token-expired": federated_token(IDENTITY_PROVIDER, exp=1).encode(),
    "token-audience": federated_token(IDENTITY_PROVIDER, aud="api://elsewhere").encode(),
    "token-subject": federated_token(IDENTITY_PROVIDER, sub="repo:other/repo").encode(),
    "token-issuer": federated_token(IDENTITY_PROVIDER, iss="https://other.example").encode(),
    "token-forged": federated_token(rsa_key("somebody else")).encode(),
    "token-empty": b"",
    "token-text": b"canary-of-a-token-file",
}

# The options of a task that logs in, each in a way of its own.
WORKING: dict[str, dict[str, t.Any]] = {
    "secret": {"client_secret": "{{ m365_client_secret }}"},
    "PEM": {"certificate_path": "app.pem"},
    "PEM with a passphrase": {"certificate_path": "locked.pem", "certificate_passphrase": PASSPHRASE},
    "PEM with its chain": {"certificate_path": "chain.pem", "send_certificate_chain": True},
    "PFX": {"certificate_path": "app.pfx", "certificate_passphrase": PASSPHRASE},
    "PFX with its chain": {
        "certificate_path": "{{ playbook_dir }}/app.pfx",
        "certificate_passphrase": PASSPHRASE,
        "send_certificate_chain": True,
    },
    "federated token": {"federated_token_file": "token"},
    "tenant by its domain": {"tenant_id": "contoso.example", "certificate_path": "app.pem"},
}

# The options of a task that cannot log in, and what it says.
FAILING: dict[str, tuple[dict[str, t.Any], list[str]]] = {
    "wrong secret": ({"client_secret": "{{ m365_wrong_secret }}"}, ["AADSTS7000215", "the secret's value"]),
    "expired secret": ({"client_secret": EXPIRED_SECRET}, ["AADSTS7000222", "make a new one"]),
    "empty secret": ({"client_secret": ""}, ["cannot use client_secret: it is empty"]),
    "unknown app": (
        {"client_id": "99999999-aaaa-4aaa-8aaa-999999999999", "certificate_path": "app.pem"},
        ["AADSTS700016", "Check client_id and tenant_id"],
    ),
    "unknown tenant": (
        {"tenant_id": "nowhere.example", "certificate_path": "app.pem"},
        ["AADSTS90002", "Check tenant_id and login_url"],
    ),
    "no tenant": ({"tenant_id": "", "certificate_path": "app.pem"}, ["cannot use certificate_path: tenant_id missing"]),
    "unregistered certificate": (
        {"certificate_path": "stranger.pem"},
        ["AADSTS700027", "this very certificate is reg"],
    ),
    "expired certificate": ({"certificate_path": "expired.pem"}, ["its certificate expired on", "Make a new cert"]),
    "wrong passphrase": (
        {"certificate_path": "locked.pem", "certificate_passphrase": "canary-wrong"},
        ["certificate_passphrase does not open its private key", "Check certificate_passphrase"],
    ),
    "wrong passphrase of a PFX": (
        {"certificate_path": "app.pfx", "certificate_passphrase": "canary-wrong"},
        ["certificate_passphrase does not open it", "Check certificate_passphrase"],
    ),
    "no passphrase": ({"certificate_path": "locked.pem"}, ["private key is encrypted", "Give certificate_passphrase"]),
    "no passphrase of a PFX": ({"certificate_path": "app.pfx"}, ["it wants a passphrase", "Check certificate_passphr"]),
    "missing file": ({"certificate_path": "none.pem"}, ["none.pem: it cannot be read (No such file or directory)"]),
    "a folder": ({"certificate_path": "."}, ["it cannot be read (Is a directory)", "Check the path"]),
    "empty path": ({"certificate_path": ""}, ["cannot use certificate_path: it is empty"]),
    "no key": ({"certificate_path": "no-key.pem"}, ["it holds no private key", "Put the private key"]),
    "no certificate": ({"certificate_path": "no-certificate.pem"}, ["it holds no certificate", "Put the private key"]),
    "key of another": ({"certificate_path": "mixed.pem"}, ["do not belong together"]),
    "elliptic curve": ({"certificate_path": "ec.pem"}, ["not an RSA key", "Make a certificate with an RSA key"]),
    "neither PEM nor PFX": ({"certificate_path": "neither.bin"}, ["neither PEM nor PFX"]),
    "expired token": ({"federated_token_file": "token-expired"}, ["AADSTS700024", "Renew the token"]),
    "token for another": ({"federated_token_file": "token-audience"}, ["AADSTS700212", "compare the audience"]),
    "token of another subject": ({"federated_token_file": "token-subject"}, ["AADSTS700213", "compare the subject"]),
    "token of another issuer": ({"federated_token_file": "token-issuer"}, ["AADSTS700211", "compare the issuer"]),
    "forged token": ({"federated_token_file": "token-forged"}, ["AADSTS700027"]),
    "empty token file": ({"federated_token_file": "token-empty"}, ["token-empty is empty", "identity provider writes"]),
    "no token in it": ({"federated_token_file": "token-text"}, ["holds something else than a token"]),
    "missing token file": ({"federated_token_file": "none"}, ["none cannot be read (No such file or directory)"]),
    "two logins": (
        {"certificate_path": "app.pem", "managed_identity": "system"},
        ["cannot use certificate_path and managed_identity: they are two ways to log in"],
    ),
    "a passphrase for a secret": (
        {"client_secret": "{{ m365_client_secret }}", "certificate_passphrase": PASSPHRASE},
        ["certificate_passphrase goes with another login than client_secret"],
    ),
    "none at all": ({}, ["no credential is given", "managed_identity", "AZURE_CLIENT_SECRET"]),
}


def canaries() -> list[str]:
    """Return what may never be seen: keys, passphrases, headers, assertions and tokens (each JWT begins like that)."""
    keys: list[Pair] = [APP, STRANGER, EXPIRED, EC]
    texts = [PASSPHRASE, EXPIRED_SECRET, IDENTITY_HEADER, "canary-wrong", "canary-of-a-token-file", "eyJhbGciOi"]
    return [*(line for one in keys for line in one.secrets()), *texts]


def task(arguments: dict[str, t.Any], **keywords: t.Any) -> Task:
    return {INFO: arguments, **keywords}


def play_with(tasks: list[Task], *names: str) -> Task:
    """Return a play whose defaults are these options, each the variable of its name, and no login."""
    defaults = {name: f"{{{{ m365_{name} }}}}" for name in ("graph_url", "login_url", "ca_path", *names)}
    return play(tasks, module_defaults={"group/m365.apps.all": defaults})


@pytest.fixture
def there(emulator: Emulator, ansible: Ansible) -> Emulator:
    """The tenant, whose writer has every kind of credential, and their files beside the playbook."""
    state = tenant.state([POLICY])
    held = state["tenants"][tenant.TENANT]
    held["domains"] = ["contoso.example"]
    certificate = APP.certificate_pem().decode()
    held["apps"][0].update(
        certificates=[certificate, EXPIRED.certificate_pem().decode(), EC.certificate_pem().decode()],
        federated=[federation(IDENTITY_PROVIDER)],
        expired_secrets=[EXPIRED_SECRET],
        managed_identity=True,
        identity_header=IDENTITY_HEADER,
    )
    held["apps"][1].update(managed_identity=True, identity_header=IDENTITY_HEADER)
    # A machine has the first managed identity that there is: no other tenant may have one.
    state["tenants"].update({other: {} for other in emulator.tenants() if other != tenant.TENANT})
    emulator.reset(state)
    ansible.canaries += canaries()
    for name, content in FILES.items():
        (ansible.folder / name).write_bytes(content)
    return emulator


def kept_of(ansible: Ansible, plays: list[Task], environment: dict[str, str] | None = None) -> dict[str, t.Any]:
    """Return the results of registered tasks by name, looked through."""
    kept = run(ansible, plays, "-vvvv", environment=environment)
    text = json.dumps(kept)
    assert [secret for secret in (tenant.SECRET, tenant.WRONG_SECRET, *ansible.canaries) if secret in text] == []
    return {name: entry["result"] for name, entry in kept.items()}


# By modules each kind of them works in each run: test_what_works of test_secrets.py.
@in_process_first
def test_each_login_works(ansible: Ansible, there: Emulator) -> None:
    results = kept_of(
        ansible, [play_with(registered({name: task(given) for name, given in WORKING.items()}), *APP_IDS)]
    )
    said = {name: result.get("msg") for name, result in results.items() if result["failed"]}
    assert said == {}
    assert [result["configs"][0]["display_name"] for result in results.values()] == ["There"] * len(WORKING)
    assert there.logins() == len(WORKING)


@in_process_first
def test_each_failure_is_one_sentence(ansible: Ansible, there: Emulator) -> None:
    cases = {name: task(given) for name, (given, _words) in FAILING.items()}
    results = kept_of(ansible, [play_with(registered(cases), *APP_IDS)])
    assert list(results) == list(FAILING)
    for name, (_given, words) in FAILING.items():
        said = results[name]["msg"]
        assert results[name]["failed"], name
        assert said.startswith("the login: cannot "), (name, said)
        assert "\n" not in said, (name, said)
        assert [word for word in words if word not in said] == [], (name, said)
    assert results["unregistered certificate"]["error"]["code"] == "AADSTS700027"
    assert results["unregistered certificate"]["error"]["status"] == 401
    assert there.journal() == []


# The variables of each login; the tenant's and the app's id come beside them.
VARIABLES: dict[str, dict[str, str]] = {
    "PEM": {"AZURE_CLIENT_CERTIFICATE_PATH": "app.pem"},
    "PFX": {
        "AZURE_CLIENT_CERTIFICATE_PATH": "app.pfx",
        "AZURE_CLIENT_CERTIFICATE_PASSWORD": PASSPHRASE,
        "AZURE_CLIENT_SEND_CERTIFICATE_CHAIN": "true",
    },
    "federated token": {"AZURE_FEDERATED_TOKEN_FILE": "token"},
    "the secret comes first": {"AZURE_CLIENT_SECRET": tenant.SECRET, "AZURE_CLIENT_CERTIFICATE_PATH": "stranger.pem"},
    "an empty variable is none": {"AZURE_CLIENT_SECRET": "", "AZURE_CLIENT_CERTIFICATE_PATH": "app.pem"},
}


@in_process_first
@pytest.mark.parametrize("variables", VARIABLES.values(), ids=VARIABLES)
def test_logins_of_the_environment(ansible: Ansible, there: Emulator, variables: dict[str, str]) -> None:
    files = {name: str(ansible.folder / value) if value in FILES else value for name, value in variables.items()}
    environment = {name: value for name, value in ansible.login.items() if name != "AZURE_CLIENT_SECRET"}
    ansible.run("ansible", "localhost", "-m", INFO, "-vvvv", **{**environment, **files}).ok()
    assert there.logins() == 1


@in_process_first
def test_a_relative_path_starts_where_a_packaged_playbook_was_run(ansible: Ansible, there: Emulator) -> None:
    environment = {name: value for name, value in ansible.login.items() if name != "AZURE_CLIENT_SECRET"}
    export = ("m365.apps.export", "-e", "rollout_export_folder=exported")
    ansible.run("ansible-playbook", *export, **environment, AZURE_CLIENT_CERTIFICATE_PATH="app.pem").ok()
    ansible.run("ansible-playbook", *export, "-e", "m365_certificate_path=app.pem", **environment).ok()
    assert (ansible.folder / "exported").is_dir()
    assert there.logins() == 2


def machine(there: Emulator, kind: str) -> dict[str, str]:
    """Return the environment of an Azure machine or service."""
    url = there.ready.url
    return {
        "app service": {"IDENTITY_ENDPOINT": f"{url}/msi/token", "IDENTITY_HEADER": IDENTITY_HEADER},
        "virtual machine": {"AZURE_POD_IDENTITY_AUTHORITY_HOST": url},
        "none": {"AZURE_POD_IDENTITY_AUTHORITY_HOST": "https://127.0.0.1:1"},
    }[kind]


@in_process_first
@pytest.mark.parametrize("kind", ["app service", "virtual machine"])
def test_managed_identity(ansible: Ansible, there: Emulator, kind: str) -> None:
    """The system's is the writer here, the reader is user-assigned; which one it is shows in what it may do."""
    system, user = {"managed_identity": "system"}, {"managed_identity": "user", "client_id": READER}
    change = {"display_name": "There", "description": "x"}
    cases = {
        "system reads": task(system),
        "user reads": task(user),
        "user writes": {"m365.apps.office_client_config": {**user, **change}},
        "system writes": {"m365.apps.office_client_config": {**system, **change}},
        "unknown": task({**user, "client_id": "99999999-aaaa-4aaa-8aaa-999999999999"}),
        "user without id": task({"managed_identity": "user"}),
    }
    results = kept_of(ansible, [play_with(registered(cases))], machine(there, kind))
    failed = {name: result["msg"] for name, result in results.items() if result["failed"]}
    assert set(failed) == {"user writes", "unknown", "user without id"}
    assert "the managed identity endpoint refused the login" in failed["unknown"]
    assert "Check that the identity is assigned to this machine" in failed["unknown"]
    assert "client_id missing" in failed["user without id"]
    assert results["user writes"]["error"]["status"] == 403
    assert there.tenant(tenant.TENANT)["policies"][0]["description"] == "x"
    assert there.logins() == 0


@in_process_first
def test_no_managed_identity_here(ansible: Ansible, there: Emulator) -> None:
    cases = {"none": task({"managed_identity": "system"})}
    results = kept_of(ansible, [play_with(registered(cases))], machine(there, "none"))
    said = results["none"]["msg"]
    assert said.startswith("the login: cannot get a token: no managed identity was found here: 127.0.0.1:1 cannot be")
    assert said.endswith("or choose another login than managed_identity.")
    assert there.journal() == []


@in_process_first
@pytest.mark.usefixtures("there")
def test_a_file_that_changes_between_two_items(ansible: Ansible) -> None:
    """The items of a loop share a login, but not after the file has another content."""
    current = ansible.folder / "current"
    copy = f"{{{{ lookup('ansible.builtin.pipe', 'cp ' ~ item ~ ' {current} && echo There') }}}}"

    def loop(option: str, files: t.Sequence[str]) -> Task:
        items = [str(ansible.folder / name) for name in files]
        return task({option: str(current), "display_name": copy}, loop=items)

    cases = {
        "certificate": loop("certificate_path", ["app.pem", "stranger.pem", "app.pem"]),
        "federated": loop("federated_token_file", ["token", "token-expired", "token"]),
    }
    results = kept_of(ansible, [play_with(registered(cases), *APP_IDS)])
    for name in cases:
        assert [item["failed"] for item in results[name]["results"]] == [False, True, False], name
