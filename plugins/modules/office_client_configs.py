#!/usr/bin/python
# Copyright (c) 2026 m365.apps contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
---
module: office_client_configs
short_description: Manage many Microsoft 365 Apps client policies with their groups
version_added: 0.1.0
description:
  - Brings a list of Office client policies to the desired state in one task, with one login and one listing,
    in C(officeConfiguration) or in Intune's settings catalog (see O(surface)).
  - Everything is read, resolved and planned before the first write; what cannot be read, resolved or planned
    ends the task with no write at all.
  - Policies that are not listed are left alone, unless O(prune) or O(order) say otherwise.
  - Priorities may be exchanged within one task; no two policies hold one number at any moment.
author:
  - m365.apps contributors (@m365-apps)
options:
  policies:
    description:
      - The policies, each with the options of M(m365.apps.office_client_config) and its groups.
      - A list, or the JSON text of one, as P(ansible.builtin.file#lookup) reads it from a file. A text passes
        through Ansible's templating in one piece, which makes many policies faster; a key that is there twice
        in one object of it is refused.
      - Two items that mean the same policy are an error. An empty list does nothing.
    type: list
    elements: dict
    required: true
    suboptions:
      state:
        description:
          - V(present) creates the policy when it is missing and changes what differs.
          - V(absent) deletes it. A policy that is not there is fine; all options but the identity are
            ignored. What goes is read before, settings and groups included; when it cannot be read, nothing
            is written.
        type: str
        choices: [present, absent]
        default: present
      id:
        description:
          - ID of a policy that exists. An unknown one is an error with O(policies[].state=present), since the
            server makes IDs.
          - When omitted, the policy is found by O(policies[].display_name). An empty one and C(null) are
            refused.
        type: str
      display_name:
        description:
          - Name of the policy, compared exactly across all kinds. Two policies with the name are an error
            that lists their IDs.
          - Together with O(policies[].id), the policy is renamed to it.
          - When omitted, O(policies[].id) is needed and the name is left alone. An empty one and C(null) are
            refused.
        type: str
      kind:
        description:
          - Kind of the policy. A live policy of another kind is an error, since a kind cannot change.
          - When omitted, a live policy of any kind matches, and V(windows) is created. C(null) is refused.
          - Only with O(surface=office_configuration).
        type: str
        choices:
          windows: A non-security policy (C(windowsOfficeClientConfiguration)).
          windows_security: A security policy (C(windowsOfficeClientSecurityConfiguration)).
          office: The base type (C(officeClientConfiguration)), which a tenant may refuse to create.
      description:
        description:
          - Description of the policy.
          - When omitted, it is left alone; a new policy gets an empty one. The empty string clears it.
            C(null) is refused.
        type: str
      priority:
        description:
          - Place of the policy among all policies of the tenant, from V(0) (strongest) to 2147483647. Unique
            in the tenant.
          - A number that another policy keeps is an error that names it.
          - When omitted, it is left alone; a new policy takes the weakest place (the highest live number plus
            one). C(null) is refused; it cannot be cleared.
          - Only with O(surface=office_configuration).
        type: int
      policy_payload:
        description:
          - Enforced settings, as a dict, a list, or the JSON text of one. Read a file with
            P(ansible.builtin.file#lookup).
          - Compared as parsed JSON. A list whose members are all objects with distinct C(settingId) is a set
            keyed by it; any other list is ordered.
          - When omitted, the payload is left alone. V({}), V([]) and the empty string clear it. C(null) is
            refused.
          - Only with O(surface=office_configuration).
        type: raw
      user_preference_payload:
        description:
          - Settings that users can override. Same forms and rules as O(policies[].policy_payload).
          - When omitted, the payload is left alone. V({}), V([]) and the empty string clear it. C(null) is
            refused.
          - Only with O(surface=office_configuration).
        type: raw
      policy_payload_base64:
        description:
          - Enforced settings as bytes in base64, for what is not a JSON object or array, as
            M(m365.apps.office_client_config_info) returns it. The bytes are written as they are.
          - Bytes that are a JSON object or array count as O(policies[].policy_payload). Both together must
            agree.
          - When omitted, O(policies[].policy_payload) counts. The empty string clears the payload. C(null) is
            refused.
          - Only with O(surface=office_configuration).
        type: str
      user_preference_payload_base64:
        description:
          - Settings that users can override as bytes in base64, for what is not a JSON object or array, as
            M(m365.apps.office_client_config_info) returns it. The bytes are written as they are.
          - Bytes that are a JSON object or array count as O(policies[].user_preference_payload). Both
            together must agree.
          - When omitted, O(policies[].user_preference_payload) counts. The empty string clears the payload.
            C(null) is refused.
          - Only with O(surface=office_configuration).
        type: str
      settings:
        description:
          - Settings of the policy in the settings language, see
            R(the guide,ansible_collections.m365.apps.docsite.settings_language). A list means exactly these.
          - A dict with C(set) means exactly these. One with C(add) and C(remove) changes only what it names;
            C(add) takes entries, C(remove) keys such as V(excel16/L_VBAWarningsPolicy).
          - What a policy holds outside of Office is compared, kept and written like all else.
          - Only with O(surface=settings_catalog). When omitted, the settings are left alone; a new
            policy needs at least one. Graph keeps no policy without settings, so one that would have none
            is refused. C(null) is refused.
        type: raw
        version_added: 0.2.0
      scope_tags:
        description:
          - Scope tags of the policy, each as a name or an ID. A list means exactly these.
          - Only with O(surface=settings_catalog). When omitted, they are left alone; a new policy
            gets the tag V(0), the default one, as does one with an empty list. C(null) is refused.
        type: list
        elements: str
        version_added: 0.2.0
      groups:
        description:
          - Groups to assign, each as a display name, an ID, or a dict of C(id) and C(display_name), of which
            the ID counts. A list (or one name) means exactly these.
          - A text that looks like an ID is one; a dict of C(display_name) alone is a name, whatever it looks
            like.
          - A group that was deleted from the directory and is still assigned is dropped with a warning, as
            Graph would refuse it, when C(add) or C(remove) change the groups. One that is asked for is an
            error.
          - A dict with C(set) means exactly these, one with C(add) and C(remove) changes only those named. A
            name must belong to exactly one group, and a group that is newly assigned must exist.
          - When omitted, the groups are left alone; a new policy gets none. V([]), V({}), the empty string
            and an empty C(set) take all groups away. C(null) is refused.
          - With O(surface=settings_catalog), a dict may hold C(filter), the name or ID of an
            assignment filter, and C(filter_mode), V(include) (the default) or V(exclude). A member of
            exactly these groups that names no filter has none; one in C(add) keeps the filter that it has,
            unless C(filter) says otherwise. An empty C(filter) takes it away.
        type: raw
      exclude_groups:
        description:
          - Groups that do not get the policy although another assignment says so, in the forms of
            O(policies[].groups), but without filters. A group that would be assigned and excluded at once
            is an error.
          - Only with O(surface=settings_catalog). When omitted, they are left alone; a new policy
            excludes none. V([]), V({}), the empty string and an empty C(set) exclude nobody. C(null) is
            refused.
        type: raw
        version_added: 0.2.0
      all_users:
        description:
          - Whether the policy is assigned to all users, as V(true) or V(false), or as a dict with
            C(filter), the name or ID of an assignment filter, and C(filter_mode), V(include) (the default)
            or V(exclude).
          - V(true) means without a filter, as does a dict without one or with an empty one.
          - Only with O(surface=settings_catalog). When omitted, it is left alone; a new policy is
            not assigned to them. C(null) is refused.
        type: raw
        version_added: 0.2.0
      all_devices:
        description:
          - Whether the policy is assigned to all devices, in the forms of O(policies[].all_users).
          - Only with O(surface=settings_catalog). When omitted, it is left alone; a new policy is
            not assigned to them. C(null) is refused.
        type: raw
        version_added: 0.2.0
      filter_names:
        description:
          - What assignment filters are called where the policy comes from, by their IDs, as
            M(m365.apps.office_client_config_info) returns it. A filter that is named by an ID that the tenant
            does not have is the one with this name, and messages tell it by this name.
          - A filter whose ID the tenant has is the one, whatever it is called. Nothing is renamed.
          - Only with O(surface=settings_catalog). When omitted or empty, an ID that the tenant does not have is
            refused. C(null) is refused.
        type: dict
        version_added: 0.2.0
      scope_tag_names:
        description:
          - What scope tags are called where the policy comes from, by their IDs, in the way of
            O(policies[].filter_names).
          - Each tenant numbers its own tags. So a number that belongs to a tag of another name is refused
            where the tenant has one with the name that is given here, too.
          - Only with O(surface=settings_catalog). When omitted or empty, an ID that the tenant does not have is
            refused. C(null) is refused.
        type: dict
        version_added: 0.2.0
      assignments:
        description:
          - Returned by M(m365.apps.office_client_config_info); accepted so that its list can be passed on,
            and refused when it differs from O(policies[].groups).
          - When omitted, nothing happens.
        type: list
        elements: dict
      last_modified_date_time:
        description: Returned by M(m365.apps.office_client_config_info); accepted so that its list can be
          passed on, and ignored.
        type: str
      user_checkin_summary:
        description: Returned by M(m365.apps.office_client_config_info); accepted so that its list can be
          passed on, and ignored.
        type: dict
      checkin_statuses:
        description: Returned by M(m365.apps.office_client_config_info); accepted so that its list can be
          passed on, and ignored.
        type: list
        elements: dict
      status:
        description: Returned by M(m365.apps.office_client_config_info); accepted so that its list can be
          passed on, and ignored.
        type: dict
      file:
        description:
          - The file that describes the policy, as P(m365.apps.definitions#lookup) returns it with its option
            C(with_files). Messages name it in the place of the number of the item. Nothing of it is compared or
            sent.
          - When omitted or empty, messages name the number of the item.
        type: str
        version_added: 0.2.0
  order:
    description:
      - Policies by ID or display name, strongest first, among them those that the task creates. As few
        policies as possible get another number; those that change do so in one call.
      - A O(policies[].priority) of an item is kept to. One that contradicts the order is an error.
      - A list, or the JSON text of one. Any other text is refused, since names may hold commas.
      - When omitted or an empty list, no order is made. C(null) is refused.
      - Only with O(surface=office_configuration).
    type: list
    elements: str
  unlisted:
    description:
      - Where policies go that O(order) does not name, in the whole tenant. Among themselves they keep their
        places. Without O(order) it means nothing.
    type: str
    choices:
      keep_after: Behind all listed ones.
      keep_before: Before all listed ones.
      fail: Nowhere; such a policy is an error.
    default: keep_after
  prune:
    description:
      - Whether live policies that O(policies) does not list are deleted, within O(prune_scope) and
        O(max_deletions), and never those that match O(protect). An empty O(policies) is then an error.
      - C(null) is refused.
    type: bool
    default: false
  prune_scope:
    description:
      - Which unlisted policies O(prune) may delete. All given conditions must hold.
      - A dict of lists, or the JSON text of one. Any other text is refused.
      - When omitted or an empty dict, all of them. C(null) is refused.
    type: dict
    suboptions:
      kind:
        description:
          - Kinds of policies, only with O(surface=office_configuration).
          - When omitted or empty, any kind.
        type: list
        elements: str
        choices: [windows, windows_security, office]
      display_name:
        description:
          - Patterns for names, with V(*), V(?) and V([abc]), compared with case. One of them must match, or
            be the whole name, whatever characters that has.
          - When omitted, any name. An empty list is an error.
          - With O(surface=settings_catalog) it is needed, and each pattern must hold a character of the name
            itself, so that V(*) and V(?*) are refused. There O(prune) deletes only policies whose settings are
            Office's alone, and limits count these.
        type: list
        elements: str
      parts_of:
        description:
          - Patterns for the names of policies, in the form of O(prune_scope.display_name), whose parts may be deleted
            as well. P(m365.apps.layered_policies#filter) compiles a policy with a priority to parts. A part is
            recognized by its name, V(NAME (not for GROUP\)), together with the last line of its description. A policy
            that only has such a name is not a part.
          - Without O(prune_scope.display_name), only parts may be deleted.
          - Only with O(surface=settings_catalog). When omitted or empty, parts count as all other policies do.
        type: list
        elements: str
        version_added: 0.2.0
  protect:
    description:
      - Patterns for names of policies that the task never deletes, in the form of
        O(prune_scope.display_name). An item with O(policies[].state=absent) that matches one is an error.
      - One that matches no live policy is a warning.
      - A list, or the JSON text of one. Any other text is refused, since it could protect something else than
        was meant.
      - When omitted or an empty list, none. C(null) is refused.
    type: list
    elements: str
  max_deletions:
    description:
      - How many policies the task may delete, listed ones included, as a number (V(5)) or a share of all
        policies of the tenant (V(10%)). Beyond it, the task fails before the first write and says what it
        would have deleted.
      - When omitted, O(prune) may delete V(5), and items with O(policies[].state=absent) are not limited.
        C(null) is refused.
    type: str
  max_changes:
    description:
      - How many policies the task may create, change or delete, in the form of O(max_deletions). Beyond it,
        the task fails before the first write and says what it would have changed.
      - When omitted, there is no limit. C(null) is refused.
    type: str
  expect_fingerprint:
    description:
      - The RV(plan.fingerprint) of an earlier run, as a rule in check mode. The task fails before the first
        write when it would not do what was planned then, and says whether the tenant or the definitions have
        changed since. The definitions are O(policies), O(order), O(unlisted), O(prune), O(prune_scope),
        O(protect), O(check_groups) and O(plan_context) as they are understood here. Another order of
        O(policies), another form of the same payload, and a group's ID in the place of its name change
        nothing, nor do limits. A name that belongs to another group since is a change.
      - Without O(expect_plan) a refusal does not name policies.
      - When omitted, the fingerprint in O(expect_plan) counts, and without that no earlier plan is expected.
        An empty one, one of another version and C(null) are refused.
    type: str
  expect_plan:
    description:
      - The RV(plan) of that earlier run, or C(plan) of a C(plan.json), so that a refusal says which policies
        have changed, and in what. It is checked against O(expect_fingerprint) first; one that the fingerprint
        was not taken from, or whose RV(plan.details) were edited, is refused.
      - Without O(expect_fingerprint) the task is bound to the fingerprint in it.
      - When omitted, a refusal tells no more than what the fingerprint does. An empty one and C(null) are
        refused.
    type: dict
  expect_part:
    description:
      - How much must be as it was planned. Refused without O(expect_fingerprint) and O(expect_plan).
    type: str
    choices:
      all: What the plan depends on in the tenant, the definitions, and the writes.
      definitions: The definitions only, for a task that goes on with what an earlier one began.
    default: all
  plan_context:
    description:
      - What else was approved with the plan, such as the waves of a rollout. Each key counts in
        RV(plan.fingerprint) as part of the definitions, and nothing else is done with it.
      - When omitted or empty, nothing. C(null) is refused.
    type: dict
  limit_to_groups:
    description:
      - Groups that this task may affect, each as in O(policies[].groups), for a rollout in waves. Everybody
        else has the same settings after the task as before.
      - A new policy is created with those of its groups that are listed here. A policy that exists is brought
        to what its item says, with those of its groups, when every group that has it is listed here, or none
        has it. Otherwise it waits, and RV(results[].pending) says for what. The same is true of a deletion. Groups
        that are listed here and lose the policy, or are excluded from it, lose it even while it waits.
      - Policies that wait keep their order among themselves, and so do those that the task does not name;
        their priorities change only where they must make way.
      - RV(plan.fingerprint) is the same with and without it.
      - What O(prune) finds waits always.
      - All users and all devices are never among these groups. A new exclusion comes along; one that ends
        waits until its group is among them.
      - A list, or the JSON text of one. Any other text is refused.
      - When omitted, the task may affect all groups. With an empty list it may affect none, so that new
        policies get no groups. C(null) is refused.
      - The old name C(reach) still works, with a deprecation notice, until version 1.0.0.
    type: list
    elements: raw
    aliases: [reach]
  check_groups:
    description:
      - Groups that must exist although no item names them, such as those of later waves. They are looked up
        with the groups of O(policies), before the first write and in check mode. All that are unknown or
        ambiguous end the task with one error.
      - Each key is how an error calls the place that names the groups, such as C(wave 'pilot'); its value is
        a list in the form of O(limit_to_groups). What these groups are counts in RV(plan.fingerprint), by key.
      - When omitted or empty, only groups that the task needs are looked up. C(null) is refused.
    type: dict
  plan_waves:
    description:
      - Waves in which the policies are to be rolled out, one task with O(limit_to_groups) after the other. RV(waves)
        then tells what each would do. It is for check mode; a task that writes refuses it.
      - Each wave reaches its own groups and those of the waves before it, and the last one everybody.
      - When omitted or empty, nothing is told of waves. C(null) is refused.
    type: list
    elements: dict
    suboptions:
      name:
        description: Name of the wave, its own in the list.
        type: str
        required: true
      groups:
        description: Groups that the wave adds, each as in O(limit_to_groups).
        type: list
        elements: raw
        required: true
  on_error:
    description:
      - What a failed write means. V(stop) sends nothing more; V(continue) goes on with the other policies and
        fails at the end.
      - In both cases the failed policy gets no further write, and nothing more is sent once a priority that
        others may need could not be freed or given out.
      - V(leave) does as V(continue), and also leaves a policy as it is that cannot be planned by itself,
        since one of its groups does not exist, another policy keeps its number, Graph cannot read it, or the
        login may not see it (see O(assume_full_view)). It counts as failed, and the others are written.
      - RV(results) tells how far each item got. All other failures before the first write end the task.
    type: str
    choices: [stop, continue, leave]
    default: stop
  allow_same_names:
    description:
      - Whether policies may share a name, or have an empty one, to bring back a tenant in which they did.
      - A name then means a policy of the O(policies[].kind) that is given, and none that another item names
        by its ID. When there is none the policy is created, whatever others are called.
      - When V(false), a name that another policy has is refused, and so is an empty one.
    type: bool
    default: false
  conflicts:
    description:
      - Whether to return RV(conflicts), the settings that other policies of the tenant set to another value for the
        same people when the task is done. A conflict never fails the task.
      - Every policy for Windows is compared, including those that others manage. This takes one call for each policy
        whose settings the task does not know, and another one for each policy that disagrees. With O(batch), these
        are no more requests than an export of as many policies takes.
      - Only with O(surface=settings_catalog), where no policy is stronger than another one.
      - When omitted or V(false), policies are not compared.
    type: bool
    default: false
    version_added: 0.2.0
  batch:
    description:
      - Whether calls that do not depend on each other travel together in C($batch) requests of up to 20.
      - V(auto) goes back to single requests where the tenant refuses C($batch).
    type: str
    choices: [auto, never]
    default: auto
extends_documentation_fragment:
  - m365.apps.attributes
  - m365.apps.attributes.writer
  - m365.apps.auth
  - m365.apps.connection
  - m365.apps.surface
  - m365.apps.surface.overwrite
  - m365.apps.surface.view
  - m365.apps.surface.approval
  - m365.apps.wait
seealso:
  - module: m365.apps.office_client_config
  - module: m365.apps.office_client_config_assignment
  - module: m365.apps.office_client_config_info
"""

EXAMPLES = r"""
---
- name: Bring several policies to this state
  m365.apps.office_client_configs:
    policies:
      - display_name: Contoso - Macro security
        kind: windows_security
        priority: 20
        policy_payload: "{{ lookup('ansible.builtin.file', 'macro-security.json') }}"
        groups: [Contoso - All Staff]
      - display_name: Contoso - Pilot
        priority: 10
        groups:
          add: [Pilot Ring 1 - IT]
      - display_name: Contoso - Retired
        state: absent

- name: Bring policies of the settings catalog to this state
  m365.apps.office_client_configs:
    surface: settings_catalog
    policies:
      - display_name: Contoso - Macro security
        settings:
          - setting: excel16/L_VBAWarningsPolicy
            value: 3
        groups: [Contoso - All Staff]
        exclude_groups: [Finance - Excel Power Users]
        scope_tags: [Contoso]

- name: Exchange the priorities of two policies
  m365.apps.office_client_configs:
    policies:
      - display_name: Contoso - Macro security
        priority: 10
      - display_name: Contoso - Pilot
        priority: 20

- name: Change one field and clear another
  m365.apps.office_client_configs:
    policies:
      - display_name: Contoso - Macro security
        description: Macros only from trusted places
      - display_name: Contoso - Pilot
        policy_payload: {}

- name: Show the plan and change nothing
  m365.apps.office_client_configs:
    policies: "{{ my_policies }}"
  check_mode: true
  diff: true
  register: planned

- name: Apply exactly that plan, or fail when the tenant or my_policies have changed since
  m365.apps.office_client_configs:
    policies: "{{ my_policies }}"
    expect_fingerprint: "{{ planned.plan.fingerprint }}"
    expect_plan: "{{ planned.plan }}"

- name: Declare the order, and delete our policies that are no longer listed
  m365.apps.office_client_configs:
    policies: "{{ my_policies }}"
    order: "{{ my_policies | map(attribute='display_name') | list }}"
    prune: true
    prune_scope:
      display_name: ["Contoso - *"]
    protect: ["* (keep)"]
    max_deletions: 10%
    max_changes: 50
    on_error: continue

- name: Let the pilots have it first
  m365.apps.office_client_configs:
    policies: "{{ my_policies }}"
    limit_to_groups: [Pilot Ring 1 - IT]

- name: See what two waves would do, and whether their groups are there
  m365.apps.office_client_configs:
    policies: "{{ my_policies }}"
    plan_waves:
      - name: pilots
        groups: [Pilot Ring 1 - IT]
      - name: everybody
        groups: [Contoso - All Staff]
  check_mode: true
  register: planned_waves
"""

RETURN = r"""
---
configs:
  description:
    - The listed policies after the change, in check mode as they would be, in the order of O(policies);
      absent ones are left out.
    - Groups are in it where the item has the option. Payloads are not, since the task holds them and job logs
      are kept; C(diff) shows what changes in them, M(m365.apps.office_client_config_info) reads them.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: ID of the policy; C(null) in check mode for one that would be created.
      returned: always
      type: str
    display_name:
      description: Name of the policy.
      returned: always
      type: str
    kind:
      description: Kind of the policy.
      returned: when it is one of the known kinds
      type: str
    description:
      description: Description of the policy.
      returned: always
      type: str
    priority:
      description: Its number; V(0) is the strongest.
      returned: when the server gave one
      type: int
    groups:
      description: IDs of the assigned groups, sorted.
      returned: when the item has O(policies[].groups), or the policy is new
      type: list
      elements: str
    filter_names:
      description: Names of the assignment filters of the policy by their IDs, and of others that share a name.
      returned: with O(surface=settings_catalog), where the run knows them, as where the task names a filter
      type: dict
    scope_tag_names:
      description: Names of the scope tags of the policy by their IDs, and of others that share a name.
      returned: with O(surface=settings_catalog), where the run knows them, as where the task names a scope tag
      type: dict
    last_modified_date_time:
      description: When the policy last changed.
      returned: when the server tells it and the task did not change the policy
      type: str
  sample:
    - id: 13a5ac73-ac73-13a5-73ac-a51373aca513
      display_name: Contoso - Macro security
      kind: windows_security
      description: Macros only from trusted places
      priority: 20
      groups: [0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11]
results:
  description:
    - What became of each item, in the order of O(policies). In check mode, what would become of it.
    - An item that waits for approval gets no further write, such as the groups of a new policy; run the task
      again when it is approved. All others go on.
    - After a failed write, items that were not reached are C(not_attempted). C(failed) are the one at fault
      and those of which only some writes were done; C(msg) tells them apart.
  returned: always, but for failures before the first write
  type: list
  elements: dict
  contains:
    index:
      description: Place of the item in O(policies), from 0; C(null) for a pruned policy. Those come last.
      returned: always
      type: int
    display_name:
      description: Name of the policy.
      returned: always
      type: str
    id:
      description: ID of the policy; C(null) where there is none yet.
      returned: always
      type: str
    status:
      description: One of C(created), C(updated), C(unchanged), C(deleted), C(failed), C(not_attempted),
        C(awaiting_approval).
      returned: always
      type: str
    pruned:
      description: Whether the policy is not listed and was found by O(prune).
      returned: always
      type: bool
    pending:
      description:
        - Options of the item that O(limit_to_groups) keeps from being as the item says, such as C(groups); C(state) for
          a deletion. Empty when there are none.
      returned: always
      type: list
      elements: str
    approval:
      description:
        - The request for approval that the item depends on. C(code) is C(null) where it is not known.
        - C(state) is C(filed) by this run, C(waiting) since an earlier one, or C(other) where another request
          about the same policy waits. Of an item that failed it is C(rejected), C(cancelled), C(expired),
          C(unknown) to the tenant or unreadable, or C(approved) although Graph does not accept it.
        - In check mode it is also returned if the item does not wait for it, since the run would use a request that
          is C(approved), and replace one that is C(expired) or C(unknown).
        - C(actions) names the writes of an item that waits. In diff mode, C(before), C(after) and C(names) show what
          they change.
        - C(replaces) is the code of the previous request, which has expired or which the tenant does not know.
      returned: when it depends on one
      type: dict
      sample:
        code: 5b0c63f1-6f9d-4f5e-9d0e-1c9f1c2a7d10
        state: filed
        actions: [update]
    msg:
      description: Why the item failed.
      returned: when its status is C(failed)
      type: str
    error:
      description: Facts of the failed call, like RV(error).
      returned: when its status is C(failed)
      type: dict
    in_doubt:
      description: Whether the write that failed may have been done all the same, for example since no answer
        came.
      returned: when its status is C(failed)
      type: bool
    actions:
      description: The writes of this item, like RV(actions).
      returned: always
      type: list
      elements: dict
    before:
      description: What differs of the policy before the change, as in RV(diff). Empty for one that is created.
      returned: in diff mode, when the item changes the policy and no item failed
      type: dict
    after:
      description: What differs of the policy after the change, as in RV(diff). Empty for one that is deleted.
      returned: in diff mode, when the item changes the policy and no item failed
      type: dict
    names:
      description: Display names of what differs in C(settings), as in RV(diff).
      returned: in diff mode, when the item changes settings whose display names are known
      type: dict
  sample:
    - index: 0
      display_name: Contoso - Macro security
      id: 13a5ac73-ac73-13a5-73ac-a51373aca513
      status: unchanged
      pruned: false
      pending: []
      actions: []
group_names:
  description:
    - Names of the groups of RV(configs) by their IDs, as far as the task knows them. It looks no group up for it.
  returned: in diff mode, when any is known and no item failed
  type: dict
  sample:
    0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11: Contoso - All Staff
conflicts:
  description:
    - Settings that policies of the tenant set to different values for the same people, so that Intune applies
      none of these values when the task is done.
    - Each conflict concerns at least one policy of the task. All other policies for Windows are compared with
      these, including policies that are made from templates, such as security baselines.
    - This follows from assignments alone. Members of groups are not read, and a group counts as a group of users.
  returned: with O(conflicts=true)
  type: list
  elements: dict
  contains:
    setting:
      description: The setting, as RV(conflicts[].policies[].value) names it, or the ID of its definition.
      returned: always
      type: str
    certain:
      description:
        - V(true) if everybody who gets one of the policies through one of RV(conflicts[].groups) also gets another
          one of them, for example because both include the same group.
        - V(false) if it is not known whether anybody gets two of them, for example with different groups, with
          assignment filters, or with groups that are excluded from all devices. It is also V(false) if a value
          cannot be read, such as a secret.
      returned: always
      type: bool
    policies:
      description: The policies that disagree, grouped by value.
      returned: always
      type: list
      elements: dict
      contains:
        policy: &policy
          description: Name of the policy.
          returned: always
          type: str
        id:
          description: ID of the policy; C(null) for a policy that does not exist yet.
          returned: always
          type: str
        value:
          description: The setting as an entry of the settings language.
          returned: always
          type: dict
        described:
          description: Whether the policy is in the task.
          returned: always
          type: bool
        template:
          description: Family of the template that the policy was made from, such as V(baseline); C(null) without one.
          returned: always
          type: str
    groups:
      description: Who is concerned - names of groups with their IDs, C(all users) or C(all devices).
      returned: always
      type: list
      elements: str
  sample:
    - setting: excel16/L_VBAWarningsPolicy
      certain: true
      policies:
        - policy: Contoso - Macro security
          id: 5a7e3d0c-2f61-4f0e-9d5b-6e1c9c0f3b21
          value: {setting: excel16/L_VBAWarningsPolicy, value: 3}
          described: true
          template:
        - policy: Office baseline
          id: 13a5ac73-ac73-13a5-73ac-a51373aca513
          value: {setting: excel16/L_VBAWarningsPolicy, value: 4}
          described: false
          template: baseline
      groups: ["Contoso - All Staff (0f9d5f0e-8f6b-4c0f-9d0a-2d6c1b7a5e11)"]
unread_policies:
  description: Policies that could not be read. It is not known whether they conflict with others. A warning names
    them, too.
  returned: with O(conflicts=true)
  type: list
  elements: dict
  contains:
    policy: *policy
    id:
      description: ID of the policy.
      returned: always
      type: str
    msg:
      description: Why the policy cannot be read.
      returned: always
      type: str
  sample: []
awaiting_approval:
  description:
    - Names of the policies whose change waits for a second administrator. They are as they were, but for the
      writes in C(actions) of their results.
  returned: always, but for failures before the first write
  type: list
  elements: str
  sample: [Contoso - Macro security]
plan:
  description: The plan that was made, whether or not it was applied.
  returned: always, but for failures before the plan
  type: dict
  contains:
    fingerprint:
      description:
        - Names what the plan was made from and what it would write, for O(expect_fingerprint), with 74
          lower-case letters and digits. No text of a policy can be read from it.
      returned: always
      type: str
    details:
      description:
        - Digests of what counts in RV(plan.fingerprint), by side (C(tenant), C(definitions), C(writes)),
          policy and option, for O(expect_plan). Of the policies it holds IDs and names, and no other text.
      returned: success
      type: dict
    created:
      description: Number of policies to create. C(updated), C(deleted) and C(unchanged) likewise.
      returned: always
      type: int
    pending:
      description: Number of policies that are not yet as their item says because of O(limit_to_groups).
      returned: always
      type: int
    writes:
      description: Number of writes.
      returned: always
      type: int
    read_requests:
      description: The smallest number of requests that can carry what was read behind the pages of the
        listing.
      returned: always
      type: int
    write_requests:
      description: The smallest number of requests that can carry the writes.
      returned: always
      type: int
    wait_requests:
      description: The smallest number of requests that read back what was written; V(0) with O(wait=false).
      returned: always
      type: int
    wait_listings:
      description: How often the whole list is read for that, V(0) or V(1), since policies are created or it
        comes cheaper than policy by policy; its pages come on top.
      returned: always
      type: int
    warnings:
      description:
        - What may be meant otherwise, each in a sentence - patterns of O(protect) that match no policy, new
          names that differ only in case, blanks or Unicode form from another one, and deleted groups that are
          dropped.
        - They are warnings of the task, too.
      returned: always
      type: list
      elements: str
    view:
      description: How many of the tenant's policies the login sees. What it does not see is hidden without a
        sign, and looks like what is not there.
      returned: with O(surface=settings_catalog)
      type: dict
      contains:
        extent:
          description: V(full), V(partial) or V(unknown).
          returned: always
          type: str
        reason:
          description: From what that is known, as a clause.
          returned: always
          type: str
  sample:
    fingerprint: m2zklycewkdo64v6wcggzzui64hyr6qfqahfmuum4jj5swjynrfz6sya5jkb5oezpm6w2tk2ef
    created: 1
    updated: 2
    deleted: 0
    unchanged: 14
    writes: 6
    read_requests: 4
    write_requests: 3
    wait_requests: 1
    wait_listings: 0
    warnings: []
waves:
  description: What each wave of O(plan_waves) would do after those before it, in their order.
  returned: with O(plan_waves)
  type: list
  elements: dict
  contains:
    name:
      description: Name of the wave.
      returned: always
      type: str
    created:
      description: Number of policies that the wave creates. C(updated), C(deleted) and C(unchanged) likewise.
      returned: always
      type: int
    pending:
      description: Number of policies that wait for a later wave, in full or in part.
      returned: always
      type: int
    writes:
      description: Number of writes.
      returned: always
      type: int
    results:
      description:
        - Policies that the wave changes and those that wait, each like RV(results).
      returned: always
      type: list
      elements: dict
  sample:
    - name: pilots
      created: 0
      updated: 1
      deleted: 0
      unchanged: 16
      pending: 0
      writes: 1
      results:
        - index: 0
          display_name: Contoso - Macro security
          id: 13a5ac73-ac73-13a5-73ac-a51373aca513
          status: updated
          pruned: false
          pending: []
          actions:
            - action: update
              id: 13a5ac73-ac73-13a5-73ac-a51373aca513
              display_name: Contoso - Macro security
              fields: [description]
actions:
  description:
    - The writes that were sent, or in check mode would be sent, in order. Payloads are not in it.
    - C(action) is one of C(create), C(update), C(write_payload), C(assign), C(update_priorities), C(delete).
    - C(id) is C(null) where the server has not made it yet.
  returned: always
  type: list
  elements: dict
  sample:
    - action: update
      id: 13a5ac73-ac73-13a5-73ac-a51373aca513
      display_name: Contoso - Macro security
      fields: [description]
diff:
  description:
    - What differs, by policy and field; inside payloads one entry for each setting that is added, changed or
      removed.
    - Of a policy that is deleted, C(before) holds all settings and the IDs of all groups, and C(after) of one that
      is created. Groups that a side shows have their names by ID in its C(group_names) where they are known.
    - Names of assignment filters and scope tags that a side shows are beside them by ID, in C(filter_names) and
      C(scope_tag_names), where the run knows them. That needs no call of its own.
    - C(names), by side and key, are the display names of settings and values where the catalog in use has texts.
      C(prepared) are lines that Ansible shows after the two sides - what has a display name, and what has
      characters beyond ASCII, of which JSON shows numbers.
  returned: in diff mode
  type: list
  elements: dict
  sample:
    - before_header: policy 'Contoso - Macro security' (id 13a5ac73-ac73-13a5-73ac-a51373aca513)
      after_header: policy 'Contoso - Macro security' (id 13a5ac73-ac73-13a5-73ac-a51373aca513)
      before: {policy_payload: {"[word16;L_VBAWarningsPolicy].value": "3"}}
      after: {policy_payload: {"[word16;L_VBAWarningsPolicy].value": "4"}}
error:
  description: Facts of the failed call; empty when the failure was found before any call.
  returned: failure
  type: dict
  sample:
    status: 403
    code: Forbidden
    message: The application lacks the permission.
    request_id: 6f7d0c5e-0b1a-4c33-9a55-3f3a0d3c7b10
    client_request_id: 0d2b7bb0-6f3d-4f0e-8c3e-0c6b5f4c8f11
    method: GET
    path: /beta/officeConfiguration/clientConfigurations
"""

from ansible_collections.m365.apps.plugins.module_utils._module.boundary import run_module
from ansible_collections.m365.apps.plugins.module_utils._module.policy_modules import OFFICE_CLIENT_CONFIGS


def main() -> None:
    run_module(OFFICE_CLIENT_CONFIGS)


if __name__ == "__main__":
    main()
