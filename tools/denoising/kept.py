# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are not made again: whole or not there at all, so that a run that was stopped leaves nothing half."""
import contextlib

import numpy


@contextlib.contextmanager
def whole(path):
    """A file to write to, which gets its name when all is written."""
    part = path.with_name(path.name + ".part")
    with part.open("wb") as file:
        yield file
    part.replace(path)


def save(path, **arrays):
    with whole(path) as file:
        numpy.savez(file, **arrays)
