# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every example in the documentation runs as it stands, in a folder and a tenant that have what it speaks of."""

from __future__ import annotations

import json
import re
import typing as t
from pathlib import Path

import pytest

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import built_in
from ansible_collections.m365.apps.plugins.module_utils._catalog.instances import instances
from ansible_collections.m365.apps.plugins.module_utils._catalog.language import compile_settings
from ansible_collections.m365.apps.tests.credentials import federated_token, federation, pair, rsa_key
from ansible_collections.m365.apps.tests.integration.support import tenant
from ansible_collections.m365.apps.tests.integration.support.documents import Command, examples_of
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.processes import ROOT, TARGETS, Ansible
from ansible_collections.m365.apps.tests.unit import import_samples, own_settings, some_admx

DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "roles" / "rollout" / "README.md",
    *sorted((ROOT / "docs" / "docsite" / "rst").glob("guide_*.rst")),
]
EXAMPLES = {path: examples_of(path) for path in DOCUMENTS}
# Those that have nothing but plays, and leave the folder to others.
PLAYS_ALONE = [path for path, one in EXAMPLES.items() if one.plays and not one.definitions and not one.commands]
# Several in one process, for it costs more than most plays.
TOGETHER = {
    **{kind: sorted((ROOT / "plugins" / kind).glob("*.py")) for kind in ("modules", "lookup", "filter")},
    "documents": PLAYS_ALONE,
}
# Between the examples of two of them: what was called up to then is noted, and the tenant is as it was.
BETWEEN = [
    {
        "hosts": "localhost",
        "gather_facts": False,
        "tasks": [
            {
                "write_down": {
                    "content": "{{ lookup('ansible.builtin.url', m365_graph_url ~ '/_emulator/journal', "
                    "ca_path=m365_ca_path, split_lines=false) }}",
                    "dest": "{{ playbook_dir }}/journal-of-@.json",
                }
            },
            {
                "ansible.builtin.set_fact": {"told": "{{ query('emulator_put', 'state', state) }}"},
                "vars": {"state": "{{ lookup('ansible.builtin.file', 'state.json') | from_json }}"},
                "no_log": True,
            },
        ],
    }
]
# The examples of a document run in one process, which keeps variables: none may live on those of another.
EXPRESSION = re.compile(
    r"\{\{.*?\}\}|\b(?:when|until|failed_when|changed_when|that|var):\s[^\n]*(?:\n +- [^\n]*)*", re.DOTALL
)
QUOTED = re.compile(r"'[^']*'")
MADE = re.compile(r"register: (\w+)|set_fact:\n +(\w+):")
GROUPS = [
    {"displayName": "Contoso - All Staff"},
    {"displayName": "Pilot Ring 1 - IT"},
    {"displayName": "Finance - Excel Power Users"},
    {"displayName": "By its ID", "id": "0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11"},
]
SECURITY = "#microsoft.graph.windowsOfficeClientSecurityConfiguration"
# After any rollout that an example begins: none waits for check-ins that never come.
CHECKIN = {
    "userId": "0b6f0d52-6f0f-4f0e-9d0a-2d6c1b7a5e11",
    "userPrincipalName": "adele@contoso.example",
    "deviceName": "PC-1",
    "devicePlatform": "windows",
    "devicePlatformVersion": "10.0",
    "wasSuccessful": True,
    "checkinDateTime": "2100-01-01T00:00:00Z",
    "errorMessage": "",
    "appliedPolicies": [],
}
POLICIES = [
    {
        "displayName": "Contoso - Macro security",
        "@odata.type": SECURITY,
        "priority": 20,
        "checkinStatuses": [CHECKIN, {**CHECKIN, "userId": "1c7f0d52-6f0f-4f0e-9d0a-2d6c1b7a5e22"}],
    },
    {"displayName": "Contoso - Pilot", "priority": 25},
    {"displayName": "Contoso - Retired", "priority": 30},
    # Enough of others that one policy of them all is a small share.
    *({"displayName": f"Fabrikam - {number}", "priority": 100 + number} for number in range(10)),
]
MINE = [{"display_name": name} for name in ("Contoso - Mine", "Contoso - Macro security", "Contoso - Pilot")]
SETTINGS = [{"settingId": "word16;L_VBAWarningsPolicy", "app": "word16", "value": "4"}]
# The same policy, in the settings catalog.
[MACROS] = instances(compile_settings([{"setting": "excel16/L_VBAWarningsPolicy", "value": 2}], built_in()))
# What IntuneManagement makes of it.
TARGET = {"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": GROUPS[3]["id"]}
EXPORTED = import_samples.policy(name="Contoso - Macro security", assignments=[{"target": TARGET}])
FILTER = {"displayName": "Company devices", "rule": '(device.deviceOwnership -eq "Corporate")'}
# What the guides log in with.
APP, IDENTITY_PROVIDER, PASSPHRASE = pair(), rsa_key("identity provider"), "canary-passphrase-0123456789"
DEFINITION = "display_name: Contoso - From a file\npriority: 700\n"


def test_each_document_has_examples() -> None:
    assert [path.name for path, examples in EXAMPLES.items() if not examples.count] == []


@pytest.mark.parametrize(
    "document", [path for path in DOCUMENTS if path not in PLAYS_ALONE], ids=lambda path: str(path.relative_to(ROOT))
)
def test_examples_run(document: Path, emulator: Emulator, ansible: Ansible) -> None:
    examples = EXAMPLES[document]
    assert borrowed(examples.plays) == []
    emulator.reset(_state(emulator))
    environment = _prepare(ansible, emulator, examples.definitions, document.read_text(encoding="utf-8"))
    _play(ansible, {f"play{place}": play for place, play in enumerate(examples.plays)}, environment)
    commands = [command for command in examples.commands if is_first(command, document)]
    for command in commands:
        program, *arguments = (word.replace("$PWD", str(ansible.folder)) for word in command.words)
        ansible.run(program, *arguments, **_exported(command, environment)).ok()
    asking = [command for command in commands if not {"m365.apps.lint", "ansible-doc"} & {*command.words}]
    assert emulator.journal() or not (calls(examples.plays) or asking), "no example called Graph"


@pytest.mark.parametrize("kind", TOGETHER)
def test_examples_of_several_run(kind: str, emulator: Emulator, ansible: Ansible) -> None:
    examples = {path.stem: examples_of(path) for path in TOGETHER[kind]}
    assert examples
    assert [name for name, one in examples.items() if not one.plays or one.definitions or one.commands] == []
    assert borrowed([play for one in examples.values() for play in one.plays]) == []
    text = "".join(path.read_text(encoding="utf-8") for path in TOGETHER[kind])
    state = _state(emulator)
    emulator.reset(state)
    environment = _prepare(ansible, emulator, {}, text)
    emulator.reset(state)
    (ansible.folder / "state.json").write_text(json.dumps(state))
    environment["ANSIBLE_LOOKUP_PLUGINS"] = str(TARGETS / "emulator" / "lookup_plugins")
    books: dict[str, str] = {}
    for name, one in examples.items():
        books |= {f"{name}-{place}": play for place, play in enumerate(one.plays)}
        books[f"after-{name}"] = json.dumps(BETWEEN).replace("@", name)
    _play(ansible, books, environment)
    called = [len(json.loads((ansible.folder / f"journal-of-{name}.json").read_text())) for name in examples]
    more = {name: after - before for name, before, after in zip(examples, [0, *called], called, strict=False)}
    assert [name for name, one in examples.items() if calls(one.plays) and not more[name]] == []


def test_what_is_borrowed_is_found() -> None:
    registers, uses = "- ping:\n  register: found\n", "- debug:\n    var: found\n"
    assert borrowed([registers, uses]) == ["found"]
    assert borrowed([registers + uses, registers]) == []


def is_first(command: Command, document: Path) -> bool:
    """Tell whether no document before this one has the same command, word for word, in the same environment."""
    before = DOCUMENTS[: DOCUMENTS.index(document)]
    return all(command not in EXAMPLES[path].commands for path in before)


def calls(plays: t.Iterable[str]) -> bool:
    """Tell whether examples have a task that calls Graph."""
    return any("m365.apps.office_client" in play for play in plays)


def borrowed(plays: t.Sequence[str]) -> list[str]:
    """Return the variables that an example uses and another one alone makes."""
    made = [{name for names in MADE.findall(play) for name in names if name} for play in plays]
    return [
        name
        for play, own in zip(plays, made, strict=True)
        for name in sorted(set().union(*made) - own)
        if not re.search(rf"^ +{name}:", play, re.MULTILINE)
        if any(re.search(rf"(?<![.\w]){name}\b", QUOTED.sub("", found)) for found in EXPRESSION.findall(play))
    ]


def _play(ansible: Ansible, books: dict[str, str], environment: dict[str, str]) -> None:
    """Run playbooks one after the other in one process."""
    for name, book in books.items():
        (ansible.folder / f"{name}.yml").write_text(book)
    if books:
        first, *others = (f"{name}.yml" for name in books)
        ansible.playbook(first, *others, "-e", f"@{ansible.folder / 'extra.json'}", **environment).ok()


def _prepare(ansible: Ansible, emulator: Emulator, definitions: dict[str, str], text: str) -> dict[str, str]:
    """Put in place what the examples in a text speak of; return the environment that they run in."""
    _furnish(ansible.folder, definitions or {"definitions/file.yml": DEFINITION})
    # Written to a file, since a command line with secrets would be printed.
    token = tenant.access_token(emulator.ready)
    (ansible.folder / "extra.json").write_text(
        json.dumps({"my_policies": MINE, "m365_certificate_passphrase": PASSPHRASE, "m365_access_token": token})
    )
    ansible.canaries += [PASSPHRASE, token, *APP.secrets()]
    environment = {
        **ansible.login,
        "PWD": str(ansible.folder),
        "AZURE_POD_IDENTITY_AUTHORITY_HOST": emulator.ready.url,
    }
    if "'m365.apps.backup'" in text:
        _back_up(ansible, environment)
    return environment


def _back_up(ansible: Ansible, environment: dict[str, str]) -> None:
    """Make the backup that the examples speak of."""
    variables = json.dumps({"rollout_backup_folder": str(ansible.folder / "backup")})
    ansible.playbook("m365.apps.backup", "-e", variables, **environment).ok()


def _state(emulator: Emulator) -> dict[str, t.Any]:
    """Return the tenant that the examples speak of; its writer has every kind of credential."""
    state = tenant.state(POLICIES, GROUPS)
    held = state["tenants"][tenant.TENANT]
    held["domains"] = ["contoso.onmicrosoft.com"]
    held["scope_tags"] = ["Contoso"]
    held["assignment_filters"] = [FILTER]
    held["catalog_policies"] = [{"name": "Contoso - Macro security", "settings": [{"settingInstance": MACROS}]}]
    held["apps"][0].update(
        certificates=[APP.certificate_pem().decode()],
        federated=[federation(IDENTITY_PROVIDER)],
        managed_identity=True,
    )
    # A machine has the first managed identity that there is: no other tenant may have one.
    state["tenants"].update({other: {} for other in emulator.tenants() if other != tenant.TENANT})
    return state


def _exported(command: Command, environment: dict[str, str]) -> dict[str, str]:
    """Return the environment of a command: one that exports a login has no other one, but for what is typed in."""
    if not set(command.exported) - {"M365_SURFACE", "M365_TRACE"}:
        told = {name: str(value).replace("$PWD", environment["PWD"]) for name, value in command.exported.items()}
        return environment | told
    kept = {name: value for name, value in environment.items() if not name.startswith(("AZURE_TENANT", "AZURE_CLIENT"))}
    for name, value in command.exported.items():
        kept[name] = environment[name] if value is None else value.replace("$PWD", environment["PWD"])
    return kept


def _furnish(folder: Path, definitions: dict[str, str]) -> None:
    """Put the files in place that the examples speak of."""
    (folder / "macro-security.json").write_text(json.dumps(SETTINGS))
    import_samples.put(folder / "exports", {"Contoso.json": import_samples.intune_management(EXPORTED)})
    (folder / "app.pem").write_bytes(APP.pem())
    (folder / "app.pfx").write_bytes(APP.pfx(PASSPHRASE))
    own_settings.write(folder / "catalog.jsonl")
    some_admx.write(folder / "admx")
    (folder / "trace").mkdir(mode=0o700)
    (folder / "token").write_text(federated_token(IDENTITY_PROVIDER))
    for name, text in definitions.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
