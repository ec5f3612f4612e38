#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Half an hour of a live stream in which every frame is looked at; MINUTES changes that.
# usage: tools/soak.sh PROGRAM
set -euo pipefail
cd "$(dirname "$0")/.."
exec python3 tests/soak/soak.py "$1" $((${MINUTES:-30} * 60))
