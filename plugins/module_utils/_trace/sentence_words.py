# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Words that messages of Graph, Intune and the login service are made of, in lower case.

They say what is wrong with a call. Words that people name things by (departments, rings, staff) are not among them.
"""

from __future__ import annotations

_COMMON = """
a an the this that these those it its they their them there you your we our i is are was were be been being am has
have had do does did done can cannot could may might must should will would not no none nor and or but if then else
when where while whether which what who whose why how because since so as at by for from in into of off on onto out
over per than to too under until up upon with within without about above after again against all also any at back
before behind below between both each either every few first last later least less like long more most much neither
next now once one only other another own same several some still such sure two three very whatever yet zero doesn't
doesnt isn't don't can't won't please sorry mean meant using used use part parts returned return returns whole try
trying tried make makes made making sometime again soon
"""
_WEB = """
bad general generic implemented malformed mismatch media gone processing unprocessable busy large insufficient needed
needs queried http https url uri link request requests requested response responses body header headers content type
content-type content-length method verb path query parameter parameters argument string get post put patch delete
segment route template match matches matched matching status code codes error errors message messages exception fault
failed failure fails fail occurred server client service services endpoint gateway proxy timeout timed connection
network host address json xml html charset utf-8 base64 base64url guid format formatted encoding encoded token access
bearer signature application applications app apps session cookie redirect version beta api api-version v1.0 internal
unavailable unauthorized forbidden unauthenticated authentication authorization authorize authorized unauthorised
authenticate credential credentials expired expiry lifetime validation valid invalid audience issuer claim claims
scope scopes role roles permission permissions permitted privilege privileges consent grant granted admin
administrator administrators admin's license licence licensed subscription tenant tenants directory principal object
objects identifier id ids key keys certificate secret assertion throttled throttling limit limits rate reached
exceeded exceeds quota retry retries wait second seconds minute minutes many few broker temporarily busy overloaded
maintenance support supported unsupported customer activity operation operations correlation trace timestamp date time
utc
"""
_DATA = """
property properties value values field fields item items entry entries list lists array collection collections element
elements member members null empty blank missing present required requires require optional default unknown unexpected
expected actual specified given provided send sent receive received read reading write writing written create created
creating update updated updating change changed changing remove removed removing add added adding replace replaced
apply applied applying set sets setting settings assign assigned assignment assignments target targets group groups
user users device devices filter filters filtered tag tags policy policies policy's name names named description
descriptions configuration configurations reference references entity entities resource resources resource's model
models instance instances definition definitions option options selected select dependent child children parent simple
choice categories category kind kinds integer boolean text texts character characters length maximum minimum max min
count size range between larger smaller greater longer shorter number numbers digit digits bytes byte page pages
paging continuation skip top order sort priority priorities duplicate duplicates twice already exist exists existing
exist find found look lookup resolve resolved refer refers belongs contain contains contained containing include
included includes exclude excluded excluding combine combination compatible applicable applicability technology
technologies platform platforms mdm match convert conversion parse parsing parsed literal expression clause clauses
operator function functions syntax position character input output data payload stream edm.string edm.int32 edm.stream
edm.guid edm.boolean type types abstract derived class cast declared declaration annotation property-name name-value
case case-sensitive case-insensitive unique ascii regular expressions pattern unable able allowed allow denied deny
refused refuse rejected reject accepted accept possible impossible conflict conflicts concurrent locked lock modified
modify stale etag precondition active inactive pending approval approvals approve approved approver justification
protected protection review reviewed progress completed complete cancelled canceled deleted disabled enabled enable
disable report reports column columns schema export job jobs cached cache ready building available batch batched
batches depends dependson limit navigation singleton entityset perform performed performing specify provide ensure
check verify contact documentation see learn more information details detail reason cause following follows listed
default defaults odata annotation count top skip orderby expand select search filter skiptoken
"""
_NAMES = """
microsoft graph intune entra azure office windows odata aad aadsts dcv2 devicemanagement invalidauthenticationtoken
dcv2policy dcv2policy.description dcv2policy.name dcv2policy.settings dcv2policy.rolescopetagids dcv2policyassignment
dcv2policy.settings.settinginstance dcv2policy.settinginstance.settingdefinitionid dcv2policy.settinginstance.value
dcv2policyassignment.target wrappedpolicy groupid aadgroupid settinggroupvalue edgemam mam x-msft-approval-code
x-msft-approval-justification _version customererrorphrase reference-property
"""

SENTENCE_WORDS = frozenset(" ".join((_COMMON, _WEB, _DATA, _NAMES)).split())
