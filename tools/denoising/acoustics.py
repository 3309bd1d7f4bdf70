# SPDX-License-Identifier: GPL-3.0-or-later
"""The densities of the acoustic model's phones, so that the network can learn what the model tells apart.

Files as asr/model_files.h describes them; the model is phonetically tied, three streams of 13 cepstra.
"""
import struct

import numpy
import torch

UNIT = 0.10239488  # of a weight, in natural logarithms
STATES = 3
TOGETHER = 512  # frames: enough for the library of matrices, and they stay in a processor's cache


def gaussians(path):
    """[codebook][stream][density][cepstrum]"""
    data = path.read_bytes()
    at = data.index(b"endhdr\n") + 7
    order, books, streams, densities = struct.unpack_from("<I3i", data, at)
    if order != 0x11223344:
        raise ValueError(f"{path}: not little-endian")
    at += 16 + 4 * streams
    count, = struct.unpack_from("<i", data, at)
    return torch.from_numpy(numpy.frombuffer(data, "<f4", count, at + 4).reshape(books, streams, densities, -1).copy())


def weights(path, densities):
    """[stream][density][senone], logarithms"""
    data, at = path.read_bytes(), 0
    while True:
        length, = struct.unpack_from("<i", data, at)
        at += 4 + length
        if length == 0:
            break
    rows, senones = struct.unpack_from("<2i", data, at)
    if rows != densities:
        raise ValueError(f"{path}: {rows} densities, not {densities}")
    steps = numpy.frombuffer(data, numpy.uint8, 3 * rows * senones, at + 8).reshape(3, rows, senones)
    return torch.from_numpy(steps.astype(numpy.float32)) * -UNIT


class Phones:
    def __init__(self, folder):
        means, variances = gaussians(folder / "means"), gaussians(folder / "variances").clamp(min=1e-4)
        self.books, _, self.densities, _ = means.shape
        mixtures = weights(folder / "sendump", self.densities)[:, :, :self.books * STATES]
        self.forms, self.norms, self.mixtures = [], [], []
        for stream in range(3):
            precision, mean = 0.5 / variances[:, stream], means[:, stream]
            self.forms.append(torch.cat([-precision, 2 * precision * mean], -1).reshape(-1, 26).T.contiguous())
            norm = -(precision * mean * mean).sum(-1) - 0.5 * torch.log(2 * torch.pi * variances[:, stream]).sum(-1)
            self.norms.append(norm.reshape(1, -1))
            self.mixtures.append(torch.exp(mixtures[stream]).T.reshape(self.books, STATES, -1).contiguous())

    def log_likelihood(self, streams):
        """Of each state of each phone: [frame][state], up to a number for each frame."""
        pieces = zip(*(stream.split(TOGETHER) for stream in streams), strict=True)
        return torch.cat([self.piece(piece) for piece in pieces])

    def piece(self, streams):
        total = 0
        for cepstra, form, norm, mixture in zip(streams, self.forms, self.norms, self.mixtures, strict=True):
            density = torch.cat([cepstra * cepstra, cepstra], 1) @ form + norm
            best = density.detach().max(1, keepdim=True).values
            likely = torch.exp((density - best).clamp(min=-30)).view(-1, self.books, self.densities)
            total = total + torch.log(torch.einsum("nbd,bsd->nbs", likely, mixture) + 1e-13).reshape(len(cepstra), -1)
        return total
