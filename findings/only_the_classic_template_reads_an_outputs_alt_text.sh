#!/usr/bin/env bash
# Guess:   the alt text of a picture, stored where the format keeps a picture's width and height, in
#          the output's metadata under "image/png", is read by everything that draws notebooks.
# Happens: nbconvert's classic template writes it as alt. Its default template, lab, does not look,
#          and then fills in "No description has been provided for this image". JupyterLab's <img>
#          has no alt at all. All of them take the width from the same place.
# Version: jupyterlab 4.6.6, nbconvert 7.17.2 (templates lab and classic). Needs Chromium.
# Course:  every picture has its text in the metadata, for our own static pages, and in text/plain.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
source "$here/fresh.sh"
fresh jupyterlab==4.6.6 nbconvert==7.17.2 nbformat==5.11.1 ipykernel==7.4.0 playwright==1.65.2

"$python" - << 'PYTHON'
import base64
import struct
import zlib

import nbformat
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell, new_notebook, new_output


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


pixel = zlib.compress(b"\0\0")
png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
png += chunk(b"IDAT", pixel) + chunk(b"IEND", b"")
output = new_output(
    "display_data",
    data={"image/png": base64.b64encode(png).decode(), "text/plain": "a dot"},
    metadata={"image/png": {"alt": "one black dot", "width": 40}},
)
notebook = new_notebook(cells=[new_code_cell("dot", outputs=[output], execution_count=1)])
notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
nbformat.write(notebook, "dot.ipynb")
for template, wanted in {
    "classic": 'alt="one black dot"',
    "lab": 'alt="No description has been provided for this image"',
}.items():
    html, _ = HTMLExporter(template_name=template).from_notebook_node(notebook)
    print(f"nbconvert, template {template}: {wanted if wanted in html else 'something else'}")
    assert wanted in html and 'width="40"' in html, f"changed: nbconvert, {template}"
PYTHON
status=0
seen=$("$python" "$here/browser.py" dot.ipynb \
  'JSON.stringify([...document.querySelectorAll(".jp-OutputArea-output img")].map((i) => [i.getAttribute("alt"), i.getAttribute("width")]))') || status=$?
echo "JupyterLab, [alt, width] of its <img>: $seen"
[ "$status" = 0 ] || exit "$status"
if [ "$seen" = '[[null,"40"]]' ]; then
  echo "one template of nbconvert reads the alt text, the other and JupyterLab do not"
else
  echo "changed: JupyterLab"
  exit 1
fi
