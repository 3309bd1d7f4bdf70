/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "asr/model_stub.h"

#include "asr/model_files.h"
#include "base/error.h"
#include "base/strbuf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { N_DENSITIES = 4 }; /* the library keeps the best four of a codebook */

static void add_number(struct base_strbuf *buffer, int32_t number)
{
    base_strbuf_add_n(buffer, (const char *)&number, sizeof(number));
}

/* Means and variances alike: every number is 1. */
static int open_vectors(struct asr_memory_file *file, int n_phones)
{
    const float one = 1;
    int n = n_phones * ASR_MODEL_STREAMS * N_DENSITIES * ASR_CEPSTRA;
    struct base_strbuf buffer;
    base_strbuf_init(&buffer);
    base_strbuf_add(&buffer, "s3\nversion 1.0\nendhdr\n");
    add_number(&buffer, 0x11223344);
    add_number(&buffer, n_phones);
    add_number(&buffer, ASR_MODEL_STREAMS);
    add_number(&buffer, N_DENSITIES);
    for (int s = 0; s < ASR_MODEL_STREAMS; s++)
        add_number(&buffer, ASR_CEPSTRA);
    add_number(&buffer, n);
    for (int i = 0; i < n; i++)
        base_strbuf_add_n(&buffer, (const char *)&one, sizeof(one));
    int r = buffer.error;
    if (r == 0)
        r = asr_memory_file_open(file, buffer.text, buffer.length);
    base_strbuf_finish(&buffer);
    return r;
}

static int open_weights(struct asr_memory_file *file, int n_senones)
{
    static const char title[] = "stub";
    size_t n_weights = (size_t)ASR_MODEL_STREAMS * N_DENSITIES * (size_t)n_senones;
    char *weights = calloc(n_weights, 1);
    struct base_strbuf buffer;
    base_strbuf_init(&buffer);
    for (int i = 0; i < 2; i++) { /* a title and a header, each with its end */
        add_number(&buffer, sizeof(title));
        base_strbuf_add_n(&buffer, title, sizeof(title));
    }
    add_number(&buffer, 0);
    add_number(&buffer, N_DENSITIES);
    add_number(&buffer, n_senones);
    if (weights)
        base_strbuf_add_n(&buffer, weights, n_weights);
    int r = weights ? buffer.error : -ENOMEM;
    if (r == 0)
        r = asr_memory_file_open(file, buffer.text, buffer.length);
    base_strbuf_finish(&buffer);
    free(weights);
    return r;
}

int asr_model_stub_open(struct asr_model_stub *stub, int n_phones, int n_senones)
{
    stub->means.fd = stub->variances.fd = stub->weights.fd = -1;
    int r = open_vectors(&stub->means, n_phones);
    if (r == 0)
        r = open_vectors(&stub->variances, n_phones);
    if (r == 0)
        r = open_weights(&stub->weights, n_senones);
    return base_trace(r);
}

void asr_model_stub_close(struct asr_model_stub *stub)
{
    asr_memory_file_close(&stub->means);
    asr_memory_file_close(&stub->variances);
    asr_memory_file_close(&stub->weights);
}
