# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a set of policies means before any of it is sent: who gets which setting, and what cannot be meant.

Pure functions on definitions and on what office_client_config_info returns. They know neither Graph nor Ansible.
"""
