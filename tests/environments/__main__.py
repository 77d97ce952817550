"""The course with other packages than ours: each takes about half an hour, so CI does not run it.

    python tests/environments lowest   # all lower bounds of pyproject.toml
    python tests/environments newest   # the newest that the bounds allow
    python tests/environments colab    # what Colab had, and a notebook as it opens there

Run it in the course's own environment. uv makes the others, in a folder that is thrown away or in
--folder; UV_TORCH_BACKEND=cpu spares the gigabytes of PyTorch's GPU build. `lowest` and `newest`
run the unit tests and three lessons; words after -- go to pytest in place of the unit tests.
`colab` builds the notebooks that `aelib site --colab` makes, opens each alone in an empty folder,
runs it from top to bottom and compares the packages before with those after.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
COLAB = Path(__file__).with_name("colab.txt")
PYTHONS = {"lowest": "3.11", "newest": "3.13", "colab": "3.13"}
LESSONS = {"lowest": "00 08 09", "newest": "00 08 09", "colab": "00 01 03 07 08"}
ELSEWHERE = ("browser", "classroom", "slow")  # need a browser, a sandbox, an hour
ADDRESS = "https://github.com/OWNER/course"  # git is told to look into a copy of ours instead
OPEN = """
import sys, nbformat
from nbclient import NotebookClient
NotebookClient(nbformat.read(sys.argv[1], 4), timeout=1800, kernel_name="python3").execute()
"""


class Environment:
    """A fresh Python with packages of its own, and no more of ours than the course's settings."""

    def __init__(self, folder: Path, python: str) -> None:
        self.folder, self.python = folder, folder / "bin" / "python"
        kept = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "VIRTUAL_ENV"}}
        path = f"{self.python.parent}{os.pathsep}{os.environ['PATH']}"
        progress = str(folder / "progress.json")
        self.env = {"OMP_NUM_THREADS": "1", **kept, "PATH": path, "AELIB_CLAIMS": "strict"}
        self.env["AELIB_PROGRESS"] = progress
        uv("venv", "--no-project", "--clear", "--python", python, str(folder))

    def install(self, *what: str) -> None:
        """Add packages."""
        uv("pip", "install", "--python", str(self.python), *what)

    def run(self, *command: str, **options) -> subprocess.CompletedProcess[str]:
        """Call its Python."""
        settings = {"cwd": ROOT, "env": self.env, "text": True} | options
        return subprocess.run([str(self.python), *command], **settings)

    def packages(self) -> dict[str, str]:
        """The version of each package."""
        listed = self.run("-m", "pip", "list", "--format=json", stdout=subprocess.PIPE, check=True)
        return {each["name"].lower(): each["version"] for each in json.loads(listed.stdout)}


def uv(*command: str) -> None:
    """Call uv; it says itself what went wrong."""
    subprocess.run(["uv", *command], cwd=ROOT, check=True)


def bounds(kind: str, chosen: argparse.Namespace, folder: Path) -> int:
    """Make an environment of all lower or upper bounds, and run unit tests and lessons in it."""
    resolution = {"lowest": "lowest-direct", "newest": "highest"}[kind]
    there = Environment(folder / kind, chosen.python)
    listed = str(there.folder / "requirements.txt")
    choose = ("pip", "compile", "--quiet", "--resolution", resolution, "--extra", "test")
    uv(*choose, "--python", str(there.python), "pyproject.toml", "-o", listed)
    there.install("-r", listed)
    there.install("--no-deps", "-e", str(ROOT))
    tests = [f"--ignore=tests/{name}" for name in ELSEWHERE]
    lessons = [str(path) for path in notebooks(chosen.lessons)]
    command = chosen.pytest or ["tests", *tests, *lessons]
    if kind == "lowest":  # old packages use what newer ones are giving up
        command = ["-W", "ignore::DeprecationWarning", *command]
    return there.run("-m", "pytest", "-q", "-p", "no:cacheprovider", *command).returncode


def colab(chosen: argparse.Namespace, folder: Path) -> int:
    """Do what a learner does on Colab who opens a lesson and chooses Run all."""
    there = Environment(folder / "colab", chosen.python)
    there.install("-r", str(COLAB))
    before = there.packages()
    faults = []
    would_add = added_by_pip(there)
    if would_add != {"aelib"}:
        faults.append(f"with its dependencies pip would install {', '.join(sorted(would_add))}")
    copy = folder / "course.git"
    shutil.rmtree(copy, ignore_errors=True)
    subprocess.run(["git", "clone", "-q", "--bare", str(ROOT), str(copy)], check=True)
    subprocess.run(["git", "-C", str(copy), "branch", "-f", "opened", "HEAD"], check=True)
    there.env |= {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.file://{copy}.insteadOf",
        "GIT_CONFIG_VALUE_0": ADDRESS,
    }
    for path in notebooks(chosen.lessons):
        print(f"{path.stem} ...", flush=True)
        content = folder / "content" / path.stem
        if opened(there, path, content).returncode:
            faults.append(f"{path.stem} stopped")
    after = there.packages()
    changed = {name for name in before if after.get(name) != before[name]}
    faults += [f"{name}: {before[name]} -> {after.get(name)}" for name in sorted(changed)]
    print(f"added: {', '.join(sorted(set(after) - set(before))) or 'nothing'}")
    print(*faults, f"{len(faults) or 'no'} faults", sep="\n")
    return int(bool(faults))


def added_by_pip(there: Environment) -> set[str]:
    """What the image's own pip would install, dependencies included."""
    command = ("-m", "pip", "install", "--quiet", "--dry-run", "--report", "-", str(ROOT))
    report = there.run(*command, stdout=subprocess.PIPE, check=True).stdout
    return {each["metadata"]["name"] for each in json.loads(report)["install"]}


def opened(there: Environment, path: Path, content: Path) -> subprocess.CompletedProcess[str]:
    """Run the notebook that a link to Colab opens, alone in a folder that plays /content."""
    from aelib.site.addresses import Addresses
    from aelib.site.colab import for_colab

    shutil.rmtree(content, ignore_errors=True)
    content.mkdir(parents=True)
    text = for_colab(path, Addresses(ADDRESS, branch="opened", colab="colab")).decode()
    (content / path.name).write_text(text.replace("/content/", f"{content}/"), encoding="utf-8")
    return there.run("-c", OPEN, path.name, cwd=content)


def notebooks(lessons: str) -> list[Path]:
    """The lessons of these numbers."""
    return [next((ROOT / "notebooks").glob(f"{number}_*.ipynb")) for number in lessons.split()]


def main() -> int:
    """Make the environment that was asked for and run what there is to run; 0 if all held."""
    argv = sys.argv[1:]
    at = argv.index("--") if "--" in argv else len(argv)
    parser = argparse.ArgumentParser(
        prog="python tests/environments",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("kind", choices=PYTHONS)
    parser.add_argument("--python", help="3.11 for lowest, else 3.13")
    parser.add_argument("--lessons", help='such as "00 08"')
    parser.add_argument("--folder", type=Path, help="where the environment is made and kept")
    chosen = parser.parse_args(argv[:at])
    chosen.pytest = argv[at + 1 :]
    chosen.python = chosen.python or PYTHONS[chosen.kind]
    chosen.lessons = chosen.lessons or LESSONS[chosen.kind]
    if not shutil.which("uv"):
        parser.error("uv is missing: `pip install uv`")
    with tempfile.TemporaryDirectory() as spare:
        folder = (chosen.folder or Path(spare)).resolve()
        if chosen.kind == "colab":
            return colab(chosen, folder)
        return bounds(chosen.kind, chosen, folder)


if __name__ == "__main__":
    sys.exit(main())
