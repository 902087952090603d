# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The boundary to Ansible: argument specs, desired state from arguments, results, the one error boundary."""
