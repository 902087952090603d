# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is said in several places is the same everywhere: argument specs, documentation, role, metadata, version."""

from __future__ import annotations

import functools
import importlib
import re
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.m365.apps.plugins.action.definition_files import SPEC
from ansible_collections.m365.apps.plugins.action.private_backup import SPEC as BACKUP_SPEC
from ansible_collections.m365.apps.plugins.action.private_convert import SPEC as CONVERT_SPEC
from ansible_collections.m365.apps.plugins.action.private_import import SPEC as IMPORT_SPEC
from ansible_collections.m365.apps.plugins.action.wait_for_checkins import SPEC as WAIT_SPEC
from ansible_collections.m365.apps.plugins.module_utils._graph.clouds import CLOUDS
from ansible_collections.m365.apps.plugins.module_utils._graph.login_errors import ADVICE
from ansible_collections.m365.apps.plugins.module_utils._module.arguments import AUTH, POLICY_IN_LIST, with_shared
from ansible_collections.m365.apps.plugins.module_utils._version import VERSION

ROOT = Path(__file__).resolve().parents[2]
# Those that log in; the others have no more than an action plugin.
MODULES = [*sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("office_*.py")), "private_group_names"]
FILE_WRITERS = ["office_setting_catalog"]
WRITERS = {
    "office_client_config",
    "office_client_config_assignment",
    "office_client_config_order",
    "office_client_configs",
}

Option = dict[str, t.Any]


def read_yaml(path: str) -> t.Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def load(module: str) -> t.Any:
    return importlib.import_module(f"ansible_collections.m365.apps.plugins.modules.{module}")


@functools.cache
def spec_of(module: str) -> dict[str, Option]:
    """Return the argument spec that a module's main hands to the boundary, with the shared options."""
    specs: list[dict[str, Option]] = []
    loaded = load(module)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loaded, "run_module", lambda definition: specs.append(definition.spec))
        loaded.main()
    return with_shared(specs[0])


@functools.cache
def documentation_of(module: str) -> dict[str, t.Any]:
    """Return a module's documentation with the collection's fragments merged in."""
    document: dict[str, t.Any] = yaml.safe_load(load(module).DOCUMENTATION)
    options = dict(document["options"])
    for name in document["extends_documentation_fragment"]:
        if not name.startswith("m365.apps."):
            continue
        *_namespace, fragment, section = (name + ".DOCUMENTATION").split(".")[:4]
        loaded = importlib.import_module(f"ansible_collections.m365.apps.plugins.doc_fragments.{fragment}")
        text = getattr(loaded.ModuleDocFragment, section.upper())
        options.update(yaml.safe_load(text)["options"])
    return {**document, "options": options}


def facts(option: Option, nested: str) -> dict[str, t.Any]:
    """Return what both a spec and a documentation say of an option; ``nested`` is the key of its suboptions."""
    below = option.get(nested)
    return {
        "type": option.get("type", "str"),
        "required": bool(option.get("required", False)),
        "default": option.get("default"),
        "choices": list(option.get("choices") or []),
        "elements": option.get("elements"),
        "aliases": list(option.get("aliases") or []),
        "below": {name: facts(value, nested) for name, value in below.items()} if below else {},
    }


def test_there_are_modules() -> None:
    assert len(MODULES) >= 5


@pytest.mark.parametrize("module", MODULES)
def test_documented_options_are_those_of_the_spec(module: str) -> None:
    documented = {name: facts(option, "suboptions") for name, option in documentation_of(module)["options"].items()}
    assert documented == {name: facts(option, "options") for name, option in spec_of(module).items()}


@pytest.mark.parametrize(
    ("module", "spec"), [("definition_files", SPEC), ("private_import", IMPORT_SPEC), ("private_convert", CONVERT_SPEC)]
)
def test_the_documented_options_of_what_runs_on_the_controller_are_those_of_its_action(
    module: str, spec: dict[str, Option]
) -> None:
    documented = yaml.safe_load(load(module).DOCUMENTATION)["options"]
    assert {name: facts(option, "suboptions") for name, option in documented.items()} == {
        name: facts(option, "options") for name, option in spec.items()
    }


@pytest.mark.parametrize(("module", "spec"), [("private_backup", BACKUP_SPEC), ("wait_for_checkins", WAIT_SPEC)])
def test_the_documented_options_of_what_reads_by_another_module_are_those_of_its_action_and_of_the_login(
    module: str, spec: dict[str, Option]
) -> None:
    documented = {name: facts(option, "suboptions") for name, option in documentation_of(module)["options"].items()}
    assert documented == {name: facts(option, "options") for name, option in with_shared(spec).items()}


@pytest.mark.parametrize("module", MODULES)
def test_each_environment_variable_is_documented_with_its_option(module: str) -> None:
    documented = documentation_of(module)["options"]
    for name, option in spec_of(module).items():
        text = " ".join(documented[name]["description"])
        named = set(re.findall(r"environment variable E\((\w+)\)", text))
        assert named == set(option["fallback"][1] if "fallback" in option else []), name


@pytest.mark.parametrize("module", MODULES)
def test_secrets_are_not_logged(module: str) -> None:
    secret = {name for name in spec_of(module) if re.search("secret|token|password|passphrase", name)}
    # The path of a file is no secret.
    secret -= {"federated_token_file"}
    assert secret == {"client_secret", "access_token", "certificate_passphrase"}
    assert all(spec_of(module)[name]["no_log"] is True for name in secret)


@pytest.mark.parametrize("module", MODULES)
def test_a_module_uses_the_shared_fragments(module: str) -> None:
    kind = "writer" if module in WRITERS else "file" if module in FILE_WRITERS else "info"
    assert documentation_of(module)["extends_documentation_fragment"] == [
        "m365.apps.attributes",
        f"m365.apps.attributes.{kind}",
        "m365.apps.auth",
        "m365.apps.connection",
        "m365.apps.surface",
        *(["m365.apps.surface.overwrite"] if "overwrite_unknown" in spec_of(module) else []),
        *(["m365.apps.surface.view"] if "assume_full_view" in spec_of(module) else []),
        *(["m365.apps.surface.approval"] if "approval_codes" in spec_of(module) else []),
        *(["m365.apps.wait"] if module in WRITERS else []),
    ]


@pytest.mark.parametrize("module", MODULES)
def test_a_module_is_documented_under_its_own_name(module: str) -> None:
    assert documentation_of(module)["module"] == module


@pytest.mark.parametrize("module", MODULES)
def test_examples_use_existing_modules_and_options(module: str) -> None:
    def tasks(block: t.Any) -> t.Iterator[dict[str, t.Any]]:
        for task in block:
            yield task
            yield from tasks(task.get("block", []))

    used = [
        (key.removeprefix("m365.apps."), arguments or {})
        for task in tasks(yaml.safe_load(load(module).EXAMPLES))
        for key, arguments in task.items()
        if key.startswith("m365.apps.")
    ]
    assert module in {name for name, _arguments in used}
    for name, arguments in used:
        assert not set(arguments) - set(spec_of(name))


def test_the_roles_policies_take_the_options_of_the_module() -> None:
    role = read_yaml("roles/rollout/meta/argument_specs.yml")["argument_specs"]["main"]["options"]
    options = {name: facts(option, "options") for name, option in role["rollout_policies"]["options"].items()}
    assert options == {name: facts(option, "options") for name, option in POLICY_IN_LIST.items()}


def plain(text: str) -> str:
    """Return a description without markup and line breaks."""
    return re.sub(r"[A-Z]\((?:policies\[\]\.)?(.*?)(?:#\w+)?\)", r"\1", " ".join(text.split()))


def described(option: Option) -> str:
    text = option["description"]
    return plain(text if isinstance(text, str) else " ".join(text))


@pytest.mark.parametrize("name", sorted(set(POLICY_IN_LIST) - {"kind"}))
def test_the_role_describes_an_option_in_the_modules_words(name: str) -> None:
    role = read_yaml("roles/rollout/meta/argument_specs.yml")["argument_specs"]["main"]["options"]
    module = documentation_of("office_client_configs")["options"]["policies"]["suboptions"]
    assert described(role["rollout_policies"]["options"][name]) == described(module[name])


@pytest.mark.parametrize("name", ["conflicts", "unread_policies"])
def test_two_modules_describe_conflicts_in_the_same_words(name: str) -> None:
    # Fragments of documentation cannot hold return values with every ansible-core that is supported.
    many, info = (
        yaml.safe_load(load(module).RETURN)[name] for module in ("office_client_configs", "office_client_config_info")
    )
    assert in_the_task(info["contains"]) == many["contains"]
    assert info["sample"] == many["sample"]
    if name == "conflicts":
        # The first sentence differs: a writer tells what is left when the task is done.
        assert in_the_task(info["description"][1:]) == many["description"][1:]
    else:
        assert info["description"] == many["description"]


def in_the_task(documented: t.Any) -> t.Any:
    """Return the documentation of office_client_config_info as of a module whose policies are those of its task."""
    text = yaml.safe_dump(documented, width=10_000)
    return yaml.safe_load(re.sub(r"(policy of|policy is in) RV\(configs\)", r"\1 the task", text))


def test_the_modules_of_one_policy_describe_their_approval_in_the_same_words() -> None:
    one, assignment = (
        yaml.safe_load(load(module).RETURN) for module in ("office_client_config", "office_client_config_assignment")
    )
    assert {name: one[name] for name in ("awaiting_approval", "approval")} == {
        name: assignment[name] for name in ("awaiting_approval", "approval")
    }


def test_the_action_group_holds_every_module() -> None:
    others = ["private_backup", "wait_for_checkins"]
    assert read_yaml("meta/runtime.yml")["action_groups"] == {"all": sorted([*MODULES, *others])}


def test_the_guide_to_logins_names_each_variable_and_code() -> None:
    guide = (ROOT / "docs" / "docsite" / "rst" / "guide_authentication.rst").read_text(encoding="utf-8")
    variables = {option["fallback"][1][0] for option in AUTH.values()}
    assert [name for name in (*AUTH, *variables, *ADVICE) if f"``{name}``" not in guide] == []
    hosts = [url for cloud in CLOUDS.values() for url in (cloud.login_url, cloud.graph_url)]
    assert [name for name in (*CLOUDS, *hosts) if f"``{name}``" not in guide] == []


def test_the_version_is_that_of_galaxy_yml() -> None:
    assert read_yaml("galaxy.yml")["version"] == VERSION
