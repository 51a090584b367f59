#!/bin/bash
# SPDX-License-Identifier: MIT
# The core of the full-system tests in a Debian 12 machine; what it does there is tests/system/t_core.sh.
cd "$(dirname "$0")/../.." || exit 1
exec scripts/check-system --tap --core bookworm
