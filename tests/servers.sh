#!/bin/sh
# See that the real servers which tests start privately are on this machine; on Debian, as root, install what is missing.
set -u
missing=""
want() { # want PACKAGE FILE...: one of the files must be there
    package=$1; shift
    for file in "$@"; do
        for found in $file; do [ -e "$found" ] && return 0; done
        command -v "$file" >/dev/null 2>&1 && return 0
    done
    missing="$missing $package"
}
want postgresql '/usr/lib/postgresql/*/bin/initdb'
want postfix /usr/sbin/postfix
want dovecot-imapd /usr/lib/dovecot/imap
want dovecot-sieve sieve-test
want redis-server redis-server
want chromium chromium
want systemd systemd-analyze
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing for the tests:$missing"
    # policy-rc.d: an installed server must not start by itself; the tests start private ones
    policy=/usr/sbin/policy-rc.d
    [ -e "$policy" ] || { printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy" && trap 'rm -f "$policy"' EXIT; }
    apt-get update -qq >/dev/null && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $missing >/dev/null && exit 0
fi
echo "not on this machine:$missing. Tests that need them are skipped by name; on Debian: apt-get install$missing" >&2
[ -z "${TRIAGED_TESTS_MUST_RUN:-}" ]
