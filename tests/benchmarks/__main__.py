"""All measurements of the README, one after the other, on a quiet machine: about half an hour.

python tests/benchmarks
"""

import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

BENCHMARKS = (
    *("setup", "step", "training", "training_frames", "slope", "peers", "course"),
    *("decode", "slider_latency", "throttled", "pages", "grading"),
)


def machine() -> str:
    """Processor, cores and versions in a line."""
    import torch

    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        names = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        cpu = names[0].partition(": ")[2] if names else cpu
    versions = f"Python {platform.python_version()}, torch {torch.__version__}"
    return f"{datetime.now(UTC):%Y-%m-%d}, {cpu}, {os.cpu_count()} cores, {versions}"


def main() -> int:
    """Run each benchmark in a process of its own; a failure does not keep the others back."""
    print(machine())
    failed = 0
    for name in BENCHMARKS:
        print(f"\n{name}", flush=True)
        script = Path(__file__).with_name(f"{name}.py")
        failed += subprocess.run([sys.executable, str(script)]).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
