"""Whether another CPU would print the same: every lesson under settings that change the rounding.

    python tests/benchmarks/drift.py [09 12 ...]

Older instruction sets and another number of threads add numbers up in another order. Each lesson
is run anew under each setting and compared, cell by cell, with what is committed.
"""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
SETTINGS = {
    "no AVX in PyTorch": {"ATEN_CPU_CAPABILITY": "default"},
    "AVX2 in oneDNN": {"ONEDNN_MAX_CPU_ISA": "AVX2", "ATEN_CPU_CAPABILITY": "avx2"},
    "the same on every Intel": {"MKL_CBWR": "COMPATIBLE"},
    "two threads": {"OMP_NUM_THREADS": "2"},
}


def main(lessons: list[str]) -> int:
    """Print a line for each lesson and setting, and the cells that differ."""
    failed = 0
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        if lessons and path.name[:2] not in lessons:
            continue
        for name, setting in SETTINGS.items():
            command = [sys.executable, "-m", "pytest", "-q", "--nbval-cell-timeout=900", str(path)]
            done = subprocess.run(
                command, env=os.environ | setting, cwd=ROOT, capture_output=True, text=True
            )
            same = done.returncode == 0
            failed += not same
            print(f"{path.stem}, {name}: {'the same' if same else 'DIFFERS'}", flush=True)
            if not same:
                print(done.stdout[-3000:], flush=True)
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
