/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the control socket tells of a running daemon, and what it lets others do with it. */
#include "daemon/commands.h"
#include "daemon/control.h"
#include "daemon/identity.h"
#include "daemon/speaker_private.h"
#include "matching/outbox.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

void speaker_read_vitals(void *user, struct vitals *ret_vitals)
{
    struct speaker *s = user;

    soundcard_vitals(s->soundcard, ret_vitals);
    ret_vitals->n_taken = listener_n_taken(s->listener);
    ret_vitals->n_turns = matching_worker_n_turns(s->worker);
}

static void answer_status(struct speaker *s, struct base_strbuf *answer)
{
    struct vitals vitals;
    struct rusage usage;

    speaker_read_vitals(s, &vitals);
    getrusage(RUSAGE_SELF, &usage);
    base_strbuf_addf(answer,
                     "{\"version\":\"" VOISINE_VERSION "\",\"uptime_s\":%lld,\"territory\":\"%s\",",
                     (long long)(s->clock->monotonic_ms(s->clock) - s->started_at_ms) / 1000,
                     config_territory_id(s->territory));
    assistant_describe(s->assistant, answer);
    base_strbuf_add(answer, ",");
    soundcard_describe(s->soundcard, answer);
    base_strbuf_add(answer, ",");
    learning_describe(s->learning, answer);
    base_strbuf_add(answer, ",");
    own_bundle_describe(s->own_bundle, answer);
    base_strbuf_addf(answer, ",\"hearing\":\"%s\"", speaker_hearing(s));
    base_strbuf_addf(answer, ",\"button\":\"%s\"", button_health(s->button));
    base_strbuf_addf(answer, ",\"blocks_taken\":%lld,\"worker_turns\":%lld",
                     (long long)vitals.n_taken, (long long)vitals.n_turns);
    base_strbuf_addf(answer, ",\"cpu_s\":%.2f,\"memory_peak_kb\":%ld}",
                     (double)usage.ru_utime.tv_sec + (double)usage.ru_stime.tv_sec +
                         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6,
                     usage.ru_maxrss);
}

static void answer_outbox(struct speaker *s, struct base_strbuf *answer)
{
    struct matching_summary *summaries = NULL;
    size_t n = 0;

    if (matching_worker_list(s->worker, &summaries, &n) < 0) {
        base_strbuf_add(answer, "{\"error\":\"memory is short\"}");
        return;
    }
    base_strbuf_add(answer, "[");
    for (size_t i = 0; i < n; i++)
        base_strbuf_addf(answer,
                         "%s{\"id\":\"%s\",\"state\":\"%s\",\"status\":\"%s\",\"service\":\"%s\","
                         "\"date\":\"%s\",\"part\":\"%s\",\"time\":\"%s\",\"age_s\":%lld}",
                         i ? "," : "", summaries[i].id, matching_state_name(summaries[i].state),
                         summaries[i].status, summaries[i].service, summaries[i].when.date,
                         summaries[i].when.part, summaries[i].when.time,
                         (long long)summaries[i].age_ms / 1000);
    base_strbuf_add(answer, "]");
    free(summaries);
}

static int erase_learning(struct speaker *s, struct base_strbuf *answer)
{
    int r = s->learning
                ? learning_erase(s->learning)
                : learning_erase_folder(config_options_text(s->config, CONFIG_STATE_FOLDER));

    if (r == 0)
        base_strbuf_add(answer, "{\"ok\":true}");
    else
        base_strbuf_addf(answer, "{\"error\":\"not erased: %s\"}", strerror(-r));
    return 0;
}

static int on_command(void *user, const char *command, struct base_strbuf *answer)
{
    struct speaker *s = user;

    if (strcmp(command, "status") == 0) {
        answer_status(s, answer);
        return 0;
    }
    if (strcmp(command, "outbox") == 0) {
        answer_outbox(s, answer);
        return 0;
    }
    if (strcmp(command, "button") == 0 || strcmp(command, "button-long") == 0)
        assistant_button(s->assistant, command[6] != '\0');
    else if (strcmp(command, "retry") == 0)
        (void)matching_worker_retry(s->worker);
    else if (strcmp(command, "learning-erase") == 0)
        return erase_learning(s, answer);
    else if (strcmp(command, "mute") == 0 || strcmp(command, "unmute") == 0)
        assistant_set_muted(s->assistant, command[0] == 'm');
    else
        return -EINVAL;
    base_strbuf_add(answer, "{\"ok\":true}");
    return 0;
}

int speaker_open_control(struct speaker *s)
{
    char path[PATH_MAX];
    int r = identity_control_path(s->config, path, sizeof(path));

    if (r == 0)
        r = control_create(s->loop, path, on_command, s, &s->control);
    if (r == 0)
        return 0;
    if (r == -EADDRINUSE) {
        base_strbuf_addf(&s->error,
                         "another voisined runs already (it answers on %s); stop that one first",
                         path);
        return EXIT_NO_SERVICE;
    }
    base_strbuf_addf(&s->error,
                     "the control socket %s cannot be made: %s; make its folder writable for this "
                     "user, or set control.socket",
                     path, strerror(-r));
    return EXIT_NO_STATE;
}
