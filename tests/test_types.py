"""What a signature promises, mypy finds kept: in all of the package, by pyproject.toml's rules."""

import subprocess
import sys
from pathlib import Path


def test_mypy_finds_no_fault(tmp_path):
    command = [sys.executable, "-m", "mypy", f"--cache-dir={tmp_path}"]
    done = subprocess.run(command, cwd=Path(__file__).parents[1], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
