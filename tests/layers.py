"""Checks what includes what: the layers of the source tree and the one home of every library.

Run without arguments it checks this repository and prints `file:line: what is wrong` for every
violation; --self-test plants violations in a scratch tree and checks that each one is reported.
"""

import re
import sys
import tempfile
from pathlib import Path

ABOVE = {  # folder: the folders it may include, besides itself
    "sim/base": "",
    "sim/config": "sim/base",
    "sim/core": "sim/base",
    "topology": "sim/base sim/config",
    "workloads": "sim/base sim/config",
    "sim/money": "sim/base",
    "sim/model": "sim/base sim/config sim/money topology workloads",
    "sim/results": "sim/base sim/model sim/money",
    "sim/serving": "sim/base sim/config sim/model topology workloads",
    "sim/network": "sim/base sim/config sim/core sim/model topology",
    "sim/scenario": "sim/base sim/config sim/core sim/model sim/money sim/network sim/serving "
    "topology workloads",
    "sim/engine": "sim/base sim/config sim/core sim/model sim/money sim/network sim/scenario sim/serving "
    "topology workloads",
    "sim/batch": "sim/base sim/config sim/core sim/model sim/money sim/network sim/scenario sim/serving "
    "topology workloads",
}
FOLDERS = [*ABOVE, "sim/cli", "tests"]
ABOVE["sim/cli"] = " ".join(ABOVE)
ABOVE["tests"] = " ".join(ABOVE)
DEVICE = ("sim/base", "sim/core", "sim/batch", "tests")  # all that a .cu or .cuh file may include

HOMES = {  # what a library's includes start with: the folders that may include them
    r"simgrid/|xbt/": "sim/engine",
    r"yaml-cpp/": "sim/config",
    r"hdf5|H5": "sim/results",
    r"CLI/": "sim/cli",
    r"boost/(graph|property_map)/": "topology",
    r"boost/iostreams/": "workloads",
    r"libfccp/|date/": "workloads",
    r"openssl/": "sim/scenario",
    r"cuda|cub/|thrust/": "sim/batch",
    r"gtest/|gmock/|benchmark/|Random123/": "tests",
}
TWO_FILES = "CLI/"  # at most: 12 to 20 seconds for every file that includes it
STANDARD = re.compile(
    r"([a-z0-9_]+|(fcntl|malloc|signal|stdlib|ucontext|unistd)\.h|(sys|sanitizer)/[a-z_]+\.h)$"
)
INCLUDE = re.compile(r'\s*#\s*include\s*([<"])([^">]+)[">]')


def folder_of(path):
    return next((f for f in FOLDERS if f"{path}/".startswith(f + "/")), str(Path(path).parent))


def problem(path, style, target, root):
    """What is wrong with one #include of the file `path`, or None."""
    folder = folder_of(path)
    if style == '"':
        other = folder_of(target)
        if not (root / target).is_file():
            return f"no such file in the repository: {target}"
        if other != folder and other not in ABOVE.get(folder, "").split():
            return f"{folder} must not include {target}"
        if re.search(r"\.cuh?$", path) and other not in DEVICE:
            return f"device code must not include {target}"
    elif not STANDARD.match(target):
        home = next((h for prefix, h in HOMES.items() if re.match(prefix, target)), None)
        if home is None:
            return f"{target} belongs to no library in the table of {Path(__file__).name}"
        if folder != home and folder != "tests":
            return f"{folder} must not include {target}, whose home is {home}"
        if re.search(r"\.(h|cuh)$", path) and folder != "tests":
            return f"a header must not include {target}"
    return None


def violations(root):
    seen = []
    files = (p for top in ("sim", "topology", "workloads", "tests") for p in (root / top).rglob("*"))
    for file in sorted(f for f in files if f.suffix in {".h", ".cpp", ".cu", ".cuh"}):
        path = file.relative_to(root).as_posix()
        if folder_of(path) not in FOLDERS:
            yield f"{path}:1: no layer is known for this folder"
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            if not (include := INCLUDE.match(line)):
                continue
            style, target = include.groups()
            if what := problem(path, style, target, root):
                yield f"{path}:{number}: {what}"
            elif target.startswith(TWO_FILES) and path not in seen:
                seen.append(path)
                if len(seen) > 2:
                    yield f"{path}:{number}: {TWO_FILES} must be included by two files at most ({seen[0]}, {seen[1]})"


PLANTED = {
    "sim/base/a.h": (
        '#include <vector>\n#include "sim/core/c.h"',
        "sim/base/a.h:2: sim/base must not include sim/core/c.h",
    ),
    "sim/core/c.h": (
        '#include "sim/base/a.h"\n  #  include <yaml-cpp/yaml.h>',
        "sim/core/c.h:2: sim/core must not include yaml-cpp/yaml.h, whose home is sim/config",
    ),
    "sim/engine/d.cpp": (
        '#include "sim/batch/e.cu"\n#include <simgrid/s4u.hpp>\n#include <sys/stat.h>',
        "sim/engine/d.cpp:1: sim/engine must not include sim/batch/e.cu",
    ),
    "sim/engine/f.h": (
        "#include <simgrid/s4u.hpp>",
        "sim/engine/f.h:1: a header must not include simgrid/s4u.hpp",
    ),
    "sim/batch/e.cu": (
        '#include <cuda_runtime.h>\n#include "sim/scenario/g.h"',
        "sim/batch/e.cu:2: device code must not include sim/scenario/g.h",
    ),
    "sim/scenario/g.h": ('#include "g.h"', "sim/scenario/g.h:1: no such file in the repository: g.h"),
    "sim/cli/h.cpp": ('#include <CLI/CLI.hpp>\n#include "sim/engine/f.h"', None),
    "sim/cli/i.cpp": ("#include <CLI/CLI.hpp>", None),
    "sim/cli/j.cpp": (
        "#include <CLI/CLI.hpp>",
        "sim/cli/j.cpp:1: CLI/ must be included by two files at most (sim/cli/h.cpp, sim/cli/i.cpp)",
    ),
    "sim/new/j.cpp": ("", "sim/new/j.cpp:1: no layer is known for this folder"),
    "tests/core/k_test.cpp": (
        '#include <gtest/gtest.h>\n#include "sim/core/c.h"\n#include <simgrid/s4u.hpp>',
        None,
    ),
    "topology/l.cpp": (
        "#include <boost/graph/dijkstra.hpp>\n#include <zlib.h>",
        "topology/l.cpp:2: zlib.h belongs to no library in the table of layers.py",
    ),
}


def self_test():
    with tempfile.TemporaryDirectory() as scratch:
        for path, (text, _) in PLANTED.items():
            file = Path(scratch, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text + "\n", encoding="utf-8")
        expected = {message for _, message in PLANTED.values() if message}
        found = set(violations(Path(scratch)))
    wrong = [f"not reported: {message}" for message in expected - found]
    return wrong + [f"wrongly reported: {message}" for message in found - expected]


if __name__ == "__main__":
    here = Path(__file__).resolve().parents[1]
    wrong = self_test() if "--self-test" in sys.argv else list(violations(here))
    print("\n".join(wrong) or "ok")
    sys.exit(bool(wrong))
