# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all surfaces share: policies as values, what is asked of them, writes and reads, what a surface is."""
