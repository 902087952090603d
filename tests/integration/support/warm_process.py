# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A warm process: it has imported what ansible's programs import, and becomes such a program as often as it is asked.

Each time it forks. The child takes over the command, the folder, the environment and stdin, stdout and stderr of who
asked, and runs the program's script from its first line: it is a process like any other, and has its imports behind it.
Nothing is imported before the fork that looks at any of these: above all no ``ansible.constants``, which is ansible's
configuration, and none of the modules that import it. support/warm.py starts this one and asks it.

So it is with the collection's own modules, which each program would execute anew before its first task. They wait
beside ``sys.modules`` until ansible loads the collection from where they were found, with no file changed since.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import multiprocessing.process
import os
import pickle
import runpy
import select
import socket
import sys
import types
import typing as t
from importlib.machinery import SourceFileLoader
from pathlib import Path

import ansible
import yaml
from ansible.config import manager
from ansible.utils.collection_loader import AnsibleCollectionConfig, _collection_finder

try:
    from ansible._internal._datatag import _tags
except ImportError:  # ansible-core before 2.19 tells otherwise where values were found
    _tags = None

ROOT = Path(__file__).resolve().parents[3]

# That by which all others that do not depend on ansible's configuration are imported. Other ansible-cores lack some.
MODULES = (
    *("argcomplete.completers", "cryptography.hazmat.backends.openssl.backend", "ctypes.util", "curses", "difflib"),
    *("cryptography.hazmat.primitives.kdf.pbkdf2", "getpass", "jinja2.sandbox", "msal", "multiprocessing.queues"),
    *("packaging.specifiers", "requests", "syslog", "tarfile", "tty"),
    *("ansible._internal._ssh._ssh_agent", "ansible._internal._worker._inventory_rpc", "ansible.context"),
    *("ansible._internal._datatag._wrappers", "ansible._internal._powershell._script", "ansible.executor.powershell"),
    *(
        "ansible._internal._templating._access",
        "ansible._internal._yaml._errors",
        "ansible.module_utils.common.process",
    ),
    *("ansible.module_utils.common.sys_info", "ansible.module_utils.errors", "ansible.parsing.utils.addresses"),
    *("ansible.vars.hostvars", "cryptography.x509", "email.policy", "pprint", "pty", "tomllib", "xml.dom.minidom"),
    *("cmd", "email.mime.application", "email.mime.multipart", "netrc"),
)

# The files of others, whose code is read here and executed in each program: of ansible, and of the collection.
PARTS = (
    *(
        "_internal/**/*.py",
        "constants.py",
        "cli/__init__.py",
        "cli/adhoc.py",
        "cli/playbook.py",
        "cli/arguments/*.py",
        "executor/*.py",
    ),
    *("executor/process/*.py", "inventory/*.py", "module_utils/**/*.py", "parsing/**/*.py", "playbook/**/*.py"),
    *("plugins/*.py", "plugins/*/__init__.py", "template/*.py", "utils/*.py", "vars/*.py"),
    *(f"plugins/{kind}/*.py" for kind in ("become", "callback", "connection", "filter", "inventory", "shell")),
    *("plugins/strategy/*.py", "plugins/test/*.py"),
)
OF_COLLECTION = tuple(f"{kind}/**/*.py" for kind in ("action", "filter", "lookup", "module_utils", "plugin_utils"))

COLLECTION = "ansible_collections.m365.apps"
_ROOMS = tuple(f"{COLLECTION}.plugins.{name}" for name in ("module_utils", "plugin_utils"))

# That of support/started, where this process was started with it.
_kept = getattr(sys.modules.get("sitecustomize"), "kept", None)


class Request(t.NamedTuple):
    """What a child was asked for: where the words of it are read from, and its stdin, stdout and stderr."""

    words: socket.socket
    files: list[int]


def get_ready() -> None:
    """Import and read what each program would import and read."""
    for name in MODULES:
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    folder = Path(manager.__file__).parent
    _once(manager.ConfigManager, "_read_config_yaml_file", 1, str(folder / "base.yml"))
    _once(_collection_finder, "_meta_yml_to_dict", 0, (folder / "ansible_builtin_runtime.yml").read_bytes())
    if _kept is not None and _tags is not None:
        keep_yaml(_kept)
    imported = set(map(file_of, sys.modules.values()))
    place = os.environ.get("ANSIBLE_COLLECTIONS_PATH", "")
    if os.path.isabs(place):
        imported |= offer(os.path.realpath(place))
        keep_code(Path(os.path.realpath(place), *COLLECTION.split("."), "plugins"), OF_COLLECTION, imported)
    keep_code(Path(ansible.__file__).parent, PARTS, imported)
    if "ansible.constants" in sys.modules:
        raise SystemExit("a module that is imported here knows ansible's configuration")
    gc.freeze()


def _once(owner: t.Any, name: str, place: int, given: str | bytes) -> None:
    """Call a function that reads YAML of ansible's own, and hand out what it returned to the first who calls it so.

    Everybody after that gets a result of their own, as from the function itself: who has it may change it.
    """
    read = getattr(owner, name)
    there = {given: read(*[None] * place, given, *[None] * (1 - place))}

    def handed_out(*arguments: t.Any) -> t.Any:
        return there.pop(arguments[place], None) or read(*arguments)

    setattr(owner, name, handed_out)


def keep_yaml(kept: t.Callable[[str, t.Callable[[], bytes]], bytes]) -> None:
    """Let ansible keep what it makes of its own YAML and of the collection's by ``kept``.

    That depends on nothing but the text, its origin, from which each value is told where it stands, and whether
    templates in it are trusted. Whoever reads a text gets values of their own, as ever.
    """
    load = yaml.load
    places = tuple(map(str, (ROOT / "roles", ROOT / "plugins", ROOT / ".ansible", Path(ansible.__file__).parent)))

    def loaded(stream: t.Any, Loader: t.Any) -> t.Any:  # noqa: N803
        origin = (
            _tags.Origin.get_tag(stream) if getattr(Loader, "__module__", "") == "ansible.parsing.yaml.loader" else None
        )
        if origin is None or not str(origin.path).startswith(places):
            return load(stream, Loader)
        about = (ansible.__version__, yaml.__version__, origin, _tags.TrustedAsTemplate.is_tagged_on(stream))
        return pickle.loads(kept(f"{about!r}\0{stream}", lambda: pickle.dumps(load(stream, Loader))))

    vars(yaml)["load"] = loaded


class _NoMoreOfAnsible:
    """Refuses what is not there yet of ansible: a module that imports it may depend on ansible's configuration."""

    @staticmethod
    def find_spec(name: str, path: object, target: object = None) -> None:  # noqa: ARG004
        """Raise ImportError for such a module."""
        if name.startswith("ansible."):
            raise ImportError(name)


def collection_modules(place: str) -> dict[str, types.ModuleType]:
    """Import what can be imported here of the collection's rooms, and leave nothing of it in ``sys.modules``."""
    sys.meta_path.insert(0, _NoMoreOfAnsible)
    sys.path.insert(0, place)
    try:
        for path in sorted(Path(place, *COLLECTION.split(".")).glob("plugins/*_utils/**/*.py")):
            with contextlib.suppress(ImportError):
                importlib.import_module(
                    ".".join(path.relative_to(place).with_suffix("").parts).removesuffix(".__init__")
                )
    finally:
        sys.path.remove(place)
        sys.meta_path.remove(_NoMoreOfAnsible)
    names = [name for name in sys.modules if name.partition(".")[0] == "ansible_collections"]
    return {name: sys.modules.pop(name) for name in names}


def offer(place: str) -> set[str]:
    """Let ansible find the modules of the collection in ``place`` imported once it loads the collection from there.

    Return the paths of their files.
    """
    modules = {name: module for name, module in collection_modules(place).items() if module.__file__}
    folder = os.path.join(place, *COLLECTION.split("."))
    files = list(map(file_of, modules.values()))
    found = state(*files)

    def loaded(collection_name: str, collection_path: str) -> None:
        if (
            collection_name != "m365.apps"
            or collection_path != folder
            or state(*map(file_of, modules.values())) != found
        ):
            return
        for room in _ROOMS:  # from which the modules that are not ready are found, too (_bytecode.py)
            importlib.import_module(room)
        for name, module in modules.items():
            if sys.modules.setdefault(name, module) is module:
                parent, _dot, last = name.rpartition(".")
                setattr(sys.modules[parent], last, module)

    AnsibleCollectionConfig.on_collection_load += loaded
    return set(files)


def keep_code(folder: Path, parts: t.Iterable[str], imported: set[str]) -> None:
    """Read the code of the files in a folder that are not imported yet, and hand it out while they are the same."""
    read = SourceFileLoader.get_code
    files = {str(path) for part in parts for path in folder.glob(part)} - imported
    there = {path: (state(path), read(SourceFileLoader("", path), "")) for path in files}

    def get_code(self: SourceFileLoader, fullname: str) -> types.CodeType | None:
        found, code = there.get(self.path, (None, None))
        return code if found and found == state(self.path) else read(self, fullname)

    vars_of: t.Any = SourceFileLoader
    vars_of.get_code = get_code


def file_of(module: types.ModuleType) -> str:
    """Return the path of a module's file, empty where it has none."""
    return getattr(module, "__file__", None) or ""


def state(*files: str) -> list[tuple[int, int]]:
    """Return by what Python, too, tells whether files are as they were."""
    return [(one.st_mtime_ns, one.st_size) for one in map(os.stat, files)]


def serve(asks: socket.socket) -> Request | None:
    """Fork for each request; return it in the child, or None once nobody can ask any more.

    Who asks is told the process id, and at the end the exit code and the seconds of processors, of all its processes.
    """
    running: dict[int, tuple[int, socket.socket]] = {}
    while True:
        for ready in select.select([asks.fileno(), *running], [], [])[0]:
            if ready == asks.fileno():
                message, files, _flags, _address = socket.recv_fds(asks, 1, 4)
                if not message:
                    return None
                answers = socket.socket(fileno=files[0])
                child = os.fork()
                if not child:
                    return Request(answers, files[1:])
                for file in files[1:]:
                    os.close(file)
                running[os.pidfd_open(child)] = child, answers
                _tell(answers, child)
            else:
                child, answers = running.pop(ready)
                os.close(ready)
                _child, status, used = os.wait4(child, 0)
                _tell(answers, os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime)
                answers.close()


def _tell(answers: socket.socket, *values: float) -> None:
    with contextlib.suppress(OSError):  # who asked is gone
        answers.sendall(json.dumps(values).encode() + b"\n")


def become(request: Request) -> str:
    """Be what was asked for, and nothing of what was there before; return the script to run."""
    with request.words.makefile("rb") as words:
        command, folder, environment = json.load(words)
    for number, file in enumerate(request.files):
        os.dup2(file, number)
    request.words.detach()
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    vars(multiprocessing.process)["ORIGINAL_DIR"] = folder
    sys.argv = command
    sys.orig_argv = [sys.executable, *command]
    sys.path[0] = os.path.dirname(command[0])
    return str(command[0])


def main() -> str | None:
    """Serve; return the script to run in each child, and None in the end."""
    with contextlib.suppress(KeyboardInterrupt):
        get_ready()
        request = serve(socket.socket(fileno=int(sys.argv[1])))
        return request and become(request)
    return None


if __name__ == "__main__":
    _script = main()
    if _script is not None:
        runpy.run_path(_script, run_name="__main__")
