# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Five tenants in one run, one of which fails: the example set, with all forks and with one, and what must not mix."""

from __future__ import annotations

import json
import re
import shutil
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.m365.apps.tests.integration.support.canaries import Canaries
from ansible_collections.m365.apps.tests.integration.support.emulator import Emulator
from ansible_collections.m365.apps.tests.integration.support.processes import (
    ROOT,
    Ansible,
    Run,
    environment,
    in_process_first,
)
from ansible_collections.m365.apps.tests.integration.support.runner import run_job
from ansible_collections.m365.apps.tests.integration.targets.emulator.filter_plugins.emulator import calls_of

EXAMPLE = ROOT / "examples" / "tenants"
SEED = json.loads((EXAMPLE / "seed.json").read_text())
HOSTS = ["contoso", "fabrikam", "northwind", "tailspin", "wingtip"]
LOST = "wingtip"
FINE = [host for host in HOSTS if host != LOST]
IDS = dict(zip(HOSTS, SEED["tenants"], strict=True))
# One after the other only in make test-all: one worker that serves several tenants is what could mix them.
FORKS = pytest.mark.parametrize("forks", [pytest.param("1", marks=pytest.mark.full), "5"])
CATALOG = ["contoso", "fabrikam", "wingtip"]
# One of each surface, where more of them show nothing more.
TWO = ("--limit", "contoso,northwind")
# The same, and the one whose login fails.
THREE = ("--limit", f"contoso,northwind,{LOST}")
SURFACES = {host: "settings_catalog" if host in CATALOG else "office_configuration" for host in HOSTS}
# A policy of each tenant alone, so that what belongs to one can be told from what belongs to another.
POLICY = {"display_name": "Own of {{ inventory_hostname }}", "description": "{{ m365_tenant_id }}"}
OWN = {
    "own_policies": {
        "office_configuration": [POLICY],
        "settings_catalog": [{**POLICY, "settings": [{"setting": "excel16/L_VBAWarningsPolicy", "value": 3}]}],
    },
    "rollout_policies": "{{ own_policies[rollout_surface] }}",
}
# Tasks that run once, for all tenants.
LOGIN = ("tenant_id", "client_id", "client_secret")
OWN_LOGIN = {
    "hosts": "tenants",
    "gather_facts": False,
    "module_defaults": {"group/m365.apps.all": {name: f"{{{{ m365_{name} }}}}" for name in LOGIN}},
}
SUMMARY = ("Bring all tenants together", "Show all tenants")
MACROS, PILOTS = "Macros only from trusted places", "Pilots of new features"


class Tenants:
    """The example set beside a playbook, and the emulator with its tenants."""

    def __init__(self, ansible: Ansible, emulator: Emulator) -> None:
        self.ansible = ansible
        self.emulator = emulator
        self.folder = Path(shutil.copytree(EXAMPLE, ansible.folder / "example"))
        self.emulator.reset(SEED)
        self._more = {name: value for name, value in ansible.login.items() if name.startswith("M365_")}
        (self.folder / "own.json").write_text(json.dumps(OWN))
        ansible.canaries += [f"-secret-of-{host}" for host in HOSTS]

    @property
    def environment(self) -> dict[str, str]:
        return environment(self.ansible.folder, self.ansible.way, **self._more)

    def play(self, *arguments: str, book: str = "m365.apps.tenants", **more: str) -> Run:
        """Run a playbook with the inventory of the example; a login comes from nowhere else."""
        inventory = ["-i", str(self.folder / "inventory"), "-e", f"@{self.folder / 'own.json'}"]
        return self.ansible.run("ansible-playbook", book, *inventory, *arguments, **self._more, **more)

    def policies(self, host: str) -> dict[str, dict[str, t.Any]]:
        """Return the policies of a tenant by name; its other surface has none."""
        state = self.emulator.tenant(IDS[host])
        there, elsewhere = state["catalog_policies"], state["policies"]
        if SURFACES[host] != "settings_catalog":
            there, elsewhere = elsewhere, there
        assert elsewhere == []
        return {policy.get("name") or policy["displayName"]: policy for policy in there}

    def names(self, host: str) -> list[str]:
        return sorted(self.policies(host))

    def assert_untouched(self, host: str) -> None:
        assert self.names(host) == [f"{host.capitalize()} - By hand"]
        assert IDS[host] not in {call["tenant"] for call in self.emulator.journal()}

    def assert_rolled_out(self, host: str) -> None:
        """The tenant has its own policies and those of all, each with the groups that are meant here."""
        state = self.emulator.tenant(IDS[host])
        assert self.names(host) == sorted([f"{host.capitalize()} - By hand", f"Own of {host}", MACROS, PILOTS])
        policies = self.policies(host)
        assert policies[f"Own of {host}"]["description"] == IDS[host]
        groups = {group["displayName"]: group["id"] for group in state["groups"]}
        wanted = ("Fabrikam Everyone", "Office Pilots EU") if host == "fabrikam" else ("All Staff", "Office Pilots")
        expected = {MACROS: [wanted[0]], PILOTS: [wanted[1]]}
        if host in CATALOG:
            # It excludes the pilots.
            expected[MACROS] = list(wanted)
        for name, names in expected.items():
            entries = [entry.get("target", entry) for entry in policies[name]["assignments"]]
            assert {entry["groupId"] for entry in entries} == {groups[group] for group in names}, (host, name)

    def canaries(self, host: str) -> Canaries:
        """Return what belongs to one host: its tenant, app, secret, policies and groups."""
        state = self.emulator.tenant(IDS[host])
        own = {f"id of {name}": policy["id"] for name, policy in self.policies(host).items()}
        groups = {f"group {g['displayName']}": g["id"] for g in state["groups"]}
        ids = {"tenant": IDS[host], "app": state["apps"][0]["client_id"], "secret": f"-secret-of-{host}"}
        return Canaries({**own, **groups, **ids, "own policy": f"Own of {host}", "name": f"{host.capitalize()} - "})

    def assert_apart(self, texts: t.Mapping[str, str]) -> None:
        """Nothing of one host is in the text of another; what is its own is, so that the search can fail."""
        canaries = {host: self.canaries(host) for host in HOSTS}
        for host, text in texts.items():
            if host != LOST:
                assert canaries[host].seen_in(text), f"nothing of {host} is in its own text"
            assert {other: seen for other in HOSTS if other != host and (seen := canaries[other].seen_in(text))} == {}


@pytest.fixture
def tenants(ansible: Ansible, emulator: Emulator) -> Tenants:
    return Tenants(ansible, emulator)


# In each run: the same as a job, test_nothing_of_one_tenant_gets_to_another; a second run, that of filters and tags.
@pytest.mark.full
@FORKS
@in_process_first
def test_rollout(tenants: Tenants, forks: str) -> None:
    assert_all_rolled_out(tenants, tenants.play("--forks", forks).failed().stdout)
    again = tenants.play("--forks", forks).failed()
    assert '"5 tenants: 1 failed, 4 in order."' in again.stdout


def assert_all_rolled_out(tenants: Tenants, stdout: str) -> None:
    """All tenants are as they should be but the one whose login fails, and that is told."""
    for host in FINE:
        tenants.assert_rolled_out(host)
        assert f'"changed   {host} ({host}.example): Changed: 3 created."' in stdout
        assert re.search(rf"^{host}\s+: ok=\d+ .*failed=0 .*rescued=0", stdout, re.MULTILINE)
    tenants.assert_untouched(LOST)
    assert '"5 tenants: 1 failed, 4 changed."' in stdout
    assert re.search(rf'"failed    {LOST} \({LOST}\.example\): .*AADSTS7000222', stdout)
    # By the entry point, which tells the state, and then by tenants.
    assert re.search(rf"^{LOST}\s+: ok=\d+ .*failed=1 .*rescued=2", stdout, re.MULTILINE)


@FORKS
def test_nothing_of_one_tenant_gets_to_another(tenants: Tenants, forks: str) -> None:
    """Results (with everything shown), requests and files, of a plan and of a rollout."""
    files = {
        "rollout_plan_folder": "{{ inventory_dir }}/../out/{{ inventory_hostname }}",
        "rollout_tenants_folder": "{{ inventory_dir }}/../out",
    }
    out = tenants.folder / "out"
    tenants.play(*THREE, "--forks", forks, "-e", "rollout_entry=plan", "-e", json.dumps(files)).failed()
    texts = {host: (out / host / "plan.json").read_text() for host in ("contoso", "northwind")}
    tenants.assert_apart(texts)
    assert not (out / LOST).joinpath("plan.json").exists()
    private = tenants.ansible.folder / "runner"
    (private / "env").mkdir(parents=True)
    (private / "env" / "cmdline").write_text(f"-i {tenants.folder / 'inventory'} --forks {forks} -vvv")
    variables = {**OWN, "rollout_tenants_folder": str(out)}
    job = run_job(private, "m365.apps.tenants", tenants.environment, variables)
    assert job.status == "failed"
    assert_all_rolled_out(tenants, job.stdout)
    told: dict[str, str] = dict.fromkeys(HOSTS, "")
    for event in job.events:
        data = event.get("event_data", {})
        if data.get("host") and data["task"] not in SUMMARY:
            told[data["host"]] += json.dumps(data)
    tenants.assert_apart(told)
    for page in (out / "tenants.html", out / "tenants.md"):
        assert all(f"{host}.example" in page.read_text() for host in HOSTS)
    text = job.stdout + json.dumps(job.events) + "".join(p.read_text() for p in out.rglob("*") if p.is_file())
    tokens = Canaries({f"secret of {host}": f"-secret-of-{host}" for host in HOSTS})
    tokens.add_tokens(tenants.emulator.tokens())
    assert tokens.seen_in(text) == []
    assert_journal_apart(tenants)


def assert_journal_apart(tenants: Tenants) -> None:
    """Each tenant was asked for its own policies and groups only, and those of a failed login for nothing."""
    by_tenant: dict[str, str] = {}
    for call in tenants.emulator.journal():
        by_tenant[call["tenant"]] = by_tenant.get(call["tenant"], "") + json.dumps(calls_of([call]))
    assert set(by_tenant) == {IDS[host] for host in FINE}
    for host in FINE:
        others = [tenants.canaries(other) for other in HOSTS if other != host]
        assert [seen for canaries in others for seen in canaries.seen_in(by_tenant[IDS[host]])] == []


def test_hosts_that_go_on_by_themselves_are_refused(tenants: Tenants) -> None:
    """Which strategies are like that is in test_run_info.py of the units."""
    strategy = "ansible.builtin.host_pinned"
    done = tenants.play(*TWO, ANSIBLE_STRATEGY=strategy).failed()
    assert done.output.count(f"The role: cannot start: the strategy {strategy} lets each host go on by itself") >= 2
    assert "2 tenants:" not in done.output
    assert tenants.emulator.journal() == []
    assert tenants.emulator.logins() == 0


def test_one_worker_that_serves_several_tenants(tenants: Tenants) -> None:
    """The items of a loop share a process, which keeps a login for each tenant."""
    order = [*FINE, *reversed(FINE), LOST, *FINE]
    logins = [{"host": h, "tenant_id": IDS[h], "client_id": app(h), "surface": SURFACES[h]} for h in order]
    task = {
        "m365.apps.office_client_config_info": {
            "tenant_id": "{{ item.tenant_id }}",
            "client_id": "{{ item.client_id }}",
            "client_secret": "{{ 'emulated-secret-of-' ~ item.host }}",
            "surface": "{{ item.surface }}",
        },
        "loop": logins,
        "register": "read",
        "ignore_errors": True,
    }
    kept = {"content": "{{ read.results | to_json }}", "dest": "{{ playbook_dir }}/read.json"}
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
        "tasks": [task, {"write_down": kept}],
    }
    (tenants.folder / "loop.yml").write_text(yaml.safe_dump([play]))
    state = json.loads(json.dumps(SEED))
    state["tenants"][IDS[LOST]]["apps"][0]["secrets"] = ["another one"]
    tenants.emulator.reset(state)
    tenants.play(book=str(tenants.folder / "loop.yml")).ok()
    read = json.loads((tenants.folder / "read.json").read_text())
    assert [[c["display_name"] for c in result.get("configs", [])] for result in read] == [
        [] if host == LOST else [f"{host.capitalize()} - By hand"] for host in order
    ]
    assert tenants.emulator.logins() == len(FINE) + 1, "one login for each tenant, and the refused one"


def app(host: str) -> str:
    return str(SEED["tenants"][IDS[host]]["apps"][0]["client_id"])


def test_all_tenants_fail(tenants: Tenants) -> None:
    """The summary comes all the same."""
    tenants.emulator.misbehave({"kind": "forbidden", "count": None})
    done = tenants.play(*TWO).failed()
    assert '"2 tenants: 2 failed."' in done.stdout
    assert len(re.findall(r"^\w+\s+: ok=\d+ .*failed=1 ", done.stdout, re.MULTILINE)) == 2


def test_any_errors_fatal_ends_the_play_after_the_summary(tenants: Tenants) -> None:
    """The failure of one tenant is not told as that of all. In check mode, which writes nothing on either surface."""
    tenants.emulator.change_settings(refuse_writes=True)
    done = tenants.play("--check", *THREE, ANSIBLE_ANY_ERRORS_FATAL="true").failed()
    assert '"3 tenants: 1 failed, 2 changed."' in done.stdout
    for host in ("contoso", "northwind"):
        assert f'"changed   {host} ({host}.example): Would change: 3 created."' in done.stdout
    assert tenants.emulator.writes() == []


def test_any_errors_fatal_lets_each_rollout_end(tenants: Tenants) -> None:
    """The failure of one is not that of the others, which would be stopped and restored; then the play ends."""
    role = {"ansible.builtin.include_role": {"name": "m365.apps.rollout"}}
    play = {
        **OWN_LOGIN,
        "any_errors_fatal": True,
        "tasks": [role, {"ansible.builtin.debug": {"msg": "after the role"}}],
    }
    (tenants.folder / "site.yml").write_text(yaml.safe_dump([play]))
    done = tenants.play("--limit", f"contoso,{LOST}", book=str(tenants.folder / "site.yml")).failed()
    tenants.assert_rolled_out("contoso")
    assert re.search(r"^contoso\s+: ok=\d+ .*failed=0 .*rescued=0", done.stdout, re.MULTILINE)
    assert re.search(rf"^{LOST}\s+: ok=\d+ .*failed=1 .*rescued=1", done.stdout, re.MULTILINE)
    assert "after the role" not in done.stdout


def test_an_unreachable_host_is_in_the_summary(tenants: Tenants) -> None:
    """One that a task of the user's own could not reach before the role, whatever an earlier run there was."""
    book = tenants.folder / "site.yml"
    role = {"ansible.builtin.include_role": {"name": "m365.apps.rollout", "tasks_from": "tenants"}}
    plays = [
        {
            **OWN_LOGIN,
            "tasks": [
                {
                    **role,
                    "vars": {
                        "rollout_entry": "plan",
                        "rollout_plan_folder": "{{ inventory_dir }}/../plans/{{ inventory_hostname }}",
                    },
                },
                {
                    "ansible.builtin.command": "true",
                    "vars": {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1},
                    "when": "inventory_hostname == 'contoso'",
                },
                role,
            ],
        }
    ]
    book.write_text(yaml.safe_dump(plays))
    done = tenants.play("--limit", "contoso,tailspin", book=str(book)).failed()
    assert '"2 tenants: 2 changed."' in done.stdout
    assert '"2 tenants: 1 failed, 1 changed."' in done.stdout
    assert (
        '"failed    contoso: There is no result: the host failed before the role, was unreachable, or ' in done.stdout
    )
    assert tenants.names("contoso") == ["Contoso - By hand"]
    tenants.assert_rolled_out("tailspin")


def test_hosts_that_share_a_tenant_and_a_folder_are_refused(tenants: Tenants) -> None:
    variables = {
        "rollout_entry": "export",
        "rollout_export_folder": "export",
        "m365_tenant_id": IDS["contoso"].upper(),
    }
    done = tenants.play(*TWO, "-e", json.dumps(variables)).failed()
    # Folders are told by their whole path.
    told = f"{IDS['contoso']} and {tenants.ansible.folder / 'export'}"
    for host in ("contoso", "northwind"):
        assert f"The host {host}: cannot start: other hosts have {told}, too." in done.stdout
    assert '"2 tenants: 2 failed."' in done.stdout
    assert tenants.emulator.journal() == []
    assert tenants.emulator.logins() == 0


# The other one goes the same way.
@pytest.mark.parametrize(
    ("entry", "variable"),
    [
        ("export", "rollout_export_folder"),
        pytest.param("backup", "rollout_backup_folder", marks=pytest.mark.full),
    ],
)
def test_an_entry_point_that_changes_no_tenant(tenants: Tenants, entry: str, variable: str) -> None:
    def play(folder: str, *arguments: str) -> Run:
        own = f"{{{{ inventory_dir }}}}/../{folder}/{{{{ inventory_hostname }}}}"
        return tenants.play(*arguments, "-e", json.dumps({"rollout_entry": entry, variable: own}))

    shown = play("out", *THREE).failed().stdout
    assert '"ok        contoso (contoso.example): Done."' in shown
    assert '"3 tenants: 1 failed, 2 in order."' in shown
    texts = {}
    for host in ("contoso", "northwind"):
        files = [path for path in (tenants.folder / "out" / host).rglob("*.yml") if path.is_file()]
        assert files, host
        texts[host] = "".join(path.read_text() for path in files)
        assert f"{host.capitalize()} - By hand" in texts[host]
    tenants.assert_apart(texts)


@FORKS
def test_filters_tags_and_groups_are_those_of_each_tenant(tenants: Tenants, forks: str) -> None:
    """They are given by name, and have other ids in each tenant of the settings catalog."""
    state = json.loads(json.dumps(SEED))
    for number, host in enumerate(CATALOG, 1):
        corporate = {"id": f"5000000{number}-0000-4000-8000-000000000000", "displayName": "Corporate", "rule": "(true)"}
        tags = [{"id": str(10 + number), "displayName": "Pilot"}]
        state["tenants"][IDS[host]].update(assignment_filters=[corporate], scope_tags=tags)
    tenants.emulator.reset(state)
    definition = {
        "display_name": "Macros",
        "settings": [{"setting": "excel16/L_VBAWarningsPolicy", "value": 3}],
        "groups": [{"display_name": "All Staff", "filter": "Corporate"}],
        "exclude_groups": ["Office Pilots"],
        "scope_tags": ["Pilot"],
    }
    shutil.rmtree(tenants.folder / "definitions" / "settings_catalog")
    (tenants.folder / "definitions" / "settings_catalog").mkdir()
    (tenants.folder / "definitions" / "settings_catalog" / "macros.json").write_text(json.dumps(definition))
    (tenants.folder / "own.json").write_text("{}")
    limited = ("--forks", forks, "--limit", ",".join(CATALOG))
    done = tenants.play(*limited).failed()
    assert '"3 tenants: 1 failed, 2 changed."' in done.stdout
    tenants.assert_untouched(LOST)
    for host in set(CATALOG) - {LOST}:
        by_hand = f"{host.capitalize()} - By hand"
        held = tenants.emulator.tenant(IDS[host])
        assert tenants.names(host) == [by_hand, "Macros"]
        macros = tenants.policies(host)["Macros"]
        assert macros["roleScopeTagIds"] == [held["scope_tags"][-1]["id"]]
        staff, pilots = (group["id"] for group in held["groups"])
        found = [each["target"] for each in macros["assignments"]]
        assert {each["groupId"]: each["deviceAndAppManagementAssignmentFilterId"] for each in found} == {
            staff: held["assignment_filters"][0]["id"],
            pilots: None,
        }
    assert '"3 tenants: 1 failed, 2 in order."' in tenants.play(*limited).failed().stdout
