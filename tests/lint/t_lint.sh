#!/bin/bash
# SPDX-License-Identifier: MIT
# The static checks, one line each, and a minute of fuzzing and sanitizers on the pure library.
cd "$(dirname "$0")/../.." || exit 1
. tests/lib/tap.sh
for c in gcc clang headers analyzer cppcheck tidy man shell text; do ok "lint: $c" scripts/lint "$c"; done
o=$(mktemp -d) && trap 'rm -rf "$o"' EXIT
ok "unit tests build with ASan and UBSan" make -s O="$o" STATIC=-pie FORTIFY= EXTRA='-fsanitize=address,undefined -fno-sanitize-recover=all' tests
for t in "$o"/tests/unit/t_*; do
	case $t in *.o | *.d | *t_seccomp) continue ;; esac
	ok "under the sanitizers: $(basename "$t")" "$t"
done
ok "fuzzing the profile parser" bash -c "make -s O=$o/f fuzzers && cd $o && mkdir corpus && timeout 120 f/tests/fuzz/f_profile -max_total_time=20 -max_len=4096 -verbosity=0 corpus '$PWD/tests/golden'"
tap_done
