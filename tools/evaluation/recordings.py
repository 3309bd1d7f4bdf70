# SPDX-License-Identifier: GPL-3.0-or-later
"""Human French that is not for Voisine: what of it Debian's packages have put on this machine (tests/corpus/television)."""
import array
import pathlib
import subprocess

from . import noise

TELEVISION = pathlib.Path(__file__).resolve().parents[2] / "tests/corpus/television"
TAIL = array.array("h", bytes(noise.RATE))  # half a second, so that the last word ends


def installed():
    listed = subprocess.run([str(TELEVISION), "--recordings"], capture_output=True, text=True, check=True).stdout
    return [pathlib.Path(line.split("\t")[1]) for line in listed.splitlines()]


def copies(files, folder, build):
    """As 16 kHz WAV under `folder`, kept from run to run."""
    paths = [pathlib.Path(folder) / (noise.name_of(file) + ".wav") for file in files]
    for file, path in zip(files, paths, strict=True):
        if not path.exists():
            noise.write_wav(path, noise.read_sound(file, build) + TAIL)
    return paths
