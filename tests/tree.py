"""Checks the source tree itself: what lies at the top, how long and how large files are, and that
nothing in them is true on one machine only. With --self-test it plants violations and expects each.
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = """
    sim topology workloads scenarios analysis tests docs CMakeLists.txt CMakePresets.json README.md LICENSE
    CHANGELOG.md CONTRIBUTING.md .ci .clang-format .clang-tidy .editorconfig .gitattributes .gitignore
    .pre-commit-config.yaml .yamllint
""".split()
CODE = re.compile(r"\.(h|cpp|cu|cuh|in|py|sh|cmake)$|CMakeLists\.txt$")
MAX_LINES = 400  # of code; aim for 50 to 150
MAX_BYTES = 200 * 1000
LARGE_FILES_LIVE_IN = "workloads/traces/"
FORBIDDEN = {
    r"(?<![\w.$}~/-])/(home|root|Users|work|mnt)/\w": "an absolute path of one machine",
    r"(?i)(extra-)?index[-_]url": "the address of a package registry",
    r"(?i)://[\w.@:-]*(pypi|pythonhosted|deb\.debian|artifactory|nexus)": "the address of a package registry",
    r"^(<{7}|>{7}) ": "a merge conflict",
}


def listed(root):
    """Files that are or would be committed; outside a git checkout, all files."""
    if (root / ".git").exists():
        command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\0")
        return sorted({name for name in names if name and (root / name).is_file()})
    own = re.compile(r"(build[^/]*|\.venv|\.cache)/|(.*/)?(__pycache__|[^/]*\.egg-info)/")
    every = (p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file())
    return sorted(name for name in every if not own.match(name))


def problems(root):
    for name in listed(root):
        top, data = name.split("/")[0], (root / name).read_bytes()
        if top not in TOP:
            yield f"{name}:1: '{top}' does not belong at the top of the tree"
        if len(data) > MAX_BYTES and not name.startswith(LARGE_FILES_LIVE_IN):
            yield f"{name}:1: {len(data)} bytes, at most {MAX_BYTES} outside {LARGE_FILES_LIVE_IN}"
        if b"\0" in data[:8000] or name.endswith((".gz", ".zst")):
            continue
        lines = data.decode("utf-8", errors="replace").splitlines()
        if CODE.search(name) and len(lines) > MAX_LINES:
            yield f"{name}:{MAX_LINES + 1}: {len(lines)} lines of code, at most {MAX_LINES}: split the file"
        if data and not data.endswith(b"\n"):
            yield f"{name}:{len(lines)}: no newline at the end of the file"
        if name.startswith(LARGE_FILES_LIVE_IN) or name == "tests/tree.py":
            continue
        for number, line in enumerate(lines, 1):
            for pattern, what in FORBIDDEN.items():
                if re.search(pattern, line):
                    yield f"{name}:{number}: {what}"


PLANTED = {
    "stray/a.txt": ("a\n", "stray/a.txt:1: 'stray' does not belong at the top of the tree"),
    "docs/big.md": (
        "b" * MAX_BYTES + "\n",
        "docs/big.md:1: 200001 bytes, at most 200000 outside workloads/traces/",
    ),
    "workloads/traces/big.csv": ("c" * MAX_BYTES + "\n", None),
    "sim/long.cpp": ("\n" * 401, "sim/long.cpp:401: 401 lines of code, at most 400: split the file"),
    "sim/fits.cpp": ("\n" * 400, None),
    "docs/open.md": ("x\nend", "docs/open.md:2: no newline at the end of the file"),
    "docs/path.md": ("see docs/home/x\nat /home/me/x\n", "docs/path.md:2: an absolute path of one machine"),
    "analysis/pip.txt": ("--index-url=x\n", "analysis/pip.txt:1: the address of a package registry"),
    "docs/merge.md": ("<<<<<<< ours\n", "docs/merge.md:1: a merge conflict"),
    "build/x/y": ("not ours", None),
}


def self_test():
    with tempfile.TemporaryDirectory() as scratch:
        for path, (text, _) in PLANTED.items():
            file = Path(scratch, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        expected = {message for _, message in PLANTED.values() if message}
        found = set(problems(Path(scratch)))
    wrong = [f"not reported: {message}" for message in expected - found]
    return wrong + [f"wrongly reported: {message}" for message in found - expected]


if __name__ == "__main__":
    here = Path(__file__).resolve().parents[1]
    wrong = self_test() if "--self-test" in sys.argv else list(problems(here))
    print("\n".join(wrong) or "ok")
    sys.exit(bool(wrong))
