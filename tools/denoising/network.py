# SPDX-License-Identifier: GPL-3.0-or-later
"""The network of asr/denoiser.c and how it is taught: first to give back the clean cepstra, then what the acoustic
model's phones should say of them, which is what the recogniser goes by: the phones that were spoken where the words are
known, elsewhere what the phones said of the clean cepstra.

What is compared is what the model gets: without the mean, its spread limited (asr/cepstra.c), with deltas.
"""
import collections
import random
import struct
import sys
import time

import numpy
import torch
from torch import nn
from torch.nn import functional

from . import acoustics, labels

SPREAD = torch.tensor([27.9, 16.1, 16.1, 17.1, 14.5, 13.6, 12.6, 14.3, 13.0, 12.1, 11.7, 10.2, 9.1])
CHANNELS = 48
DILATIONS = [1, 2, 4, 8, 16, 1, 2, 4]
TESTED = 300  # mixtures that are not learned from
BATCH = 16
PHONE_FRAMES = 500  # of a batch, compared by the phones
SHARPNESS = 0.25  # of the phones' probabilities: the model's own are all or nothing
CEPSTRA_SHARE = 0.3  # of the cepstra while the phones are learned from
CERTAINTY = 0.9  # of a label


class Network(nn.Module):
    def __init__(self, offset):
        super().__init__()
        self.register_buffer("offset", offset.view(1, 13, 1))
        self.first = nn.Conv1d(26, CHANNELS, 3, padding=1)
        self.blocks = nn.ModuleList([nn.Conv1d(CHANNELS, CHANNELS, 3, padding=d, dilation=d) for d in DILATIONS])
        self.last = nn.Conv1d(CHANNELS, 13, 1)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)

    def forward(self, cepstra, mask):
        mean = (cepstra * mask).sum(2, keepdim=True) / mask.sum(2, keepdim=True)
        rows = torch.cat([cepstra - self.offset, cepstra - mean], 1) * mask
        rows = functional.relu(self.first(rows)) * mask
        for block in self.blocks:
            rows = (rows + functional.relu(block(rows))) * mask
        return cepstra + self.last(rows)

    def write(self, path):
        def half(tensor):
            bits = tensor.detach().contiguous().numpy().astype(numpy.float32).view(numpy.uint32)
            return ((bits + 0x8000) >> 16).astype("<u2").tobytes()

        data = b"VOISINED" + struct.pack(f"<{3 + len(DILATIONS)}I", 1, CHANNELS, len(DILATIONS), *DILATIONS)
        data += (self.offset.view(13) * SPREAD).numpy().astype("<f4").tobytes() + SPREAD.numpy().astype("<f4").tobytes()
        for layer in [self.first, *self.blocks, self.last]:
            data += half(layer.weight) + half(layer.bias)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def as_heard(cepstra, mask):
    """What the recogniser makes of them before the model sees them."""
    n = mask.sum(2, keepdim=True)
    cepstra = (cepstra - (cepstra * mask).sum(2, keepdim=True) / n) * mask
    spread = ((cepstra * cepstra).sum(2, keepdim=True) / n + 1e-6).sqrt()
    return cepstra * torch.clamp(1 / spread, max=1)


def streams(cepstra):
    """The cepstra, their deltas, the deltas of these."""
    padded = functional.pad(cepstra, (3, 3), mode="replicate")

    def at(k):
        return padded[..., 3 + k:padded.shape[-1] - 3 + k or None]

    return cepstra, at(2) - at(-2), (at(3) - at(-1)) - (at(1) - at(-3))


def distance(got, wanted, mask):
    return (((got - wanted) ** 2) * mask).sum() / mask.sum() / 13


def of_cepstra(got, wanted, mask, _=None):
    return sum(share * distance(g, w, mask) for share, g, w in zip((1, 0.3, 0.15), got, wanted, strict=True))


def with_labels(right, frame_labels):
    """What the phones should say: mostly the label where there is one."""
    known = frame_labels != labels.UNKNOWN
    told = functional.one_hot(frame_labels.clamp(min=0), right.shape[1]) * CERTAINTY + right * (1 - CERTAINTY)
    return torch.where(known[:, None], told, right)


def of_phones(phones, got, wanted, mask, frame_labels):
    chosen = torch.nonzero(mask[:, 0].reshape(-1) > 0)[:, 0]
    chosen = chosen[torch.randperm(len(chosen))[:PHONE_FRAMES]]

    def frames(stream):
        return (stream * SPREAD.view(1, 13, 1)).permute(0, 2, 1).reshape(-1, 13)[chosen]

    with torch.no_grad():
        right = functional.softmax(phones.log_likelihood([frames(stream) for stream in wanted]) * SHARPNESS, 1)
        right = with_labels(right, frame_labels.reshape(-1)[chosen])
    said = functional.log_softmax(phones.log_likelihood([frames(stream) for stream in got]) * SHARPNESS, 1)
    return functional.kl_div(said, right, reduction="batchmean")


def batch(pairs):
    longest = max(len(pair.noisy) for pair in pairs)
    noisy, clean = torch.zeros(2, len(pairs), 13, longest)
    mask = torch.zeros(len(pairs), 1, longest)
    frame_labels = torch.full((len(pairs), longest), labels.UNKNOWN, dtype=torch.int64)
    for i, pair in enumerate(pairs):
        n = len(pair.noisy)
        noisy[i, :, :n], clean[i, :, :n] = torch.from_numpy(pair.noisy.T), torch.from_numpy(pair.clean.T)
        mask[i, :, :n] = 1
        frame_labels[i, :n] = torch.from_numpy(pair.labels.astype(numpy.int64))
    return noisy, clean, mask, frame_labels


Pair = collections.namedtuple("Pair", "noisy clean labels")  # cepstra over SPREAD, [frame][cepstrum]


def label(aligner, text, clean):
    heard = as_heard(torch.from_numpy(clean.T)[None], torch.ones(1, 1, len(clean)))
    return aligner.align(text, [(stream[0] * SPREAD.view(13, 1)).T for stream in streams(heard)])


def labels_of(path, data, clean, aligner):
    """Of all frames of a shard; kept beside it."""
    kept = path.parent / f"labels-{path.stem}.npy"
    if not kept.exists():
        print(f"==> labelling: {path.name}", file=sys.stderr, flush=True)
        bounds = zip(numpy.cumsum(data["lengths"]) - data["lengths"], data["lengths"], data["texts"], strict=True)
        numpy.save(kept, numpy.concatenate([label(aligner, str(text), clean[start:start + n]) for start, n, text in bounds]))
    return numpy.load(kept)


def load(paths, aligner):
    pairs = []
    for path in paths:
        data = numpy.load(path)
        ends = numpy.cumsum(data["lengths"])
        noisy, clean = data["noisy"] / SPREAD.numpy(), data["clean"] / SPREAD.numpy()
        told = labels_of(path, data, clean, aligner)
        pairs += [Pair(noisy[start:end], clean[start:end], told[start:end])
                  for start, end in zip(ends - data["lengths"], ends, strict=True)]
    random.Random("pairs").shuffle(pairs)
    return pairs


def test(network, pairs):
    total = 0
    with torch.no_grad():
        for i in range(0, len(pairs), BATCH):
            noisy, clean, mask, _ = batch(pairs[i:i + BATCH])
            total += float(distance(as_heard(network(noisy, mask), mask), as_heard(clean, mask), mask)) * len(pairs[i:i + BATCH])
    return total / len(pairs)


def learn(network, pairs, minutes, rate, loss, name, tested):
    """By gradient descent, for so long; utterances of like length go together."""
    chance, order = numpy.random.default_rng(1), numpy.argsort([len(pair.noisy) for pair in pairs])
    optimiser, begin, step = torch.optim.Adam(network.parameters(), rate), time.monotonic(), 0
    while (done := (time.monotonic() - begin) / 60 / minutes) < 1:
        for group in optimiser.param_groups:
            group["lr"] = rate * min(1, step / 200) * (1 - done) + 1e-5
        start = chance.integers(0, max(1, len(order) - BATCH))
        noisy, clean, mask, frame_labels = batch([pairs[k] for k in order[start:start + BATCH]])
        lost = loss(streams(as_heard(network(noisy, mask), mask)), streams(as_heard(clean, mask)), mask, frame_labels)
        optimiser.zero_grad()
        lost.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        if step % 500 == 0:
            print(f"==> {name}: {100 * done:.0f} %, distance of unmet mixtures {test(network, tested):.4f}", file=sys.stderr, flush=True)
        step += 1


def teach(paths, models, minutes, kept, output):
    torch.manual_seed(1)
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)  # or the phones take five times as long
    phones = acoustics.Phones(models)
    pairs = load(paths, labels.Aligner(models, phones))
    tested, pairs = pairs[:TESTED], pairs[TESTED:]
    network = Network(torch.from_numpy(numpy.concatenate([pair.noisy for pair in pairs[:500]]).mean(0)))
    if kept.exists():
        network.load_state_dict(torch.load(kept))
    else:
        learn(network, pairs, minutes, 2e-3, of_cepstra, "by the cepstra", tested)
        torch.save(network.state_dict(), kept)
    learn(network, pairs, minutes, 1e-3, lambda got, wanted, mask, frame_labels: CEPSTRA_SHARE
          * of_cepstra(got, wanted, mask) + of_phones(phones, got, wanted, mask, frame_labels), "by the phones", tested)
    network.write(output)
