#!/usr/bin/env bash
# clang-tidy, every finding an error. Some seconds per file, so by default only what differs from a commit:
#   bash tests/tidy.sh [COMMIT]   sources changed since COMMIT (HEAD), with uncommitted and new files
#   bash tests/tidy.sh --all      every source
# Reads the compile commands of build/dev; sources that include a changed header are not followed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source sim/stage.sh

changed() {  # COMMIT
    git diff --name-only --diff-filter=d -z "$1" -- '*.cpp'
    git ls-files --others --exclude-standard -z -- '*.cpp'
}

command -v clang-tidy >/dev/null || {
    echo 'tidy: clang-tidy is not installed' >&2
    exit 3
}
cmake --preset dev --log-level=WARNING >/dev/null
if [[ ${1:-HEAD} == --all ]]; then
    git ls-files -z -- '*.cpp'
else
    changed "${1:-HEAD}"
fi | sort -zu | xargs -0 --no-run-if-empty -n 1 -P "$(jobs_at_once)" clang-tidy --quiet -p build/dev
