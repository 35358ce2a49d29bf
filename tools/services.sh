#!/usr/bin/env bash
# Install what the tests of the journal and the channels need beside Python: a PostgreSQL and an MQTT broker.
# Does nothing when both are there. The tests start servers of their own, in temporary folders and on free ports;
# those that Debian may start when it installs the packages are not used.
set -euo pipefail

say() { printf '%s\n' "$*" >&2; }

has_postgresql() { # Debian keeps the server's programs off the path, one folder a version
    compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null
}

has_mosquitto() {
    [ -x /usr/sbin/mosquitto ] || command -v mosquitto >/dev/null
}

missing=()
has_postgresql || missing+=(postgresql)
has_mosquitto || missing+=(mosquitto)
[ "${#missing[@]}" -gt 0 ] || exit 0

give_up() {
    say "The tests need ${missing[*]}, and $1."
    say "Install them as an administrator (Debian: apt-get install ${missing[*]}), then run this again;"
    say "or run pytest by itself: without CI set, the tests that need them are skipped and say so."
    exit 2
}

root=()
[ "$(id -u)" = 0 ] || root=(sudo)
command -v apt-get >/dev/null || give_up "there is no apt-get here to install them with"
[ "${#root[@]}" = 0 ] || command -v sudo >/dev/null || give_up "there is no sudo here to install them with"

say "Installing ${missing[*]} for the tests ..."
"${root[@]}" apt-get update -qq >/dev/null || say "The lists of packages could not be renewed; trying with those that are here."
if ! said=$("${root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${missing[@]}" 2>&1); then
    say "$said"
    give_up "apt-get could not install them"
fi

missing=()
has_postgresql || missing+=(postgresql)
has_mosquitto || missing+=(mosquitto)
[ "${#missing[@]}" = 0 ] || give_up "they were installed but their programs are not where Debian keeps them"
