/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "asr/transform.h"

#include <math.h>
#include <string.h>

enum { N = ASR_CEPSTRA };

/* No voice needs more: stretched rows beyond these come from a broken file or a broken estimate. */
#define ELEMENT_MAX 4.0
#define SHIFT_MAX   60.0
#define VOLUME_MAX  8.0 /* logarithm, either way */

void asr_transform_apply(const struct asr_transform *transform, float (*cepstra)[N], int n_frames)
{
    for (int t = 0; t < n_frames; t++) {
        float x[N];
        memcpy(x, cepstra[t], sizeof(x));
        for (int i = 0; i < N; i++) {
            float y = transform->b[i];
            for (int j = 0; j < N; j++)
                y += transform->a[i][j] * x[j];
            cepstra[t][i] = y;
        }
    }
}

void asr_transform_identity(struct asr_transform *ret_transform)
{
    memset(ret_transform, 0, sizeof(*ret_transform));
    for (int i = 0; i < N; i++)
        ret_transform->a[i][i] = 1;
}

/* Gaussian elimination with pivots. Returns: the determinant. */
static double determinant(const struct asr_transform *transform)
{
    double m[N][N], det = 1;
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++)
            m[i][j] = (double)transform->a[i][j];
    }
    for (int c = 0; c < N; c++) {
        int pivot = c;
        for (int i = c + 1; i < N; i++)
            pivot = fabs(m[i][c]) > fabs(m[pivot][c]) ? i : pivot;
        if (m[pivot][c] == 0)
            return 0;
        if (pivot != c) {
            double row[N];
            memcpy(row, m[c], sizeof(row));
            memcpy(m[c], m[pivot], sizeof(row));
            memcpy(m[pivot], row, sizeof(row));
            det = -det;
        }
        det *= m[c][c];
        for (int i = c + 1; i < N; i++) {
            double f = m[i][c] / m[c][c];
            for (int j = c; j < N; j++)
                m[i][j] -= f * m[c][j];
        }
    }
    return det;
}

bool asr_transform_is_sane(const struct asr_transform *transform, double *ret_log_volume)
{
    for (int i = 0; i < N; i++) {
        if (!(fabs((double)transform->b[i]) <= SHIFT_MAX) || !(transform->a[i][i] > 0))
            return false;
        for (int j = 0; j < N; j++) {
            if (!(fabs((double)transform->a[i][j]) <= ELEMENT_MAX))
                return false;
        }
    }
    double det = determinant(transform);
    if (!(det > 0) || !(fabs(log(det)) <= VOLUME_MAX))
        return false;
    if (ret_log_volume)
        *ret_log_volume = log(det);
    return true;
}
