# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""JSON, URLs and messages with stand-ins: what is Graph's stays, what may be a tenant's does not."""

from __future__ import annotations

import base64
import json
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._catalog import trace_words
from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import built_in
from ansible_collections.m365.apps.plugins.module_utils._trace.documents import BASE64
from ansible_collections.m365.apps.tests.unit import own_settings
from ansible_collections.m365.apps.tests.unit.traces import GUID, OTHER_GUID, disguise

EXCEL = (
    "user_vendor_msft_policy_config_excel16v2~policy~l_microsoftofficeexcel~l_exceloptions~l_security~l_trustcenter"
    "_l_vbawarningspolicy"
)
# No stand-in and no word of Graph's has such letters.
TENANTS = st.text("XYZ\u00e4\u00df'\"<& ", min_size=4, max_size=30).map(lambda text: f"Q{text}")
NAMES = st.sampled_from(["displayName", "value", "id", "settings", "message", "code", "url", "filter", "body"])
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 99) | TENANTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | TENANTS, inner, max_size=5),
    max_leaves=25,
)


def texts_in(value: t.Any) -> t.Iterator[str]:
    """Yield the texts of a JSON value that a tenant may have made, names of members included."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield from (name,) if name.startswith("Q") else ()
            yield from texts_in(member)
    elif isinstance(value, list):
        for member in value:
            yield from texts_in(member)
    elif isinstance(value, str):
        yield value


def shape_of(value: t.Any) -> t.Any:
    """Return what a trace keeps of any JSON: its shape, its types, its nulls, and small numbers."""
    if isinstance(value, dict):
        return [
            (name if not name.startswith(("Q", "text-")) else "?", shape_of(inner)) for name, inner in value.items()
        ]
    if isinstance(value, list):
        return [shape_of(inner) for inner in value]
    return "text" if isinstance(value, str) else value


@given(DOCUMENTS, st.booleans())
def test_no_text_of_a_tenant_stays_and_every_shape_does(document: t.Any, asked: bool) -> None:
    for made in (disguise().document(document, asked), disguise().payload(document)):
        printed = json.dumps(made, ensure_ascii=False)
        assert [text for text in texts_in(document) if json.dumps(text, ensure_ascii=False)[1:-1] in printed] == []
    assert shape_of(disguise().document(document, asked)) == shape_of(document)


def test_a_policy_keeps_what_is_the_same_in_every_tenant() -> None:
    document = {
        "@odata.context": "https://graph.microsoft.com/beta/$metadata#deviceManagement/configurationPolicies/$entity",
        "id": GUID,
        "name": "Payroll",
        "platforms": "windows10",
        "technologies": "mdm,appleRemoteManagement",
        "roleScopeTagIds": ["0", "12"],
        "priorityMetaData": None,
        "settingCount": 1,
        "deploymentMode": "staged",
        "settings": [
            {
                "id": "0",
                "settingInstance": {
                    "@odata.type": "#microsoft.graph.deviceManagementConfigurationChoiceSettingInstance",
                    "settingDefinitionId": EXCEL,
                    "choiceSettingValue": {
                        "value": f"{EXCEL}_1",
                        "children": [{"simpleSettingValue": {"value": "hunter2"}}],
                    },
                },
            }
        ],
    }
    made = disguise().document(document, asked=False)
    assert made["@odata.context"] == document["@odata.context"]
    assert (made["platforms"], made["technologies"]) == ("windows10", "mdm,appleRemoteManagement")
    assert (made["roleScopeTagIds"], made["priorityMetaData"], made["settingCount"]) == (["0", "12"], None, 1)
    # A new member is told of; what is in it is not.
    assert made["deploymentMode"].startswith("text-")
    instance = made["settings"][0]["settingInstance"]
    assert instance["settingDefinitionId"] == EXCEL
    assert instance["choiceSettingValue"]["value"] == f"{EXCEL}_1"
    assert "hunter2" not in json.dumps(made)
    assert "Payroll" not in json.dumps(made)
    assert GUID not in json.dumps(made)


def test_a_member_that_a_user_made_up_is_not_shown() -> None:
    assert disguise().document({"settings": [{"hunter": 1}]}, asked=True)["settings"][0].keys() != {"hunter"}


def test_payloads_show_settings_of_office_and_nothing_else() -> None:
    payload = [
        {"settingId": "office16;L_VBAWarningsPolicy", "type": "REG_DWORD", "value": "4", "site": "https://intra"}
    ]
    packed = {"policyPayload": base64.b64encode(json.dumps(payload).encode()).decode()}
    [made] = disguise().document(packed, asked=True)["policyPayload"][BASE64]
    assert made["settingId"] == "office16;L_VBAWarningsPolicy"
    assert made["type"] == "REG_DWORD"
    assert made["value"] != "4"
    assert "intra" not in json.dumps(made)
    assert "site" not in made


@pytest.mark.parametrize("number", [0, 7, -5, 4294967295, 1.5, True])
def test_numbers_of_graph_stay(number: float) -> None:
    assert disguise().document({"value": number}, asked=False) == {"value": number}


def test_long_numbers_and_those_of_payloads_do_not() -> None:
    made = disguise().document({"value": 49301234567890}, asked=False)["value"]
    assert (len(str(made)), made == 49301234567890) == (14, False)
    assert disguise().payload({"x": 80331}) != {"x": 80331}


def test_cells_of_a_report_are_members_by_their_columns() -> None:
    schema = [{"Column": name, "PropertyType": "String"} for name in ("UPN", "ReportStatus", "PolicyStatus")]
    report = {"TotalRowCount": 1, "Schema": schema, "Values": [["anna@contoso.com", "Succeeded", 2]], "SessionId": GUID}
    made = disguise().document(report, asked=False)
    assert made["Schema"] == schema
    assert made["Values"][0][1:] == ["Succeeded", 2]
    assert made["Values"][0][0].endswith(".example")


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://graph.microsoft.com/beta/deviceManagement/configurationPolicies?$top=100", True),
        ("/deviceManagement/getEffectivePermissions(scope='*')", True),
        (f"/deviceManagement/configurationSettings/{EXCEL}", True),
        (f"/deviceManagement/configurationSettings?$filter=rootDefinitionId%20eq%20'{EXCEL}'", True),
        (
            "https://graph.microsoft.com/beta/$metadata#deviceManagement/configurationPolicies(assignments())/$entity",
            True,
        ),
        ("https://proxy.contoso.com:8080/beta/groups", False),
        ("/groups?$filter=displayName%20eq%20'Payroll''s'&$select=id,displayName", False),
        ("/groups?$filter=displayName+eq+'Payroll'", False),
        (f"/deviceManagement/configurationPolicies('{GUID}')/settings('0')", False),
        (
            f"https://graph.microsoft.com/beta/$metadata#deviceManagement/configurationPolicies('{GUID}')/settings",
            False,
        ),
        ("/deviceManagement/configurationPolicies?$skiptoken=Payroll", False),
        ("/deviceManagement/configurationPolicies/Payroll/assign", False),
        ("/groups?Payroll=Payroll", False),
        ("/officeConfiguration/Payroll", False),
    ],
)
def test_urls(url: str, kept: bool) -> None:
    made = disguise().urls.of(url)
    assert (made == url) is kept, made
    assert not any(own in made for own in ("Payroll", "contoso", GUID))
    assert "?" not in made.partition("?")[2]
    # Names of Graph stay where they are.
    assert all(part in made for part in ("configurationPolicies", "groups", "$filter", "$select") if part in url)


@pytest.mark.parametrize(
    "message",
    [
        "Resource not found for the segment 'officeConfiguration'.",
        (
            "Cannot apply PATCH to navigation property 'settings' on entity type "
            "'microsoft.management.services.api.deviceManagementConfigurationPolicy'."
        ),
        "dCV2Policy.Description : The field Description must be a string with a maximum length of 1000",
        "dCV2Policy.Settings : The Settings field is required.",
        f"Selected option {EXCEL}_1 with dependent settings doesnt contain required dependent settings.",
        "Setting with technology applicability EdgeMAM does not match with the policy's technology applicability MDM",
        "Simple Setting has unexpected value. Expected value type Secret does not match actual value type String",
        "Rate limit reached because of too many requests to query broker. Please retry after sometime.",
        (
            "Application is not authorized to perform this operation. Application must have one of the following "
            "scopes: DeviceManagementConfiguration.ReadWrite.All"
        ),
        "An active Approval Request already exists for this entity",
        "User is not authorized to perform this operation",
    ],
)
def test_words_of_graph_in_messages_stay(message: str) -> None:
    assert disguise().text("message", message) == message


@pytest.mark.parametrize(
    "message",
    [
        f"{GUID.upper()} is gone",
        "Group Contoso Payroll is not allowed",
        "Invalid GroupId : `all users` provided, a valid AADGroupId is expected.",
        'the name "all users" is taken',
        "the policy all users is taken",
        f"{GUID} of anna@contoso.com: https://contoso.com/payroll?x=Contoso",
        "Contoso\u202fPayroll \u00c4\u00d6",
        "token eyJhbGciOiJub25lIn0.eyJ0aWQiOiJBQkMifQ.c2lnbmF0dXJl",
    ],
)
def test_everything_else_in_messages_does_not(message: str) -> None:
    made = disguise()
    made.text("displayName", "all users")
    nested = json.dumps({"Message": json.dumps({"Message": message})})
    for shown in (made.text("message", message), made.text("message", nested)):
        assert not any(own in shown for own in ("Contoso", "contoso", "Payroll", "payroll", "all users", "anna", "eyJ"))
        assert not any(own in shown for own in (GUID, GUID.upper(), "\u00c4", "\u202f"))


def test_a_known_name_has_its_stand_in_within_a_sentence() -> None:
    made = disguise()
    name = made.text("displayName", "Contoso Payroll")
    assert made.text("message", "policy Contoso Payroll is locked") == f"policy {name} is locked"


def test_headers_are_shown_by_a_list() -> None:
    headers = {
        "Authorization": "Bearer secret-token",
        "Content-Type": "application/json;odata.metadata=minimal;IEEE754Compatible=false;charset=utf-8",
        "Retry-After": "12",
        "request-id": GUID,
        "x-msft-approval-justification": base64.b64encode(b"for Anna").decode(),
        "x-msft-approval-code": OTHER_GUID,
        "Location": f"https://contoso.com/beta/groups/{GUID}",
        "Via": "proxy.contoso.com",
        "Set-Cookie": "session=1",
        "User-Agent": "m365.apps",
    }
    made = disguise().headers(headers)
    assert made["content-type"] == headers["Content-Type"]
    assert made["retry-after"] == "12"
    assert made["others"] == 2
    printed = json.dumps(made)
    assert not any(own in printed for own in ("secret-token", GUID, OTHER_GUID, "Anna", "contoso", "session", "Via"))
    assert made["x-msft-approval-justification"].keys() == {BASE64}
    assert made["location"].endswith(made["request-id"])


def test_the_inner_calls_of_a_batch_are_calls() -> None:
    requests = [
        {"id": "0", "method": "GET", "url": "/groups?$filter=displayName eq 'Payroll'", "headers": {"X": "Payroll"}},
        {"id": "1", "method": "PUT", "url": f"/officeConfiguration/clientConfigurations/{GUID}/policyPayload",
         "headers": {"Content-Type": "application/octet-stream"}, "body": base64.b64encode(b'{"Payroll": 1}').decode()},
    ]  # fmt: skip
    made = disguise().document({"requests": requests}, asked=True)["requests"]
    assert [request["id"] for request in made] == ["0", "1"]
    assert made[0]["url"].startswith("/groups?$filter=displayName%20eq%20'text-")
    assert list(made[1]["body"]) == [BASE64]
    assert "Payroll" not in json.dumps(made)


@pytest.mark.parametrize(
    ("code", "kept"),
    [
        *(
            (code, True)
            for code in (
                *("BadRequest", "Request_ResourceNotFound", "Request_UnsupportedQuery", "ModelValidationFailure"),
                *("Forbidden", "TooManyRequests", "InvalidAuthenticationToken", "Authorization_RequestDenied"),
                *("ApprovalRequired", "No method match route template", "MethodNotAllowed", "UnknownError", "Conflict"),
            )
        ),
        *(
            (code, False)
            for code in ("Payroll", "PayrollFailure", "Contoso_BadRequest", "canary-1", "all payroll users")
        ),
    ],
)
def test_codes_of_errors_are_made_of_words_of_messages(code: str, kept: bool) -> None:
    made = disguise().document({"error": {"code": code, "message": ""}}, asked=False)["error"]["code"]
    assert (made == code) is kept, made


def test_each_definition_and_option_of_the_catalog_is_shown() -> None:
    catalog = built_in()
    known = [known for known in map(catalog.get, catalog.ids()) if known is not None]
    ids = {known_id for one in known for known_id in (one.id, *(option.id for option in one.options))}
    assert len(ids) > len(known) > 0
    assert [known_id for known_id in sorted(ids) if not trace_words.is_definition(known_id.upper())] == []


def test_an_option_is_found_by_its_definition(monkeypatch: pytest.MonkeyPatch) -> None:
    """Others' definitions are not read for it, which would take each task a tenth of a second."""
    choice = own_settings.toggle("not_of_office", "L_Own", "Title")
    asked: list[str] = []

    class Asked:
        def get(self, key: str) -> t.Any:
            asked.append(key)
            return choice if key == choice.id.lower() else None

    monkeypatch.setattr(trace_words, "built_in", Asked)
    option = choice.options[0].id
    assert trace_words.is_definition(option.upper())
    assert not trace_words.is_definition(f"{choice.id}_2")
    asked.clear()
    assert not trace_words.is_definition(GUID)
    assert asked == [GUID]
