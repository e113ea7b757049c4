#!/usr/bin/env bash
# Everything: sets up what is missing, builds Release and a sanitized build, runs every test in both.
# TIDEPOOL_JOBS=N limits how many compilers and tests run at once.
# shellcheck disable=SC2317  # functions are called through stage()
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
source sim/stage.sh
(($# == 0)) || {
    echo 'usage: bash tests/run.sh' >&2
    exit 2
}
failed=()

check() {  # NAME COMMAND...: goes on after a failure
    stage "$@" || failed+=("$1")
}

finish() {
    if ((${#failed[@]} > 0)); then
        printf -- '- %s\n' "${failed[@]}"
        printf 'tests/run.sh: FAILED, %d stages, %d s\n' ${#failed[@]} "$SECONDS"
        exit 1
    fi
    printf 'tests/run.sh: everything passed, %d s\n' "$SECONDS"
    exit 0
}

need() {  # NAME COMMAND...: the rest is pointless after a failure
    check "$@"
    if ((${#failed[@]} > 0)) && [[ ${failed[-1]} == "$1" ]]; then finish; fi
}

# One GPU architecture shows that the kernels compile; users get all of them.
configure() { cmake --preset "$1" -DTIDEPOOL_TESTS=ON -DCMAKE_CUDA_ARCHITECTURES=90 --log-level=WARNING; }
compile() { cmake --build "build/$1" --parallel "$jobs" --target "${@:2}"; }
test_all() { ctest --preset "$1" --parallel "$jobs" --output-junit "$root/build/$1/ctest.xml"; }
python_tests() { .venv/bin/python -m pytest -q -n "$jobs" tests --junitxml build/pytest.xml; }

need 'Setup' bash sim/setup.sh test
jobs=$(jobs_at_once)
check 'Lint' bash tests/lint.sh
need 'Configure release' configure release
need 'Build release' compile release all all_verify_interface_header_sets
check 'Test release' test_all release
check 'Test command line and Python' python_tests
need 'Configure dev (address and undefined-behaviour sanitizers)' configure dev
need 'Build dev' compile dev all
check 'Test dev' test_all dev
finish
