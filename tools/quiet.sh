#!/usr/bin/env bash
# Run a check and say one line when it passes, everything when it fails: tools/quiet.sh NAME COMMAND...
set -uo pipefail
name=$1
shift
start=$(date +%s%N)
said=$("$@" 2>&1)
rc=$?
took=$((($(date +%s%N) - start) / 10000000))
if [ "$rc" = 0 ]; then
    printf 'ok    %-12s %3d.%02d s\n' "$name" $((took / 100)) $((took % 100))
else
    printf '%s\n' "$said" | cut -c 1-400 # some types are pages long
    printf 'FAIL  %-12s exit %d: %s\n' "$name" "$rc" "$*"
fi
exit "$rc"
