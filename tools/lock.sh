#!/usr/bin/env bash
# Writes requirements.lock and tools/node.lock: every package with all hashes of its release, and no address
# of an index, so that the same file serves on other platforms and behind a mirror.
set -euo pipefail
cd "$(dirname "$0")/.."

# Local folders of wheels would narrow the hashes to what this machine happens to hold.
unset PIP_FIND_LINKS PIP_EXTRA_INDEX_URL PIP_NO_INDEX
export PIP_CONFIG_FILE=/dev/null
compile() {
    .venv/bin/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --upgrade \
        --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header "$@"
}
compile --extra dev --output-file requirements.lock pyproject.toml
compile --output-file tools/node.lock tools/node.in
npm install --package-lock-only --silent
