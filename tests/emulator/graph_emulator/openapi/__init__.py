# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the emulator serves, as an OpenAPI 3.1 document that is made from the tables it serves by."""
