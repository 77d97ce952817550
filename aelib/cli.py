"""The console command `aelib`: exercises, grade, reset, site, strip, translate."""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from aelib.data.files import DataError, write_atomically


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="aelib", description="Tools of the autoencoder course.")
    parser.add_argument("--version", action="version", version=f"aelib {version('aelib')}")
    commands = parser.add_subparsers(title="commands", required=True)
    strip = commands.add_parser("strip", help="take live widgets out of notebooks to be committed")
    given = "files, or - for one that comes in and goes out, as a filter of git"
    strip.add_argument("notebooks", nargs="+", type=Path, metavar="NOTEBOOK", help=given)
    strip.add_argument("--check", action="store_true", help="change nothing; exit 1 if needed")
    strip.set_defaults(run=lambda chosen: _strip(chosen.notebooks, chosen.check))
    reset = commands.add_parser("reset", help="put a fresh copy of a lesson beside yours")
    reset.add_argument("lesson", metavar="NN", help="its number, such as 03")
    beside = "where your lessons are; default: this folder"
    reset.add_argument("--folder", type=Path, default=Path(), help=beside)
    reset.set_defaults(run=lambda chosen: _reset(chosen.lesson, chosen.folder))
    _add_grade(commands.add_parser("grade", help="grade a class: submissions in, grades.csv out"))
    own = commands.add_parser("exercises", help="write and check exercises of your own")
    _add_exercises(own.add_subparsers(title="commands", required=True))
    _add_site(commands.add_parser("site", help="build the course as static pages, or check them"))
    words = commands.add_parser("translate", help="the course's prose out, and back in translation")
    _add_translate(words.add_subparsers(title="commands", required=True))
    chosen = parser.parse_args(arguments)
    return int(chosen.run(chosen))


def _strip(paths: list[Path], check: bool) -> int:
    """Strip each notebook, or only say which would need it."""
    from aelib.widgets.strip import strip

    status = 0
    for path in paths:
        piped = str(path) == "-"
        try:
            content = sys.stdin.buffer.read() if piped else path.read_bytes()
            notebook = json.loads(content.decode())
        except (OSError, ValueError) as error:
            print(f"{path} is not a notebook that can be read ({error}).", file=sys.stderr)
            return 2
        changed = strip(notebook)
        if changed:
            content = (json.dumps(notebook, ensure_ascii=False, indent=1) + "\n").encode()
            status |= check
            said = f"{path}: {'holds' if check else 'took out'} live widgets"
            print(said, file=sys.stderr if piped else sys.stdout)
        if piped and not check:
            sys.stdout.buffer.write(content)
        elif changed and not check:
            write_atomically(path, content)
    return status


def _reset(lesson: str, folder: Path) -> int:
    """Put a fresh copy of a lesson beside the learner's."""
    from aelib.originals import put_beside

    try:
        path = put_beside(lesson, folder)
    except DataError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"A fresh copy is in {path}; your own is as it was.")
    return 0


def _add_grade(grade: argparse.ArgumentParser) -> None:
    """Declare what `aelib grade` takes."""
    add, folder = grade.add_argument, "folder (of folders, notebooks, zips), zip, or notebook"
    written = "default %(default)s; a picture of the class is put beside it"
    add("submissions", type=Path, metavar="SUBMISSIONS", help=folder)
    add("-o", dest="output", type=Path, default=Path("grades.csv"), metavar="FILE", help=written)
    add("--feedback", type=Path, metavar="DIR", help="a Markdown file for each student")
    add("--exercises", type=Path, metavar="FILE.py", help="your own; they stay secret")
    add(
        "--lesson",
        dest="lessons",
        action="append",
        default=[],
        type=lambda text: text.zfill(2),
        metavar="NN",
        help="only this one; may come again",
    )
    add("--seed", type=int, default=1, metavar="N", help="decides the cases; default %(default)s")
    add(
        "--seconds",
        type=_positive,
        default=5.0,
        metavar="S",
        help="CPU for each; default %(default)g",
    )
    add("--memory", type=int, default=1024, metavar="MB", help="for each; default %(default)s")
    add("--jobs", type=int, default=0, metavar="N", help="students at a time; default: all cores")
    add("--roster", type=Path, metavar="FILE.csv", help="the class: rows for who handed in nothing")
    add(
        "--due",
        type=_moment,
        metavar="WHEN",
        help="such as 2026-11-30T18:00, or a day: what came after it is late",
    )
    add("--export", choices=("moodle", "canvas"), default="", help="write its columns as well")
    add("--similar", action="store_true", help="tell which answers are alike")
    explain = "show what was taken, run and compared, and grade nobody"
    add("--explain", nargs=2, metavar=("STUDENT", "EXERCISE"), help=explain)
    add("--level", type=int, default=0, metavar="N", help="folder level of students; 1 is the top")
    add("--trusted", action="store_true", help="no sandbox: runs what students wrote as you")
    grade.set_defaults(run=_grade)


def _grade(chosen: argparse.Namespace) -> int:
    """Grade a class with what the command line says."""
    if sys.platform == "win32":
        print("Grading needs Linux or macOS; on Windows use WSL.", file=sys.stderr)
        return 2
    from aelib.classroom.grading import Options, explain, grade

    said = {name: value for name, value in vars(chosen).items() if name not in ("run", "explain")}
    return explain(Options(**said), *chosen.explain) if chosen.explain else grade(Options(**said))


def _positive(text: str) -> float:
    """A number above 0.

    Raises:
        ArgumentTypeError: It is none.
    """
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is no number above 0")
    return number


def _moment(text: str) -> datetime:
    """A time as ISO 8601 writes it, in this machine's zone unless it names one; of a date the end.

    Raises:
        ArgumentTypeError: It is none.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        wanted = "write it as 2026-11-30 or 2026-11-30T18:00 or 2026-11-30T18:00+01:00"
        raise argparse.ArgumentTypeError(f"{text!r} is no time; {wanted}") from None
    is_date = len(text.strip()) <= len("2026-11-30")
    return moment.replace(hour=23, minute=59, second=59) if is_date else moment


def _add_exercises(commands: Any) -> None:
    """Declare what `aelib exercises` takes."""
    new = commands.add_parser("new", help="write a file to begin with")
    check = commands.add_parser(
        "check", help="references right, mistakes told, bent solutions refused: exit 0, else 1"
    )
    for command, run in ((new, _new_exercises), (check, _check_exercises)):
        command.add_argument("file", type=Path, metavar="FILE.py")
        command.set_defaults(run=lambda chosen, run=run: run(chosen.file))


def _new_exercises(file: Path) -> int:
    """Write two exercises that pass their check, to be changed."""
    from aelib.exercises import template

    if file.exists():
        print(f"{file} is there already; choose another name.", file=sys.stderr)
        return 2
    try:
        write_atomically(file, Path(template.__file__).read_bytes())
    except DataError as error:
        print(error, file=sys.stderr)
        return 2
    print(f"Written: {file}. Change it, then: aelib exercises check {file}")
    return 0


def _check_exercises(file: Path) -> int:
    """Say what is wrong with a teacher's own exercises."""
    from aelib.classroom.preparation import PreparationError, checked

    try:
        found, tried = checked(file)
    except PreparationError as error:
        print(error, file=sys.stderr)
        return 2
    count = f"{len(found) or 'no'} fault{'' if len(found) == 1 else 's'}"
    print(*tried, *found, f"{file}: {count}", sep="\n")
    return int(bool(found))


def _add_translate(commands: Any) -> None:
    """Declare what `aelib translate` takes."""
    take = commands.add_parser("take", help="write all prose as messages for gettext")
    take.add_argument("catalogue", type=Path, metavar="FILE.pot")
    put = commands.add_parser("put", help="write a course with the words of a translation")
    put.add_argument("catalogue", type=Path, metavar="FILE.po")
    put.add_argument("output", type=Path, metavar="FOLDER", help="for README.md, notebooks/, data/")
    for command in (take, put):
        command.add_argument("--course", type=Path, default=Path(), help="default: this folder")
        command.set_defaults(run=_translate, output=None)


def _translate(chosen: argparse.Namespace) -> int:
    """Take messages out of a course, or put their translations in."""
    try:
        from aelib.site.translation import translate
    except ModuleNotFoundError as error:
        return _lacks("translate", error, "site,translate")
    return translate(chosen.course, chosen.catalogue, chosen.output)


def _lacks(command: str, error: ModuleNotFoundError, extras: str) -> int:
    """Say what a command needs; returns the exit status."""
    cure = f"run `pip install -e '.[{extras}]'` in the course folder"
    print(f"aelib {command} needs the package {error.name}: {cure}.", file=sys.stderr)
    return 2


def _add_site(site: argparse.ArgumentParser) -> None:
    """Declare what `aelib site` takes."""
    add = site.add_argument
    add("-o", dest="output", type=Path, default=Path("site"), help="default: %(default)s")
    add("--course", type=Path, default=Path(), help="folder of README.md and notebooks/")
    add("--execute", action="store_true", help="run all lessons first; takes minutes")
    add("--check", action="store_true", help="build nothing; exit 1 if the pages have faults")
    add("--repository", default="", metavar="URL", help="gives each page links to run it")
    add("--branch", default="", help="of the repository, default: that of the URL, else main")
    add("--hub", default="", metavar="URL", help="a JupyterHub with nbgitpuller, for one more link")
    colab = "branch for the notebooks made for Colab, which are put into colab/; one more link"
    add("--colab", default="", metavar="BRANCH", help=colab)
    site.set_defaults(run=_site)


def _site(chosen: argparse.Namespace) -> int:
    """Build the pages or look for their faults."""
    try:
        from aelib.site.addresses import Addresses
        from aelib.site.build import build_site
        from aelib.site.check import check_site
        from aelib.site.lessons import SiteError
    except ModuleNotFoundError as error:
        return _lacks("site", error, "site")
    try:
        if chosen.check:
            faults = check_site(chosen.output)
            print(*faults, f"{chosen.output}: {len(faults) or 'no'} faults", sep="\n")
            return int(bool(faults))
        addresses = Addresses(chosen.repository, chosen.branch, chosen.hub, chosen.colab)
        pages = build_site(chosen.course, chosen.output, addresses, chosen.execute)
    except (SiteError, DataError) as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{len(pages)} pages: open {chosen.output / 'index.html'}")
    return 0
