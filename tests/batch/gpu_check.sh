#!/usr/bin/env bash
# For machines with a CUDA device: the rows of the real device against those of a thread, then a few
# of them under compute-sanitizer. gpu_check.sh [BUILD FOLDER]
set -euo pipefail

build=${1:-build/release}
program=$build/tests/test_gpu
[ -x "$program" ] || { echo "gpu_check: no $program; build with -DTIDEPOOL_CUDA=ON" >&2; exit 2; }

"$program" | tee "$build/gpu_check.txt"
if grep -q SKIPPED "$build/gpu_check.txt"; then
  echo "gpu_check: there is no CUDA device" >&2
  exit 2
fi

sanitizer=$(command -v compute-sanitizer || echo "${CUDA_HOME:-/usr/local/cuda}/bin/compute-sanitizer")
for tool in memcheck racecheck synccheck initcheck; do
  echo "== compute-sanitizer --tool $tool"
  "$sanitizer" --tool "$tool" --error-exitcode 1 \
    "$program" --gtest_filter='GpuDevice.RunsAFewRowsAsAThreadDoes'
done
echo "gpu_check: ok"
