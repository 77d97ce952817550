"""How long `start.py` takes from a fresh checkout until JupyterLab answers, and the second time.

    python tests/benchmarks/setup.py

Works on a copy of what git tracks, so nothing of this checkout is touched. The first call
downloads whatever pip or uv has not kept from earlier; seconds of wall time, since most of it is
waiting.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]


def seconds(*command: str, cwd: Path) -> float:
    """How long a command takes; it must succeed."""
    inherited = {k: v for k, v in os.environ.items() if k != "VIRTUAL_ENV"}
    started = time.perf_counter()
    subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.DEVNULL, env=inherited)
    return time.perf_counter() - started


def main() -> None:
    """Print the seconds of the first and of the second call."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "course"
        subprocess.run(["git", "clone", "-q", str(ROOT), str(copy)], check=True)
        for call in ("first", "second"):
            took = seconds(sys.executable, "start.py", "--", "--version", cwd=copy)
            print(f"{call} call: {took:.1f} s", flush=True)


if __name__ == "__main__":
    main()
