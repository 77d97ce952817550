"""File -> checked -> tensors: a module for each data set, and what reads and writes files.

A data set enters with a loader that checks what it reads, a licence in data/ and its checksum.
"""

from aelib.lazy import lazy

_HOME = {
    "PHOTOS": "photos",
    "DataError": "files",
    "as_digit": "images",
    "cache_dir": "files",
    "data_dir": "files",
    "draw_faces": "faces",
    "draw_letters": "letters",
    "load_docstrings": "tables",
    "load_faces": "faces",
    "load_idx": "idx",
    "load_images": "images",
    "load_mnist": "mnist",
    "load_movielens": "tables",
    "load_photos": "photos",
    "photo_patches": "photos",
    "split_by_module": "tables",
}

__all__, __getattr__, __dir__ = lazy(__name__, _HOME)
