#!/usr/bin/env bash
# Adds what only the tests need: a browser, a PostgreSQL server that is not started here, a reader of PDFs, nginx.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/system.sh

missing=()
command -v chromium >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium)
command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing+=(postgresql)
command -v pdftoppm >/dev/null || missing+=(poppler-utils)
[ -x /usr/sbin/bearerbox ] || missing+=(kannel)
# An SMPP server of others; machines that install no documentation leave out the very example that we want.
[ -e /usr/share/doc/libnet-smpp-perl/examples/smsc.pl ] || missing+=(
    --reinstall -o "Dpkg::Options::=--path-include=/usr/share/doc/libnet-smpp-perl/*" libnet-smpp-perl)
[ -x /usr/sbin/nginx ] || command -v nginx >/dev/null || missing+=(nginx-light)
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(uname)" = Darwin ]; then
    echo "Tests need a browser, PostgreSQL, poppler and nginx. Type: brew install --cask chromium && brew install postgresql@15 poppler nginx" >&2
    exit 1
fi
system_packages "${missing[@]}"
