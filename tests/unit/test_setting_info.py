# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""office_setting_info: what is answered without a login, what Graph is asked, and what is refused."""

from __future__ import annotations

import json
import typing as t
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pytest
import yaml

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import built_in, catalog_lines
from ansible_collections.m365.apps.plugins.module_utils._catalog.language import compile_settings
from ansible_collections.m365.apps.plugins.module_utils._module.masks import MASK
from ansible_collections.m365.apps.plugins.plugin_utils import _fast_path
from ansible_collections.m365.apps.tests.unit import own_settings as own
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import (
    CLIENT,
    LOGIN,
    ORIGIN,
    SECRET,
    TENANT,
    FuzzTenant,
    check_text,
)
from ansible_collections.m365.apps.tests.unit.modules import OFFICE_SETTING_INFO
from graph_emulator.graph.catalog import facts
from graph_emulator.graph.catalog.definitions import Definitions

MACROS, OWN_MACROS = "excel16/L_VBAWarningsPolicy", "excel16/L_OwnMacros"
SETTINGS = "/beta/deviceManagement/configurationSettings"

Dict = dict[str, t.Any]


class OwnTenant(FuzzTenant):
    """A tenant whose catalog has the settings with texts of this project's own."""

    def __init__(self) -> None:
        super().__init__()
        _head, *lines = catalog_lines(own.DEFINITIONS, "a test", titles=True)
        self.world.tenants[TENANT].definitions = Definitions.of(facts.documents(map(json.loads, lines)))

    @property
    def reads(self) -> list[str]:
        """Method and path of each call, those in batches too."""
        return [unquote(f"{call['method']} {call['path']}") for call in self._calls() if "$batch" not in call["path"]]


def offline(**options: t.Any) -> Dict:
    """Run the module where no login and no network is there; return its result with its warnings as ``told``."""
    printed, warnings = _fast_path.run_here(OFFICE_SETTING_INFO, options)
    assert SECRET not in printed
    result: Dict = json.loads(printed)
    for text in (*warnings, *([result["msg"]] if result.get("failed") else [])):
        check_text(text)
    return {**result, "told": warnings}


def online(tenant: FuzzTenant, **options: t.Any) -> Dict:
    """Run the module on a tenant, with a login."""
    with tenant.entered():
        return offline(access_token=tenant.token, graph_url=ORIGIN, login_url=ORIGIN, **options)


def keys(result: Dict) -> list[str]:
    assert not result.get("failed"), result["msg"]
    return [f"{each['setting']} {each['scope']}" for each in result["settings"]]


@pytest.fixture
def file(tmp_path: Path) -> str:
    return own.write(tmp_path / "own.jsonl")


@pytest.fixture
def bare(tmp_path: Path) -> str:
    return own.write(tmp_path / "bare.jsonl", titles=False)


# Without a login


def test_a_file_with_texts_answers_without_a_login(file: str) -> None:
    found = offline(search="MACRO run", catalog_file=file)
    assert keys(found) == ["word16/L_OwnMacros user", f"{OWN_MACROS} user"]
    assert (found["count"], found["source"], found["complete"], found["all_words"]) == (2, "catalog", True, True)
    assert (found["changed"], found["told"]) == (False, [])
    [level] = found["settings"][1]["elements"]
    assert level["allowed"][0] == {"value": 1, "display_name": "Run all of them"}


def test_a_key_is_answered_by_what_the_collection_brings() -> None:
    found = offline(setting="EXCEL16;l_vbawarningspolicy")
    assert keys(found) == [f"{MACROS} user"]
    assert (found["source"], found["complete"], found["settings"][0]["display_name"]) == ("catalog", True, None)
    assert offline(setting=found["settings"][0]["id"].upper())["settings"] == found["settings"]
    entries = yaml.safe_load(found["settings"][0]["example"])
    assert len(compile_settings(entries, built_in())) == 1


def test_a_key_means_all_settings_that_the_filters_let_through() -> None:
    both = offline(setting="office16/L_AgeOutPolicy")
    assert keys(both) == ["office16/L_AgeOutPolicy user", "office16/L_AgeOutPolicy device"]
    assert yaml.safe_load(both["settings"][1]["example"])[0]["scope"] == "device"
    assert keys(offline(setting="office16/L_AgeOutPolicy", scope="device")) == keys(both)[1:]
    none = offline(setting="office16/L_AgeOutPolicy", app="excel16")
    assert (none["settings"], none["count"]) == ([], 0)


def test_filters_alone_list_settings_by_key() -> None:
    listed = offline(deprecated=True, limit=0)
    assert (listed["count"], len(listed["settings"])) == (42, 42)
    assert all(each["deprecated"] for each in listed["settings"])
    apps = [each["app"] for each in listed["settings"]]
    assert apps == sorted(apps)
    some = offline(app="Teams", scope="user")
    assert {each["app"] for each in some["settings"]} == {"teams"}


def test_the_limit_shows_the_first_ones_and_counts_all() -> None:
    found = offline(app="excel16")
    assert (len(found["settings"]), found["count"]) == (20, 174)
    first = offline(app="excel16", limit=3)
    assert first["settings"] == found["settings"][:3]


def test_names_of_policies_are_searched_without_texts_where_that_is_asked_for(bare: str) -> None:
    found = offline(search="vba warnings", source="catalog", app="excel16")
    assert keys(found) == [f"{MACROS} user"]
    assert not found["complete"]
    assert keys(offline(search="OwnMacros", source="catalog", catalog_file=bare)) == [
        f"{OWN_MACROS} user",
        "word16/L_OwnMacros user",
    ]
    nothing = offline(search="zzz", source="catalog")
    assert nothing["settings"] == []
    assert " ".join(nothing["told"]) == (
        "The search for 'zzz': without texts there are policy names alone, so there may be such a setting all the "
        "same. Try other words, or give a catalog_file with texts."
    )


def test_a_search_without_a_match_of_all_words_says_so(file: str) -> None:
    found = offline(search="repair unsigned add-ins", catalog_file=file)
    assert keys(found)[0] == "office16/L_OwnRepair device"
    assert not found["all_words"]
    assert " ".join(found["told"]) == (
        "The search for 'repair unsigned add-ins': no setting has all of these words, so those with the most telling "
        "ones are shown."
    )
    nothing = offline(search="zzz", catalog_file=file)
    assert (nothing["settings"], nothing["count"], nothing["complete"], nothing["told"]) == ([], 0, True, [])


NEAREST = "excel16/L_VBAWarningsPolicy, excel16/L_WebContentWarningLevel, excel16/L_XL4KillSwitchPolicy"
NO_LOGIN = (
    "the login: cannot log in: no credential is given. Give client_secret, certificate_path or federated_token_file "
    "with tenant_id and client_id, or managed_identity, or access_token; or set AZURE_TENANT_ID, AZURE_CLIENT_ID and "
    "AZURE_CLIENT_SECRET"
)
REFUSED: dict[str, tuple[Dict, str]] = {
    "an unknown key, without a login": (
        {"setting": "excel16/L_VBAWarningPolicy"},
        (
            "the setting excel16/L_VBAWarningPolicy: cannot find it: there is no setting excel16/L_VBAWarningPolicy; "
            f"the nearest keys are {NEAREST}, and Graph, which may know it, cannot be asked ({NO_LOGIN}). Check the "
            "spelling, or look for words with search."
        ),
    ),
    "an unknown key, without Graph": (
        {"setting": "excel16/L_VBAWarningPolicy", "source": "catalog"},
        (
            "the setting excel16/L_VBAWarningPolicy: cannot find it: there is no setting excel16/L_VBAWarningPolicy; "
            f"the nearest keys are {NEAREST}. Check the spelling, or look for words with search."
        ),
    ),
    "words, without texts and login": (
        {"search": "macro"},
        (
            f"the search for 'macro': cannot begin it: no texts are in hand, and Graph cannot be asked ({NO_LOGIN}). "
            "Log in, give a catalog_file with texts, or look among the names of policies alone with source: catalog."
        ),
    ),
    "both": (
        {"search": "macro", "setting": MACROS},
        "parameters are mutually exclusive: search|setting",
    ),
    "an unknown app": (
        {"app": "excel"},
        (
            "the task: cannot use app: excel: no setting is of an ADMX file of this name; there are access16, excel16, "
            "lync16, office16, onent16, outlk16, ppt16, proj16, pub16, secguide, teams, visio16, word16. Give one of "
            "them, or leave app out."
        ),
    ),
    "no key": ({"setting": " "}, "the task: cannot use setting: it is empty. Give a setting, or leave the option out."),
    "no words": ({"search": ""}, "the task: cannot use search: it is empty. Give a search, or leave the option out."),
    "half a character": (
        {"search": "a\ud800"},
        "the task: cannot use its options: a text holds an unpaired surrogate. Save its file as UTF-8.",
    ),
    "a long text": (
        {"search": "x" * 501},
        "the task: cannot use search: it has more than 500 characters. Give fewer words.",
    ),
    "a negative limit": ({"limit": -1}, "the task: cannot use limit: -1 is below 0. Give a number, or 0 for all."),
    "all of Graph": (
        {"source": "graph"},
        (
            "the task: cannot use source: graph: Graph has the settings of all of Windows, and neither setting nor "
            "search says which ones are meant. Give one of them, or leave source out."
        ),
    ),
    "a file that is not there": (
        {"setting": MACROS, "catalog_file": "/no/such/file"},
        (
            "the option catalog_file: cannot use it: /no/such/file cannot be read ([Errno 2] No such file or "
            "directory: '/no/such/file'). Check the path and the file."
        ),
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused(case: str) -> None:
    options, says = REFUSED[case]
    result = offline(**options)
    assert (result.get("failed"), result["msg"]) == (True, says)


@pytest.mark.parametrize("surface", ["office_configuration", "settings_catalog"])
def test_where_policies_live_does_not_matter(file: str, surface: str) -> None:
    options = {"surface": surface, "payload_transport": "inline", "catalog_file": file}
    assert keys(offline(search="macro", **options))
    tenant = OwnTenant()
    assert keys(online(tenant, search="macro", source="graph", **options))


# From Graph


def test_words_are_looked_for_in_graph_and_only_what_is_shown_is_read_whole() -> None:
    tenant = OwnTenant()
    found = online(tenant, search="the macros in own workbooks")
    assert keys(found) == [f"{OWN_MACROS} user"]
    assert (found["source"], found["complete"], found["count"]) == ("graph", False, 1)
    assert found["settings"][0]["display_name"] == "Let macros run in own workbooks (User)"
    assert found["settings"][0]["category"] == ["Own Excel", "Safety"]
    [level] = found["settings"][0]["elements"]
    assert [each["display_name"] for each in level["allowed"]][:2] == ["Run all of them", "Run those with a signature"]
    assert tenant.reads == [
        f"GET {SETTINGS}?$filter=contains(displayName,'workbook')",
        f"GET {SETTINGS}?$filter=contains(displayName,'macro')",
        f"GET {SETTINGS}?$filter=contains(displayName,'own')",
        f"GET {SETTINGS}?$filter=rootDefinitionId eq '{own.MACROS.id}'",
    ]


def test_what_has_no_elements_is_not_read_again() -> None:
    tenant = OwnTenant()
    assert keys(online(tenant, search="own texts")) == ["word16/L_OwnMacros user"]
    assert [read for read in tenant.reads if "rootDefinitionId" in read] == []


def test_policies_that_are_known_by_name_are_found_beside_those_of_graph() -> None:
    """Graph looks in display names alone."""
    tenant = OwnTenant()
    found = online(tenant, search="OwnUpdates")
    assert found["settings"] == []
    [warning] = found["told"]
    assert "Graph looks in display names alone" in warning
    found = online(tenant, search="vbawarnings", app="excel16")
    assert keys(found) == [f"{MACROS} user"]
    assert found["settings"][0]["display_name"] is None


def test_settings_of_other_products_are_left_out_in_whatever_form_they_are() -> None:
    tenant = OwnTenant()
    held = [*tenant.world.tenants[TENANT].definitions]
    odd = {"@odata.type": "#microsoft.graph.new", "id": "com.example.macro", "displayName": "Macro", "keywords": 7}
    tenant.world.tenants[TENANT].definitions = Definitions.of([*held, odd])
    assert keys(online(tenant, search="macro", scope="user"))[0] == "word16/L_OwnMacros user"


def test_the_words_of_a_search_are_text_in_the_filter() -> None:
    tenant = OwnTenant()
    assert not online(tenant, search="x') or contains(displayName,' it's & #").get("failed")
    assert f"GET {SETTINGS}?$filter=contains(displayName,'it''s')" in tenant.reads


def test_few_words_are_asked_for_and_short_ones_only_where_there_are_no_others() -> None:
    asked = {
        "one very long text of seven different words": ["different", "seven", "very", "long", "text"],
        "up to x": ["up to x"],
        "up to macros": ["macro"],
    }
    for text, words in asked.items():
        tenant = OwnTenant()
        assert not online(tenant, search=text, app="teams").get("failed")
        assert sorted(tenant.reads) == sorted(
            f"GET {SETTINGS}?$filter=contains(displayName,'{word}')" for word in words
        )


def test_a_known_key_has_texts_where_graph_is_asked_for_them(bare: str) -> None:
    tenant = OwnTenant()
    options = {"setting": OWN_MACROS, "catalog_file": bare}
    assert online(tenant, **options)["settings"][0]["display_name"] is None
    assert tenant.reads == []
    found = online(tenant, source="graph", **options)
    assert found["settings"][0]["elements"][0]["display_name"] == "Which ones"
    assert tenant.reads == [f"GET {SETTINGS}?$filter=rootDefinitionId eq '{own.MACROS.id}'"]


def test_a_key_that_is_not_known_is_asked_of_graph() -> None:
    tenant = OwnTenant()
    found = online(tenant, setting=OWN_MACROS)
    assert (keys(found), found["source"]) == ([f"{OWN_MACROS} user"], "graph")
    assert len(tenant.reads) == 2
    again = online(tenant, setting=own.LEVEL.id)
    assert keys(again) == [f"{OWN_MACROS} user"]


def test_a_key_that_graph_does_not_know_either_is_an_error_with_the_nearest_keys() -> None:
    tenant = OwnTenant()
    result = online(tenant, setting="excel16/L_VBAWarningPolicy")
    assert result["failed"]
    assert f"the nearest keys are {NEAREST}; Graph does not know it either. Check the spelling" in result["msg"]


@pytest.mark.parametrize("options", [{"search": "macro"}, {"setting": "excel16/L_VBAWarningPolicy"}])
def test_what_cannot_be_read_is_an_error_that_names_the_permission(options: Dict) -> None:
    tenant = OwnTenant()
    apps = tenant.world.tenants[TENANT].apps
    apps[CLIENT] = replace(apps[CLIENT], roles=())
    with tenant.entered():
        result = offline(**LOGIN, graph_url=ORIGIN, login_url=ORIGIN, **options)
    assert result["failed"]
    assert "DeviceManagementConfiguration.Read.All" in result["msg"]
    assert result["error"]["status"] == 403


# Masking


def test_a_secret_that_a_display_name_repeats_is_masked(file: str) -> None:
    text = Path(file).read_text(encoding="utf-8").replace("own workbooks", f"own {SECRET}")
    Path(file).write_text(text, encoding="utf-8")
    printed, _warnings = _fast_path.run_here(OFFICE_SETTING_INFO, {**LOGIN, "search": "macro", "catalog_file": file})
    assert SECRET not in printed
    shown = json.loads(printed)["settings"]
    assert f"# Let macros run in own {MASK} (User)\n" in "".join(each["example"] for each in shown)
    assert any(MASK in each["display_name"] for each in shown)


def test_no_token_is_shown_where_graph_repeats_it() -> None:
    """The tenant is opened late, and its tokens are masked all the same."""
    tenant = OwnTenant()
    held = [dict(each) for each in tenant.world.tenants[TENANT].definitions]
    for each in held:
        each["displayName"] = f"Macro {tenant.token}"
    tenant.world.tenants[TENANT].definitions = Definitions.of(held)
    found = online(tenant, search="macro")
    assert found["settings"][0]["display_name"] == f"Macro {MASK}"
