# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A job as AWX starts it: a project, a credential injected by AWX's own code, extra vars, ansible-runner, artifacts."""

from __future__ import annotations

import json
import shutil
import subprocess
import typing as t
from dataclasses import dataclass
from pathlib import Path

import yaml

from ansible_collections.m365.apps.tests.integration.support.processes import ROOT, environment
from ansible_collections.m365.apps.tests.integration.support.runner import Job, run_job
from ansible_collections.m365.apps.tests.runners.programs import PROGRAMS

AWX = ROOT / "extensions" / "awx"
# AWX's code is in the venv of `make runners`; what it makes of a credential comes back as JSON.
_INJECT = """
import json, sys
from awx_plugins.interfaces._temporary_private_api import ManagedCredentialType
from awx_plugins.interfaces._temporary_private_credential_api import Credential
from awx_plugins.interfaces._temporary_private_inject_api import inject_credential
given = json.load(sys.stdin)
env, safe_env, args = {}, {}, []
kind = ManagedCredentialType("m365", "m365", "cloud", given["inputs"], given["injectors"])
inject_credential(kind, Credential(given["values"]), env, safe_env, args, given["folder"])
json.dump({"env": env, "safe_env": safe_env, "args": args}, sys.stdout)
"""


def objects(name: str) -> dict[str, t.Any]:
    """Return the variables of a file below objects/, with what keeps AWX's templates from Ansible taken out."""
    text = (AWX / "objects" / name).read_text(encoding="utf-8").replace("{  {", "{{")
    return t.cast(dict[str, t.Any], yaml.safe_load(text))


def credential_type() -> dict[str, t.Any]:
    """Return the credential type."""
    [kind] = objects("credential_types.yml")["controller_credential_types"]
    return t.cast(dict[str, t.Any], kind)


# Automation Platform takes the query of the module that an event is of.
_COUNT = """
import json, jq, sys
given = json.load(sys.stdin)
found = [one for query, results in given for result in results for one in jq.compile(query).input_value(result).all()]
json.dump(found, sys.stdout)
"""


def counted(job: Job) -> list[dict[str, t.Any]]:
    """Return what Automation Platform counts as managed by a job, each as often as it is found."""
    queries = yaml.safe_load((ROOT / "extensions" / "audit" / "event_query.yml").read_text(encoding="utf-8"))
    results: dict[str, list[t.Any]] = {module: [] for module in queries}
    for event in job.events:
        data = event.get("event_data", {})
        if "res" in data and data.get("resolved_action") in results:
            results[data["resolved_action"]].append(data["res"])
    given = json.dumps([(queries[module]["query"], found) for module, found in results.items()])
    command = [str(PROGRAMS / "python"), "-c", _COUNT]
    done = subprocess.run(command, input=given, capture_output=True, text=True, check=True)
    return t.cast(list[dict[str, t.Any]], json.loads(done.stdout))


@dataclass(frozen=True)
class Injected:
    """What AWX makes of a credential: the environment of the job, and the one that its database keeps."""

    environment: dict[str, str]
    shown: dict[str, str]


def inject(folder: Path, values: dict[str, t.Any]) -> Injected:
    """Inject a credential with these inputs into the private data folder of a job.

    Jobs see that folder as /runner; without a container it is where it is.
    """
    (folder / "env").mkdir(parents=True, exist_ok=True)
    kind = credential_type()
    given = {"inputs": kind["inputs"], "injectors": kind["injectors"], "values": values, "folder": str(folder)}
    done = subprocess.run(
        [PROGRAMS / "python", "-c", _INJECT], input=json.dumps(given), capture_output=True, text=True, check=True
    )
    made = json.loads(done.stdout)
    assert made["args"] == []
    outside = {name: text.replace("/runner/", f"{folder}/") for name, text in made["env"].items()}
    return Injected(outside, made["safe_env"])


def job_of(folder: Path, playbook: str, injected: Injected, variables: dict[str, t.Any], **more: str) -> Job:
    """Run a playbook of the project in a fresh copy of it. ``more`` is added to the environment."""
    shutil.rmtree(folder / "project", ignore_errors=True)
    shutil.copytree(AWX / "project", folder / "project")
    whole = {**environment(folder), **injected.environment, "ANSIBLE_VERBOSITY": "4", **more}
    return run_job(folder, playbook, whole, variables)


def artifacts(job: Job) -> dict[str, t.Any]:
    """Return what set_stats left: AWX takes it from the last event and hands it to the next job as extra vars."""
    return dict(job.events[-1]["event_data"].get("artifact_data") or {})
