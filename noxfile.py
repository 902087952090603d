# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sessions of ``make test``. They use the tools of .venv, which ``make setup`` fills.

galaxy-importer, which wants other versions of libraries, and what tests/runners starts are in venvs of their own.

Each fails when it has nothing to do: the tools do that by themselves, ansible-test is watched by tests/matrix. Those of
antsibull-nox that run this way are configured in antsibull-nox.toml. Its docs-check, pylint and ansible-lint do nothing
without a venv of their own, and those for ansible-test want GitHub and containers, so these stand here.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import antsibull_nox
import nox

nox.options.default_venv_backend = "none"
antsibull_nox.load_antsibull_nox_toml()

ROOT = Path(__file__).resolve().parent
BIN = ROOT / ".venv" / "bin"
# ansible-lint and mypy look at the checkout itself, plays run what users would install.
TREE = str(ROOT / ".ansible" / "tree")
INSTALLED = str(ROOT / ".ansible" / "collections")
# For antsibull-nox, too, which starts "python".
PATH = os.environ["PATH"] = os.pathsep.join([str(BIN), os.environ.get("PATH", os.defpath)])

# A worker for each processor: each reads all test files. Plays wait now and then, so for them there is one more.
# Only tests of the emulator use schemathesis, which takes long to import.
PROCESSORS = os.cpu_count() or 1
SIDE_BY_SIDE, PLAYS_SIDE_BY_SIDE = (
    ["-n", str(count), "--dist", "worksteal", "-p", "no:schemathesis"] for count in (PROCESSORS, PROCESSORS + 1)
)
# Fewer workers than the whole matrix has: each has an emulator of its own, whose start costs more than a trial.
SLICE = ["--slice", "--workers", "4"]
# make test-all sets it: tests that are marked full run, too, and Hypothesis and the fuzz of the emulator try more.
ALL = os.environ.get("M365_TESTS") == "all"
CHOSEN = [] if ALL else ["-m", "not full"]
UNIT = ["--hypothesis-profile=many"] if ALL else CHOSEN

# The sanity tests that make test leaves out, and what shows the same there.
SHOWN_ELSEWHERE = {
    "ansible-doc": "the session static(docs), which fails as well where there is none to read",
    "changelog": "the session static(changelog), and the names of fragments by tests/project/test_fragment.py",
    "compile": "mypy and ruff, which read each file as Python 3.11",
    "pep8": "ruff's E and W",
    "pylint": "the session static(pylint), with the rules of Ansible by tests/tools/ansible_rules.py",
    "shellcheck": "make lint",
    "yamllint": "the session yamllint, with what plugins document",
}
SKIPPED = [word for name in SHOWN_ELSEWHERE for word in ("--skip-test", name)]
# Of the sanity tests that are left, only import runs once more with each Python: here with that of .venv, and what the
# others lack is shown by mypy and ruff. It compiles all files for each of them again, which is most of its time.
SANITY = [] if ALL else [*SKIPPED, "--python", f"{sys.version_info.major}.{sys.version_info.minor}"]

SHELL_SCRIPTS = [".ci/run", *sorted(str(path) for path in Path("tests").glob("**/*.sh"))]
LINT: dict[str, list[str]] = {
    "ruff": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "mypy": ["mypy"],
    "layers": ["lint-imports", "--no-cache"],
    # In one process: each of several would read everything that its files import once more.
    "pylint": ["pylint", "--jobs=1", "plugins", "tests", "examples", "noxfile.py"],
    "shellcheck": ["shellcheck", *SHELL_SCRIPTS],
    "words": ["pytest", "-q", "tests/project/test_words.py"],
    "reuse": ["reuse", "lint", "--lines"],
    # What GitHub runs for us, without asking GitHub.
    "workflows": ["zizmor", "--offline", "--no-progress", "--quiet", ".github"],
    "changelog": ["antsibull-changelog", "lint"],
    "docs": [
        *("antsibull-docs", "lint-collection-docs", "--plugin-docs"),
        *("--validate-collection-refs", "all", "--check-extra-docs-refs", "."),
    ],
}
nox.options.sessions = [
    *(f"static({tool})" for tool in LINT),
    *("yamllint", "antsibull-nox-config", "extra-checks", "ansible-lint", "build-import-check"),
    *("unit", "emulator-tests", "fault-slice", "integration", "browser", "runners", "sanity", "docs"),
]


def run(session: nox.Session, *command: str, collections: str = TREE, **more: str) -> None:
    """Run a program of .venv that finds the collection in that folder; the session fails when the program does."""
    env = {"PATH": PATH, "ANSIBLE_COLLECTIONS_PATH": collections, "PYTHONPATH": TREE}
    # Hundreds of processes import the collection: they keep what they compiled, also where the machine is told not to.
    env["PYTHONDONTWRITEBYTECODE"] = ""
    env.update(more)
    if ALL:
        env.setdefault("FUZZ_EXAMPLES", os.environ.get("FUZZ_EXAMPLES", "100"))
    session.run(str(BIN / command[0]), *command[1:], env=env)


@nox.session
@nox.parametrize("tool", [nox.param(name, id=name) for name in LINT])
def static(session: nox.Session, tool: str) -> None:
    """Static checks, one tool at a time: nox --session 'static(mypy)'."""
    run(session, *LINT[tool])


@nox.session(name="ansible-lint")
def ansible_lint(session: nox.Session) -> None:
    """Roles, playbooks, examples and metadata, by the production profile."""
    run(session, "python", "tests/tools/lint_plays.py", "--strict", *session.posargs)


@nox.session
def unit(session: nox.Session) -> None:
    """The units of the collection, and the own tests of the project's tools."""
    run(session, "pytest", *SIDE_BY_SIDE, *(session.posargs or [*UNIT, "tests/unit", "tests/project"]))


@nox.session
def coverage(session: nox.Session) -> None:
    """Which lines of plugins/ the tests run, in whatever process: ansible's, its workers, and modules in their zips.

    Of a part of the tests it tells without a judgement. It needs Python 3.12 or newer.
    """
    data = {"COVERAGE_FILE": str(ROOT / ".ansible" / "coverage" / "data")}
    tests = session.posargs or [*PLAYS_SIDE_BY_SIDE, *CHOSEN, "tests/unit", "tests/integration"]
    (ROOT / ".ansible" / "coverage").mkdir(exist_ok=True)
    run(session, "coverage", "erase", **data)
    run(session, "coverage", "run", "-m", "pytest", *tests, **data)
    # Files that no test loads count as well: this process knows them all, and runs none.
    run(session, "coverage", "run", "--source=plugins", "-m", "compileall", "-qq", "meta", **data)
    run(session, "coverage", "combine", "--quiet", **data)
    run(session, "coverage", "report", *(["--fail-under=0"] if session.posargs else []), **data)


@nox.session(name="emulator-tests")
def emulator_tests(session: nox.Session) -> None:
    """The emulator's own tests, in one process: each of several would make the calls of the fuzz, when it collects."""
    run(session, "pytest", *(session.posargs or [*CHOSEN, "tests/emulator/tests"]))


@nox.session(name="fault-slice")
def fault_slice(session: nox.Session) -> None:
    """A part of the fault matrix; make faults tries all of it."""
    run(session, "python", "-m", "ansible_collections.m365.apps.tests.faults", *(session.posargs or SLICE))


@nox.session
def integration(session: nox.Session) -> None:
    """Plays of the installed collection against the emulator."""
    arguments = session.posargs or [*CHOSEN, "tests/integration"]
    run(session, "pytest", *PLAYS_SIDE_BY_SIDE, *arguments, collections=INSTALLED)


@nox.session
def browser(session: nox.Session) -> None:
    """The report's page in a Chromium that pip and npm bring; it fails where that does not run."""
    run(session, "pytest", *(session.posargs or [*CHOSEN, "tests/browser"]), collections=INSTALLED)


@nox.session
def runners(session: nox.Session) -> None:
    """The programs that users start the collection with, and what is there for AWX; they are in a venv of their own."""
    session.run("sh", "tests/tools/runners.sh", external=True)
    run(session, "pytest", "-rs", *(session.posargs or [*CHOSEN, "tests/runners"]), collections=INSTALLED)


@nox.session
def sanity(session: nox.Session) -> None:
    """ansible-test sanity; make test-all leaves nothing out, and runs it with every Python that runs here."""
    matrix(session, "sanity", session.posargs or SANITY)


@nox.session
def units(session: nox.Session) -> None:
    """ansible-test units, with every Python that runs here; make test has them by pytest."""
    matrix(session, "ansible-test-units", session.posargs)


@nox.session
def targets(session: nox.Session) -> None:
    """ansible-test integration, each target in-process and by modules; make test has them by pytest."""
    matrix(session, "targets", session.posargs)


def matrix(session: nox.Session, check: str, given: list[str]) -> None:
    """Run one check of tests/matrix with the ansible-core of .venv; what is given goes to its program."""
    more = [f"--give={argument}" for argument in given]
    run(session, "python", "-m", "ansible_collections.m365.apps.tests.matrix", "here", "--check", check, *more)


@nox.session(name="build-import-check", venv_backend="venv", reuse_venv=True)
def build_import_check(session: nox.Session) -> None:
    """The tarball of make build, looked at by galaxy-importer; what it calls an error fails here, too."""
    session.install("--quiet", "--require-hashes", "-r", "tests/galaxy.txt")
    [tarball] = (ROOT / ".ansible" / "dist").glob("*.tar.gz")
    folder = ROOT / ".ansible" / "galaxy"
    folder.mkdir(exist_ok=True)
    # Of its ansible-lint only what keeps it from running would count, which fails the session ansible-lint as well.
    env = {"GALAXY_IMPORTER_RUN_ANSIBLE_LINT": "false"}
    with session.chdir(folder):
        log = str(session.run("python", "-m", "galaxy_importer.main", str(tarball), env=env, silent=True))
    print(log)
    errors = [line for line in log.splitlines() if "ERROR" in line]
    if "Importer processing completed successfully" not in log or errors:
        session.error("galaxy-importer found errors: " + "; ".join(errors))


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation's site in .ansible/docs/html; every warning fails, so a reference that leads nowhere does."""
    folder = ROOT / ".ansible" / "docs"
    shutil.rmtree(folder, ignore_errors=True)
    pages = folder / "rst"
    # antsibull-docs wants a folder that only its user can write.
    pages.mkdir(parents=True, mode=0o755)
    write = ["antsibull-docs", "--config-file", "docs/site/antsibull-docs.cfg", "collection", "--use-current"]
    run(session, *write, "--squash-hierarchy", "--fail-on-error", "--dest-dir", str(pages), "m365.apps")
    # The guides name pictures by their path in the repository.
    shutil.copytree(ROOT / "docs" / "images", pages / "docs" / "images")
    options = ["--quiet", "--nitpicky", "--fail-on-warning", "--keep-going", "--conf-dir", "docs/site"]
    run(session, "sphinx-build", "--builder", "html", *options, str(pages), str(folder / "html"))
    if ALL:
        run(session, "pytest", "tests/site")
