"""Any decoder -> what a browser runs, or the reason why the kernel answers instead.

capture records what a function really computes as a program of few operations; interpreter runs
it in NumPy; verify compares the two; packing makes of it what engine.js reads. An operation
enters when PyTorch's, NumPy's and the browser's answers agree to 1e-3 a pixel. trainer.js trains
dense networks in the page.
"""
