# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of requests and answers is Microsoft's own here: a trace may show it."""

from __future__ import annotations

import re

from .._graph.trace_words import TraceWords, words

# A setting as Office clients receive it: an app of Office and the name of a policy of its ADMX file.
_SETTING = re.compile(r"(?:access|excel|lync|office|onent|outlk|ppt|proj|pub|visio|word)16;L_[A-Za-z0-9_]{1,80}")

OFFICE_WORDS = TraceWords(
    segments=words(
        "officeConfiguration clientConfigurations assign assignments policyPayload userPreferencePayload "
        "updatePriorities microsoft.graph.assign microsoft.graph.updatePriorities "
        "microsoft.management.services.api.assign microsoft.management.services.api.updatePriorities"
    ),
    members=words(
        "displayName description priority policyPayload userPreferencePayload assignments target groupId "
        "officeConfigurationAssignments officeConfigurationPolicyIds officeConfigurationPriorities "
        "lastModifiedDateTime userCheckinSummary checkinStatuses succeededUserCount failedUserCount "
        "tenantCheckinStatuses tenantUserCheckinSummary userId userPrincipalName deviceName devicePlatform "
        "devicePlatformVersion wasSuccessful checkinDateTime errorMessage appliedPolicies"
    ),
    values={
        "app": words("access16 excel16 lync16 office16 onent16 outlk16 ppt16 proj16 pub16 visio16 word16"),
        "platform": words("windows mac ios android web"),
        "type": words("reg_dword reg_sz reg_multi_sz reg_expand_sz reg_qword reg_binary"),
    },
    payloads=words("policyPayload userPreferencePayload"),
    payload_members=words("settings settingId app platform type value valueName"),
    is_fact=lambda text: _SETTING.fullmatch(text) is not None,
)
