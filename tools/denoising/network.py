# SPDX-License-Identifier: GPL-3.0-or-later
"""The network of asr/denoiser.c and how it is taught, three things at once: to give back the clean cepstra; that the
acoustic model's phones say of these what they should; and to say so itself. What should be said are the states of the
phones that were spoken where the words are known, elsewhere what the model's phones said of the clean cepstra.

What is compared is what the model gets: without the mean, its spread limited (asr/cepstra.c), with deltas.
"""
import collections
import pathlib
import random
import struct
import sys
import time

import numpy
import torch
from torch import nn
from torch.nn import functional

from . import acoustics, kept, labels
from .mixtures import BANDS

SPREAD = torch.tensor([27.9, 16.1, 16.1, 17.1, 14.5, 13.6, 12.6, 14.3, 13.0, 12.1, 11.7, 10.2, 9.1])
CHANNELS = 144
DILATIONS = [1, 2, 4, 8, 16, 32, 1, 2, 4, 8]
CONTEXT_BLOCK = 6  # before it each frame is told what the whole utterance is like
BANDS_SPREAD = 2.5
DARK_SHARE, BLIND_SHARE = 0.5, 0.04  # of the utterances: whose upper bands, and all of whose bands, are as in silence
CROP_SHARE, CROP_FRAMES = 0.4, 40  # of the utterances: of which a piece is heard, and its least length
TESTED = 300  # mixtures that are not learned from
BATCH = 16
RATE = 2e-3
# Half of the time where the processor computes with bfloat16, twenty times of it where it does not.
COMPUTES_HALVES = "avx512_bf16" in pathlib.Path("/proc/cpuinfo").read_text(encoding="ascii")
PHONE_FRAMES = 200  # of a batch, compared by the model's phones
SHARPNESS = 0.25  # of the phones' probabilities: the model's own are all or nothing
LIKELY, LIKELY_SHARPNESS = 4, 0.35  # states a frame that the clean sound is held for, where nothing is known
CEPSTRA_SHARE = 0.3  # of the cepstra in what is learned from
CERTAINTY = 0.9  # of a label
UNKNOWN_SHARE = 0.6  # of a frame without one


class Network(nn.Module):
    def __init__(self, offset, states):
        super().__init__()
        self.register_buffer("offset", offset.view(1, 13, 1))
        self.first = nn.Conv1d(26 + BANDS, CHANNELS, 3, padding=1)
        self.blocks = nn.ModuleList([nn.Conv1d(CHANNELS, CHANNELS, 3, padding=d, dilation=d) for d in DILATIONS])
        self.context = nn.Linear(CHANNELS, CHANNELS)
        self.last = nn.Conv1d(CHANNELS, 13, 1)
        self.head = nn.Conv1d(CHANNELS, states, 1)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(self.last.bias)
        nn.init.zeros_(self.context.weight)
        nn.init.zeros_(self.context.bias)
        for block in self.blocks:
            block.weight.data *= 0.5

    def forward(self, cepstra, bands, mask):
        """Cleaner cepstra, and how likely each state is (logarithms, up to a number for each frame)."""
        mean = (cepstra * mask).sum(2, keepdim=True) / mask.sum(2, keepdim=True)
        rows = torch.cat([cepstra - self.offset, cepstra - mean, bands / BANDS_SPREAD], 1) * mask
        rows = functional.relu(self.first(rows)) * mask
        for i, block in enumerate(self.blocks):
            if i == CONTEXT_BLOCK:
                rows = (rows + self.context(rows.sum(2) / mask.sum(2))[:, :, None]) * mask
            rows = (rows + functional.relu(block(rows))) * mask
        return cepstra + self.last(rows), self.head(rows)

    def layers(self):
        """In the file's order."""
        return [self.first, *self.blocks, self.context, self.last, self.head]

    def read(self, path, how_often):
        """What `write` wrote, to go on with."""
        data = path.read_bytes()
        head = b"VOISINED" + self.shape(len(how_often))
        if data[:len(head)] != head:
            raise ValueError(f"{path}: not a network of this shape")
        at = len(head) + 2 * 13 * 4

        def take(kind, n):
            nonlocal at
            numbers = numpy.frombuffer(data, kind, n, at)
            at += numbers.nbytes
            return torch.from_numpy(numbers.astype(numpy.float32))

        for layer in self.layers():
            weights, n_out = layer.weight, layer.weight.shape[0]
            steps = take("<f4", n_out).view(-1, *[1] * (weights.dim() - 1))
            weights.data.copy_(take("<i1", weights.numel()).view(weights.shape) * steps)
            layer.bias.data.copy_(take("<f4", n_out))
        self.head.bias.data += torch.from_numpy(numpy.log(how_often)).float()
        self.offset.copy_(torch.from_numpy(numpy.frombuffer(data, "<f4", 13, len(head)) / SPREAD.numpy()).view(1, 13, 1))

    @staticmethod
    def shape(n_states):
        return struct.pack(f"<{5 + len(DILATIONS)}I", 4, CHANNELS, n_states, len(DILATIONS), CONTEXT_BLOCK, *DILATIONS)

    def write(self, path, how_often):
        """how_often: each state, of all frames; the file tells how much likelier than that."""
        data = b"VOISINED" + self.shape(len(how_often))
        data += (self.offset.view(13) * SPREAD).numpy().astype("<f4").tobytes() + SPREAD.numpy().astype("<f4").tobytes()
        for layer in self.layers():
            weights, biases = layer.weight.detach().flatten(1).numpy(), layer.bias.detach().numpy()
            steps = numpy.maximum(numpy.abs(weights).max(1), 1e-6) / 127
            if layer is self.head:
                biases = biases - numpy.log(how_often)
            data += (steps.astype("<f4").tobytes() + numpy.rint(weights / steps[:, None]).astype("<i1").tobytes()
                     + biases.astype("<f4").tobytes())
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


def of_cepstra(got, wanted, mask):
    return sum(share * distance(g, w, mask) for share, g, w in zip((1, 0.3, 0.15), got, wanted, strict=True))


def with_labels(right, frame_labels):
    """What the phones should say: mostly the label where there is one."""
    known = frame_labels != labels.UNKNOWN
    told = functional.one_hot(frame_labels.clamp(min=0), right.shape[1]) * CERTAINTY + right * (1 - CERTAINTY)
    return torch.where(known[:, None], told, right)


def of_phones(phones, got, wanted, chosen, frame_labels):
    """By the acoustic model's own phones, of the frames chosen."""
    def frames(stream):
        return (stream * SPREAD.view(1, 13, 1)).permute(0, 2, 1).reshape(-1, 13)[chosen]

    with torch.no_grad():
        right = functional.softmax(phones.log_likelihood([frames(stream) for stream in wanted]) * SHARPNESS, 1)
        right = with_labels(right, frame_labels[chosen])
    said = functional.log_softmax(phones.log_likelihood([frames(stream) for stream in got]) * SHARPNESS, 1)
    return functional.kl_div(said, right, reduction="batchmean")


def of_head(head, frame_labels, likely, shares):
    """Head, and the others: of the same frames."""
    said = functional.log_softmax(head, 1)
    known = frame_labels != labels.UNKNOWN
    by_sound = -(said.gather(1, likely) * shares).sum(1)
    by_label = -said.gather(1, frame_labels.clamp(min=0)[:, None])[:, 0]
    return torch.where(known, CERTAINTY * by_label + (1 - CERTAINTY) * by_sound, UNKNOWN_SHARE * by_sound).mean()


def loss(network, phones, pairs):
    noisy, clean, bands, mask, frame_labels, likely, shares = batch(pairs)
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=COMPUTES_HALVES):
        got, head = network(noisy, bands, mask)
    got, head = got.float(), head.float()
    got, wanted = streams(as_heard(got, mask)), streams(as_heard(clean, mask))
    frames = torch.nonzero(mask.reshape(-1) > 0)[:, 0]
    chosen = frames[torch.randperm(len(frames))[:PHONE_FRAMES]]
    frame_labels = frame_labels.reshape(-1)
    return (CEPSTRA_SHARE * of_cepstra(got, wanted, mask) + of_phones(phones, got, wanted, chosen, frame_labels)
            + of_head(head.permute(0, 2, 1).flatten(0, 1)[frames], frame_labels[frames],
                      likely.flatten(0, 1)[frames], shares.flatten(0, 1)[frames]))


# Cepstra over SPREAD, [frame][cepstrum]; the noisy sound's bands; a label a frame; the states that the clean sound is held
# for, and their shares.
Pair = collections.namedtuple("Pair", "noisy clean bands labels likely shares")


def darken(chance, bands):
    """What is learned from the bands must hold for a telephone's sound, and not hang on them alone."""
    kind = chance.random()
    if kind >= DARK_SHARE:
        return bands
    bands = bands.copy()
    bands[:, 0 if kind < BLIND_SHARE else chance.integers(30, BANDS):] = 0
    return bands


def crop(chance, pair):
    """A piece, elsewhere each time, so that it is not the utterance as a whole that is known again."""
    n = len(pair.noisy)
    if n <= CROP_FRAMES or chance.random() >= CROP_SHARE:
        return pair
    length = chance.integers(CROP_FRAMES, n)
    start = chance.integers(0, n - length)
    return Pair(*(part[start:start + length] for part in pair))


def batch(pairs):
    longest = max(len(pair.noisy) for pair in pairs)
    noisy, clean = torch.zeros(2, len(pairs), 13, longest)
    bands = torch.zeros(len(pairs), BANDS, longest)
    mask = torch.zeros(len(pairs), 1, longest)
    frame_labels = torch.full((len(pairs), longest), labels.UNKNOWN, dtype=torch.int64)
    likely = torch.zeros(len(pairs), longest, LIKELY, dtype=torch.int64)
    shares = torch.zeros(len(pairs), longest, LIKELY)
    for i, pair in enumerate(pairs):
        n = len(pair.noisy)
        noisy[i, :, :n], clean[i, :, :n] = torch.from_numpy(pair.noisy.T), torch.from_numpy(pair.clean.T)
        bands[i, :, :n] = torch.from_numpy(pair.bands.T.astype(numpy.float32))
        mask[i, :, :n] = 1
        frame_labels[i, :n] = torch.from_numpy(pair.labels.astype(numpy.int64))
        likely[i, :n] = torch.from_numpy(pair.likely.astype(numpy.int64))
        shares[i, :n] = torch.from_numpy(pair.shares.astype(numpy.float32))
    return noisy, clean, bands, mask, frame_labels, likely, shares


def learn_from(phones, aligner, text, clean):
    """What one utterance teaches: labels, likely states, their shares."""
    heard = as_heard(torch.from_numpy(clean.T)[None], torch.ones(1, 1, len(clean)))
    cepstra = [(stream[0] * SPREAD.view(13, 1)).T.contiguous() for stream in streams(heard)]
    with torch.no_grad():
        all_states = phones.log_likelihood(cepstra)
        shares, likely = functional.softmax(all_states * LIKELY_SHARPNESS, 1).topk(LIKELY, 1)
        shares = shares / shares.sum(1, keepdim=True)
    return aligner.align(text, all_states.numpy()), likely.numpy().astype(numpy.uint8), shares.numpy().astype(numpy.float16)


def lessons_of(path, data, clean, phones, aligner):
    """Of all frames of a shard; kept beside it."""
    beside = path.parent / "lessons" / path.name
    if not beside.exists():
        print(f"==> labelling: {path.name}", file=sys.stderr, flush=True)
        bounds = zip(numpy.cumsum(data["lengths"]) - data["lengths"], data["lengths"], data["texts"], strict=True)
        lessons = [learn_from(phones, aligner, str(text), clean[start:start + n]) for start, n, text in bounds]
        beside.parent.mkdir(exist_ok=True)
        kept.save(beside, **dict(zip(("labels", "likely", "shares"), map(numpy.concatenate, zip(*lessons, strict=True)), strict=True)))
    return numpy.load(beside)


def load(paths, phones, aligner):
    pairs = []
    for path in paths:
        data = numpy.load(path)
        ends = numpy.cumsum(data["lengths"])
        noisy, clean = ((data[name] / SPREAD.numpy()).astype(numpy.float32) for name in ("noisy", "clean"))
        lessons = lessons_of(path, data, clean, phones, aligner)
        parts = (noisy, clean, data["bands"], lessons["labels"], lessons["likely"], lessons["shares"])
        pairs += [Pair(*(part[start:end] for part in parts)) for start, end in zip(ends - data["lengths"], ends, strict=True)]
    random.Random("pairs").shuffle(pairs)
    return pairs


def how_often(pairs, n_states):
    """Each state, of all frames."""
    count = numpy.ones(n_states)
    for pair in pairs:
        known = pair.labels != labels.UNKNOWN
        count += numpy.bincount(pair.labels[known], minlength=n_states)
        count += UNKNOWN_SHARE * numpy.bincount(pair.likely[~known].reshape(-1), pair.shares[~known].astype(float).reshape(-1), n_states)
    return count / count.sum()


def test(network, pairs):
    """Of the frames whose label is known: how many are held for it most."""
    right = known = 0
    with torch.no_grad():
        for i in range(0, len(pairs), BATCH):
            noisy, _, bands, mask, frame_labels, _, _ = batch(pairs[i:i + BATCH])
            said = network(noisy, bands, mask)[1].argmax(1)
            right += int((said == frame_labels).sum())
            known += int((frame_labels != labels.UNKNOWN).sum())
    return right / max(1, known)


def learn(network, phones, pairs, minutes, tested):
    """By gradient descent, for so long; utterances of like length go together."""
    chance, order = numpy.random.default_rng(1), numpy.argsort([len(pair.noisy) for pair in pairs])
    optimiser, begin, step = torch.optim.Adam(network.parameters(), RATE), time.monotonic(), 0
    while (done := (time.monotonic() - begin) / 60 / minutes) < 1:
        for group in optimiser.param_groups:
            group["lr"] = RATE * min(1, step / 200) * (1 - done) + 1e-5
        start = chance.integers(0, max(1, len(order) - BATCH))
        pieces = [crop(chance, pairs[k]) for k in order[start:start + BATCH]]
        chosen = [piece._replace(bands=darken(chance, piece.bands)) for piece in pieces]
        lost = loss(network, phones, chosen)
        optimiser.zero_grad()
        lost.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 2.0)
        optimiser.step()
        if step % 500 == 0:
            print(f"==> learning: {100 * done:.0f} %, {100 * test(network, tested):.1f} % of unmet mixtures' frames right",
                  file=sys.stderr, flush=True)
        step += 1


def teach(paths, models, minutes, learned, output, begin=None):
    """Goes on with what was learned before, where that is kept, or from a network's file."""
    torch.manual_seed(1)
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)  # or the phones take five times as long
    phones = acoustics.Phones(models)
    pairs = load(paths, phones, labels.Aligner(models))
    tested, pairs = pairs[:TESTED], pairs[TESTED:]
    n_states = phones.books * acoustics.STATES
    network = Network(torch.from_numpy(numpy.concatenate([pair.noisy for pair in pairs[:500]]).mean(0)), n_states)
    shares = how_often(pairs, n_states)
    if learned.exists():
        network.load_state_dict(torch.load(learned))
    elif begin:
        network.read(begin, shares)
    learn(network, phones, pairs, minutes, tested)
    with kept.whole(learned) as file:
        torch.save(network.state_dict(), file)
    network.write(output, shares)
