"""The notebook runs from top to bottom and says today what its stored outputs say."""

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = Path(__file__).resolve().parents[2] / "analysis/notebooks"
FILES = sorted(NOTEBOOKS.glob("*.ipynb"))
EXECUTE = """\
import sys, nbformat, nbclient
from jupyter_client.manager import AsyncKernelManager
source, target, folder, socket = sys.argv[1:]
notebook = nbformat.read(source, 4)
kernel = AsyncKernelManager(kernel_name="python3", transport="ipc", ip=socket)
nbclient.NotebookClient(notebook, km=kernel, timeout=300, resources={"metadata": {"path": folder}}).execute()
nbformat.write(notebook, target)
"""  # in a process of its own: its sockets are closed when it ends


def texts(notebook):
    """What each cell printed and gave, without what depends on fonts and versions of the drawing.

    Printed text counts as one, in however many pieces it came.
    """
    for cell in notebook.cells:
        said = ""
        for output in cell.get("outputs", []):
            text = output.get("text") or output.get("data", {}).get("text/plain", "")
            said += "" if text.startswith("<Figure") else text
        if said:
            yield re.sub(r"\s+", " ", said)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_notebook_runs_and_its_outputs_are_current(path, binary, tmp_path):
    stored = list(texts(nbformat.read(path, 4)))
    assert stored and path.stat().st_size < 150_000
    assert not re.search(r"/(home|root|tmp|work)/", path.read_text())
    folder = tmp_path / "analysis/notebooks"  # where the paths in the notebook lead
    folder.mkdir(parents=True)
    for name in ("scenarios", "workloads", "topology"):
        os.symlink(NOTEBOOKS.parents[1] / name, tmp_path / name)
    own = {"TIDEPOOL_BINARY": binary, "JUPYTER_RUNTIME_DIR": tmp_path, "IPYTHONDIR": tmp_path / "ipython"}
    done = subprocess.run(
        [sys.executable, "-c", EXECUTE, path, tmp_path / "out.ipynb", folder, tmp_path / "kernel"],
        env={**os.environ, **{name: str(value) for name, value in own.items()}},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert list(texts(nbformat.read(tmp_path / "out.ipynb", 4))) == stored


def test_there_is_a_notebook():
    assert FILES
