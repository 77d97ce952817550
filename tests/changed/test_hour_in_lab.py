"""A student's hour in a real JupyterLab (`-m slow`): cells changed, run with all below, put back.

The trainings are cut short in the kernel; the rest is what a student sees.
"""

import json
import shutil
import sys
from pathlib import Path

import pytest
from cells import NO_NUMBER, NOTEBOOKS, PATHS, changed, code_cells, plan_of
from hour import HOUR
from table import SHORTER

sys.path.append(str(Path(__file__).parents[1] / "browser"))
from lab import QUIET, chromium, jupyter_lab

pytestmark = pytest.mark.slow

START = """\
import sys
sys.path.insert(0, {here!r})
import cells, pytest
cells.shorten(pytest.MonkeyPatch())
"""
RUN_BELOW = """async ([at, sources]) => {
  const notebook = jupyterapp.shell.currentWidget.content;
  for (const [place, source] of sources)
    notebook.widgets[place].model.sharedModel.setSource(source);
  notebook.activeCellIndex = at;
  await jupyterapp.commands.execute("notebook:run-all-below");
  return notebook.widgets.map((cell) => cell.model.outputs?.toJSON() ?? []);
}"""


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course folder whose kernels train on little."""
    startup = tmp_path / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "short.py").write_text(START.format(here=str(Path(__file__).parent)))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    monkeypatch.setenv("AELIB_CLAIMS", "")
    monkeypatch.setenv("AELIB_PROGRESS", str(tmp_path / "progress.json"))
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "data").symlink_to(NOTEBOOKS.parent / "data")
    return tmp_path


def what_went_wrong(outputs, told):
    """The first error and each number that is none, in what the cells show."""
    for place, shown in enumerate(outputs):
        text = "".join(
            "".join(output["text"])
            for output in shown
            if output["output_type"] == "stream" and output["name"] == "stdout"
        )
        if NO_NUMBER.search(text):
            yield f"cell {place} tells no number: {text}"
        for output in shown:
            if output["output_type"] == "error" and not (told and told in output["evalue"]):
                yield f"cell {place}: {output['ename']}: {output['evalue']}"


@pytest.mark.parametrize("lesson", HOUR)
def test_a_students_hour_in_jupyterlab(lesson, course):
    shutil.copy(PATHS[lesson], course / "notebooks" / "lesson.ipynb")
    sources = changed(code_cells(lesson), SHORTER.get(lesson, {}))
    trouble = []
    playwright, path = chromium()
    with (
        jupyter_lab(course, "--LabApp.expose_app_in_browser=True") as url,
        playwright.sync_playwright() as p,
    ):
        page = p.chromium.launch(executable_path=path, args=QUIET).new_page()
        page.goto(f"{url}/lab/tree/notebooks/lesson.ipynb", timeout=120_000)
        page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=60_000)
        page.wait_for_function(
            "jupyterapp.shell.currentWidget.sessionContext?.session?.kernel?.status == 'idle'",
            timeout=120_000,
        )
        for at, new_sources, told, what in [
            (0, sources, "", "unchanged"),
            *plan_of(HOUR[lesson], sources),
        ]:
            outputs = page.evaluate(RUN_BELOW, [at, new_sources])
            trouble += [f"{what}: {wrong}" for wrong in what_went_wrong(outputs, told)]
            if told and told not in json.dumps(outputs, ensure_ascii=False):
                trouble.append(f"{what}: nobody says {told!r}")
    assert not trouble, "\n".join(trouble)
