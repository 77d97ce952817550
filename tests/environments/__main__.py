"""The course with other packages than ours: each takes about half an hour, so CI does not run it.

    python tests/environments lowest   # all lower bounds of pyproject.toml
    python tests/environments newest   # the newest that the bounds allow
    python tests/environments colab    # what Colab had, and a notebook as it opens there

Run it in the course's own environment. uv makes the others, in a folder that is thrown away or in
--folder; UV_TORCH_BACKEND=cpu spares the gigabytes of PyTorch's GPU build. `lowest` and `newest`
run the unit tests and three lessons; words after -- go to pytest in place of the unit tests.
`colab` builds the notebooks that `aelib site --colab` makes, opens each alone in an empty folder,
runs it from top to bottom and compares the packages before with those after.

It goes in steps, which can be named one by one where --folder keeps what the first has made:

    python tests/environments lowest make --folder lowest
    python tests/environments lowest tests --folder lowest -- tests/widgets tests/site
    python tests/environments lowest lessons --folder lowest --lessons "00 08"
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
STEPS = ("make", "tests", "lessons")
PYTHONS = {"lowest": "3.11", "newest": "3.13", "colab": "3.13"}
LESSONS = {"lowest": "00 08 09", "newest": "00 08 09", "colab": "00 01 03 07 08"}
ELSEWHERE = ("browser", "classroom", "slow")  # need a browser, a sandbox, an hour
UNTYPED = "tests/test_types.py"  # what old packages say of their own types was wrong in places
ADDRESS = "https://github.com/OWNER/course"  # git is told to look into a copy of ours instead
OPEN = """
import sys, nbformat
from nbclient import NotebookClient
NotebookClient(nbformat.read(sys.argv[1], 4), timeout=1800, kernel_name="python3").execute()
"""


class Environment:
    """A Python with packages of its own, and no more of ours than the course's settings."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.python = folder, folder / "bin" / "python"
        kept = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "VIRTUAL_ENV"}}
        path = f"{self.python.parent}{os.pathsep}{os.environ['PATH']}"
        progress = str(folder / "progress.json")
        self.env = {"OMP_NUM_THREADS": "1", **kept, "PATH": path, "AELIB_CLAIMS": "strict"}
        self.env["AELIB_PROGRESS"] = progress

    def make(self, python: str) -> None:
        """Begin with an empty one."""
        uv("venv", "--no-project", "--clear", "--python", python, str(self.folder))

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
    there = Environment(folder / kind)
    if "make" in chosen.steps:
        make_bounds(there, {"lowest": "lowest-direct", "newest": "highest"}[kind], chosen.python)
    lessons = [str(path) for path in notebooks(chosen.lessons)]
    tests = chosen.pytest or ["tests", *(f"--ignore=tests/{name}" for name in ELSEWHERE)]
    wanted = {"tests": tests, "lessons": lessons}
    command = [word for step in chosen.steps for word in wanted.get(step, ())]
    if not command:
        return 0
    if kind == "lowest":  # old packages use what newer ones are giving up
        command = ["-W", "ignore::DeprecationWarning", f"--ignore={UNTYPED}", *command]
    return there.run("-m", "pytest", "-q", "-p", "no:cacheprovider", *command).returncode


def make_bounds(there: Environment, resolution: str, python: str) -> None:
    """Let uv choose all packages by one rule, and install them with the course itself."""
    there.make(python)
    listed = str(there.folder / "requirements.txt")
    choose = ("pip", "compile", "--quiet", "--resolution", resolution, "--extra", "test")
    uv(*choose, "--python", str(there.python), "pyproject.toml", "-o", listed)
    there.install("-r", listed)
    there.install("--no-deps", "-e", str(ROOT))


def colab(chosen: argparse.Namespace, folder: Path) -> int:
    """Do what a learner does on Colab who opens a lesson and chooses Run all."""
    there, noted = Environment(folder / "colab"), folder / "packages.json"
    faults = []
    if "make" in chosen.steps:
        there.make(chosen.python)
        there.install("-r", str(COLAB))
        noted.write_text(json.dumps(there.packages()), encoding="utf-8")
        would_add = added_by_pip(there)
        if would_add != {"aelib"}:
            faults.append(f"with its dependencies pip would install {', '.join(sorted(would_add))}")
    before = json.loads(noted.read_text(encoding="utf-8"))
    if "lessons" in chosen.steps:
        faults += opened_all(there, notebooks(chosen.lessons), folder)
    after = there.packages()
    changed = {name for name in before if after.get(name) != before[name]}
    faults += [f"{name}: {before[name]} -> {after.get(name)}" for name in sorted(changed)]
    print(f"added: {', '.join(sorted(set(after) - set(before))) or 'nothing'}")
    print(*faults, f"{len(faults) or 'no'} faults", sep="\n")
    return int(bool(faults))


def opened_all(there: Environment, paths: list[Path], folder: Path) -> list[str]:
    """Open and run notebooks as Colab does; return what stopped."""
    copy = folder / "course.git"
    shutil.rmtree(copy, ignore_errors=True)
    subprocess.run(["git", "clone", "-q", "--bare", str(ROOT), str(copy)], check=True)
    subprocess.run(["git", "-C", str(copy), "branch", "-f", "opened", "HEAD"], check=True)
    there.env |= {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.file://{copy}.insteadOf",
        "GIT_CONFIG_VALUE_0": ADDRESS,
    }
    stopped = []
    for path in paths:
        print(f"{path.stem} ...", flush=True)
        if opened(there, path, folder / "content" / path.stem).returncode:
            stopped.append(f"{path.stem} stopped")
    return stopped


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
    from aelib.originals import lesson_files

    paths = {path.stem[:2]: path for path in lesson_files(ROOT / "notebooks")}
    return [paths[number] for number in lessons.split()]


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
    parser.add_argument("steps", nargs="*", metavar="step", help=f"{', '.join(STEPS)}: else all")
    parser.add_argument("--python", help="3.11 for lowest, else 3.13")
    parser.add_argument("--lessons", help='such as "00 08"')
    parser.add_argument("--folder", type=Path, help="where the environment is made and kept")
    chosen = parser.parse_intermixed_args(argv[:at])
    chosen.pytest = argv[at + 1 :]
    chosen.steps = chosen.steps or STEPS
    if unknown := set(chosen.steps) - set(STEPS):
        parser.error(f"no step {', '.join(sorted(unknown))}; there are {', '.join(STEPS)}")
    if "make" not in chosen.steps and not chosen.folder:
        parser.error("without the step make, name by --folder where it was made")
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
