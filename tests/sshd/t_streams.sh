#!/bin/bash
# SPDX-License-Identifier: MIT
# Data through a session: 8-bit clean, half-closed, apart.
. "$(dirname "$0")/../lib/world.sh"
. "$TOP/tests/lib/tap.sh"
head -c 67108864 /dev/urandom >$WORLD/data
want=$(sha256sum <$WORLD/data)
is "64 MiB through stdin to stdout, byte for byte" "$(ssh_to alice cat <$WORLD/data | sha256sum)" "$want"
is "64 MiB to stderr, byte for byte" "$(ssh_to alice 'cat >&2' <$WORLD/data 2>&1 >/dev/null | sha256sum)" "$want"
is "the program sees the end of its input and can still speak" "$(printf abc | ssh_to alice 'cat; echo " after"')" "abc after"
is "output that ends early ends early" "$(ssh_to alice 'yes | head -3')" "$(yes | head -3)"
ssh_to alice 'yes' 2>/dev/null | head -1 >/dev/null
is "a reader that goes away ends the writer" "${PIPESTATUS[1]}" 0
is "an empty input is an empty input" "$(ssh_to alice 'wc -c' </dev/null)" 0
is "closed stdin" "$(su alice -s "$TEST_SHELL" -c 'cat; echo ok' <&- 2>/dev/null)" ok
su alice -s "$TEST_SHELL" -c 'echo ok >&2' >&- 2>$WORLD/e
is "closed stdout" "$(cat $WORLD/e)" ok
is "closed stderr" "$(su alice -s "$TEST_SHELL" -c 'echo ok' 2>&-)" ok
tap_done
