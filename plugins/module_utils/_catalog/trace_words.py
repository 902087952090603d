# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of requests and answers is Microsoft's own here: a trace may show it.

The ids of definitions and of their options are the same in every tenant; those that the collection's catalog knows are
shown. What a policy sets is not: a text that it sets is the tenant's.
"""

from __future__ import annotations

import re

from .._graph.trace_words import TraceWords, words
from .catalog import built_in
from .definitions import OFFICE_FILES

# Definitions of Office that are newer than the catalog, by the way Microsoft makes their ids.
_OFFICE_ID = re.compile(
    rf"(?:user|device)_vendor_msft_policy_config_(?:{'|'.join(sorted(OFFICE_FILES))})(?:v\d+(?:h\d+)?(?:\.\d+)?)?"
    r"(?:\.updates(?:\.\d+)?)?~policy~[a-z0-9_~.]{1,260}"
)


def _is_option(key: str) -> bool:
    """Tell whether an option of a definition has this id, in lower case: that of its definition with more behind it."""
    before = key.rpartition("_")[0]
    while before:
        found = built_in().get(before)
        if found is not None and any(option.id.lower() == key for option in found.options):
            return True
        before = before.rpartition("_")[0]
    return False


def is_definition(text: str) -> bool:
    """Tell whether a text is the id of a definition of Microsoft's, or of an option of one."""
    if len(text) < 20 or not text.isascii():
        return False
    key = text.lower()
    return built_in().get(key) is not None or _OFFICE_ID.fullmatch(key) is not None or _is_option(key)


_KINDS = "none mdm windows10XManagement configManager intuneManagementExtension appleRemoteManagement microsoftSense"
_PLATFORMS = (
    "none android iOS macOS windows10X windows10 linux unknownFutureValue androidForWork windows10AndLater "
    "androidAOSP windowsMobileApplicationManagement iOSMobileApplicationManagement notApplicable all"
)
_FAMILIES = (
    "none endpointSecurityAntivirus endpointSecurityDiskEncryption endpointSecurityFirewall baseline "
    "endpointSecurityEndpointDetectionAndResponse endpointSecurityAttackSurfaceReduction "
    "endpointSecurityAccountProtection endpointSecurityApplicationControl enrollmentConfiguration appQuietTime "
    "endpointSecurityEndpointPrivilegeManagement deviceConfigurationScripts deviceConfigurationPolicies "
    "windowsOsRecoveryPolicies companyPortal deviceConfigurationEndpointSecurity"
)
_REPORTS = (
    "getConfigurationPolicyDevicesReport getConfigurationPoliciesReportForDevice getConfigurationSettingDetailsReport "
    "getConfigurationPolicySettingsDeviceSummaryReport getCachedReport"
)
_COLUMNS = (
    "AssignmentFilterIds DeviceName IntuneDeviceId DeviceId Manufacturer Model PolicyId PolicyName PolicyStatus "
    "PspdpuLastModifiedTimeUtc ReportStatus TemplateVersion UnifiedPolicyPlatformType UnifiedPolicyType UPN UserId "
    "PolicyBaseTypeName PolicyTypeName SettingName SettingId SettingStatus ErrorCode NumberOfCompliantDevices "
    "NumberOfNonCompliantDevices NumberOfErrorDevices NumberOfConflictDevices PolicyStatus_loc SettingStatus_loc "
    "UnifiedPolicyType_loc UnifiedPolicyPlatformType_loc"
)
_STATUSES = (
    "succeeded error conflict noncompliant pending notapplicable notassigned remediated unknown compliant completed "
    "inprogress notstarted failed needsapproval approved rejected cancelled expired"
)
_BASE_TYPES = (
    "devicemanagementconfigurationpolicy microsoft.management.services.api.deviceconfiguration "
    "deviceconfigurationadmxpolicy grouppolicyconfiguration catalog windows10"
)


def _lower(text: str) -> frozenset[str]:
    return words(text.lower())


CATALOG_WORDS = TraceWords(
    segments=words(
        "deviceManagement configurationPolicies configurationSettings configurationCategories "
        "configurationPolicyTemplates settingTemplates settings settingDefinitions assignments assign createCopy "
        "reorder assignmentFilters roleScopeTags getRoleScopeTagsByResource getEffectivePermissions resourceOperations "
        "operationApprovalRequests operationApprovalPolicies reports exportJobs cachedReportConfigurations "
        "microsoft.graph.assign microsoft.graph.createCopy microsoft.graph.reorder "
        f"microsoft.management.services.api.assign {_REPORTS}"
    ),
    members=words(
        "name description platforms technologies roleScopeTagIds templateReference templateId templateFamily "
        "templateDisplayName templateDisplayVersion settings settingInstance settingDefinitionId "
        "settingInstanceTemplateReference settingInstanceTemplateId settingValueTemplateReference "
        "settingValueTemplateId useTemplateDefault auditRuleInformation choiceSettingValue "
        "choiceSettingCollectionValue simpleSettingValue simpleSettingCollectionValue groupSettingValue "
        "groupSettingCollectionValue children value valueState note assignments target groupId collectionId "
        "source sourceId deviceAndAppManagementAssignmentFilterId deviceAndAppManagementAssignmentFilterType "
        "priorityMetaData priority creationSource settingCount isAssigned disableEntraGroupPolicyAssignment "
        "displayName rule platform assignmentFilterManagementType isBuiltIn resourceScope "
        "allowedResourceActions notAllowedResourceActions rolePermissions resourceActions resource select "
        "filter skip top search orderBy groupBy sessionId reportName format localizationType metadata "
        "createdDateTime lastModifiedDateTime rootDefinitionId categoryId "
        f"TotalRowCount Schema Values SessionId Column PropertyType {_COLUMNS}"
    ),
    values={
        "platforms": _lower(_PLATFORMS),
        "platform": _lower(_PLATFORMS),
        "technologies": _lower(_KINDS),
        "templateFamily": _lower(_FAMILIES),
        "source": words("direct policysets"),
        "deviceAndAppManagementAssignmentFilterType": words("none include exclude"),
        "assignmentFilterManagementType": words("devices apps"),
        "valueState": words("notencrypted encryptedvaluetoken invalid"),
        "status": _lower(_STATUSES),
        "resource": words("deviceconfigurations mobileapps"),
        "scope": words("*"),
        "Column": _lower(_COLUMNS),
        "select": _lower(_COLUMNS),
        "orderBy": _lower(_COLUMNS),
        "PropertyType": words("string int32 int64 datetime double boolean object"),
        "ReportStatus": _lower(_STATUSES),
        "PolicyBaseTypeName": words(_BASE_TYPES),
        "UnifiedPolicyType": words(_BASE_TYPES),
        "UnifiedPolicyPlatformType": words(_BASE_TYPES),
    },
    is_fact=is_definition,
)
