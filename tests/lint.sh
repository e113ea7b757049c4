#!/usr/bin/env bash
# Checks of the text itself: format, shell, Python and YAML style. Needs what `sim/setup.sh test` installs.
# tests/run.sh and the pre-commit hooks run this; `--fix` reformats instead of complaining.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 3
export PATH=$PWD/.venv/bin:$PATH
ruff_config=(--no-cache --quiet --config analysis/pyproject.toml)
failures=0

listed() {  # PATTERN...: files that are or would be committed and still exist
    git ls-files -z --cached --others --exclude-standard -- "$@" | sort -zu |
        while IFS= read -r -d '' file; do [[ -f $file ]] && printf '%s\0' "$file"; done
}

on() {  # NAME "PATTERN..." COMMAND...: runs the command on all such files
    local name=$1 patterns
    read -ra patterns <<<"$2"
    shift 2
    listed "${patterns[@]}" | xargs -0 --no-run-if-empty "$@" || {
        printf 'lint: %s: FAILED\n' "$name" >&2
        failures=$((failures + 1))
    }
}

# shellcheck disable=SC2016  # expanded by the bash that `on` starts
unformatted='
status=0
for file; do
    clang-format "$file" | cmp -s - "$file" || { echo "$file:1: not formatted: bash tests/lint.sh --fix"; status=1; }
done
exit "$status"'

case ${1:-} in
--fix)
    on format '*.h *.cpp *.cu *.cuh' clang-format -i
    on ruff '*.py' ruff check "${ruff_config[@]}" --fix
    on ruff '*.py' ruff format "${ruff_config[@]}"
    ;;
'')
    on format '*.h *.cpp *.cu *.cuh' bash -c "$unformatted" format
    on ruff '*.py' ruff check "${ruff_config[@]}"
    on ruff '*.py' ruff format "${ruff_config[@]}" --check
    ;;
*)
    echo 'usage: bash tests/lint.sh [--fix]' >&2
    exit 2
    ;;
esac
on mypy 'analysis/tidepool/*.py' mypy --no-error-summary --config-file analysis/pyproject.toml --cache-dir build/.mypy_cache
on shellcheck '*.sh .ci/run' shellcheck --external-sources --source-path=.
on yamllint '*.yaml *.yml' yamllint --strict
exit $((failures > 0))
