"""What the course costs: CPU and wall seconds and memory of each lesson, without the internet.

    python tests/benchmarks/course.py [09 12 ...]

Runs each notebook from top to bottom in a process of its own. Where bubblewrap may make a network
namespace, the process has no network but its own loopback, so a lesson that asks the network for
anything fails. Ends with a failure if a lesson does.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
CUT_OFF = ["bwrap", "--dev-bind", "/", "/", "--unshare-net", "--die-with-parent"]


def run(path: str) -> None:
    """Run one notebook in this process's children, and print what they used as JSON."""
    import nbformat
    from nbclient import NotebookClient

    started = time.perf_counter()
    notebook = nbformat.read(path, as_version=4)
    metadata = {"metadata": {"path": str(Path(path).parent)}}
    NotebookClient(notebook, timeout=1800, kernel_name="python3", resources=metadata).execute()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    figures = {"cpu": used.ru_utime + used.ru_stime, "mb": used.ru_maxrss / 1024}
    print(json.dumps(figures | {"wall": time.perf_counter() - started}))


def main(lessons: list[str]) -> int:
    """Print a line for each lesson, and the sums."""
    cut_off = CUT_OFF if shutil.which("bwrap") and works([*CUT_OFF, "true"]) else []
    print("without the internet" if cut_off else "the internet could not be cut off: no bubblewrap")
    failed, total = 0, {"cpu": 0.0, "wall": 0.0}
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        if lessons and path.name[:2] not in lessons:
            continue
        with tempfile.TemporaryDirectory() as folder:
            own = {"OMP_NUM_THREADS": "1"} | os.environ
            own |= {"AELIB_PROGRESS": f"{folder}/progress.json"}  # nothing solved yet
            command = [*cut_off, sys.executable, __file__, "--one", str(path)]
            done = subprocess.run(command, env=own, capture_output=True, text=True)
        if done.returncode:
            failed += 1
            print(f"{path.stem}: failed\n{done.stderr[-2000:]}", flush=True)
            continue
        used = json.loads(done.stdout.splitlines()[-1])
        total = {key: total[key] + used[key] for key in total}
        print(f"{path.stem}: {used['cpu']:.0f} CPU s, {used['wall']:.0f} s, {used['mb']:.0f} MB",
              flush=True)  # fmt: skip
    print(f"together: {total['cpu']:.0f} CPU s, {total['wall']:.0f} s")
    return failed


def works(command: list[str]) -> bool:
    """Whether a command runs here."""
    return subprocess.run(command, capture_output=True).returncode == 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        run(sys.argv[2])
    else:
        sys.exit(main(sys.argv[1:]))
