/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fleet/chart.h"

#include "base/file.h"
#include "base/strbuf.h"

#include <string.h>

enum {
    STEP_S = 5, /* a bar is the mean of so many seconds */
    WIDTH = 840,
    PANEL_H = 190,
    PLOT_H = 120,
    LEFT = 56,
    TOP = 40,
    LOAD_MAX = 500, /* calls a second at the top of a panel */
};

static const struct {
    const char *name, *colour;
} kinds[FLEET_N_KINDS] = {
    [FLEET_BACKLOG] = {"requests that waited", "#1f5a8a"},
    [FLEET_FRESH] = {"fresh requests", "#c2561a"},
    [FLEET_BEAT] = {"heartbeats", "#7a8f3c"},
    [FLEET_NEWS] = {"first question for news", "#9a86b8"},
};

static double y_of(double load)
{
    return PLOT_H * (1 - (load < LOAD_MAX ? load : LOAD_MAX) / LOAD_MAX);
}

static double mean(const uint32_t *load, size_t from_s, size_t n_s)
{
    double sum = 0;

    for (size_t s = from_s; s < from_s + STEP_S && s < n_s; s++)
        sum += load[s];
    return sum / STEP_S;
}

static void add_bars(struct base_strbuf *svg, const struct fleet_result *result)
{
    double step = (double)(WIDTH - LEFT - 16) * STEP_S / (double)result->n_s;

    for (int kind = 0; kind < FLEET_N_KINDS; kind++) {
        base_strbuf_addf(svg, "<path fill=\"%s\" d=\"", kinds[kind].colour);
        for (size_t s = 0; s < result->n_s; s += STEP_S) {
            double below = 0, load = mean(result->load[kind], s, result->n_s);

            for (int k = 0; k < kind; k++)
                below += mean(result->load[k], s, result->n_s);
            if (load > 0)
                base_strbuf_addf(svg, "M%.1f %.1fH%.1fV%.1fH%.1fZ", (double)(s / STEP_S) * step,
                                 y_of(below), (double)(s / STEP_S + 1) * step, y_of(below + load),
                                 (double)(s / STEP_S) * step);
        }
        base_strbuf_add(svg, "\"/>\n");
    }
}

static void add_axes(struct base_strbuf *svg, const struct fleet_scenario *scenario,
                     const struct fleet_result *result)
{
    double width = WIDTH - LEFT - 16, goal = (double)scenario->n_devices * 0.004;

    for (int load = 0; load <= LOAD_MAX; load += 100)
        base_strbuf_addf(svg, "<text x=\"-8\" y=\"%.1f\" text-anchor=\"end\">%d</text>\n",
                         y_of(load) + 4, load);
    for (size_t s = 0; s <= result->n_s; s += 300)
        base_strbuf_addf(svg, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%zu min</text>\n",
                         width * (double)s / (double)result->n_s, PLOT_H + 16, s / 60);
    base_strbuf_addf(svg, "<path d=\"M0 0V%dH%.1f\" fill=\"none\" stroke=\"#444\"/>\n", PLOT_H,
                     width);
    base_strbuf_addf(svg,
                     "<path d=\"M0 %.1fH%.1f\" stroke=\"#b00020\" stroke-dasharray=\"5 4\"/>"
                     "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\" fill=\"#b00020\">0.4 %% of "
                     "the fleet</text>\n",
                     y_of(goal), width, width, y_of(goal) - 4);
}

static void add_panel(struct base_strbuf *svg, const struct fleet_scenario *scenario,
                      const struct fleet_result *result, size_t row)
{
    base_strbuf_addf(svg, "<g transform=\"translate(%d %zu)\">\n", LEFT, TOP + 24 + row * PANEL_H);
    base_strbuf_addf(svg,
                     "<text y=\"-8\" font-weight=\"bold\">%s: peak %u calls/s, all delivered after "
                     "%.0f s</text>\n",
                     scenario->title, result->peak, result->served_s);
    add_bars(svg, result);
    add_axes(svg, scenario, result);
    base_strbuf_add(svg, "</g>\n");
}

int chart_write(const char *path, const struct fleet_scenario *scenarios,
                const struct fleet_result *results, size_t n)
{
    struct base_strbuf svg;
    int r;

    base_strbuf_init(&svg);
    base_strbuf_addf(&svg,
                     "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %zu\" "
                     "font-family=\"sans-serif\" font-size=\"12\">\n"
                     "<title>Calls a second of %zu speakers</title>\n"
                     "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
                     WIDTH, TOP + n * PANEL_H + 8, scenarios[0].n_devices);
    for (int kind = 0; kind < FLEET_N_KINDS; kind++)
        base_strbuf_addf(&svg,
                         "<rect x=\"%d\" y=\"12\" width=\"12\" height=\"12\" fill=\"%s\"/>"
                         "<text x=\"%d\" y=\"22\">%s</text>\n",
                         LEFT + kind * 185, kinds[kind].colour, LEFT + kind * 185 + 17,
                         kinds[kind].name);
    for (size_t i = 0; i < n; i++)
        add_panel(&svg, &scenarios[i], &results[i], i);
    base_strbuf_add(&svg, "</svg>\n");
    r = svg.error ? svg.error : base_file_replace(path, svg.text, svg.length, 0644);
    base_strbuf_finish(&svg);
    return r;
}
