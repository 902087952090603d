# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The domain: Office client policies, their payloads and assignments, and the store that reads and writes them."""
