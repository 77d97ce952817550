"""Set the course up in .venv/ and open it in JupyterLab, or run its tests.

Only the standard library, and only syntax that Python 3.6 can read, so that an old Python is
told in one sentence what is wrong.
"""

import argparse
import ast
import contextlib
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows, which itself keeps open files from being cleared away
    fcntl = None

TORCH = os.environ.get("AELIB_TORCH") or "torch==2.13.0"

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
PIP = [str(PYTHON), "-m", "pip", "install", "--progress-bar", "off"]
UV = str(PYTHON.with_name("uv"))  # where pip puts it
JUPYTER = ROOT / "aelib" / "jupyter"  # no delay for small messages, no pop-up asking for news
LOG, STAMP, NO_GPU = VENV / "setup.log", VENV / "setup.json", VENV / "no-gpu.txt"
BASE = getattr(sys, "_base_executable", sys.executable)  # never the Python of .venv itself
MINOR = "3.{1}".format(*sys.version_info)
FREE = {False: 3, True: 12}  # --cuda: GB of disk
GPU = "about 3 GB"  # to download

# What pip calls a setting, and the variable by which uv, which does not read pip's, takes it.
UV_NAMES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
    "cert": "SSL_CERT_FILE",
}
UV_SOURCES = re.compile(r"UV_(DEFAULT_|EXTRA_)?INDEX(_URL)?$|UV_(FIND_LINKS|NO_INDEX)$")

GPU_ONLY = (
    "The package sources of this machine hold only PyTorch's GPU build for Python "
    f"{MINOR}: take {GPU} with --cuda, or name another version by AELIB_TORCH"
)
# What an installer writes -> what that means and the way on; the first that fits is told.
CAUSES = {
    r"No space left|Errno 28\b|os error (28|112)\b": "The disk is full: free 3 GB",
    r"ensurepip|No module named '?venv\b": "This Python lacks its venv module: install it "
    f"(Debian, Ubuntu: `sudo apt install python{MINOR}-venv`)",
    r"certificate.verify.failed|invalid peer certificate": "The network's certificate is not "
    "trusted: give its file to pip (`pip config set global.cert FILE`)",
    r"name resolution|NameResolution|Name or service not known|getaddrinfo|nodename nor servname"
    r"|connection broken|NewConnectionError|timed out|Connection (refused|reset)|unreachable"
    r"|dns error|error sending request|connect error|Could not connect|ProxyError": "The packages "
    "could not be reached; nothing is lost: check the network (and proxy)",
    r"Permission denied|Read-only file|Access is denied": f"{ROOT} cannot be written to: close "
    "what still uses it, or copy the course to a folder of your own",
    r"\btriton\b": GPU_ONLY,
    r"unexpected argument '--torch-backend'": "This uv is too old: `uv self update`",
}
BUSY = re.compile(r"^\s*((?:Collecting|Download|Processing|Using cached|Building|Install).*)", re.M)
ERROR = re.compile(r"error|cause|No module|\u00d7|\u2570", re.I)  # uv draws a cross and a line


class SetupError(Exception):
    """Something went wrong; the sentence says what, and what to do before trying again."""


def explain(text, otherwise):
    """Return the sentence that fits an installer's output or an OSError."""
    return next((told for sign, told in CAUSES.items() if re.search(sign, text, re.I)), otherwise)


def runs(*command, env=None):
    """Tell whether a command can be run."""
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": env}
    try:
        status = subprocess.call(command, **silent)
    except OSError:
        return False
    return status == 0


def check_python():
    """Stop unless this Python lies in the range that pyproject.toml asks for."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    bounds = re.search(r'requires-python\s*=\s*">=3\.(\d+),\s*<3\.(\d+)"', text)
    low, high = (int(minor) for minor in bounds.groups())
    if (3, low) <= sys.version_info[:2] < (3, high):
        return
    names = [f"python3.{minor}" for minor in range(high - 1, low - 1, -1)]
    names.append(f"uv run --no-project --python 3.{high - 1}")  # uv fetches it
    found = [name for name in names if runs(*name.split()[:1], "--version")]
    way = f"use {found[0].split()[0]}, which is here" if found else "install one of those"
    version = sys.version.split()[0]
    error = SetupError(f"The course needs Python 3.{low} to 3.{high - 1}, this is {version}: {way}")
    error.python = (found or names)[0]
    raise error


def parse(argv):
    """Split the command line into --cuda or not, `test` or "", and what is passed on."""
    parser = argparse.ArgumentParser(
        usage="python start.py [--cuda] [-- JUPYTER ARGUMENTS]\n"
        "       python start.py [--cuda] test [PYTEST ARGUMENTS]",
        description="Set the course up in .venv (once; later calls start in seconds), then open "
        "notebooks/ in JupyterLab, or run all tests.",
        epilog=f"AELIB_TORCH, now {TORCH}, decides which PyTorch is installed.",
    )
    parser.add_argument("--cuda", action="store_true", help="let PyTorch's GPU build come (Linux)")
    at = next((i for i, word in enumerate(argv) if word in ("test", "--")), len(argv))
    command = "test" if "test" in argv[at : at + 1] else ""
    return parser.parse_args(argv[:at]).cuda, command, argv[at + 1 :]


def clean_environment():
    """Return the environment for our children: that of an activated .venv."""
    dropped = ("PYTHONHOME", "PYTHONPATH", "__PYVENV_LAUNCHER__")
    env = {name: value for name, value in os.environ.items() if name not in dropped}
    paths = [str(PYTHON.parent), env.get("PATH", "")]
    return dict(env, VIRTUAL_ENV=str(VENV), PATH=os.pathsep.join(filter(None, paths)))


def pip_settings():
    """Return pip's own configuration, such as {"find-links": "/folder"}."""
    command = [BASE, "-m", "pip", "config", "list"]
    listed = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    settings = {}
    for section in ("global.", "install."):
        for line in listed.stdout.decode(errors="replace").splitlines():
            name, _, value = line.partition("=")
            if name.startswith(section):
                settings[name[len(section) :]] = ast.literal_eval(value)
    for name, value in os.environ.items():  # the environment beats the files
        if name.startswith("PIP_") and value:
            settings[name[4:].lower().replace("_", "-")] = value
    return settings


def uv_configured():
    """Tell whether uv has been told where to look for packages, by variable or by uv.toml."""
    homes = [os.environ.get(name) for name in ("XDG_CONFIG_HOME", "APPDATA", "PROGRAMDATA")]
    homes = [Path(home) for home in ["/etc", *homes] if home] + [Path.home() / ".config"]
    files = [home / "uv" / "uv.toml" for home in homes]
    files.append(Path(os.environ.get("UV_CONFIG_FILE") or ROOT / "uv.toml"))
    texts = [file.read_text(encoding="utf-8") for file in files if file.is_file()]
    variables = any(UV_SOURCES.match(name) and value for name, value in os.environ.items())
    return variables or any("index" in text or "find-links" in text for text in texts)


def hand_over(settings, env):
    """Give uv what pip is configured to, unless uv has a configuration of its own."""
    own = uv_configured()
    for name, variable in UV_NAMES.items():
        if settings.get(name) and (name == "cert" or not own):
            value = settings[name] if name == "cert" else " ".join(settings[name].split())
            env.setdefault(variable, value.replace(" ", ",") if name == "find-links" else value)
    if settings.get("extra-index-url"):  # pip takes the best of all indexes, uv the first one's
        env.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")


class Sources:
    """Where this machine takes packages from, and the installer that it has for them."""

    def __init__(self, env):
        """Look at the settings of pip and uv; what pip is told is handed over to uv in `env`."""
        settings = pip_settings()
        self.uv = shutil.which("uv") if runs("uv", "--version") else None
        self.own = uv_configured()
        self.configured = self.own or any(settings.get(name) for name in list(UV_NAMES)[:4])
        self.closed = bool(settings.get("no-index") or env.get("UV_NO_INDEX"))
        hand_over(settings, env)
        self.env = env
        if self.configured:
            print("Packages come from where this machine's pip or uv is told to look.", flush=True)

    def asked(self):
        """Return a uv that knows what pip is told, to ask; None where there is none."""
        if self.uv or self.own:  # pip does not read what uv is told
            return self.uv
        return UV if runs(*PIP, "--quiet", "uv", env=self.env) else None


def only_gpu(uv, options, env):
    """Let uv choose all packages and fetch none, without PyTorch's GPU build.

    Returns:
        Whether that fails since the sources hold only that build; None where uv cannot say.
    """
    command = [uv, "pip", "compile", "--quiet", "--python", str(PYTHON), "--constraint"]
    command += [str(NO_GPU), *options, "-", "pyproject.toml"]
    settings = {"cwd": str(ROOT), "env": env, "timeout": 120, "check": False}
    try:
        done = subprocess.run(command, input=TORCH.encode(), capture_output=True, **settings)
    except (OSError, subprocess.TimeoutExpired):
        return None
    said = done.stderr.decode("utf-8", errors="replace")
    if done.returncode and "No solution" in said and re.search(r"\btriton\b", said):
        return True
    return None if done.returncode else False


class Plan:
    """What is wanted of .venv, beside what its stamp says of the last set-up."""

    def __init__(self, cuda, command):
        """Compare wish and stamp; extras and the GPU build stay once they are there."""
        try:
            old = json.loads(STAMP.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            old = {}
        text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
        self.cuda = cuda or bool(old.get("cuda"))
        self.cpu = sys.platform.startswith("linux") and not self.cuda
        self.stamp = {
            "folder": str(ROOT),
            "python": MINOR,
            "cuda": self.cuda,
            "extras": sorted({"lab", "site", *({"test"} & {command}), *old.get("extras", ())}),
            "installed": hashlib.sha256((text + TORCH).encode()).hexdigest(),
        }
        fits = all(old.get(key) == self.stamp[key] for key in ("folder", "python", "cuda"))
        self.keep = fits and runs(str(PYTHON), "-c", "")
        self.ready = self.keep and old == self.stamp
        self.unfinished = VENV.exists() and not old

    def prepare(self):
        """Say what will happen; keep what can be kept, else begin with an empty .venv."""
        if LOG.exists():
            open_log().close()  # stops here while another start.py is at work
        if self.keep:
            print("Something changed; bringing .venv up to date.", flush=True)
            return STAMP.unlink()
        gigabytes = FREE[self.cuda]
        if shutil.disk_usage(str(ROOT)).free < gigabytes * 10**9:
            raise SetupError(f"The disk is too full for the packages: free {gigabytes} GB")
        if self.unfinished:
            print("An earlier set-up did not finish; starting it again.")
        elif VENV.exists():
            print(".venv was moved, or made otherwise than now wanted; making it anew.")
        print(f"Setting up in {VENV}.", flush=True)
        if VENV.exists():
            shutil.rmtree(str(VENV))
        return VENV.mkdir()

    def first_steps(self, sources):
        """Return the (title, command) pairs that make .venv, and bring uv where we need it."""
        steps = []
        if not self.keep:
            options = ["--no-project", "--seed", "--allow-existing", "--python", BASE]
            by_uv = [sources.uv, "venv", *options]
            command = [*(by_uv if sources.uv else [BASE, "-m", "venv"]), str(VENV)]
            steps.append(("Making the environment in .venv", command))
        if self.cpu and not sources.configured and not sources.uv:
            # pip alone would take the GPU build: gigabytes
            command = [*PIP, "uv"]
            steps.append(("Getting uv, which can choose PyTorch's CPU build", command))
        return steps

    def installs(self, sources, env):
        """Return the (title, command) pairs that install; say what is to be downloaded."""
        backend, uv = [], sources.uv
        if self.cpu and sources.configured:
            backend, uv = self.without_gpu(sources, env)
        elif self.cpu:
            backend, uv = ["--torch-backend", "cpu"], uv or UV
        if backend and "UV_TORCH_BACKEND" in env:
            backend = []
        if not self.keep:
            print(f"To download: {self.download()}.", flush=True)
        install = [uv, "pip", "install", "--python", str(PYTHON)] if uv else PIP
        install = [*install, *backend, *(["--constraint", str(NO_GPU)] if self.cpu else [])]
        here = ".[{}]".format(",".join(self.stamp["extras"]))
        last = [*install, TORCH, "-e", here]
        title = f"Installing PyTorch ({TORCH})"
        return [(title, [*install, TORCH]), ("Installing JupyterLab and the rest", last)]

    def download(self):
        """Return how much comes where nothing was kept: PyTorch alone is 110 to 190 MB."""
        megabytes = 400 if sys.platform.startswith("linux") else 300
        megabytes += 100 if "test" in self.stamp["extras"] else 0
        return GPU if self.cuda else f"about {megabytes} MB"

    def without_gpu(self, sources, env):
        """Find the CPU build before anything large is downloaded.

        Returns:
            Options for the installation, and the uv to install with, if any.

        Raises:
            SetupError: Only the GPU build is in reach.
        """
        print("Asking them for PyTorch without a GPU ...", flush=True)
        uv = sources.asked()
        extras = [word for name in self.stamp["extras"] for word in ("--extra", name)]
        if not uv or not only_gpu(uv, extras, env):
            return [], sources.uv
        backend = ["--torch-backend", "cpu"]
        if sources.closed or only_gpu(uv, [*extras, *backend], env) is not False:
            raise SetupError(GPU_ONLY)
        print("They hold only PyTorch's GPU build; its CPU build comes from PyTorch.", flush=True)
        return backend, uv

    def carry_out(self):
        """Do it all; the stamp is written last and at one stroke."""
        began = time.monotonic()
        self.prepare()
        env = dict(clean_environment(), PYTHONUNBUFFERED="1", PIP_DISABLE_PIP_VERSION_CHECK="1")
        with open_log() as log:
            sources = Sources(env)
            if self.cpu:  # the GPU build cannot do without triton, the CPU build has no use for it
                NO_GPU.write_text("triton<0\n", encoding="utf-8")
            first = self.first_steps(sources)
            steps, total = first, len(first) + 2
            for number in range(1, total + 1):
                if number == len(first) + 1:
                    steps = [*first, *self.installs(sources, env)]
                title, command = steps[number - 1]
                run_step(f"[{number}/{total}] {title} ...", command, env, log)
        draft = STAMP.with_suffix(".tmp")
        draft.write_text(json.dumps(self.stamp), encoding="utf-8")
        draft.replace(STAMP)
        print(f"Set up in {time.monotonic() - began:.0f} s.", flush=True)


def open_log():
    """Open the log for us alone, so that two set-ups cannot disturb each other."""
    log = LOG.open("ab")
    try:
        if fcntl:
            fcntl.flock(log, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        log.close()
        raise SetupError("Another start.py is setting up here: wait until it is done") from None
    return log


def run_step(title, command, env, log):
    """Run one installer with its output in the log; if it fails, tell why."""
    show(title)
    start, popen = LOG.stat().st_size, {"stdout": log, "stderr": subprocess.STDOUT, "env": env}
    process = subprocess.Popen(command, cwd=str(ROOT), **popen)
    try:
        watch(process, title, start)
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
    if process.returncode:
        text = log_from(start)
        lines = [line.rstrip() for line in text.splitlines() if line.strip()]
        last = ["    " + line for line in ([*filter(ERROR.search, lines)] or lines)[-3:]]
        print(f"\n  The installer's last words (all of them: {LOG}):", *last, sep="\n")
        raise SetupError(explain(text, "The set-up did not succeed: look at the lines above"))


def watch(process, title, start):
    """Wait for an installer, showing the seconds and what it is busy with."""
    began = time.monotonic()
    while process.poll() is None:
        try:
            process.wait(timeout=0.5 if sys.stdout.isatty() else 15)
        except subprocess.TimeoutExpired:
            busy = BUSY.findall(log_from(start)) or [""]
            show(f"{title} {time.monotonic() - began:.0f} s  {busy[-1]}")
    if process.returncode == 0:
        show(f"{title} done in {time.monotonic() - began:.0f} s", end="\n")


def show(text, end=""):
    """Renew the live line on a terminal; elsewhere print a line."""
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns - 1
        print("\r" + text[:width].ljust(width), end=end, flush=True)
    else:
        print(text[:100], flush=True)


def log_from(start):
    """Return the log from an offset on."""
    return LOG.read_bytes()[start:].decode("utf-8", errors="replace")


def keep_originals():
    """Without git, keep the lessons as they came, once; `aelib reset` copies from there."""
    kept, draft = ROOT / ".originals", ROOT / ".originals.tmp"
    if kept.exists() or (ROOT / ".git").exists():
        return
    with contextlib.suppress(OSError):  # the lessons open all the same
        shutil.rmtree(str(draft), ignore_errors=True)
        shutil.copytree(str(ROOT / "notebooks"), str(draft))
        draft.replace(kept)


def launch(command, rest):
    """Run the tests or JupyterLab to the end and return the exit status."""
    notebooks = (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")
    notebooks = sorted(notebooks, key=lambda path: path.stem)  # a copy, name-Copy1, comes after
    first = notebooks[0] if notebooks else ROOT / "notebooks"
    own = ["-m", "jupyterlab", str(first), "--ip=127.0.0.1"]
    own += ["--allow-root"] if getattr(os, "geteuid", lambda: 1)() == 0 else []
    # For two cores; what hangs for half an hour fails, and the others go on.
    own = ["-m", "pytest", "-n2", "--dist=loadfile", "--timeout=1800"] if command else own
    if not command:
        print(f"Opening {first.name} in JupyterLab; Ctrl-C in this window ends it.", flush=True)
    env = clean_environment()  # one core is left to the browser: threads that wait for one crawl
    env.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 2) - 1)))
    config = [str(JUPYTER), env.get("JUPYTER_CONFIG_PATH", "")]
    env["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, config))
    process = subprocess.Popen([str(PYTHON), *own, *rest], cwd=str(ROOT), env=env)
    signal.signal(signal.SIGTERM, lambda *_: process.terminate())
    while process.returncode is None:
        with contextlib.suppress(KeyboardInterrupt):  # the child has it too, and decides
            process.wait()
    return process.returncode if process.returncode >= 0 else 128 - process.returncode


def main(argv):
    """Check, set up if needed, launch; return the exit status."""
    cuda, command, rest = parse(argv)
    python, way = "python", "then run"
    try:
        check_python()
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # the installers end with us
        plan = Plan(cuda, command)
        if not plan.ready:
            plan.carry_out()
    except (SetupError, OSError) as error:
        sentence = explain(str(error), str(error)) if isinstance(error, OSError) else str(error)
        python = getattr(error, "python", python)
    except KeyboardInterrupt:
        sentence, way = "Interrupted; nothing is lost", "to go on, run"
    else:
        keep_originals()
        return launch(command, rest)
    line = " ".join([python, "start.py", *argv])
    print(f"\n{sentence}; {way} `{line}`.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
