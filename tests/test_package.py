"""The house as a whole: who may import whom, what is loaded when, what is written once."""

import ast
import importlib.util
import inspect
import json
import pydoc
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

import aelib
from aelib.originals import lesson_files

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "aelib").rglob("*.py"))

STEPS = {"data", "latent", "losses", "metrics", "models", "noise", "saving", "training"}
FROM_AELIB = {  # room -> the rooms of aelib that it may import; a file may import its own room
    "lazy": set(),
    "checks": set(),
    "claims": set(),
    "data": {"checks", "lazy"},
    "faces": {"data"},
    "noise": {"checks"},
    "models": {"checks"},
    "losses": set(),
    "progress": {"widgets"},
    "adapter": {"engine"},
    "batches": set(),
    "words": set(),
    "loss_value": set(),
    "history": set(),
    "training": {"batches", "checks", "history", "loss_value", "progress"},
    "saving": {"data", "models"},
    "metrics": {"checks"},
    "latent": set(),
    "plotting": {"adapter"},
    "diagnosis": {"adapter", "checks", "losses", "metrics"},
    "engine": set(),
    "widgets": {"adapter", "checks", "data", "engine", "history", "lazy", "models", "words"},
    "exercises": STEPS,
    "originals": {"data"},
    "site": {"data", "exercises", "originals", "widgets"},
    "classroom": {"data", "exercises"},
    "cli": {"classroom", "data", "exercises", "originals", "site", "widgets"},
    "jupyter": {"notebook", "widgets"},
    "__main__": {"cli"},
    "notebook": set(),
    "__init__": {"lazy", "notebook"},
}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
IMPORTED_AS = {"pillow": "PIL", "scikit-image": "skimage", "scikit-learn": "sklearn"}
ONLY_WIDGETS = {"ipywidgets", "anywidget", "traitlets"}
UNPICKLERS = {"pickle", "dill", "cloudpickle", "joblib", "marshal", "shelve"}
# A learner's text runs in the sandbox only; the bender runs a reference that was imported before.
RUN_TEXT = {"answering.py", "bending_source.py"}
NETWORK = {"requests", "urllib", "http", "ftplib", "socket", "httpx", "aiohttp", "torchvision"}
NEVER = UNPICKLERS | NETWORK


def room(path):
    """What a file belongs to: a folder of aelib, or a module beside them."""
    return path.relative_to(ROOT / "aelib").parts[0].removesuffix(".py")


def imports(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write imports in full"
            if node.module == "aelib":
                yield from (f"aelib.{name.name}" for name in node.names)
            else:
                yield node.module


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_modules_import_only_what_they_may(path):
    for name in imports(path):
        top, _, rest = name.partition(".")
        assert top not in NEVER or name == "urllib.parse", f"{path} imports {name}"
        if top in ONLY_WIDGETS:
            assert room(path) == "widgets", f"{path} imports {name}"
        if top == "aelib":
            there = rest.split(".")[0]
            assert there in {room(path), *FROM_AELIB[room(path)]}, f"{path} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_lesson_needs_no_package_of_the_site_or_the_lab(path):
    """What pyproject.toml lists for every learner, and what these packages themselves bring."""
    listed = {Requirement(line).name for line in PROJECT["dependencies"]}
    brought = {"IPython", "traitlets"}  # by ipywidgets
    known = {IMPORTED_AS.get(name, name) for name in listed} | brought | {"aelib"}
    for name in imports(path):
        top = name.partition(".")[0]
        if top not in sys.stdlib_module_names and room(path) not in {"site", "jupyter"}:
            assert top in known, f"{path} imports {top}, which pyproject.toml does not list"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_only_the_sandbox_runs_text_and_nothing_is_unpickled(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        if called in {"eval", "exec", "compile", "__import__"}:
            assert path.name in RUN_TEXT, f"{path}, line {node.lineno}"
        assert called not in {"torch.load", "os.system", "yaml.load"}, f"{path}, {node.lineno}"
        if called in {"np.load", "np.save"}:
            assert "allow_pickle=False" in ast.unparse(node), f"{path}, line {node.lineno}"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_module_says_what_it_is_for(path):
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    assert len(text.partition("\n")[0].split()) >= 5, "a first line in words"
    if path.name == "__init__.py" and path.parent.name != "aelib":
        assert len(text.splitlines()) >= 3, "what the room is for, and what may enter"
        assert re.search(r"\benters?\b", text), "what may enter"


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_modules_are_small(path):
    code = ast.unparse(Bare().visit(ast.parse(path.read_text(encoding="utf-8"))))
    assert len(code.splitlines()) <= 200, "docstrings, comments and checks not counted"


def loaded_by(code):
    """The modules that a fresh Python holds after running `code`."""
    program = f"import sys; {code}; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(run.stdout.split())


def test_importing_aelib_loads_nothing_heavy():
    heavy = {"torch", "numpy", "matplotlib", "ipywidgets", "anywidget", "sklearn", "scipy"}
    assert not heavy & loaded_by("import aelib")


def test_training_loads_no_widget():
    assert not {"ipywidgets", "anywidget"} & loaded_by("import aelib; aelib.fit")


def test_all_public_names_are_there_and_documented():
    assert len(dir(aelib)) > 70
    for name in dir(aelib):
        assert getattr(aelib, name).__doc__, name


def test_help_fits_on_two_screens_and_tells_every_name():
    told = pydoc.render_doc(aelib, renderer=pydoc.plaintext)
    assert len(told.splitlines()) <= 90
    names = [name for name in dir(aelib) if not inspect.ismodule(getattr(aelib, name))]
    names += [f"widgets.{name}" for name in aelib.widgets.__all__]
    assert [name for name in names if not re.search(rf"\b{re.escape(name)}\b", aelib.__doc__)] == []


def test_a_wrong_name_is_answered_with_the_right_ones():
    with pytest.raises(AttributeError, match=r"aelib has no 'Autoencodr'; it has .*Autoencoder"):
        aelib.Autoencodr  # noqa: B018


def test_the_command_answers_as_module_and_as_program():
    for command in ([sys.executable, "-m", "aelib"], [str(Path(sys.executable).parent / "aelib")]):
        run = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True)
        assert run.stdout.startswith("aelib 0.")


# Shown once in a lesson, imported afterwards


def definitions():
    """Every function or class that a cell tagged `defines` writes out."""
    for path in lesson_files(ROOT / "notebooks"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if "defines" in cell["metadata"].get("tags", []):
                for node in ast.parse("".join(cell["source"])).body:
                    if isinstance(node, ast.FunctionDef | ast.ClassDef):
                        yield pytest.param(node, id=f"{path.stem}-{node.name}")


class Bare(ast.NodeTransformer):
    """Drops what a lesson leaves out: docstrings, annotations and checks of the input."""

    def visit_Expr(self, node):
        if isinstance(node.value, ast.Constant):
            return None
        called = getattr(node.value, "func", None)
        name = getattr(called, "id", getattr(called, "attr", ""))
        return None if name.lstrip("_").startswith("check") else node

    def visit_If(self, node):
        """A lesson says in its own lines what aelib leaves to its checks: what it refuses."""
        refuses = isinstance(node.body[0], ast.Raise) and not node.orelse
        return None if refuses else self.generic_visit(node)

    def visit_FunctionDef(self, node):
        node.returns = None
        return self.generic_visit(node)

    def visit_arg(self, node):
        node.annotation = None
        return node


def bare(node):
    return ast.dump(Bare().visit(node))


def written_in_aelib(name):
    for path in MODULES:
        if room(path) == "exercises":  # a solution is no definition
            continue
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if getattr(node, "name", None) == name:
                return node
    raise AssertionError(f"aelib has no {name}")


@pytest.mark.parametrize("node", list(definitions()))
def test_a_lessons_definition_is_the_one_in_aelib(node):
    assert bare(node) == bare(written_in_aelib(node.name))


def test_lessons_define_something():
    assert len(list(definitions())) >= 1


def test_a_changed_definition_would_be_noticed():
    node = ast.parse("def squared_error(x_hat, x):\n    return ((x_hat - x) ** 2).mean()").body[0]
    assert bare(node) != bare(written_in_aelib("squared_error"))


def test_a_wheel_carries_the_package_the_data_and_the_widgets(tmp_path):
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = ZipFile(wheel).namelist()
    for path in ROOT.glob("aelib/**/*.*"):
        if path.suffix in {".py", ".js", ".css"} and "node_modules" not in path.parts:
            assert str(path.relative_to(ROOT)) in names
    for path in ROOT.glob("data/mnist/*"):
        assert f"aelib/_data/mnist/{path.name}" in names
    for path in ROOT.glob("notebooks/*.ipynb"):
        assert f"aelib/_notebooks/{path.name}" in names
    assert any(
        name.endswith("data/etc/jupyter/jupyter_server_config.d/aelib.json") for name in names
    )
    about = wheel_metadata(wheel)
    assert relative_links(about) == []
    assert "Project-URL" not in about


def wheel_metadata(wheel):
    with ZipFile(wheel) as archive:
        (name,) = (n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        return archive.read(name).decode()


def relative_links(text):
    return re.findall(r"\]\((?!https?:|#)[^)]*\)", text)


def test_the_page_of_the_package_shows_the_picture_once_its_address_is_known():
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    hook = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(hook)
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = hook.readme(text, "https://github.com/a/b")
    picture = "https://github.com/a/b/raw/HEAD/notebooks/pictures/sixteen_numbers.png"
    assert re.search(rf"^!\[Twelve [^\]]+\]\({re.escape(picture)}\)$", shown, re.M)
    assert "(https://github.com/a/b/blob/HEAD/notebooks/00_start_here.ipynb)" in shown
    assert relative_links(shown) == []
    assert len(relative_links(text)) > 15
    for path in re.findall(r"https://github\.com/a/b/(?:raw|blob)/HEAD/([^)]+)", shown):
        assert (ROOT / path).exists()
    page = hook.Page(str(ROOT), {})
    with pytest.MonkeyPatch.context() as patch:
        for address in ("github.com/a/b", "https://github.com", "x"):
            patch.setenv("AELIB_REPOSITORY", address)
            with pytest.raises(ValueError, match="must be such as https"):
                page.update({})
        patch.setenv("AELIB_REPOSITORY", "https://github.com/a/b/")
        metadata = {}
        page.update(metadata)
    assert metadata["urls"]["Repository"] == "https://github.com/a/b"


def test_a_wheels_own_data_is_found_first(tmp_path, monkeypatch):
    from aelib.data import files

    monkeypatch.setattr(files, "__file__", str(tmp_path / "aelib" / "data" / "files.py"))
    assert files.data_dir() == tmp_path / "data"
    (tmp_path / "aelib" / "_data").mkdir(parents=True)
    assert files.data_dir() == tmp_path / "aelib" / "_data"


def test_the_readme_names_every_widget():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    made_by_the_course = {"Quiz", "TrainingMonitor"}  # by aelib.quiz and aelib.fit
    missing = [name for name in aelib.widgets.__all__ if f"`{name}`" not in text]
    shown = {name for name in missing if f"widgets.{name}(" in text}  # in the lines for one's own
    assert set(missing) - shown == made_by_the_course
