# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What plays of the tests keep between processes: payloads of modules, only as long as nothing in them changed."""

from __future__ import annotations

import os
import typing as t
from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace

import pytest
from ansible import constants
from ansible.errors import AnsibleError
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import filter_loader
from ansible.template import Templar, trust_as_template

from ansible_collections.m365.apps.tests.integration.support.callback_plugins import preload
from ansible_collections.m365.apps.tests.integration.support.processes import ROOT

WRITTEN = """
one: &one {list: [1, 2.5, true, null, 2026-01-31, 2026-01-31 10:00:00]}
alias: *one
unsafe: !unsafe "{{ x }}"
template: "{{ x }}"
vault: !vault |
  $ANSIBLE_VAULT;1.1;AES256
  61
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "module_utils" / "_room" / "one.py"
    path.parent.mkdir(parents=True)
    path.write_text("A = 1\n")
    return path


def test_payloads_are_kept_for_one_state_of_the_source(source: Path, tmp_path: Path) -> None:
    states = [preload.state(tmp_path)]
    about = source.stat()
    source.write_text("A = 2\n")  # of the same size
    os.utime(source, ns=(about.st_atime_ns, about.st_mtime_ns + 1))
    states.append(preload.state(tmp_path))
    source.write_text("A = 22\n")
    os.utime(source, ns=(about.st_atime_ns, about.st_mtime_ns + 1))
    states.append(preload.state(tmp_path))
    (source.parent / "two.py").touch()
    states.append(preload.state(tmp_path))
    source.rename(source.with_name("three.py"))
    states.append(preload.state(tmp_path))
    assert len(set(states)) == len(states)
    (source.parent / "two.pyc").touch()
    assert preload.state(tmp_path) == states[-1]


def test_processes_share_payloads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preload, "_PAYLOADS", tmp_path / "payloads")
    folders = [tmp_path / name for name in ("first", "second")]
    for folder in folders:
        folder.mkdir()
        preload.share_payloads(folder, "state")
    preload.share_payloads(folders[0], "state")  # a program that begins twice
    (folders[0] / "ansiballz_cache" / "module").write_text("packed")
    assert (folders[1] / "ansiballz_cache" / "module").read_text() == "packed"
    for folder in folders:
        assert (folder / "ansiballz_cache").is_symlink()  # so that what ends with a process ends no payload


TEMPLATES = [
    "{{ a + 1 }}",
    "{% for n in range(a) %}{{ n }}{% endfor %}",
    "{{ 'x\\ty' }} {{ nothing | default(a) }}",
    "{{ a }",
]


def test_templates_that_are_kept_give_what_they_give_anew(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    environment = pytest.importorskip("ansible._internal._templating._jinja_bits").AnsibleEnvironment
    for name in ("compile", "compile_expression"):
        monkeypatch.setattr(environment, name, getattr(environment, name))  # to be as it was afterwards

    loader = DataLoader()
    loader.set_basedir(str(tmp_path))
    files = [tmp_path / "one.j2", tmp_path / "two.j2"]
    for path in files:
        path.write_text("{{ a + 1 }}")

    def results() -> list[object]:
        templar = Templar(loader, variables={"a": 2})
        found: list[object] = [templar.template(trust_as_template(text)) for text in TEMPLATES[:-1]]
        found += [templar.template(trust_as_template(TEMPLATES[2]), escape_backslashes=False)]
        found += [templar.evaluate_conditional(trust_as_template(text)) for text in ("a == 2", "a > 2")]
        found += [templar.template(trust_as_template(f"{{% include '{path.name}' %}}")) for path in files]
        for wrong in (TEMPLATES[-1], "{{ a | no_such_filter }}"):
            with pytest.raises(AnsibleError) as error:
                templar.template(trust_as_template(wrong))
            found.append(str(error.value))
        return found

    there: dict[str, object] = {}
    made: list[str] = []

    def kept(key: str, make: t.Callable[[], object]) -> object:
        if key not in there:
            code = make()
            made.append(key)
            there[key] = code
        return there[key]

    anew = results()
    preload.keep_templates(kept, "state")
    assert results() == anew
    assert [sum(repr(str(path)) in key for key in made) for path in files] == [1, 1], "code tells of its file"
    assert len(made) >= 6, "the same text is another template where backslashes are escaped"
    assert results() == anew
    assert len(made) == len(there)


@pytest.mark.parametrize("name", ["meta/argument_specs.yml", "tasks/main.yml", "written"])
def test_what_is_copied_is_what_a_deep_copy_is(tmp_path: Path, name: str) -> None:
    tags = pytest.importorskip("ansible.module_utils._internal._datatag").AnsibleTagHelper.tags
    path = ROOT / "roles" / "rollout" / name
    if name == "written":
        path = tmp_path / "written.yml"
        path.write_text(WRITTEN)

    def everything(value: t.Any) -> object:
        parts = [*value.items()] if isinstance(value, dict) else value if isinstance(value, list | tuple) else None
        about = (type(value).__name__, sorted(map(repr, tags(value))))
        return (*about, repr(value) if parts is None else [everything(one) for one in parts])

    value = DataLoader().load_from_file(str(path), unsafe=True, trusted_as_template=True)
    copy = preload.copied(value)
    assert everything(copy) == everything(deepcopy(value)) == everything(value)
    parts, others = (list(one.values() if isinstance(one, dict) else one) for one in (value, copy))
    assert [one for one, other in zip(parts, others, strict=True) if one is other] == []
    if name == "written":
        assert others[0] is others[1], "an alias is what its anchor is"


def test_what_workers_need_is_loaded_again_once_ansible_forgot_it(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []
    monkeypatch.setattr(constants, "DEFAULT_INTERNAL_POLL_INTERVAL", 0.001)  # to be as it was afterwards
    monkeypatch.setattr(preload, "keep_more", lambda: None)
    monkeypatch.setattr(preload, "load", lambda: loaded.append("again"))
    monkeypatch.setattr(preload, "gc", SimpleNamespace(disable=lambda: None, freeze=lambda: None))
    callback = preload.CallbackModule()
    for times in (1, 2):
        for _task in ("first", "second"):
            callback.v2_playbook_on_task_start(None, False)
            assert len(loaded) == times
        filter_loader._clear_caches()  # as add_directory does
