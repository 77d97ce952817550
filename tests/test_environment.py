"""environment.yml says what pyproject.toml says, in conda's words, and repo2docker accepts it."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[1]
CONDA_NAMES = {
    "jupyter-server": "jupyter_server",
    "matplotlib": "matplotlib-base",
    "torch": "pytorch-cpu",
}
FROM_TEST_EXTRA = {"nbval", "pytest"}


@pytest.fixture(scope="module")
def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def environment():
    return yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))


def bounds(requirements):
    return {each.name: each.specifier for each in map(Requirement, requirements)}


def conda_packages(environment):
    return [line for line in environment["dependencies"] if isinstance(line, str)]


def test_bounds_equal_those_of_pyproject(project, environment):
    extras = {name: bounds(lines) for name, lines in project["optional-dependencies"].items()}
    wanted = bounds(project["dependencies"]) | extras["lab"] | extras["site"]
    wanted |= {name: extras["test"][name] for name in FROM_TEST_EXTRA}
    wanted = {CONDA_NAMES.get(name, name): specifier for name, specifier in wanted.items()}
    lines = [line for line in conda_packages(environment) if not re.match(r"python=|pip$", line)]
    assert bounds(lines) == wanted


def test_python_is_one_minor_version_that_pyproject_allows(project, environment):
    pins = [line for line in conda_packages(environment) if re.match(r"python\b", line)]
    assert len(pins) == 1
    version = re.fullmatch(r"python=(3\.\d+)", pins[0])
    assert version, pins
    assert version[1] in SpecifierSet(project["requires-python"])


def test_only_conda_forge(environment):
    assert environment["channels"] == ["conda-forge", "nodefaults"]


def test_aelib_itself_is_installed_afterwards_so_that_a_commit_does_not_build_all_anew(environment):
    assert all(isinstance(line, str) for line in environment["dependencies"])
    assert "pip install --no-deps -e ." in (ROOT / "postBuild").read_text(encoding="utf-8")


def test_every_line_says_why_it_is_there():
    lines = (ROOT / "environment.yml").read_text(encoding="utf-8").splitlines()
    lines = lines[lines.index("dependencies:") :]
    assert [line for line in lines if re.match(r" +- (?!pip:)(?!.* # \w)", line)] == []


def test_repo2docker_accepts_it(environment):
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", "."]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    version = conda_packages(environment)[0].removeprefix("python=")
    assert f"Building conda environment for python={version}\n" in output
    # a typo in a lesson must not build the environment anew: the folder is copied after it
    assert output.index("env update -p") < output.index("COPY --chown=0:0 src/ ")
    assert output.index("COPY --chown=0:0 src/ ") < output.rindex("postBuild")
