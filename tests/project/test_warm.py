# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A program that starts from a warm process is what it is when it starts by itself, and nothing stays of it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible.parsing.yaml.loader import AnsibleLoader

from ansible_collections.m365.apps.tests.integration.support import warm, warm_process
from ansible_collections.m365.apps.tests.integration.support.processes import ROOT, by_itself, environment

Write = t.Callable[[str], Path]

# All that a process has from who started it, or is told of how it was started.
ABOUT = """
import gc, json, multiprocessing.process, os, resource, signal, subprocess, sys
early = sorted(name for name in sys.modules if name.startswith("ansible.constants"))
streams = [sys.stdin, sys.stdout, sys.stderr]
print(json.dumps({
    "argv": [sys.argv, sys.orig_argv], "cwd": [os.getcwd(), multiprocessing.process.ORIGINAL_DIR],
    "environment": [dict(os.environ), repr(subprocess.check_output(["env"]))],
    "python": [sys.executable, sys.path, repr(sys.flags), sys.dont_write_bytecode, gc.isenabled()],
    "main": [__name__, __file__, sys.modules["__main__"].__file__], "early": early,
    "streams": [[one.encoding, one.errors, one.line_buffering, one.isatty(), one.seekable()] for one in streams],
    "input": sys.stdin.read(), "files": sorted(map(int, os.listdir("/proc/self/fd")))[:3],
    "more files": len(os.listdir("/proc/self/fd")), "inherits": [os.get_inheritable(n) for n in range(3)],
    "signals": [repr(signal.getsignal(n)) for n in sorted(signal.valid_signals())],
    "blocked": repr(signal.pthread_sigmask(0, [])),
    "group": [os.getpgrp(), os.getsid(0), os.umask(0)], "limits": [resource.getrlimit(n) for n in range(10)],
}))
"""

ENDS = {
    "nothing more to do": "print('there')",
    "a number": "sys.exit(3)",
    "words": "sys.exit('words')",
    "at once": "os._exit(7)",
    "a signal": "os.kill(os.getpid(), 15)",
    "an error": "raise ValueError('wrong')",
    "last words": "import atexit; atexit.register(print, 'last', flush=True); print('first')",
    "an interrupt": "os.kill(os.getpid(), 2)",
}

# Ansible's whole configuration; its temporary folder has the process id in its name.
CONFIGURATION = """
import json
from ansible import constants
from ansible.config.manager import ConfigManager
from ansible.plugins.loader import action_loader
values = {name: value for name, value in vars(constants).items() if name.isupper() and name != "DEFAULT_LOCAL_TMP"}
again = ConfigManager()._base_defs
assert again == constants.config._base_defs and again is not constants.config._base_defs
print(json.dumps([values, constants.DEFAULT_LOCAL_TMP.rpartition("-")[0].rpartition("-")[0],
    constants.CONFIG_FILE, list(action_loader._get_paths()), constants.config._base_defs],
    default=lambda one: sorted(map(repr, one)) if isinstance(one, frozenset) else repr(one)))
"""


# What a process of its own needs to find the collection, however pytest was started.
FINDING = {**os.environ, "PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry)}

TREE = ROOT / ".ansible" / "tree"

# What a play on the fast path imports of the collection, ansible's finder having another place first where it is given.
OF_COLLECTION = """
import importlib, json, sys
from ansible.plugins import loader
loader.init_plugin_loader(sys.argv[1:])
ours = "ansible_collections.m365.apps.plugins."
before = [name for name in sys.modules if name.startswith(ours)]
for name in ("_fast_path", "_report", "_gate"):
    importlib.import_module(ours + "plugin_utils." + name)
there = {name: module for name, module in sys.modules.items() if name.startswith(ours)}
classes = [one for module in there.values() for one in vars(module).values() if isinstance(one, type)]
twice = [one.__qualname__ for one in classes if one.__module__ in there
    and vars(there[one.__module__]).get(one.__name__, one) is not one]
lost = [name for name in there if not hasattr(sys.modules[name.rpartition(".")[0]], name.rpartition(".")[2])]
print(json.dumps({"before": before, "twice": twice, "lost": lost,
    "new": [name for name, module in there.items() if hasattr(module, "NEW")],
    "kept": sorted(name for name in ("ansible.constants", ours + "plugin_utils._fast_path", ours + "plugin_utils._gate")
        for loader in [sys.modules[name].__loader__] if loader.get_code(name) is loader.get_code(name)),
    "loaders": [type(module.__loader__).__name__ for module in there.values()],
    "files": {name: getattr(module, "__file__", "") for name, module in there.items() if name[len(ours):].count(".")}}))
"""


@pytest.fixture
def script(tmp_path: Path) -> Write:
    """Write a script of this Python."""

    def write(text: str) -> Path:
        path = tmp_path / "bin" / "ansible"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!{sys.executable}\n{text}")
        path.chmod(0o700)
        return path

    return write


def both(
    command: t.Sequence[str], cwd: Path, env: t.Mapping[str, str]
) -> tuple[subprocess.CompletedProcess[str], subprocess.CompletedProcess[str]]:
    """Run a program from a warm process, and by itself."""
    return warm.run(command, cwd, env, 60), by_itself(command, cwd, env, 60)


def test_a_program_is_what_it_is_by_itself(script: Write, tmp_path: Path) -> None:
    """Also the second one, with less in its environment, has nothing of the first one."""
    path = script(ABOUT)
    for folder, more in ((tmp_path, {"FIRST": "a\udce4 \n", "ANSIBLE_FORKS": "3"}), (path.parent, {})):
        command = [str(path), "--word", "ä", "", *more]
        runs = both(command, folder, {**environment(tmp_path), **more})
        assert [run.stderr for run in runs] == ["", ""]
        of_warm, of_itself = (json.loads(run.stdout) for run in runs)
        assert of_warm == of_itself
        assert of_warm["early"] == []
        assert of_warm["more files"] == 4  # with that of the folder that is being read


def test_it_ends_as_it_does_by_itself(script: Write, tmp_path: Path) -> None:
    for text in ENDS.values():
        path = script(f"import os, sys\n{text}\n")
        of_warm, of_itself = both([str(path)], tmp_path, environment(tmp_path))
        assert (of_warm.returncode, of_warm.stdout) == (of_itself.returncode, of_itself.stdout), text
        assert of_warm.stderr.splitlines()[-1:] == of_itself.stderr.splitlines()[-1:], text


def test_ansible_has_the_configuration_that_it_has_by_itself(script: Write, tmp_path: Path) -> None:
    path = script(CONFIGURATION)
    (tmp_path / "ansible.cfg").write_text("[defaults]\ntimeout = 77\naction_plugins = here\n")
    found = []
    for more in ({"ANSIBLE_FORKS": "3"}, {"ANSIBLE_HOME": str(tmp_path / "other"), "ANSIBLE_CONFIG": ""}):
        runs = both([str(path)], tmp_path, {**environment(tmp_path), **more})
        assert [run.stderr for run in runs] == ["", ""]
        of_warm, of_itself = (json.loads(run.stdout) for run in runs)
        assert of_warm == of_itself
        found.append(of_warm)
    assert found[0] != found[1]


def test_what_is_imported_before_depends_on_nothing_that_differs() -> None:
    """A module that looks at the environment or the folder when it is imported would see those of the warm process."""
    spied = """
import os, sys
seen = set()
real = vars(os._Environ)["__getitem__"]
def get(self, name):
    seen.add(str(name))
    return real(self, name)
os._Environ.__getitem__ = get
os._Environ.__contains__ = lambda self, name: bool(seen.add(str(name))) or os.fsencode(name) in self._data
os._Environ.__iter__ = lambda self: seen.add("all") or iter(map(os.fsdecode, self._data))
getcwd = os.getcwd
os.getcwd = lambda: seen.add("folder of " + sys._getframe(1).f_globals["__name__"]) or getcwd()
from ansible_collections.m365.apps.tests.integration.support import warm_process
warm_process.get_ready()
print("\\n".join(sorted(seen)))
"""
    with_collection = {**FINDING, "ANSIBLE_COLLECTIONS_PATH": str(TREE)}
    done = subprocess.run(
        [sys.executable, "-c", spied], env=with_collection, capture_output=True, text=True, check=True
    )
    seen = {name for name in done.stdout.splitlines() if not name.lstrip("_").startswith(warm.AT_START)}
    # Set before each program starts; of the bash completion; places of the release files of Linux.
    known = {"folder of multiprocessing.process", "_ARC_DEBUG", "_ARGCOMPLETE_SUPPRESS_SPACE"}
    assert seen <= {*known, "UNIXCONFDIR", "UNIXUSRLIBDIR"}


def test_the_collection_is_what_it_is_by_itself(script: Write, tmp_path: Path) -> None:
    """Its modules are ready as soon as ansible loads it, and each is there once; one that was changed since is not."""
    installed = tmp_path / "installed"
    plugins = installed.joinpath(*warm_process.COLLECTION.split("."), "plugins")
    shutil.copytree(ROOT / "plugins", plugins)
    bytecode = str(tmp_path / "bytecode")
    env = environment(tmp_path, ANSIBLE_COLLECTIONS_PATH=str(installed), PYTHONPYCACHEPREFIX=bytecode)

    def compared(*arguments: str) -> tuple[int, int, int, set[bool]]:
        runs = both([str(script(OF_COLLECTION)), *arguments], tmp_path, env)
        assert [run.stderr for run in runs] == ["", ""]
        of_warm, of_itself = (json.loads(run.stdout) for run in runs)
        assert (of_warm["before"], of_warm["twice"], of_warm["lost"]) == ([], [], [])
        assert of_warm["files"].items() >= of_itself["files"].items()
        assert of_itself["new"] == of_warm["new"]
        assert "_Loader" in of_warm["loaders"], "the collection's own loader is there for the rest"
        assert ("SourceFileLoader" in of_itself["loaders"], of_itself["kept"]) == (False, [])
        files = {file.startswith(str(installed)) for file in of_warm["files"].values()}
        return of_warm["loaders"].count("SourceFileLoader"), len(of_warm["kept"]), len(of_warm["new"]), files

    ready, *others = compared()
    assert ready > 100
    assert others == [2, 0, {True}], "code is kept of what is not ready: one file of ansible, and one of the collection"
    assert compared(str(TREE)) == (0, 1, 0, {False})
    for path, *expected in (("plugin_utils/_fast_path.py", ready, 1, 1), ("module_utils/_ids.py", 0, 1, 2)):
        with (plugins / path).open("a") as file:
            file.write("NEW = 1\n")
        assert compared() == (*expected, {True})


def test_what_takes_too_long_is_ended(script: Write, tmp_path: Path) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        warm.run([str(script("import time\ntime.sleep(600)\n"))], tmp_path, environment(tmp_path), 0)
    path = script("import os\nprint(open(f'/proc/{os.getppid()}/task/{os.getppid()}/children').read())\n")
    deadline = time.monotonic() + 60
    while len(warm.run([str(path)], tmp_path, environment(tmp_path), 60).stdout.split()) > 1:
        assert time.monotonic() < deadline


PARENT = """
import os, sys
from ansible_collections.m365.apps.tests.integration.support import warm, warm_process
print(warm.run([sys.argv[1]], "/", {}, 60).stdout, end="", flush=True)
os.kill(os.getpid(), int(sys.argv[2]))
"""


@pytest.mark.parametrize("how", [0, 9], ids=["by itself", "killed"])
def test_a_warm_process_ends_with_who_started_it(script: Write, how: int) -> None:
    path = script("import os\nprint(os.getppid())\n")
    done = subprocess.run(
        [sys.executable, "-c", PARENT, str(path), str(how)], env=FINDING, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (-how, "")
    deadline = time.monotonic() + 60
    while Path(f"/proc/{done.stdout.strip()}/cmdline").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_one_that_ended_is_told(script: Write, tmp_path: Path) -> None:
    path = script("import os\nos.kill(os.getppid(), 9)\n")
    with pytest.raises(RuntimeError, match="a warm process ended"):
        warm.run([str(path)], tmp_path, {"LANGUAGE": "of its own"}, 60)


def test_where_tests_are_thorough_programs_start_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("M365_TESTS", raising=False)
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
    assert warm.can_run(["/bin/ansible-playbook"])
    assert not warm.can_run(["/bin/ansible-galaxy"])
    for name, value in (("M365_TESTS", "all"), ("COVERAGE_PROCESS_CONFIG", "x")):
        with monkeypatch.context() as patch:
            patch.setenv(name, value)
            assert not warm.can_run(["/bin/ansible-playbook"])


def everything(value: t.Any) -> object:
    """Return a value of YAML with the type and the tags of all that is in it."""
    tags = pytest.importorskip("ansible.module_utils._internal._datatag").AnsibleTagHelper.tags
    about: list[object] = [type(value).__name__, sorted(map(repr, tags(value)))]
    if isinstance(value, dict):
        return [*about, *((everything(key), everything(one)) for key, one in value.items())]
    if isinstance(value, list):
        return [*about, *map(everything, value)]
    return [*about, repr(value)]


def test_yaml_that_is_kept_gives_what_it_gives_anew(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tags = pytest.importorskip("ansible._internal._datatag._tags")
    monkeypatch.setattr(yaml, "load", yaml.load)  # to be as it was afterwards
    roles = [ROOT / "roles" / "rollout" / path for path in ("meta/argument_specs.yml", "tasks/main.yml")]
    moved = tmp_path / "main.yml"
    moved.write_bytes(roles[1].read_bytes())
    texts = [tags.Origin(path=str(path)).tag(path.read_text()) for path in (*roles, moved)]
    texts += [
        tags.TrustedAsTemplate().tag(texts[1]),
        tags.Origin(path=str(roles[1]), line_num=7).tag(roles[1].read_text()),
    ]

    def results() -> list[object]:
        return [everything(yaml.load(text, Loader=AnsibleLoader)) for text in texts]

    there: dict[str, bytes] = {}
    made: list[str] = []

    def kept(key: str, make: t.Callable[[], bytes]) -> bytes:
        if key not in there:
            there[key] = make()
            made.append(key)
        return there[key]

    anew = results()
    assert len({repr(one) for one in anew}) == len(texts)
    warm_process.keep_yaml(kept)
    for _time in ("first", "second"):
        assert results() == anew
        assert len(made) == len(texts) - 1, "what is not of the collection is not kept"
    with pytest.raises(yaml.YAMLError):
        yaml.load(tags.Origin(path=str(roles[0])).tag("a: ["), Loader=AnsibleLoader)
    assert len(made) == len(texts) - 1
    first, second = (yaml.load(texts[0], Loader=AnsibleLoader) for _time in range(2))
    assert first is not second
