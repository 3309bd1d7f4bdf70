/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What happens to a running speaker: each part's events, and the loop's, are handed on to the part
 * that they concern. Every 10 ms of sound comes through on_block, on the main thread: the
 * recogniser runs there too, since one thing is said at a time and the ring holds what arrives
 * meanwhile.
 */
#include "base/log.h"
#include "daemon/commands.h"
#include "daemon/speaker_private.h"

#include <signal.h>
#include <string.h>

enum {
    TICK_MS = 100,
    CHECK_MS = 1000,
    STOP_AFTER_MS = 60000, /* before systemd's patience of 90 s ends */
};

static void on_block(void *user, const struct audio_canceller_block *block)
{
    struct speaker *s = user;

    assistant_block(s->assistant, block);
}

static void on_deaf(void *user, bool is_deaf)
{
    struct speaker *s = user;

    assistant_set_deaf(s->assistant, is_deaf);
}

static void on_mute(void *user, bool is_muted)
{
    struct speaker *s = user;

    soundcard_set_muted(s->soundcard, is_muted);
    if (is_muted != keepsake_is_marked(&s->keepsake, KEEPSAKE_MUTED))
        (void)keepsake_mark(&s->keepsake, KEEPSAKE_MUTED, is_muted);
}

static void on_adjusted(void *user, int rate_wpm, int volume, int pitch)
{
    const struct speaker *s = user;

    keepsake_save_voice(&s->keepsake, rate_wpm, volume, pitch);
}

static void on_habits(void *user, const struct habits *habits)
{
    const struct speaker *s = user;

    keepsake_save_habits(&s->keepsake, habits);
}

static void on_kinds(void *user, const struct kinds *kinds)
{
    const struct speaker *s = user;

    keepsake_save_kinds(&s->keepsake, kinds);
}

static int on_erase(void *user)
{
    const struct speaker *s = user;

    return keepsake_mark(&s->keepsake, KEEPSAKE_ERASE, true);
}

static void on_erase_ready(void *user)
{
    struct speaker *s = user;

    s->exit_status = SPEAKER_ERASE;
    base_loop_stop(s->loop);
}

static void on_spoken(void *user, const char *key, const char *words)
{
    struct speaker *s = user;

    (void)key;
    trace_spoken(s->trace, words);
}

static void on_heard(void *user, const struct utterance *utterance)
{
    struct speaker *s = user;

    trace_heard(s->trace, utterance);
}

static void on_press(void *user, bool is_long)
{
    struct speaker *s = user;

    assistant_button(s->assistant, is_long);
}

static void on_mute_key(void *user)
{
    struct speaker *s = user;

    assistant_set_muted(s->assistant, assistant_state(s->assistant) != STATE_MUTED);
}

static void on_introduced(void *user)
{
    const struct speaker *s = user;

    (void)keepsake_mark(&s->keepsake, KEEPSAKE_INTRODUCED, true);
}

struct assistant_events speaker_assistant_events(struct speaker *s)
{
    return (struct assistant_events){on_spoken, on_heard, on_mute,  on_adjusted,    on_introduced,
                                     on_habits, on_kinds, on_erase, on_erase_ready, s};
}

struct soundcard_events speaker_soundcard_events(struct speaker *s)
{
    return (struct soundcard_events){on_block, on_deaf, s};
}

struct button_events speaker_button_events(struct speaker *s)
{
    return (struct button_events){on_press, on_mute_key, s};
}

static void on_delivery(void *user, int events)
{
    struct speaker *s = user;

    (void)events;
    assistant_delivery(s->assistant);
}

static bool is_talking(const struct speaker *s)
{
    enum conversation_state state = assistant_state(s->assistant);

    return (state != STATE_ASLEEP && state != STATE_MUTED) || assistant_is_speaking(s->assistant);
}

static void on_tick(void *user)
{
    struct speaker *s = user;

    assistant_tick(s->assistant);
    if (s->has_new_bundle)
        speaker_renew_language(s);
    if (s->stop_by_ms > 0 && (!is_talking(s) || s->clock->monotonic_ms(s->clock) >= s->stop_by_ms))
        base_loop_stop(s->loop);
}

static void on_check(void *user)
{
    struct speaker *s = user;
    struct matching_health health = {
        .uptime_s = (s->clock->monotonic_ms(s->clock) - s->started_at_ms) / 1000,
        .n_restarts = s->n_restarts,
    };

    soundcard_check(s->soundcard);
    button_check(s->button);
    health.audio = speaker_hearing(s);
    (void)matching_worker_set_health(s->worker, &health);
}

/* An upgrade or a restart waits for the end of a conversation (R61); who says so twice, or at a
 * terminal, need not. */
static void on_signal(void *user, int signal_number)
{
    struct speaker *s = user;
    bool waits = signal_number == SIGTERM && s->stop_by_ms == 0 && is_talking(s);

    log_notice("stopping", "signal %d%s", signal_number,
               waits ? ": when the conversation is over" : "");
    s->stop_by_ms = s->clock->monotonic_ms(s->clock) + STOP_AFTER_MS;
    if (!waits)
        base_loop_stop(s->loop);
}

int speaker_start_loop(struct speaker *s)
{
    int r = base_watch_create(s->loop, matching_worker_fd(s->worker), BASE_LOOP_READABLE,
                              on_delivery, s, &s->worker_watch);

    if (r == 0)
        r = base_timer_create(s->loop, on_tick, s, &s->tick);
    if (r == 0)
        r = base_timer_create(s->loop, on_check, s, &s->check);
    if (r == 0)
        r = watchdog_create(s->loop, speaker_read_vitals, s, &s->watchdog);
    if (r == 0)
        r = base_loop_on_signal(s->loop, SIGTERM, on_signal, s);
    if (r == 0)
        r = base_loop_on_signal(s->loop, SIGINT, on_signal, s);
    if (r < 0)
        return speaker_cannot(s, r, "the event loop");
    base_timer_start(s->tick, TICK_MS, TICK_MS);
    base_timer_start(s->check, CHECK_MS, CHECK_MS);
    return 0;
}
