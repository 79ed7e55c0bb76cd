#!/bin/sh
# Lock to versions and hashes for every platform and Python that we support; no registry address is written.
set -eu
cd "$(dirname "$0")/.."
venv=$(mktemp -d)
trap 'rm -rf "$venv"' EXIT
python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check 'uv>=0.5'
compile() {
  "$venv/bin/uv" pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --no-annotate --no-header "$@"
}
compile --extra dev -o requirements/dev.txt
compile --extra postgres -c requirements/dev.txt -o requirements/runtime.txt
