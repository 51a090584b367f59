# SPDX-License-Identifier: MIT
# TAP for shell tests; to be sourced by bash scripts:
#   ok "name" command…          passes if the command succeeds
#   not_ok "name" command…      passes if it fails
#   is "name" GOT WANT          passes if the two strings are equal
#   like "name" GOT REGEX       passes if the string matches (bash =~)
#   skip "name" "reason"
#   tap_done                    prints the plan and exits 1 if a case failed
tap_count=0 tap_failed=0

tap_line() { # STATUS NAME
	tap_count=$((tap_count + 1))
	if [ "$1" = 0 ]; then
		printf 'ok %d - %s\n' "$tap_count" "$2"
	else
		tap_failed=$((tap_failed + 1))
		printf 'not ok %d - %s\n' "$tap_count" "$2"
	fi
}
tap_note() { printf '%s\n' "$@" | sed 's/^/#   /'; }
ok() {
	local name=$1 out rc=0
	shift
	out=$("$@" 2>&1) || rc=$?
	tap_line "$rc" "$name"
	[ "$rc" = 0 ] || tap_note "exit $rc of: $*" "$out"
}
not_ok() {
	local name=$1 out rc=0
	shift
	out=$("$@" 2>&1) || rc=$?
	if [ "$rc" != 0 ]; then tap_line 0 "$name"; else tap_line 1 "$name"; tap_note "succeeded: $*" "$out"; fi
}
is() {
	if [ "$2" = "$3" ]; then tap_line 0 "$1"; else tap_line 1 "$1"; tap_note "got  ${2@Q}" "want ${3@Q}"; fi
}
like() {
	if [[ $2 =~ $3 ]]; then tap_line 0 "$1"; else tap_line 1 "$1"; tap_note "got  ${2@Q}" "want =~ $3"; fi
}
skip() {
	tap_count=$((tap_count + 1))
	printf 'ok %d - %s # SKIP %s\n' "$tap_count" "$1" "$2"
}
tap_done() {
	printf '1..%d\n' "$tap_count"
	[ "$tap_failed" = 0 ]
	exit
}
