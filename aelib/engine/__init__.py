"""A network -> what a browser runs: weights that travel once, and the code that decodes there.

An operation enters when PyTorch's, NumPy's and the browser's answers agree to 1e-3 a pixel.
"""
