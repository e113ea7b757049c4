# shellcheck shell=bash
# Shared by the scripts of this repository; source it. Nothing here prints to standard output, which
# belongs to results.

# stage NAME COMMAND...: runs the command, says what is going on and how many seconds it took.
stage() {
    local name=$1 begin=$SECONDS status=0
    shift
    printf '==> %s\n' "$name" >&2
    "$@" || status=$?
    if ((status == 0)); then
        printf '<== %s: %d s\n' "$name" $((SECONDS - begin)) >&2
    else
        printf '<== %s: FAILED with exit code %d after %d s\n' "$name" "$status" $((SECONDS - begin)) >&2
    fi
    return "$status"
}

# How many compilers or tests to run at once: TIDEPOOL_JOBS, or one per core with 1.5 GB of memory each.
jobs_at_once() {
    local cores memory
    if [[ ${TIDEPOOL_JOBS:-} =~ ^[1-9][0-9]*$ ]]; then
        echo "$TIDEPOOL_JOBS"
        return
    fi
    cores=$(nproc)
    memory=$(awk '/^MemAvailable:/ {print int($2 / 1500000)}' /proc/meminfo)
    ((memory < 1)) && memory=1
    echo $((cores < memory ? cores : memory))
}
