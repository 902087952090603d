#!/usr/bin/env python
# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""``make demo``: roll the Contoso policies out to an emulated tenant and count what is sent, on each surface.

Plan, first run, second run, one changed setting. Ends with 1 when a step does not do what it should. An argument, as in
``make demo SURFACE=settings_catalog``, shows one surface alone.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
WORK = ROOT / ".ansible" / "demo"
SHOWN_LINES = 45
PLAYBOOK = "m365.apps.rollout"
# What is shown of its output begins at one task and is shortened up to the other one.
BEGINS = "TASK [m365.apps.rollout : Roll out the policies]"
SUMMARY = "TASK [m365.apps.rollout : Show the summary]"


@dataclass(frozen=True)
class Show:
    """How the demo of one surface runs.

    ``changed_setting`` is in the file ``changed_file``, with its value as a digit in the second group.
    """

    surface: str
    folder: Path
    changed_file: str
    changed_setting: re.Pattern[str]

    @property
    def definitions(self) -> Path:
        """The folder of the policies."""
        return self.folder / "definitions"

    @property
    def report(self) -> Path:
        """Where the report of the first run goes."""
        return WORK / "report" / self.surface


SHOWS = {
    show.surface: show
    for show in (
        Show(
            surface="office_configuration",
            folder=ROOT / "examples" / "contoso",
            changed_file="12-office-hardening.yml",
            changed_setting=re.compile(r'(\{settingId: word16;L_VBAWarningsPolicy,.*?value: ")(\d)(")'),
        ),
        Show(
            surface="settings_catalog",
            folder=ROOT / "examples" / "contoso-intune",
            changed_file="01-macros.yml",
            changed_setting=re.compile(r"(\{setting: word16/L_VBAWarningsPolicy, value: )(\d)(\})"),
        ),
    )
}


@dataclass(frozen=True)
class Step:
    """One run of the playbook: what it is called, its extra arguments, and how many writes it may send."""

    title: str
    definitions: Path
    arguments: tuple[str, ...]
    writes: t.Callable[[int], bool]
    expected: str
    variables: t.Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Emulator:
    """A running emulator: its addresses and the login of its tenant."""

    facts: dict[str, str]

    def environment(self) -> dict[str, str]:
        """Return the variables that point the modules to the emulator."""
        return {
            "M365_GRAPH_URL": self.facts["graph_url"],
            "M365_LOGIN_URL": self.facts["login_url"],
            "M365_CA_PATH": self.facts["ca_path"],
            "AZURE_TENANT_ID": self.facts["tenant_id"],
            "AZURE_CLIENT_ID": self.facts["client_id"],
            "AZURE_CLIENT_SECRET": self.facts["client_secret"],
        }

    def take_writes(self) -> list[str]:
        """Return the writes since the last call, as method and path, and empty the journal."""
        journal = f"{self.facts['graph_url']}/_emulator/journal"
        with requests.Session() as session:
            session.trust_env = False
            session.verify = self.facts["ca_path"]
            entries = session.get(journal, timeout=30).json()
            session.delete(journal, timeout=30)
        # A batch is not a write, but may carry some.
        calls = [call for entry in entries for call in (entry["batch"] or [entry])]
        return [f"{call['method']} {call['path']}" for call in calls if call["method"] != "GET"]


@contextlib.contextmanager
def emulator(seed: Path) -> t.Iterator[Emulator]:
    """Run the emulator with a tenant; it is ended at the end of the block."""
    command = [sys.executable, "-m", "graph_emulator", "--port", "0", "--state", str(seed)]
    process = subprocess.Popen(command, cwd=ROOT / "tests" / "emulator", stdout=subprocess.PIPE, text=True)
    try:
        ready = process.stdout.readline() if process.stdout else ""
        if not ready:
            raise SystemExit("The emulator did not start; its own message is above.")
        yield Emulator(json.loads(ready))
    finally:
        process.terminate()
        process.wait(timeout=20)


def changed_definitions(show: Show) -> Path:
    """Return a copy of the definitions in which one setting has another value."""
    copy = WORK / "definitions" / show.folder.name
    shutil.copytree(show.definitions, copy)
    file = copy / show.changed_file
    text, count = show.changed_setting.subn(
        lambda found: found[1] + ("3" if found[2] != "3" else "2") + found[3], file.read_text()
    )
    if count != 1:
        raise SystemExit(f"{show.changed_file} does not hold the setting that the demo changes once.")
    file.write_text(text)
    return copy


def play(show: Show, step: Step, environment: t.Mapping[str, str]) -> None:
    """Run the playbook and show its output: long ones shortened, whole in a file below .ansible/demo."""
    variables = {"rollout_surface": show.surface, "rollout_definitions": str(step.definitions), **step.variables}
    command = [str(BIN / "ansible-playbook"), PLAYBOOK, *step.arguments, "--extra-vars", json.dumps(variables)]
    print(f"\n=== {step.title}\n$ ansible-playbook {PLAYBOOK} {' '.join(step.arguments)}", flush=True)
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    log = WORK / f"{show.folder.name}-{step.title.split(':')[0].replace(' ', '-').lower()}.txt"
    log.write_text(done.stdout + done.stderr)
    if done.returncode:
        raise SystemExit(f"{done.stdout}{done.stderr}\nThe step failed: {step.title}")
    body, mark, summary = done.stdout.partition(SUMMARY)
    lines = body.partition(BEGINS)[2].splitlines()[1:]
    print("\n".join(lines[:SHOWN_LINES]))
    if len(lines) > SHOWN_LINES:
        print(f"... {len(lines) - SHOWN_LINES} more lines in {log.relative_to(ROOT)}")
    print(mark + summary)


def demonstrate(show: Show) -> list[str]:
    """Run all steps on a surface and print the report; return the titles of steps that did something else."""
    print(f"\n##### Surface {show.surface}")
    first = {"rollout_report_folder": str(show.report)}
    steps = (
        Step("Plan: check mode, nothing is written", show.definitions, ("--check", "--diff"), lambda n: n == 0, "0"),
        Step("First run", show.definitions, (), lambda n: n > 0, "more than 0", first),
        Step("Second run: nothing to change", show.definitions, (), lambda n: n == 0, "0"),
        Step("One setting changed", changed_definitions(show), ("--diff",), lambda n: n == 1, "1"),
    )
    report = []
    with emulator(show.folder / "seed.json") as running:
        environment = {
            **os.environ,
            **running.environment(),
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".ansible" / "collections"),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        }
        environment.pop("M365_SURFACE", None)
        running.take_writes()
        for step in steps:
            play(show, step, environment)
            report.append((step, running.take_writes()))
    print(f"=== Report: what the emulator's journal counted\n\n{'step':<40} {'writes':>6}  expected")
    for step, writes in report:
        shown = f"  ({writes[0]})" if len(writes) == 1 else ""
        print(f"{step.title:<40} {len(writes):>6}  {step.expected}{shown}")
    print(f"\nThe page of the first run, for a browser: {(show.report / 'report.html').relative_to(ROOT)}")
    return [f"{show.surface}: {step.title}" for step, writes in report if not step.writes(len(writes))]


def main(surfaces: t.Sequence[str]) -> int:
    """Show the surfaces; return the exit code."""
    unknown = [surface for surface in surfaces if surface not in SHOWS]
    if unknown:
        print(f"There is no surface {unknown[0]}. Choose one of: {', '.join(SHOWS)}.", file=sys.stderr)
        return 2
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    wrong = [title for surface in surfaces or SHOWS for title in demonstrate(SHOWS[surface])]
    print(f"\nNot as expected: {', '.join(wrong)}" if wrong else "\nAll as expected. The emulator has stopped.")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
