# SPDX-License-Identifier: GPL-3.0-or-later
"""Curves as SVG, with no library: wrong acceptances against misses."""
import pathlib
import re

TRUST = pathlib.Path(__file__).resolve().parents[2] / "daemon/trust.c"
WIDTH, HEIGHT, EDGE = 640, 420, 60
COLOURS = ("#1b6ca8", "#c0392b", "#27ae60", "#8e44ad", "#d35400")


def acceptance_curve(points):
    """From (confidence, is_request, is_unrelated) to [(missed %, wrongly taken %, threshold)]."""
    n_requests = sum(p[1] for p in points) or 1
    n_unrelated = sum(p[2] for p in points) or 1
    curve = []
    for threshold in sorted({p[0] for p in points}):
        missed = sum(1 for p in points if p[1] and (p[0] < threshold or p[0] <= 0))
        taken = sum(1 for p in points if p[2] and p[0] >= threshold and p[0] > 0)
        curve.append((100 * missed / n_requests, 100 * taken / n_unrelated, threshold))
    return curve


def request_limits(trust=TRUST):
    """From how sure on a request is restated, and from how sure on it is asked about."""
    found = re.search(r"\[INTENTS_REQUEST\] = \{([\d.]+), ([\d.]+)\}", trust.read_text(encoding="utf-8"))
    if not found:
        raise SystemExit(f"{trust}: no limits of INTENTS_REQUEST")
    return float(found[1]), float(found[2])


def point_at(curve, threshold):
    """Of an acceptance curve, where what is less sure than the threshold is refused."""
    return next((point for point in curve if point[2] >= threshold), curve[-1])


def draw(path, title, x_label, y_label, lines, x_max, y_max, dots=()):
    """lines: {name: [(x, y, ...), ...]}; dots: (x, y, whether it is filled)."""
    def at(x, y):
        return (EDGE + min(x, x_max) / x_max * (WIDTH - 2 * EDGE),
                HEIGHT - EDGE - min(y, y_max) / y_max * (HEIGHT - 2 * EDGE))

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" font-family="sans-serif" font-size="12">',
           '<rect width="100%" height="100%" fill="white"/>',
           f'<text x="{WIDTH / 2}" y="24" text-anchor="middle" font-size="15">{title}</text>',
           f'<text x="{WIDTH / 2}" y="{HEIGHT - 12}" text-anchor="middle">{x_label}</text>',
           f'<text x="16" y="{HEIGHT / 2}" text-anchor="middle" transform="rotate(-90 16 {HEIGHT / 2})">{y_label}</text>']
    for i in range(6):
        x, y = at(x_max * i / 5, y_max * i / 5)
        out += [f'<line x1="{x:.1f}" y1="{EDGE}" x2="{x:.1f}" y2="{HEIGHT - EDGE}" stroke="#ddd"/>',
                f'<line x1="{EDGE}" y1="{y:.1f}" x2="{WIDTH - EDGE}" y2="{y:.1f}" stroke="#ddd"/>',
                f'<text x="{x:.1f}" y="{HEIGHT - EDGE + 16}" text-anchor="middle">{x_max * i / 5:g}</text>',
                f'<text x="{EDGE - 6}" y="{y + 4:.1f}" text-anchor="end">{y_max * i / 5:g}</text>']
    for i, (name, points) in enumerate(lines.items()):
        colour = COLOURS[i % len(COLOURS)]
        path_points = " ".join("{:.1f},{:.1f}".format(*at(p[0], p[1])) for p in points)
        out += [f'<polyline points="{path_points}" fill="none" stroke="{colour}" stroke-width="2"/>',
                f'<text x="{WIDTH - EDGE - 150}" y="{EDGE + 16 + 16 * i}" fill="{colour}">{name}</text>']
    for x, y, is_filled in dots:
        left, top = at(x, y)
        out.append(f'<circle cx="{left:.1f}" cy="{top:.1f}" r="5" fill="{"black" if is_filled else "white"}" stroke="black"/>')
    out.append("</svg>\n")
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(out))
