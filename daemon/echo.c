/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/echo.h"

#include <math.h>

enum {
    SECOND = 1000 / AUDIO_BLOCK_MS,
    UP_MOST = 10,        /* of a second's blocks: a cup on a saucer */
    LOUD_MOST = 400,     /* blocks: no call for help is so long */
    STRETCH = 30,        /* blocks */
    IDLE_ENOUGH = 100,   /* blocks: longer than a pause of ours */
    LIKENESS_LEAST = 20, /* blocks: fewer prove nothing */
    OTHERS_LEAST = 15,   /* likewise */
    SILENT_DB = -70,
    LAG_WRONG = 40,  /* blocks: by which a lag may jump before it is noticed */
    FAILS_MOST = 27, /* stretches in a row that nothing was taken out of: eight seconds */
};

#define UP_DB         9.0f   /* above the room's level */
#define LOUD_DB       12.0f  /* likewise: more than a pause */
#define OTHERS_DB     12.0f  /* more than usual: pieces of ours have 1 to 7 */
#define FLOOR_LEAST   -66.0f /* a room that is cut off is as silent as zeros */
#define FLOOR_RISE_DB 0.02f  /* a block: the room's level is that of its pauses */
#define TAKEN_OUT     4.0f   /* of the power, a quarter may be left */

static float power(float db)
{
    return powf(10, db / 10);
}

void echo_init(struct echo *echo)
{
    *echo = (struct echo){.floor_db = FLOOR_LEAST};
}

static bool is_others(const struct audio_canceller_block *block)
{
    return block->state == AUDIO_CANCELLER_CANCELLED ? block->more_db >= OTHERS_DB
                                                     : block->state != AUDIO_CANCELLER_SEEKING;
}

static void remember(struct echo *echo, const struct audio_canceller_block *block)
{
    echo->past[echo->n_past++ % ECHO_REMEMBERED] = (struct echo_trace){
        .is_cancelled = block->state == AUDIO_CANCELLER_CANCELLED,
        .is_sought = block->state == AUDIO_CANCELLER_SEEKING,
        .is_loud = block->left_db > echo->floor_db + LOUD_DB &&
                   (block->is_usual_known || block->state != AUDIO_CANCELLER_CANCELLED),
        .is_others = is_others(block),
        .left = block->left,
        .sounded = block->sounded,
    };
}

void echo_hear_room(struct echo *echo, const struct audio_canceller_block *block)
{
    remember(echo, block);
    if (block->state != AUDIO_CANCELLER_IDLE)
        return;
    echo->floor_db = fminf(block->heard_db, echo->floor_db + FLOOR_RISE_DB);
    echo->floor_db = fmaxf(echo->floor_db, FLOOR_LEAST);
}

/* Who talks meanwhile is in both powers, so that a stretch in which the canceller was seen to work
 * proves it, and one in which it was not proves nothing. */
static void follow_canceller(struct echo *echo, const struct audio_canceller_block *block)
{
    echo->heard += power(block->heard_db);
    echo->left += power(block->left_db);
    if (++echo->n_stretch < STRETCH)
        return;
    echo->n_fails = echo->heard > TAKEN_OUT * echo->left ? 0 : echo->n_fails + 1;
    if (echo->n_fails == 0)
        echo->is_taken_out = true;
    else if (echo->n_fails >= FAILS_MOST)
        echo->is_taken_out = false;
    echo->heard = echo->left = 0;
    echo->n_stretch = 0;
}

static void follow_trace(struct echo *echo, const struct audio_canceller_block *block)
{
    bool is_up = block->hushed_db > echo->floor_db + UP_DB;

    echo->n_up += is_up;
    echo->n_loud += is_up;
    if (echo->n_loud >= LOUD_MOST)
        echo->is_clear = false;
    if (++echo->n < SECOND)
        return;
    if (echo->n_up <= UP_MOST) {
        echo->is_clear = true;
        echo->n_loud = 0;
    }
    echo->n = echo->n_up = 0;
}

enum echo_ears echo_hear_speech(struct echo *echo, const struct audio_canceller_block *block)
{
    remember(echo, block);
    echo->n_idle = block->state == AUDIO_CANCELLER_IDLE ? echo->n_idle + 1 : 0;
    if (echo->n_idle >= IDLE_ENOUGH)
        return ECHO_OPEN;
    if (block->state == AUDIO_CANCELLER_SEEKING)
        return ECHO_DEAF;
    if (block->is_sounding) {
        if (block->state == AUDIO_CANCELLER_CANCELLED)
            follow_canceller(echo, block);
        follow_trace(echo, block);
    }
    if (echo->is_clear)
        return ECHO_OPEN;
    return echo->is_taken_out || block->state == AUDIO_CANCELLER_NO_TRACE ? ECHO_HELP_ALONE
                                                                          : ECHO_DEAF;
}

void echo_changed(struct echo *echo)
{
    echo->n = echo->n_up = echo->n_loud = 0;
    echo->is_clear = false;
}

/* ---- whose voice it is ---- */

/* Sums over blocks of one band, or over bands of their variation about each band's mean. */
struct sums {
    double n, x, y, xx, yy, xy;
};

static double audible_db(int8_t level_db)
{
    return level_db > SILENT_DB ? level_db : SILENT_DB;
}

static const struct echo_trace *past_of(const struct echo *echo, unsigned ago)
{
    return &echo->past[(echo->n_past - 1 - ago) % ECHO_REMEMBERED];
}

/* Our voice is taken so many blocks earlier than the canceller says. */
static struct sums sum_band(const struct echo *echo, unsigned from, unsigned to, int band,
                            int earlier)
{
    struct sums sums = {0};

    for (unsigned ago = to; ago < from; ago++) {
        const struct echo_trace *left = past_of(echo, ago);
        int64_t sounded_ago = (int64_t)ago + earlier;
        double x = audible_db(left->left.level_db[band]), y;

        if (!left->is_cancelled || sounded_ago < 0 || sounded_ago >= (int64_t)echo->n_past ||
            sounded_ago >= ECHO_REMEMBERED)
            continue;
        y = audible_db(past_of(echo, (unsigned)sounded_ago)->sounded.level_db[band]);
        sums.n++;
        sums.x += x;
        sums.y += y;
        sums.xx += x * x;
        sums.yy += y * y;
        sums.xy += x * y;
    }
    return sums;
}

static float likeness_at(const struct echo *echo, unsigned from, unsigned to, int earlier)
{
    double xx = 0, yy = 0, xy = 0;

    for (int band = 0; band < AUDIO_BANDS; band++) {
        struct sums sums = sum_band(echo, from, to, band, earlier);

        if (from <= to || 2 * sums.n < from - to)
            return 0;
        if (sums.n < LIKENESS_LEAST)
            return 1;
        xx += sums.xx - sums.x * sums.x / sums.n;
        yy += sums.yy - sums.y * sums.y / sums.n;
        xy += sums.xy - sums.x * sums.y / sums.n;
    }
    return xx > 0 && yy > 0 ? (float)(xy / sqrt(xx * yy)) : 0;
}

/* What lies farther back is forgotten. */
static unsigned remembered(const struct echo *echo, unsigned ago)
{
    unsigned most = echo->n_past < ECHO_REMEMBERED ? echo->n_past : ECHO_REMEMBERED;

    return ago < most ? ago : most;
}

bool echo_is_unknown(const struct echo *echo, unsigned from, unsigned to)
{
    unsigned n_sought = 0;

    from = remembered(echo, from);
    for (unsigned ago = to; ago < from; ago++)
        n_sought += past_of(echo, ago)->is_sought;
    return from > to && 2 * n_sought > from - to;
}

float echo_others(const struct echo *echo, unsigned from, unsigned to)
{
    unsigned n_loud = 0, n_others = 0;

    for (unsigned ago = to; ago < remembered(echo, from); ago++) {
        const struct echo_trace *past = past_of(echo, ago);

        n_loud += past->is_loud;
        n_others += past->is_loud && past->is_others;
    }
    return n_loud < OTHERS_LEAST ? -1 : (float)n_others / (float)n_loud;
}

float echo_likeness(const struct echo *echo, unsigned from, unsigned to)
{
    float best = 0;

    from = remembered(echo, from);
    for (int earlier = -LAG_WRONG; earlier <= LAG_WRONG; earlier += 2)
        best = fmaxf(best, likeness_at(echo, from, to, earlier));
    return best;
}
