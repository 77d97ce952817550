"""The course as static pages: every picture, number and widget, with no kernel and no server.

    aelib site -o site/           # build from the committed outputs
    aelib site -o site/ --check   # look for faults in what was built

Data moves one way: lessons (notebooks read), live (their widgets run once), prose and maths
(Markdown and TeX to HTML and MathML), cells and figures (code and outputs to HTML), build (files
written); check reads only what was written. translation stands before all of them: it writes a
course in another language. reference reads the docstrings of every public name, api makes
them HTML. A page enters with its template and its test in a browser.
Markdown goes through nbconvert's parser. Its HTMLExporter is left aside: with markup of our own
for every cell and output, only a loop over cells would remain of it.
"""
