/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "asr/cepstra.h"

#include <math.h>

/* How much each cepstrum varies in clean speech at the fitting tract, with a little room above. */
static const double usual_spread[ASR_CEPSTRA] = {27.9, 16.1, 16.1, 17.1, 14.5, 13.6, 12.6,
                                                 14.3, 13.0, 12.1, 11.7, 10.2, 9.1};

void asr_cepstra_limit_spread(float (*cepstra)[ASR_CEPSTRA], int n_frames)
{
    enum { N_FRAMES_MIN = 20 };
    if (n_frames < N_FRAMES_MIN)
        return;
    for (int c = 0; c < ASR_CEPSTRA; c++) {
        double sum = 0, square = 0;
        for (int i = 0; i < n_frames; i++) {
            double x = (double)cepstra[i][c];
            sum += x;
            square += x * x;
        }
        double mean = sum / n_frames;
        double spread = sqrt(fmax(square / n_frames - mean * mean, 1e-9));
        double factor = fmin(1, usual_spread[c] / spread);
        for (int i = 0; i < n_frames; i++)
            cepstra[i][c] = (float)(mean + ((double)cepstra[i][c] - mean) * factor);
    }
}

void asr_cepstra_centre(float (*cepstra)[ASR_CEPSTRA], int n_frames)
{
    double mean[ASR_CEPSTRA] = {0};
    int n = 0;
    for (int i = 0; i < n_frames; i++) {
        if (cepstra[i][0] < 0)
            continue;
        for (int c = 0; c < ASR_CEPSTRA; c++)
            mean[c] += (double)cepstra[i][c];
        n++;
    }
    for (int i = 0; n > 0 && i < n_frames; i++) {
        for (int c = 0; c < ASR_CEPSTRA; c++)
            cepstra[i][c] -= (float)(mean[c] / n);
    }
}

void asr_cepstra_streams(const float (*cepstra)[ASR_CEPSTRA], int n_frames, int frame,
                         float ret_streams[ASR_CEPSTRA_STREAMS][ASR_CEPSTRA])
{
    const float *at[7]; /* from three before to three after */
    for (int k = 0; k < 7; k++) {
        int t = frame + k - 3;
        at[k] = cepstra[t < 0 ? 0 : t >= n_frames ? n_frames - 1 : t];
    }
    for (int c = 0; c < ASR_CEPSTRA; c++) {
        ret_streams[0][c] = at[3][c];
        ret_streams[1][c] = at[5][c] - at[1][c];
        ret_streams[2][c] = (at[6][c] - at[2][c]) - (at[4][c] - at[0][c]);
    }
}
