# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The least that a module with ``requests`` takes: it has nothing of this collection, and reads the list once."""

from __future__ import annotations

import requests
from ansible.module_utils.basic import AnsibleModule


def main() -> None:
    """Read the list of policies."""
    spec = {"url": {"required": True}, "ca_path": {"type": "path", "required": True}, "token": {"no_log": True}}
    module = AnsibleModule(argument_spec=spec, supports_check_mode=True)
    with requests.Session() as session:
        session.trust_env = False
        headers = {"Authorization": f"Bearer {module.params['token']}"}
        answer = session.get(module.params["url"], headers=headers, verify=module.params["ca_path"], timeout=30)
    answer.raise_for_status()
    module.exit_json(changed=False, policies=answer.json()["value"])


if __name__ == "__main__":
    main()
