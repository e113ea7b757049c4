#!/usr/bin/env bash
# One command from a bare Debian 12 to a result: installs what is missing, builds tidepool and replays a
# real month of jobs. The KPI table goes to standard output, everything else to standard error.
# Works from any directory and leaves everything it makes under build/.
set -euo pipefail
root=$(cd -P "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
source "$root/sim/stage.sh"
(($# == 0)) || {
    echo 'usage: bash scenarios/quickstart.sh   (TIDEPOOL_JOBS=N limits the compilers at work)' >&2
    exit 2
}

configure() { cmake -S "$root" --preset release --log-level=WARNING >&2; }
build() { cmake --build "$root/build/release" --target tidepool --parallel "$(jobs_at_once)" >&2; }

stage 'Installing what is missing' bash "$root/sim/setup.sh" run
stage 'Configuring' configure
stage 'Building tidepool (minutes the first time)' build
stage 'Running scenarios/quickstart' "$root/build/release/sim/cli/tidepool" run \
    "$root/scenarios/quickstart/scenario.yaml" -o "$root/build/quickstart.h5" --force
stage 'Writing a page to look at' "$root/.venv/bin/tidepool-report" "$root/build/quickstart.h5" \
    -o "$root/build/quickstart.html" --force >&2
