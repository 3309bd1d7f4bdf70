/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "asr/scripted.h"

#include "base/error.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct scripted {
    struct asr_recogniser base; /* first */
    char **texts;
    size_t n_texts, next;
};

static void destroy(struct asr_recogniser *base)
{
    struct scripted *self = (struct scripted *)base;
    for (size_t i = 0; i < self->n_texts; i++)
        free(self->texts[i]);
    free(self->texts);
    free(self);
}

static int hear(struct asr_recogniser *base, const int16_t *samples, size_t n_samples,
                enum asr_expect expect, struct asr_hypothesis *ret_hypothesis)
{
    (void)samples;
    (void)expect;
    struct scripted *self = (struct scripted *)base;
    const char *text = self->next < self->n_texts ? self->texts[self->next++] : "";
    bool is_sure = text[0] != '?' && text[0] != '\0';
    *ret_hypothesis = (struct asr_hypothesis){
        .text = text[0] == '?' ? text + 1 : text,
        .speech_ms = (int)(n_samples / (ASR_RATE_HZ / 1000)),
        .acoustic = is_sure ? 0 : -100,
        .certainty = is_sure ? 1 : 0,
    };
    return 0;
}

static const struct asr_recogniser_ops scripted_ops = {.hear = hear, .destroy = destroy};

int asr_scripted_create(const char *const *texts, size_t n_texts,
                        struct asr_recogniser **ret_recogniser)
{
    struct scripted *self = calloc(1, sizeof(*self));
    if (!self)
        return base_trace(-ENOMEM);
    self->base.ops = &scripted_ops;
    self->texts = calloc(n_texts + 1, sizeof(*self->texts));
    for (; self->texts && self->n_texts < n_texts; self->n_texts++) {
        self->texts[self->n_texts] = strdup(texts[self->n_texts]);
        if (!self->texts[self->n_texts])
            break;
    }
    if (!self->texts || self->n_texts < n_texts) {
        destroy(&self->base);
        return base_trace(-ENOMEM);
    }
    *ret_recogniser = &self->base;
    return 0;
}
