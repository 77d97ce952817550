"""How fast the browser's decoder is: this build, the one at 969700d, and onnxruntime-web.

    python tests/benchmarks/decode.py                 # Node and Chromium
    python tests/benchmarks/decode.py firefox         # "firefox", or any command that opens a URL

Four networks on the same weights, one thread; onnxruntime-web (SIMD) and onnx, which writes its
files, are installed into a temporary folder. All three take turns; a turn is repeated until it
takes a quarter of a second. Told are CPU milliseconds of a decode, the fastest and the median of
the turns, of all processes that the browser started. Linux only, since they come from /proc.
"""

import base64
import importlib.util
import io
import json
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import torch
from torch import nn

import aelib
from aelib.engine.capture import capture
from aelib.engine.packing import pack
from aelib.widgets.base import module

sys.path.insert(0, str(Path(__file__).parents[1] / "browser"))
from anywhere import CHROMIUM, FIREFOX, anywhere, installed

ROOT = Path(__file__).parents[2]
BEFORE = "969700d"
ONNX_WEB = "onnxruntime-web@1.30.0"
ONNX = ("onnx==1.19.1", "protobuf==6.33.0", "ml_dtypes==0.5.3")
ENGINES = ("before", "now", "onnx")
TURNS = 7
SECONDS = 0.25  # of a turn
TICK = os.sysconf("SC_CLK_TCK")

# In Node and on the page: a function that decodes n times, for each network and engine.
SCRIPT = """
export async function open(networks, ort, engines) {
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  ort.env.wasm.numThreads = 1;
  const opened = {};
  for (const [name, { before, now, onnx, input }] of Object.entries(networks)) {
    const x = Float32Array.from(input);
    const settings = { executionProviders: ["wasm"] };
    const session = await ort.InferenceSession.create(bytes(onnx), settings);
    const feeds = { [session.inputNames[0]]: new ort.Tensor("float32", x, [1, x.length]) };
    const weights = engines.before.unpack(bytes(before.weights));
    const old = engines.before.compile(before.layers, weights, x.length);
    const made = engines.now.compile(now.program, bytes(now.weights));
    const repeated = (f) => async (n) => {
      let y;
      for (let i = 0; i < n; i++) y = f(x);
      return Array.from(y);
    };
    opened[name] = {
      before: repeated(old),
      now: repeated(made),
      onnx: async (n) => {
        let answer;
        for (let i = 0; i < n; i++) answer = await session.run(feeds);
        return Array.from(answer[session.outputNames[0]].data);
      },
    };
  }
  return opened;
}
"""
IN_NODE = """
import * as ort from "onnxruntime-web";
import * as before from "./before.mjs";
import * as now from "./now.mjs";
import { open } from "./script.mjs";
import { createInterface } from "node:readline";
import { readFileSync } from "node:fs";
const opened = await open(JSON.parse(readFileSync("networks.json")), ort, { before, now });
for await (const line of createInterface({ input: process.stdin })) {
  const [name, engine, n] = JSON.parse(line);
  console.log(JSON.stringify(await opened[name][engine](n)));
}
"""
ON_PAGE = """
import * as ort from "/node_modules/onnxruntime-web/dist/ort.wasm.min.mjs";
import * as before from "/before.mjs";
import * as now from "/now.mjs";
import { open } from "/script.mjs";
const opened = await open(await (await fetch("/networks.json")).json(), ort, { before, now });
export const answer = ([name, engine, n]) => opened[name][engine](n);
"""

Ask = Callable[[str, str, int], list[float]]


def networks() -> Iterator[tuple[str, nn.Sequential, torch.Tensor]]:
    """What is decoded: the untrained ones cost as much as trained ones."""
    folder = ROOT / "data" / "decoders"
    torch.manual_seed(0)
    unet = aelib.load(folder / "denoiser.safetensors").float()
    yield "dense 16", aelib.load(folder / "vae_16d.safetensors").float().decoder, torch.randn(1, 16)
    yield "residual 30", aelib.ResidualAutoencoder(30).decoder, torch.randn(1, 30)
    conv = aelib.ConvAutoencoder(32).decoder.to(memory_format=torch.contiguous_format)
    yield "convolutional 32", conv, torch.randn(1, 32)
    yield "U-Net of lesson 05", nn.Sequential(unet.encoder, unet.decoder), torch.rand(1, 784)


def prepare(folder: Path) -> dict[str, torch.Tensor]:
    """Put everything into a folder; returns what PyTorch answers."""
    subprocess.run(["npm", "install", "--silent", "--no-audit", ONNX_WEB], cwd=folder, check=True)
    install = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", "onnx"]
    subprocess.run([*install, *ONNX], cwd=folder, check=True)
    sys.path.append(str(folder / "onnx"))
    old = {name: _committed(f"aelib/widgets/{name}") for name in ("static/engine.js", "packing.py")}
    (folder / "before.mjs").write_text(old["static/engine.js"], encoding="utf-8")
    (folder / "packing_before.py").write_text(old["packing.py"], encoding="utf-8")
    spec = importlib.util.spec_from_file_location("packing_before", folder / "packing_before.py")
    assert spec is not None
    assert spec.loader is not None
    packing = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(packing)
    sent, expected = {}, {}
    for name, network, x in networks():
        network.eval()
        layers, weights = packing.pack(network)
        packed, _ = pack(capture(network, x))
        with torch.no_grad():
            expected[name] = network(x)[0]
        sent[name] = {
            "before": {"layers": layers, "weights": _text(weights)},
            "now": {"program": packed.program, "weights": _text(packed.weights)},
            "onnx": _text(_onnx(network, x)),
            "input": x[0].tolist(),
        }
    (folder / "networks.json").write_text(json.dumps(sent), encoding="utf-8")
    (folder / "now.mjs").write_text(module("engine"), encoding="utf-8")
    (folder / "script.mjs").write_text(SCRIPT, encoding="utf-8")
    (folder / "node.mjs").write_text(IN_NODE, encoding="utf-8")
    (folder / "page.mjs").write_text(ON_PAGE, encoding="utf-8")
    return expected


def _committed(path: str) -> str:
    found = ["git", "show", f"{BEFORE}:{path}"]
    return subprocess.run(found, cwd=ROOT, check=True, capture_output=True, text=True).stdout


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _onnx(network: nn.Module, x: torch.Tensor) -> bytes:
    stream = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(network, (x,), stream, dynamo=False)
    return stream.getvalue()


@contextmanager
def in_node(folder: Path) -> Iterator[Ask]:
    """Node, asked through its standard input."""
    command = ["node", "node.mjs"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": folder}
    with subprocess.Popen(command, **pipes) as node:  # type: ignore[call-overload]

        def ask(*job: Any) -> list[float]:
            node.stdin.write(json.dumps(job) + "\n")
            node.stdin.flush()
            return json.loads(node.stdout.readline())

        yield ask
        node.stdin.close()


@contextmanager
def in_browser(folder: Path, command: str) -> Iterator[Ask]:
    """Any browser, asked through a page of its own."""
    with anywhere(command, folder, patience=300) as ask:
        yield lambda *job: ask(job)


def cpu_seconds() -> float:
    """What all processes that descend from this one have used."""
    fields = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = path.read_text()
        except OSError:  # it has ended
            continue
        after = text.rpartition(")")[2].split()
        fields[int(path.parent.name)] = (int(after[1]), int(after[11]) + int(after[12]))
    ours = {os.getpid()}
    for _ in range(8):  # generations
        ours |= {process for process, (parent, _) in fields.items() if parent in ours}
    return sum(fields[process][1] for process in ours - {os.getpid()} if process in fields) / TICK


def measure(ask: Ask, expected: dict[str, torch.Tensor]) -> Iterator[tuple[str, dict, float]]:
    """For each network: CPU milliseconds of each engine's turns, and our largest error."""
    for name, picture in expected.items():
        error = (torch.tensor(ask(name, "now", 1)) - picture).abs().max().item()
        times: dict[str, int] = {engine: _enough(ask, name, engine) for engine in ENGINES}
        found: dict[str, list[float]] = {engine: [] for engine in ENGINES}
        for _ in range(TURNS):
            for engine, n in times.items():
                begin = cpu_seconds()
                ask(name, engine, n)
                found[engine].append(1000 * (cpu_seconds() - begin) / n)
        yield name, found, error


def _enough(ask: Ask, name: str, engine: str) -> int:
    """How many decodes make a turn; the machine code is ready after this."""
    n = 8
    while True:
        begin = cpu_seconds()
        ask(name, engine, n)
        spent = cpu_seconds() - begin
        if spent >= SECONDS / 2:
            return max(1, round(n * SECONDS / spent))
        n *= 3


def table(ask: Ask, expected: dict[str, torch.Tensor]) -> None:
    """Print a line for each network."""
    print(f"{'':20}{BEFORE:>18}{'now':>18}{'onnxruntime-web':>18}   times as fast      error")
    for network, found, error in measure(ask, expected):
        best = [min(found[engine]) for engine in ENGINES]
        middle = [median(found[engine]) for engine in ENGINES]
        cells = [f"{b:.4f} ({m:.4f})" for b, m in zip(best, middle, strict=True)]
        ratios = [f"{before / now:.1f} {onnx / now:.2f}" for before, now, onnx in (best, middle)]
        line = "".join(f"{cell:>18}" for cell in cells)
        print(f"{network:20}{line}   {ratios[0]} ({ratios[1]})   {error:.1e}", flush=True)


def main(places: list[str]) -> None:
    """Print a table for each place."""
    known = {"chromium": CHROMIUM, "firefox": FIREFOX}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        expected = prepare(folder)
        for place in places or ["node", "chromium"]:
            command = known.get(place, place)
            if not installed(command):
                print(f"\n{place} is not installed")
                continue
            print(f"\n{place}: CPU ms of a decode, fastest (median)")
            with in_node(folder) if place == "node" else in_browser(folder, command) as ask:
                table(ask, expected)


if __name__ == "__main__":
    main(sys.argv[1:])
