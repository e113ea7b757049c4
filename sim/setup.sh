#!/usr/bin/env bash
# Installs what is missing and nothing else; a second call goes straight to work.
#   bash sim/setup.sh run     what building and running tidepool needs, and a Python environment in .venv with
#                             the package that reads result files
#   bash sim/setup.sh test    that and what the tests need, in .venv as well
# The Debian packages are listed in sim/packages.txt, the Python ones in analysis/pyproject.toml.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

die() {
    printf 'setup: %s\n' "$*" >&2
    exit 3
}

wanted_packages() {  # SET
    awk -v set="$1" '/^(#|$)/ {next} $1 == "run" || $1 == set {print $2}' "$root/sim/packages.txt"
}

missing_packages() {  # PACKAGE...
    local installed
    installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null || true)
    for package in "$@"; do
        grep -qxF "installed $package" <<<"$installed" || echo "$package"
    done
}

apt_get() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get -q -y -o DPkg::Lock::Timeout=120 "$@" >&2
}

install_packages() {  # PACKAGE...
    printf 'setup: installing %s\n' "$*" >&2
    as_root=()
    if ((EUID != 0)); then
        command -v sudo >/dev/null ||
            die "not root and no sudo; have an administrator run: apt-get install $*"
        as_root=(sudo)
    fi
    if ! compgen -G '/var/lib/apt/lists/*_Packages*' >/dev/null; then
        apt_get update || die "apt-get update failed"
    fi
    apt_get install --no-install-recommends "$@" && return
    echo 'setup: trying once more with fresh package lists' >&2
    apt_get update || die "apt-get update failed"
    apt_get install --no-install-recommends "$@" || die "apt-get could not install: $*"
}

find_python() {  # the first Python that is new enough and can make environments
    for python in python3 /usr/bin/python3; do
        if "$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$python"
            return
        fi
    done
    die "no Python 3.11 or later with the venv module"
}

make_venv() {  # run|test
    local venv=$root/.venv sources stamp have extra=
    [[ $1 == run ]] || extra='[cluster,dev,notebook,optimize,parquet,picture]'
    sources=("$root"/analysis/{pyproject.toml,constraints.txt})
    stamp="$root $(cat "${sources[@]}" | sha256sum)"
    have=$(cat "$venv/stamp" 2>/dev/null || true)
    # An environment for the tests serves running as well.
    if [[ -x $venv/bin/python && ($have == "$1 $stamp" || $have == "test $stamp") ]] &&
        "$venv/bin/python" -c '' 2>/dev/null; then
        return
    fi
    echo 'setup: making the Python environment .venv' >&2
    rm -rf "$venv"
    "$(find_python)" -m venv "$venv"
    local install=("$venv/bin/python" -m pip install --quiet --disable-pip-version-check
        -c "$root/analysis/constraints.txt" -e "$root/analysis$extra")
    "${install[@]}" >&2 || "${install[@]}" >&2 || die "pip could not install the Python packages"
    printf '%s\n' "$1 $stamp" >"$venv/stamp"
}

[[ $# -eq 1 && $1 =~ ^(run|test)$ ]] || {
    echo 'usage: bash sim/setup.sh run|test' >&2
    exit 2
}
command -v dpkg-query >/dev/null ||
    die "this is not Debian; install the equivalents of sim/packages.txt and use CMake directly"
mapfile -t packages < <(wanted_packages "$1")
mapfile -t missing < <(missing_packages "${packages[@]}")
((${#missing[@]} == 0)) || install_packages "${missing[@]}"
make_venv "$1"
