# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Real ansible processes in a clean environment, each looked through for tracebacks and secrets."""

from __future__ import annotations

import enum
import json
import os
import subprocess
import sys
import typing as t
from dataclasses import dataclass
from pathlib import Path

import pytest
from ansible import release

from . import warm
from .tenant import SECRET, WRONG_SECRET

ROOT = Path(__file__).resolve().parents[3]
TARGETS = ROOT / "tests" / "integration" / "targets"
BIN = Path(sys.executable).parent
# Before 2.21 ansible-core keeps in a registered result neither how its module was called nor the warnings of an item.
_CORE = tuple(map(int, release.__version__.split(".")[:2]))
REGISTERS_ALL = _CORE >= (2, 21)
# Since 2.22 a module process tells its controller the secrets that it found; a debug message of core shows all it says.
DEBUG_SHOWS_SECRETS = _CORE >= (2, 22)
# What Ansible shows instead of a secret option.
HIDDEN = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
# Ends what hangs; the longest play takes a minute, on a busy machine several.
_SECONDS = 900
# What the machine needs; everything else, above all logins and other PYTHONPATHs, stays out.
# The last one is coverage's, which measures what is started too.
_KEPT = ("HOME", "LANG", "LC_ALL", "TMPDIR", "REQUESTS_CA_BUNDLE", "COVERAGE_PROCESS_CONFIG")
# Each test has a home of ansible of its own, where the collection would keep bytecode for that test alone.
_BYTECODE = ROOT / ".ansible" / "bytecode"


class Way(enum.Enum):
    """How the modules run; the value is that of the switch (variable m365_fast_path, or the environment)."""

    IN_PROCESS = "true"
    MODULE = "false"


WAYS = {way.name.lower(): way for way in Way}
both_ways = pytest.mark.parametrize("ansible", WAYS.values(), ids=WAYS, indirect=True)
# The same, but make test leaves out the second: that results by modules are those in-process is what
# test_fast_path.py holds for every kind of result, and a test with both_ways is left in each area.
in_process_first = pytest.mark.parametrize(
    "ansible", [Way.IN_PROCESS, pytest.param(Way.MODULE, marks=pytest.mark.full)], ids=WAYS, indirect=True
)


@dataclass(frozen=True)
class Run:
    """A process that ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def output(self) -> str:
        """Everything that was printed."""
        return self.stdout + self.stderr

    def ok(self) -> Run:
        """Return the run. Raises AssertionError with the output when it failed."""
        assert self.code == 0, f"exit code {self.code}\n{self.output[-60000:]}"
        return self

    def failed(self) -> Run:
        """Return the run. Raises AssertionError with the output when it did not fail."""
        assert self.code != 0, f"exit code 0\n{self.output[-60000:]}"
        return self


def collections_path() -> str:
    """Return where ansible finds the collection: ANSIBLE_COLLECTIONS_PATH, else the checkout's tree."""
    return os.environ.get("ANSIBLE_COLLECTIONS_PATH") or str(ROOT / ".ansible" / "tree")


def environment(folder: Path, way: Way = Way.IN_PROCESS, **more: str) -> dict[str, str]:
    """Return the environment of an ansible process. ``folder`` takes its files, ``more`` is added."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {
        **kept,
        "PATH": os.pathsep.join([str(BIN), os.environ.get("PATH", os.defpath)]),
        "ANSIBLE_HOME": str(folder / "ansible"),
        "ANSIBLE_COLLECTIONS_PATH": collections_path(),
        "ANSIBLE_ROLES_PATH": str(TARGETS),
        "ANSIBLE_ACTION_PLUGINS": str(Path(__file__).parent / "action_plugins"),
        "ANSIBLE_CALLBACK_PLUGINS": str(Path(__file__).parent / "callback_plugins"),
        "ANSIBLE_CALLBACKS_ENABLED": "preload",
        "PYTHONPATH": str(Path(__file__).parent / "started"),
        "PYTHONPYCACHEPREFIX": str(_BYTECODE),
        "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
        # Options given as one template are safe when facts are no variables.
        "ANSIBLE_INJECT_FACT_VARS": "false",
        "M365_FAST_PATH": way.value,
        # So that ad hoc commands do not pack a module anew each time. Without modules it would change who prints what.
        **({"ANSIBLE_LOAD_CALLBACK_PLUGINS": "true"} if way is Way.MODULE else {}),
        **more,
    }


def assert_called_with(result: t.Mapping[str, t.Any], **options: str) -> None:
    """Hold what a registered result says its module was called with; where ansible-core keeps nothing of it, that."""
    arguments = result.get("invocation", {}).get("module_args", {})
    wanted = options if REGISTERS_ALL else {}
    called = {name: arguments[name] for name in options if name in arguments}
    assert called == wanted, called


class Ansible:
    """Starts ansible programs of this Python's venv in one folder."""

    def __init__(
        self, folder: Path, login: t.Mapping[str, str], variables: t.Mapping[str, t.Any], way: Way = Way.IN_PROCESS
    ) -> None:
        self.folder = folder
        self.way = way
        self.login = dict(login)
        # More secrets that may not be printed, beside those of the tenant.
        self.canaries: list[str] = []
        self._variables = folder / "variables.json"
        self._variables.touch(0o600)
        self._variables.write_text(json.dumps(variables))
        (folder / "ansible.cfg").touch()

    def use(self, **variables: t.Any) -> None:
        """Give all plays from now on more variables."""
        self._variables.write_text(json.dumps({**json.loads(self._variables.read_text()), **variables}))

    def playbook(self, play: str | Path, *arguments: str, **more: str) -> Run:
        """Run a playbook with the variables of the tenant, and those that ``arguments`` begin with, in one process.

        ``more`` is added to the environment.
        """
        return self.run("ansible-playbook", "-e", f"@{self._variables}", str(play), *arguments, **more)

    def start(self, program: str, play: str | Path, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a program on a playbook as the leader of its own group of processes, and do not wait for it."""
        command = [str(BIN / program), str(play), "-e", f"@{self._variables}", *arguments]
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=environment(self.folder, self.way),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def run(self, program: str, *arguments: str, **more: str) -> Run:
        """Run a program and look through what it printed."""
        command = [str(BIN / program), *arguments]
        return finished(command, self.folder, environment(self.folder, self.way, **more), self.canaries)


def finished(
    command: t.Sequence[str], cwd: Path | str, env: t.Mapping[str, str], canaries: t.Iterable[str] = ()
) -> Run:
    """Run a program to its end and look through what it printed, as `look_through` does."""
    done = (warm.run if warm.can_run(command) else by_itself)(command, cwd, env, _SECONDS)
    run = Run(done.returncode, done.stdout, done.stderr)
    look_through(run.output, canaries)
    return run


def by_itself(
    command: t.Sequence[str], cwd: Path | str, env: t.Mapping[str, str], seconds: float
) -> subprocess.CompletedProcess[str]:
    """Run a program that starts by itself, with no input; its output is text. Raises subprocess.TimeoutExpired."""
    return subprocess.run(
        command,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


def ended(pid: int) -> bool:
    """Tell whether a process has ended, also where its parent has not asked for it yet (reads /proc)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def look_through(output: str, canaries: t.Iterable[str] = ()) -> None:
    """Raise AssertionError when the output holds a traceback, a secret of the tenant or one of the canaries."""
    canaries = [SECRET, WRONG_SECRET, *canaries]
    for number, line in enumerate(output.splitlines()):
        # Ansible's own word where it shows none is "(traceback unavailable)".
        assert "Traceback" not in line, f"line {number}: {line[:500]}"
        for secret in canaries:
            assert secret not in line, f"line {number} shows a secret: {line.replace(secret, '***')[:500]}"
