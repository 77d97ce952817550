"""start.py against stand-ins for Python, uv and pip: nothing is downloaded or installed."""

import ast
import errno
import importlib.util
import os
import random
import re
import shutil
import signal
import sys
import threading
from collections import namedtuple
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote
from zipfile import ZipFile

import pytest

START = Path(__file__).parents[1] / "start.py"
PYPROJECT = '[project]\nrequires-python = ">=3.11,<3.99"\n'
pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-ins are shell scripts")

# Plays python (also that of .venv) and uv: notes how it was called, makes what they would make.
STAND_IN = r"""#!/bin/sh
echo "$(basename "$0") $*" >> "$COURSE/calls"
env > "$COURSE/env"
case "$*" in
  *--version) ;;
  "-m pip config list") cat "$COURSE/pip-config" 2> /dev/null;;
  venv\ * | -m\ venv\ *)
    for last; do :; done
    mkdir -p "$last/bin" && cp "$0" "$last/bin/python";;
  *pip\ compile*--torch-backend*) exit ${PYTORCH_STATUS:-0};;
  *pip\ compile*) echo "$UV_SAYS" >&2; exit ${UV_STATUS:-0};;
  *\ install\ *)
    [ -n "$INTERRUPT" ] && echo $$ > "$COURSE/pid" && kill -INT $PPID && exec sleep 5
    case "$*" in *\ uv) cp "$0" "$(dirname "$0")/uv";; esac
    echo "$INSTALLER_SAYS"; exit ${INSTALLER_STATUS:-0};;
  *pytest* | *jupyterlab*)
    [ -n "$INTERRUPT_LATE" ] && sleep 0.2 && kill -INT $PPID && sleep 0.2
    exit ${STATUS:-0};;
esac
"""


class Course:
    """A copy of start.py in a folder with stand-ins; call it as one would on a command line."""

    def __init__(self, folder, capfd):
        self.folder, self.capfd = folder, capfd
        self.stamp = folder / ".venv" / "setup.json"
        (folder / "bin").mkdir()
        self.stand_in(folder / "bin" / "base")
        shutil.copy(START, folder)
        (folder / "pyproject.toml").write_text(PYPROJECT)
        (folder / "notebooks").mkdir()
        for name in ("01_from_scratch.ipynb", "00_start_here.ipynb", "a.ipynb"):
            (folder / "notebooks" / name).touch()
        spec = importlib.util.spec_from_file_location("start_under_test", folder / "start.py")
        self.module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self.module)
        self.module.BASE = str(folder / "bin" / "base")

    def stand_in(self, path):
        path.write_text(STAND_IN)
        path.chmod(0o755)

    def __call__(self, *argv):
        """Return exit status, what was printed, and how the stand-ins were called."""
        (self.folder / "calls").write_text("")
        status = self.module.main(list(argv))
        printed = "".join(self.capfd.readouterr())
        assert "Traceback" not in printed
        return status, printed, (self.folder / "calls").read_text().splitlines()

    def installs(self, *argv):
        """Return only the calls that install."""
        return [call for call in self(*argv)[2] if " install " in call]


@pytest.fixture
def course(tmp_path, monkeypatch, capfd):
    for name in list(os.environ):
        if name.startswith(("PIP_", "UV_", "SSL_CERT", "AELIB_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("COURSE", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    before = {kind: signal.getsignal(kind) for kind in (signal.SIGTERM, signal.SIGINT)}
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in a background job
    yield Course(tmp_path, capfd)
    for kind, handler in before.items():
        signal.signal(kind, handler)


@pytest.fixture
def uv(course):
    course.stand_in(course.folder / "bin" / "uv")


def test_python_3_6_can_read_it():
    ast.parse(START.read_text(encoding="utf-8"), feature_version=(3, 6))


def test_names_no_package_host_and_no_path_of_a_machine():
    text = START.read_text(encoding="utf-8")
    assert not any(word in text for word in ("://", ".org", "/opt", "/root", "/work"))


@pytest.mark.parametrize(
    ("bounds", "wanted"), [(">=3.80,<3.82", "3.80 to 3.81"), (">=3.1,<3.3", "3.1 to 3.2")]
)
def test_python_too_old_or_too_new(course, bounds, wanted):
    (course.folder / "pyproject.toml").write_text(f'requires-python = "{bounds}"')
    status, printed, calls = course("test")
    assert status == 1
    assert f"needs Python {wanted}, this is {sys.version.split()[0]}" in printed
    assert calls == []
    assert not (course.folder / ".venv").exists()


def test_another_python_that_fits_is_named(course):
    (course.folder / "pyproject.toml").write_text('requires-python = ">=3.80,<3.82"')
    course.stand_in(course.folder / "bin" / "python3.80")
    assert "run `python3.80 start.py test -x`" in course("test", "-x")[1]


def test_help(course):
    with pytest.raises(SystemExit) as stopped:
        course("--help")
    printed = course.capfd.readouterr().out
    assert stopped.value.code == 0
    assert all(word in printed for word in ("--cuda", "test [PYTEST ARGUMENTS]", "torch==2.13.0"))
    assert len(printed.splitlines()) < 20


def test_unknown_option_is_refused_before_anything_happens(course):
    with pytest.raises(SystemExit) as stopped:
        course("--gpu")
    assert stopped.value.code == 2
    assert not (course.folder / ".venv").exists()


@pytest.mark.usefixtures("uv")
def test_with_uv(course):
    status, printed, calls = course("test", "-k", "a b")
    assert status == 0
    assert "[1/3] Making the environment in .venv ... done in 0 s" in printed
    assert f"--python {course.module.BASE} {course.folder}/.venv" in calls[-4]
    first, second = calls[-3:-1]
    common = f"uv pip install --python {course.folder}/.venv/bin/python --torch-backend cpu"
    assert first.startswith(common)
    assert first.endswith("torch==2.13.0")
    assert second.startswith(common)
    assert second.endswith("torch==2.13.0 -e .[lab,site,test]")
    assert calls[-1] == "python -m pytest -n2 --dist=loadfile --timeout=1800 -k a b"


def test_without_uv_on_linux_uv_is_fetched_for_the_cpu_build(course):
    installs = course.installs("test")
    assert installs[0] == "python -m pip install --progress-bar off uv"
    assert len(installs) == 3
    assert all(call.startswith("uv pip install") for call in installs[1:])
    assert all("--torch-backend cpu" in call for call in installs[1:])


@pytest.mark.parametrize(("platform", "argv"), [("darwin", ["test"]), ("linux", ["--cuda"])])
def test_plain_pip_where_it_brings_the_right_build(course, monkeypatch, platform, argv):
    monkeypatch.setattr(sys, "platform", platform)
    installs = course.installs(*argv)
    assert len(installs) == 2
    assert all(call.startswith("python -m pip install") for call in installs)
    assert not any("triton" in call or "--constraint" in call for call in installs)


@pytest.mark.usefixtures("uv")
@pytest.mark.parametrize("argv", [["--cuda", "test"], ["--cuda"]])
def test_cuda_lets_the_gpu_build_come(course, argv):
    assert not any("cpu" in call or "--constraint" in call for call in course.installs(*argv))


@pytest.mark.usefixtures("uv")
def test_cuda_remakes_a_cpu_environment_and_stays(course):
    course()
    assert course.installs("--cuda")
    assert course.installs() == []


def without_gpu(course, install):
    """Whether a call is refused what would bring the GPU build."""
    assert (course.folder / ".venv" / "no-gpu.txt").read_text() == "triton<0\n"
    return f"--constraint {course.folder}/.venv/no-gpu.txt" in install


@pytest.mark.parametrize("variable", ["PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS"])
def test_configured_sources_are_left_alone(course, monkeypatch, variable):
    monkeypatch.setenv(variable, "somewhere")
    calls = course("test")[2]
    assert "python -m pip install --progress-bar off --quiet uv" in calls  # only to be asked
    assert sum("uv pip compile" in call for call in calls) == 1
    installs = [call for call in calls if " install " in call and not call.endswith(" uv")]
    assert len(installs) == 2
    assert all(call.startswith("python -m pip install") for call in installs)
    assert not any("--torch-backend" in call for call in calls)
    assert all(without_gpu(course, call) for call in installs)


def test_uv_is_not_asked_where_pip_looks_elsewhere(course, monkeypatch):
    monkeypatch.setenv("UV_DEFAULT_INDEX", "somewhere")
    calls = course("test")[2]
    assert not any(call.startswith("uv") or call.endswith(" uv") for call in calls)
    installs = [call for call in calls if " install " in call]
    assert all(without_gpu(course, call) for call in installs)
    assert len(installs) == 2


GPU_ONLY = "error: No solution found\n  cause: Because torch==2.13.0 depends on triton<0 ..."


@pytest.mark.usefixtures("uv")
def test_a_source_of_the_gpu_build_is_refused_before_the_download(course, monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "somewhere")
    monkeypatch.setenv("UV_SAYS", GPU_ONLY)
    monkeypatch.setenv("UV_STATUS", "1")
    monkeypatch.setenv("PYTORCH_STATUS", "1")  # its own source is out of reach
    status, printed, calls = course("test")
    assert status == 1
    assert "hold only PyTorch's GPU build for Python" in printed.splitlines()[-1]
    assert "with --cuda" in printed.splitlines()[-1]
    assert not any(" install " in call for call in calls)
    assert "to download" not in printed.lower()


@pytest.mark.usefixtures("uv")
def test_the_cpu_build_comes_from_pytorch_where_it_can_be_reached(course, monkeypatch):
    monkeypatch.setenv("PIP_INDEX_URL", "somewhere")
    monkeypatch.setenv("UV_SAYS", GPU_ONLY)
    monkeypatch.setenv("UV_STATUS", "1")
    status, printed, calls = course("test")
    assert status == 0
    assert "its CPU build comes from PyTorch." in printed
    installs = [call for call in calls if " install " in call]
    assert all(call.startswith("uv pip install") for call in installs)
    assert all("--torch-backend cpu" in call and without_gpu(course, call) for call in installs)


@pytest.mark.usefixtures("uv")
def test_nobody_goes_outside_who_said_so(course, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("UV_SAYS", GPU_ONLY)
    monkeypatch.setenv("UV_STATUS", "1")
    status, _, calls = course("test")
    assert status == 1
    assert not any("--torch-backend" in call for call in calls)


@pytest.mark.usefixtures("uv")
@pytest.mark.parametrize(
    "says",
    [
        "error: Failed to fetch: `http://somewhere/triton/`",
        "error: No solution found\n  cause: Because numpy was not found",
        "error: unexpected argument '--quiet' found",  # another uv
    ],
)
def test_who_cannot_be_asked_does_not_stand_in_the_way(course, monkeypatch, says):
    monkeypatch.setenv("PIP_INDEX_URL", "somewhere")
    monkeypatch.setenv("UV_SAYS", says)
    monkeypatch.setenv("UV_STATUS", "2")
    status, printed, calls = course("test")
    assert status == 0
    assert "To download: about 500 MB." in printed  # with what tests need
    assert sum(call.startswith("uv pip install") for call in calls) == 2


# A real uv and an index on this machine


class Index:
    """A package index that counts what is fetched of its wheels."""

    def __init__(self, folder):
        self.folder, self.sent, self.files = folder, 0, []
        index = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                index.answer(self)

            do_HEAD = do_GET  # noqa: N815  the server's name

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/simple/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def add(self, name, version, *needs, size=3_000_000):
        """Publish a wheel with `size` bytes of ballast."""
        path = self.folder / f"{name}-{version}-py3-none-any.whl"
        info = f"{name}-{version}.dist-info"
        lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
        lines += [f"Requires-Dist: {need}" for need in needs]
        with ZipFile(path, "w") as wheel:
            wheel.writestr("ballast", random.Random(0).randbytes(size))
            wheel.writestr(f"{info}/METADATA", "\n".join(lines) + "\n")
            wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
            wheel.writestr(f"{info}/RECORD", "")
        self.files.append(path.name)

    def answer(self, request):
        """Serve a list of files, or a file or a part of it."""
        name = unquote(request.path.strip("/").rpartition("/")[2])
        if name in self.files:
            return self.part(request, (self.folder / name).read_bytes())
        files = [f for f in self.files if f.startswith(f"{name}-")]
        if not files:
            return request.send_error(404)
        body = "".join(f'<a href="/files/{f}">{f}</a>' for f in files)
        request.send_response(200)
        request.send_header("Content-Type", "text/html")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        return request.wfile.write(body.encode())

    def part(self, request, content):
        asked = re.fullmatch(r"bytes=(\d*)-(\d*)", request.headers.get("Range", ""))
        begin, end = 0, len(content)
        if asked:
            begin = int(asked[1]) if asked[1] else end - int(asked[2])
            end = min(int(asked[2]) + 1, end) if asked[1] and asked[2] else end
        request.send_response(206 if asked else 200)
        request.send_header("Accept-Ranges", "bytes")
        request.send_header("Content-Length", str(end - begin))
        if asked:
            request.send_header("Content-Range", f"bytes {begin}-{end - 1}/{len(content)}")
        request.end_headers()
        if request.command == "GET":
            self.sent += end - begin
            request.wfile.write(content[begin:end])


@pytest.fixture
def mirror(course, tmp_path, monkeypatch):
    """A plain mirror that plays the machine's only package source."""
    (course.folder / "pyproject.toml").write_text(f'{PYPROJECT}name = "a"\nversion = "1"\n')
    monkeypatch.setattr(course.module, "PYTHON", Path(sys.executable))
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "uv-cache"))
    index = Index(tmp_path)
    monkeypatch.setenv("UV_DEFAULT_INDEX", index.url)
    yield index
    index.server.shutdown()
    index.server.server_close()


def asked(course):
    """What the real uv says of this mirror."""
    (course.folder / ".venv").mkdir()
    course.module.NO_GPU.write_text("triton<0\n")
    real = str(Path(sys.executable).with_name("uv"))
    return course.module.only_gpu(real, [], dict(os.environ))


def test_uv_sees_the_gpu_build_without_fetching_it(course, mirror):
    mirror.add("torch", "2.13.0", "triton==3.6.0")
    mirror.add("triton", "3.6.0")
    assert asked(course) is True
    assert mirror.sent < 100_000  # of 3 MB


def test_uv_sees_a_cpu_build_without_fetching_it(course, mirror):
    mirror.add("torch", "2.13.0", "triton==3.6.0")
    mirror.add("torch", "2.13.0+cpu", "numpy")
    mirror.add("numpy", "2.4.6")
    assert asked(course) is False
    assert mirror.sent < 100_000


def test_a_source_that_lacks_something_else_says_nothing_of_the_gpu(course, mirror):
    mirror.add("torch", "2.13.0+cpu", "numpy")
    assert asked(course) is None


def test_a_source_out_of_reach_says_nothing(course, mirror, monkeypatch):
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple/")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    assert asked(course) is None


@pytest.mark.usefixtures("uv")
def test_uv_is_given_what_pip_is_configured_to(course, monkeypatch):
    lines = ["global.find-links='a\\nb'", "global.extra-index-url='c d'", "install.cert='/e f'"]
    (course.folder / "pip-config").write_text("\n".join(lines))
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "g h")  # beats the file
    monkeypatch.setenv("STATUS", "0")
    assert not any("--torch-backend" in call for call in course.installs("test"))
    env = {}
    course.module.hand_over(course.module.pip_settings(), env)
    assert env == {
        "UV_FIND_LINKS": "a,b",
        "UV_INDEX": "g h",
        "SSL_CERT_FILE": "/e f",
        "UV_INDEX_STRATEGY": "unsafe-best-match",
    }


@pytest.mark.usefixtures("uv")
def test_uv_with_a_configuration_of_its_own_keeps_it(course, monkeypatch):
    (course.folder / ".config" / "uv").mkdir(parents=True)
    (course.folder / ".config" / "uv" / "uv.toml").write_text('[[index]]\nurl = "x"')
    monkeypatch.setenv("PIP_INDEX_URL", "y")
    assert not any("--torch-backend" in call for call in course.installs("test"))
    env = {}
    course.module.hand_over(course.module.pip_settings(), env)
    assert env == {}


def test_torch_can_be_chosen(course, monkeypatch):
    monkeypatch.setattr(course.module, "TORCH", "torch==2.12.1")
    assert sum("torch==2.12.1" in call for call in course.installs("test")) == 2


@pytest.mark.usefixtures("uv")
def test_second_call_installs_nothing(course):
    course("test")
    assert course.installs("test") == []
    assert course.installs() == []  # the test extra may stay
    assert "Set" not in course("test")[1]


@pytest.mark.usefixtures("uv")
def test_a_changed_pyproject_updates_in_place(course):
    course("test")
    (course.folder / ".venv" / "mine").touch()
    (course.folder / "pyproject.toml").write_text(PYPROJECT + "# changed")
    _, printed, calls = course()
    assert "bringing .venv up to date" in printed
    assert not any("venv --no-project" in call for call in calls)
    assert any(call.endswith("-e .[lab,site,test]") for call in calls)  # what was there stays
    assert (course.folder / ".venv" / "mine").exists()


@pytest.mark.usefixtures("uv")
@pytest.mark.parametrize("left", ["nothing", "a file", "a broken python"])
def test_half_made_environment_is_made_again(course, left):
    (course.folder / ".venv" / "bin").mkdir(parents=True)
    if left != "nothing":
        (course.folder / ".venv" / "setup.log").write_text("Collecting")
    if left == "a broken python":
        (course.folder / ".venv" / "bin" / "python").symlink_to("gone")
    status, printed, _ = course("test")
    assert status == 0
    assert "An earlier set-up did not finish; starting it again." in printed
    assert course.stamp.exists()


@pytest.mark.usefixtures("uv")
@pytest.mark.parametrize("change", ["python", "folder", "broken"])
def test_environment_that_no_longer_fits_is_made_anew(course, change):
    course("test")
    (course.folder / ".venv" / "old").touch()
    if change == "broken":
        (course.folder / ".venv" / "bin" / "python").unlink()
    else:
        text = course.stamp.read_text()
        course.stamp.write_text(text.replace(f'"{change}": "', f'"{change}": "other'))
    status, printed, _ = course("test")
    assert status == 0
    assert "making it anew" in printed
    assert not (course.folder / ".venv" / "old").exists()


SAYINGS = {
    "Temporary failure in name resolution": "could not be reached",
    "WARNING: Retrying after connection broken by 'X'\nERROR: No matching distribution found": (
        "could not be reached"
    ),
    "error: Failed to fetch: `x`\n  cause: dns error": "could not be reached",
    "OSError: [Errno 28] No space left on device": "The disk is full: free 3 GB",
    "error: failed to write (os error 28)": "The disk is full: free 3 GB",
    "The virtual environment was not created ... ensurepip is not available": "python3-venv",
    "PermissionError: [Errno 13] Permission denied: 'x'": "cannot be written to",
    "error: invalid peer certificate: UnknownIssuer": "certificate",
    "error: unexpected argument '--torch-backend' found": "uv self update",
    "Because torch==2.13.0 depends on triton<0": "--cuda",
    "ERROR: No matching distribution found for torch": "did not succeed",
}


@pytest.mark.usefixtures("uv")
@pytest.mark.parametrize(("says", "told"), SAYINGS.items())
def test_failing_installer_is_explained(course, monkeypatch, says, told):
    monkeypatch.setenv("INSTALLER_SAYS", says)
    monkeypatch.setenv("INSTALLER_STATUS", "2")
    status, printed, _ = course("test", "-x")
    told = told.replace("python3-", f"python3.{sys.version_info[1]}-")
    assert status == 1
    assert told in printed.splitlines()[-1]
    assert "run `python start.py test -x`" in printed.splitlines()[-1]
    assert says.splitlines()[-1] in printed
    assert str(course.folder / ".venv" / "setup.log") in printed
    assert not course.stamp.exists()


@pytest.mark.usefixtures("uv")
def test_after_a_failure_the_next_call_goes_on(course, monkeypatch):
    monkeypatch.setenv("INSTALLER_STATUS", "2")
    assert course("test")[0] == 1
    monkeypatch.delenv("INSTALLER_STATUS")
    status, printed, _ = course("test")
    assert status == 0
    assert "starting it again" in printed


def test_full_disk_is_seen_before_anything_is_made(course, monkeypatch):
    usage = namedtuple("usage", "total used free")(10**12, 10**12, 2 * 10**9)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    status, printed, _ = course("test")
    assert status == 1
    assert "free 3 GB" in printed
    assert not (course.folder / ".venv").exists()


@pytest.mark.parametrize(
    ("code", "told"), [(errno.EROFS, "cannot be written to"), (errno.ENOSPC, "The disk is full")]
)
def test_folder_that_takes_no_files(course, monkeypatch, code, told):
    def refuse(*_):
        raise OSError(code, os.strerror(code), "x")

    monkeypatch.setattr(course.module.Path, "mkdir", refuse)
    status, printed, _ = course("test")
    assert status == 1
    assert told in printed


@pytest.mark.usefixtures("uv")
def test_two_set_ups_at_a_time(course):
    (course.folder / ".venv").mkdir()
    with course.module.open_log():
        status, printed, _ = course("test")
    assert status == 1
    assert "Another start.py is setting up here" in printed


@pytest.mark.usefixtures("uv")
def test_ctrl_c_while_setting_up(course, monkeypatch):
    monkeypatch.setenv("INTERRUPT", "1")
    status, printed, _ = course("test")
    assert status == 1
    assert "Interrupted; nothing is lost; to go on, run `python start.py test`." in printed
    assert not course.stamp.exists()
    with pytest.raises(ProcessLookupError):  # the installer was ended too
        os.kill(int((course.folder / "pid").read_text()), 0)


@pytest.mark.usefixtures("uv")
def test_ctrl_c_later_is_left_to_jupyterlab(course, monkeypatch):
    course()
    monkeypatch.setenv("INTERRUPT_LATE", "1")
    monkeypatch.setenv("STATUS", "7")
    status, printed, _ = course()
    assert status == 7
    assert "Interrupted" not in printed


@pytest.mark.usefixtures("uv")
def test_exit_status_of_pytest_is_passed_on(course, monkeypatch):
    monkeypatch.setenv("STATUS", "5")
    assert course("test")[0] == 5


@pytest.mark.usefixtures("uv")
def test_jupyterlab_opens_the_first_notebook(course, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    call = course("--", "--no-browser", "--port", "9000")[2][-1]
    first = course.folder / "notebooks" / "00_start_here.ipynb"
    copy = first.with_name("00_start_here-Copy1.ipynb")
    copy.touch()
    assert call == f"python -m jupyterlab {first} --ip=127.0.0.1 --no-browser --port 9000"
    first.unlink()
    copy.unlink()
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    call = course()[2][-1]
    assert call.endswith("notebooks/01_from_scratch.ipynb --ip=127.0.0.1 --allow-root")


@pytest.mark.usefixtures("uv")
def test_children_do_not_see_foreign_packages(course, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    monkeypatch.setenv("PYTHONHOME", "/elsewhere")
    course("test")
    env = (course.folder / "env").read_text()
    assert "/elsewhere" not in env
    assert f"VIRTUAL_ENV={course.folder}/.venv" in env


def test_one_core_is_left_to_the_browser_unless_the_machine_says_otherwise(course, monkeypatch):
    monkeypatch.setattr(course.module.os, "cpu_count", lambda: 2)
    course()
    assert "OMP_NUM_THREADS=1\n" in (course.folder / "env").read_text()
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    course()
    assert "OMP_NUM_THREADS=7\n" in (course.folder / "env").read_text()


def test_jupyterlab_gets_the_courses_settings_before_those_of_the_machine(course, monkeypatch):
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "/mine")
    course()
    wanted = f"JUPYTER_CONFIG_PATH={course.folder}/aelib/jupyter{os.pathsep}/mine\n"
    assert wanted in (course.folder / "env").read_text()


@pytest.mark.usefixtures("uv")
def test_without_git_the_lessons_are_kept_as_they_came(course):
    lesson = course.folder / "notebooks" / "00_start_here.ipynb"
    lesson.write_text("as it came")
    course()
    lesson.write_text("changed")
    course()
    assert (course.folder / ".originals" / lesson.name).read_text() == "as it came"


@pytest.mark.usefixtures("uv")
def test_with_git_they_are_not_kept_twice(course):
    (course.folder / ".git").mkdir()
    course()
    assert not (course.folder / ".originals").exists()


@pytest.mark.usefixtures("uv")
def test_where_they_cannot_be_kept_the_lessons_open_all_the_same(course, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copytree", full)
    assert course()[0] == 0
    assert not (course.folder / ".originals").exists()
