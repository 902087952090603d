# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""ADMX files: the policies in them, and which state of a policy given registry values are. Knows no Cloud Policy.

``files.AdmxFolder`` reads a folder, ``decide.decide(policy, registry)`` tells the state and the elements. ``registry``
is whatever has keys: values of Cloud Policy items once their keys are known, or those of a backup of Group Policy.
"""
