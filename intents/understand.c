/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "intents/understand_private.h"

#include "intents/match.h"
#include "intents/train.h"
#include "intents/when.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An emergency is believed below even odds: a false one costs a sentence, a missed one a life. */
#define EMERGENCY_FROM 0.25f
/* What says plainly that somebody is in danger is a call at least as sure as this, whatever else is
 * asked for with it. */
#define PLAIN_CALL 0.8f
/* How much likelier a request is when somebody is asked for plainly ("il faut quelqu'un"). */
#define PLAINLY_FACTOR 8.0f
/* How much likelier yes and no are while a question is open. */
#define CONFIRMATION_FACTOR 4.0f
/* The same of a service while they are read aloud, and of a question about requests. */
#define CHOICE_FACTOR        4.0f
#define CHOICE_STATUS_FACTOR 0.1f
/* A service this likely, with a yes to the closed choice, was chosen: "oui, pour mon chien". */
#define CHOSEN_FROM 0.5
/* A service of the territory this probable is preferred to a likelier one that is not offered. */
#define OFFERED_FROM 0.35f
/* A service that is not offered is named when act and service are this sure together: "bonjour" is
 * no request for whatever is likeliest. */
#define OUTSIDE_FROM 0.5
/* A request this sure is one, even when its words are all common: "qu'on m'appelle demain". */
#define REQUEST_FROM 0.5
/* An order or question this sure is one, also with a day in it: "qui vient demain". */
#define ORDER_FROM 0.8
/* Talk this sure is talk, also with a day at its end: "ma fille vient demain". */
#define TALK_FROM         0.7f
#define ANSWER_CONFIDENCE INTENTS_ANSWER_CONFIDENCE
/* Shorter words are too common to tell a topic. */
#define TOPIC_WORD_MIN 5
/* The guess for "Est-ce pour ... ?" must stand out this much. */
#define GUESS_FROM 0.3f

/* A model made from other data would name services that the language does not have. */
static int check_model(const struct intents_language *language, const struct intents_model *model)
{
    for (size_t i = 0; i < model->n_services; i++) {
        if (!intents_language_find_service(language, model->services[i]))
            return -EINVAL;
    }
    return 0;
}

static int get_model(const struct intents_language *language, const char *path,
                     struct intents_model **ret_model)
{
    const struct intents_train_options options = {.seed = 1};

    return path ? intents_model_load(path, ret_model)
                : intents_train_model(language, &options, ret_model);
}

int intents_understander_create(const struct intents_language *language, const char *path,
                                struct intents_understander **ret_understander)
{
    struct intents_understander *understander = calloc(1, sizeof(*understander));
    int r;

    if (!understander)
        return -ENOMEM;
    understander->language = language;
    r = get_model(language, path, &understander->model);
    if (r == 0)
        r = check_model(language, understander->model);
    if (r == 0)
        r = intents_classifier_create(language, understander->model, &understander->classifier);
    if (r == 0)
        r = intents_item_finder_create(language, &understander->items);
    if (r == 0)
        r = intents_instead_create(language, &understander->instead);
    if (r == 0)
        r = intents_aside_create(language, &understander->aside);
    if (r == 0)
        r = intents_emergency_create(language, &understander->emergency);
    if (r == 0)
        r = intents_telling_create(language, &understander->telling);
    if (r == 0)
        r = intents_joints_fill(understander);
    if (r < 0) {
        intents_understander_destroy(understander);
        return r;
    }
    intents_understander_offer(understander, NULL, 0);
    *ret_understander = understander;
    return 0;
}

void intents_understander_destroy(struct intents_understander *understander)
{
    if (!understander)
        return;
    for (int i = 0; i < INTENTS_N_JOINTS; i++)
        intents_list_finish(&understander->joints[i]);
    intents_telling_destroy(understander->telling);
    intents_emergency_destroy(understander->emergency);
    intents_aside_destroy(understander->aside);
    intents_instead_destroy(understander->instead);
    intents_item_finder_destroy(understander->items);
    intents_classifier_destroy(understander->classifier);
    intents_model_destroy(understander->model);
    free(understander);
}

void intents_understander_offer(struct intents_understander *understander,
                                const char *const *services, size_t n_services)
{
    for (size_t i = 0; i < understander->model->n_services; i++) {
        understander->is_offered[i] = services == NULL;
        for (size_t k = 0; services && k < n_services; k++) {
            if (strcmp(services[k], understander->model->services[i]) == 0)
                understander->is_offered[i] = true;
        }
    }
}

int intents_expect_parse(const char *name, enum intents_expect *ret_expect)
{
    static const char *const names[] = {
        [INTENTS_EXPECT_REQUEST] = "request",
        [INTENTS_EXPECT_CONFIRMATION] = "confirmation",
        [INTENTS_EXPECT_CHOICE] = "choice",
        [INTENTS_EXPECT_DAY] = "day",
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(name, names[i]) == 0) {
            *ret_expect = (enum intents_expect)i;
            return 0;
        }
    }
    return -EINVAL;
}

bool intents_expects_answer(enum intents_expect expect)
{
    return expect == INTENTS_EXPECT_CONFIRMATION || expect == INTENTS_EXPECT_DAY;
}

/* What is waited for makes a call for help no less likely. */
static void expect_answer(float act[INTENTS_N_ACTS], enum intents_expect expect)
{
    float emergency = act[INTENTS_EMERGENCY], sum = 0;

    if (intents_expects_answer(expect)) {
        act[INTENTS_AFFIRM] *= CONFIRMATION_FACTOR;
        act[INTENTS_DENY] *= CONFIRMATION_FACTOR;
    } else {
        act[INTENTS_REQUEST] *= CHOICE_FACTOR;
        act[INTENTS_STATUS] *= CHOICE_STATUS_FACTOR;
    }
    act[INTENTS_EMERGENCY] = 0;
    for (int i = 0; i < INTENTS_N_ACTS; i++)
        sum += act[i];
    for (int i = 0; i < INTENTS_N_ACTS && sum > 0; i++)
        act[i] *= (1 - emergency) / sum;
    act[INTENTS_EMERGENCY] = emergency;
}

/* What is said like a call for help and has no sign of one in it is talk. */
static void believe_signs_alone(const struct intents_emergency *emergency,
                                const struct intents_words *words, float act[INTENTS_N_ACTS])
{
    if (act[INTENTS_EMERGENCY] < EMERGENCY_FROM || intents_emergency_has_sign(emergency, words))
        return;
    act[INTENTS_NONE] += act[INTENTS_EMERGENCY];
    act[INTENTS_EMERGENCY] = 0;
}

static void believe_plain_calls(const struct intents_emergency *emergency,
                                const struct intents_words *words, float act[INTENTS_N_ACTS])
{
    float others = 1 - act[INTENTS_EMERGENCY];

    if (act[INTENTS_EMERGENCY] >= PLAIN_CALL || !intents_emergency_is_call(emergency, words))
        return;
    for (int i = 0; i < INTENTS_N_ACTS; i++)
        act[i] *= (1 - PLAIN_CALL) / others;
    act[INTENTS_EMERGENCY] = PLAIN_CALL;
}

static void judge(const struct intents_understander *understander,
                  const struct intents_words *words, struct intents_opinion *opinion)
{
    intents_classifier_judge(understander->classifier, words, opinion);
    believe_signs_alone(understander->emergency, words, opinion->act);
    believe_plain_calls(understander->emergency, words, opinion->act);
}

/* "Non non, au secours" is no answer: a call for help behind a yes or no is one. */
static void judge_with_answer(const struct intents_understander *understander,
                              const struct intents_words *words, struct intents_opinion *opinion)
{
    size_t from = intents_answer_end(understander, words);
    struct intents_words rest = intents_words_part(words, from, words->n);
    struct intents_opinion behind;

    judge(understander, words, opinion);
    if (from == 0 || rest.n == 0 || !intents_emergency_has_sign(understander->emergency, words))
        return;
    judge(understander, &rest, &behind);
    if (behind.act[INTENTS_EMERGENCY] >= EMERGENCY_FROM &&
        behind.act[INTENTS_EMERGENCY] > opinion->act[INTENTS_EMERGENCY])
        *opinion = behind;
}

static enum intents_act likeliest_act(const float act[INTENTS_N_ACTS])
{
    enum intents_act best = INTENTS_NONE;

    for (int i = 1; i < INTENTS_N_ACTS; i++) {
        if (act[i] > act[best])
            best = (enum intents_act)i;
    }
    return best;
}

/* What has the words of a request and the form of something told is talk; what sounds like talk and
 * asks for somebody plainly may be a request. */
static void believe_what_is_asked(const struct intents_telling *telling,
                                  const struct intents_words *words, float act[INTENTS_N_ACTS])
{
    enum intents_act likeliest = likeliest_act(act);
    float sum;

    if (likeliest == INTENTS_REQUEST && intents_telling_is_told(telling, words)) {
        act[INTENTS_NONE] += act[INTENTS_REQUEST];
        act[INTENTS_REQUEST] = 0;
    } else if (likeliest == INTENTS_NONE && intents_telling_asks_plainly(telling, words) &&
               !intents_telling_is_told(telling, words)) {
        sum = 1 + (PLAINLY_FACTOR - 1) * act[INTENTS_REQUEST];
        act[INTENTS_REQUEST] *= PLAINLY_FACTOR;
        for (int i = 0; i < INTENTS_N_ACTS; i++)
            act[i] /= sum;
    }
}

/* The likeliest service, of those offered or of all. Returns: its number, -1: none. */
static int best_service(const struct intents_understander *understander,
                        const struct intents_opinion *opinion, bool only_offered, int but)
{
    int best = -1;

    for (int i = 0; i < (int)understander->model->n_services; i++) {
        if ((only_offered && !understander->is_offered[i]) || i == but)
            continue;
        if (best < 0 || opinion->service[i] > opinion->service[best])
            best = i;
    }
    return best;
}

static enum intents_act best_act(const struct intents_opinion *opinion)
{
    return opinion->act[INTENTS_EMERGENCY] >= EMERGENCY_FROM ? INTENTS_EMERGENCY
                                                             : likeliest_act(opinion->act);
}

static void name_service(const struct intents_understander *understander, int service,
                         char ret_name[INTENTS_RESULT_SERVICE])
{
    snprintf(ret_name, INTENTS_RESULT_SERVICE, "%s",
             service < 0 ? "" : understander->model->services[service]);
}

/* One of the two readings that come next: another act, or the same request for another service. */
static void find_second(const struct intents_understander *understander,
                        const struct intents_opinion *opinion, int service,
                        struct intents_result *result)
{
    float best = -1;

    for (int i = 0; i < INTENTS_N_ACTS; i++) {
        if (i == (int)result->act || opinion->act[i] <= best)
            continue;
        best = opinion->act[i];
        result->second_act = (enum intents_act)i;
    }
    result->second_confidence = (double)best;
    if (result->act == INTENTS_REQUEST) {
        int other = best_service(understander, opinion, true, service);
        float probability = other < 0 ? 0 : opinion->act[INTENTS_REQUEST] * opinion->service[other];

        if (probability > best) {
            result->second_act = INTENTS_REQUEST;
            result->second_confidence = (double)probability;
            name_service(understander, other, result->second_service);
        }
    } else if (result->second_act == INTENTS_REQUEST) {
        name_service(understander, service, result->second_service);
    }
}

static void decide(const struct intents_understander *understander,
                   const struct intents_opinion *opinion, struct intents_result *result)
{
    int any = best_service(understander, opinion, false, -1);
    int service = best_service(understander, opinion, true, -1);

    result->act = best_act(opinion);
    result->confidence = (double)opinion->act[result->act];
    if (service >= 0 && opinion->service[service] >= GUESS_FROM) {
        name_service(understander, service, result->best_service);
        result->best_service_confidence = (double)opinion->service[service];
    }
    if (result->act == INTENTS_REQUEST && service != any &&
        (service < 0 || opinion->service[service] < OFFERED_FROM)) {
        result->act = INTENTS_NONE;
        result->confidence *= (double)opinion->service[any];
        if (result->confidence >= OUTSIDE_FROM)
            name_service(understander, any, result->outside_service);
    }
    if (result->act == INTENTS_REQUEST) {
        name_service(understander, service, result->service);
        result->confidence *= (double)opinion->service[service];
    }
    find_second(understander, opinion, service, result);
}

/* Days and times belong to requests, and to answers: "non, vendredi plutôt". */
static bool has_when(enum intents_act act)
{
    return act == INTENTS_REQUEST || act == INTENTS_AFFIRM || act == INTENTS_DENY ||
           act == INTENTS_CANCEL || act == INTENTS_STATUS;
}

/* Whether nothing but a day or hour was said. */
static bool is_bare_when(const struct intents_language *language, const struct intents_words *words)
{
    unsigned char tags[INTENTS_WORDS_MAX];

    intents_when_tag(&language->when, words, true, tags);
    return !memchr(tags, INTENTS_TAG_NONE, words->n);
}

/* "Vendredi matin" and "peu importe" to a question about the day: neither a request for whatever is
 * likeliest nor any other act, however it sounds on its own. */
static void read_as_answer(const struct intents_opinion *opinion, bool is_open, bool is_bare,
                           const struct intents_when *when, struct intents_result *result)
{
    bool is_when = !opinion->has_topic &&
                   (base_date_is_set(when->date) || when->part || base_time_is_set(when->time));

    if (result->act == INTENTS_EMERGENCY || result->act == INTENTS_AFFIRM || !(is_when || is_open))
        return;
    if (result->act == INTENTS_REQUEST && result->confidence >= REQUEST_FROM)
        return;
    if (!is_open && result->act != INTENTS_NONE && result->act != INTENTS_DENY &&
        result->act != INTENTS_REQUEST && result->confidence >= ORDER_FROM)
        return;
    if (result->act != INTENTS_DENY || is_open || is_bare)
        result->act = INTENTS_NONE;
    result->service[0] = result->outside_service[0] = '\0';
    result->best_service[0] = '\0';
    result->best_service_confidence = 0;
    if (result->confidence < ANSWER_CONFIDENCE)
        result->confidence = ANSWER_CONFIDENCE;
}

static bool is_structure(const struct intents_language *language, const char *word)
{
    const json_t *structure = json_object_get(language->grammar.root, "structure");

    for (size_t i = 0; i < json_array_size(structure); i++) {
        if (strcmp(json_string_value(json_array_get(structure, i)), word) == 0)
            return true;
    }
    return false;
}

/* Whether something is talked about before the first day or hour: an answer begins with the day, or
 * with words of grammar ("mettez plutôt vendredi, ma fille vient jeudi"). */
static bool has_topic_before_when(const struct intents_language *language,
                                  const struct intents_words *words)
{
    unsigned char tags[INTENTS_WORDS_MAX];

    intents_when_tag(&language->when, words, true, tags);
    for (size_t i = 0; i < words->n && tags[i] == INTENTS_TAG_NONE; i++) {
        if (!is_structure(language, words->word[i]))
            return true;
    }
    return false;
}

/* "Oui, pour mon chien" to the closed choice is no yes, there is nothing to say yes to. */
static void read_as_choice(struct intents_result *result)
{
    bool is_doubtful_talk = result->act == INTENTS_NONE && result->confidence < (double)TALK_FROM;

    if (!(result->act == INTENTS_AFFIRM || is_doubtful_talk) || result->outside_service[0] ||
        result->best_service_confidence < CHOSEN_FROM)
        return;
    if (is_doubtful_talk)
        result->confidence = 1 - result->confidence;
    result->confidence *= result->best_service_confidence;
    result->act = INTENTS_REQUEST;
    memcpy(result->service, result->best_service, sizeof(result->service));
}

bool intents_is_offered(const struct intents_understander *understander, const char *service)
{
    for (size_t i = 0; i < understander->model->n_services; i++) {
        if (strcmp(understander->model->services[i], service) == 0)
            return understander->is_offered[i];
    }
    return false;
}

/* "Non, pas des courses, une promenade" is a no, and what is wanted. */
static void read_as_instead(const struct intents_understander *understander,
                            const struct intents_words *words, struct intents_result *result)
{
    const struct intents_service *service = intents_instead_find(understander->instead, words);

    if (!service || (result->act != INTENTS_DENY && result->act != INTENTS_NONE &&
                     result->act != INTENTS_REQUEST))
        return;
    result->is_instead = intents_is_offered(understander, service->id);
    result->act = result->is_instead ? INTENTS_REQUEST : INTENTS_NONE;
    snprintf(result->service, sizeof(result->service), "%s", result->is_instead ? service->id : "");
    snprintf(result->outside_service, sizeof(result->outside_service), "%s",
             result->is_instead ? "" : service->id);
    if (result->confidence < ANSWER_CONFIDENCE)
        result->confidence = ANSWER_CONFIDENCE;
}

static bool takes_items(const struct intents_understander *understander, const char *service)
{
    const struct intents_service *info =
        intents_language_find_service(understander->language, service);

    return info && info->takes_items;
}

/* "Oui, et aussi du beurre": an answer may add to the list that was restated. */
static bool adds_to_request(const struct intents_result *result)
{
    return !result->outside_service[0] &&
           (result->act == INTENTS_NONE || result->act == INTENTS_AFFIRM ||
            result->act == INTENTS_DENY);
}

/* What is asked for besides, and what leaves the list. To take something off is no yes, and no
 * order to the speaker, whatever the verb: the rest is restated. */
static void read_items_of_answer(const struct intents_understander *understander,
                                 const struct intents_words *words, struct intents_result *result)
{
    bool adds = adds_to_request(result) ||
                (result->act == INTENTS_REQUEST && takes_items(understander, result->service));
    bool drops = adds || result->act == INTENTS_CANCEL;

    if (!drops || result->outside_service[0])
        return;
    result->n_items = intents_items_answer(understander->items, words, result->items,
                                           result->dropped, &result->n_dropped);
    if (result->n_dropped == 0 && adds)
        return;
    if (result->n_dropped == 0) {
        result->n_items = 0;
        return;
    }
    if (result->act == INTENTS_CANCEL || result->act == INTENTS_REQUEST)
        result->act = INTENTS_NONE;
    result->service[0] = '\0';
    if (result->confidence < ANSWER_CONFIDENCE)
        result->confidence = ANSWER_CONFIDENCE;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (unsigned char)c >= 0x80;
}

/* Whether the text of a template has the whole word. */
static bool has_word(const char *text, const char *word)
{
    size_t n = strlen(word);

    for (const char *at = text; (at = strstr(at, word)) != NULL; at++) {
        if ((at == text || !is_letter(at[-1])) && !is_letter(at[n]))
            return true;
    }
    return false;
}

/* The topic that alone among the act's phrases uses this word, NULL none. */
static const char *topic_of_word(const struct intents_list *phrases, const char *word)
{
    const char *topic = NULL;

    if (strlen(word) < TOPIC_WORD_MIN)
        return NULL;
    for (size_t i = 0; i < phrases->n; i++) {
        const struct intents_entry *entry = &phrases->entries[i];

        if (!has_word(entry->text, word))
            continue;
        if (!entry->topic[0] || (topic && strcmp(topic, entry->topic) != 0))
            return NULL;
        topic = entry->topic;
    }
    return topic;
}

/* The topic of a phrase that is said whole somewhere in the words, NULL none. */
static const char *topic_of_phrase(const struct intents_language *language,
                                   const struct intents_list *phrases,
                                   const struct intents_words *words)
{
    for (size_t i = 0; i < phrases->n; i++) {
        const struct intents_entry *entry = &phrases->entries[i];

        for (size_t at = 0; entry->topic[0] && at < words->n; at++) {
            if (intents_match(&language->when, entry->node, words, at, NULL) > at)
                return entry->topic;
        }
    }
    return NULL;
}

static void find_topic(const struct intents_language *language, const struct intents_words *words,
                       struct intents_result *result)
{
    const char *topic = NULL;

    for (size_t i = 0; !topic && i < language->n_acts; i++) {
        const struct intents_list *phrases = &language->acts[i].phrases;

        if (language->acts[i].act != result->act)
            continue;
        topic = topic_of_phrase(language, phrases, words);
        for (size_t k = 0; !topic && k < words->n; k++)
            topic = topic_of_word(phrases, words->word[k]);
    }
    snprintf(result->topic, sizeof(result->topic), "%s", topic ? topic : "");
}

static void take_when(const struct intents_when *when, struct intents_result *result)
{
    result->date = when->date;
    result->part = when->part;
    result->time = when->time;
    result->is_repeated = when->is_repeated;
    result->is_off_weekday = when->is_off_weekday;
}

/* Two days for one service are two requests of it. */
static void add_second_day(const struct intents_when *when, struct intents_result *result)
{
    struct intents_also *also = &result->also[0];

    if (!when->has_second || !(result->act == INTENTS_REQUEST || result->act == INTENTS_NONE))
        return;
    *also = (struct intents_also){
        .date = when->second_date, .part = when->second_part, .time = when->second_time};
    memcpy(also->service, result->service, sizeof(also->service));
    memcpy(also->items, result->items, sizeof(also->items));
    also->n_items = result->n_items;
    result->n_also = 1;
}

void intents_understand_alone(const struct intents_understander *understander,
                              const struct intents_words *words, struct base_datetime now,
                              enum intents_expect expect, struct intents_result *ret_result)
{
    const struct intents_language *language = understander->language;
    struct intents_opinion opinion;
    struct intents_when when;
    bool is_answer = intents_expects_answer(expect);

    *ret_result = (struct intents_result){.date = BASE_NO_DATE, .time = BASE_NO_TIME};
    judge_with_answer(understander, words, &opinion);
    believe_what_is_asked(understander->telling, words, opinion.act);
    if (expect != INTENTS_EXPECT_REQUEST)
        expect_answer(opinion.act, expect);
    decide(understander, &opinion, ret_result);
    intents_when_find(&language->when, words, now, &when);
    if (expect == INTENTS_EXPECT_CHOICE)
        read_as_choice(ret_result);
    if (is_answer) {
        read_as_answer(&opinion, intents_when_is_open(&language->when, words),
                       is_bare_when(language, words), &when, ret_result);
        read_as_instead(understander, words, ret_result);
    }
    if (ret_result->act != INTENTS_NONE && ret_result->act != INTENTS_REQUEST)
        find_topic(language, words, ret_result);
    if (has_when(ret_result->act) ||
        (ret_result->act == INTENTS_NONE && is_answer &&
         !(opinion.act[INTENTS_NONE] >= TALK_FROM && has_topic_before_when(language, words))))
        take_when(&when, ret_result);
    else
        when.has_second = false;
    /* "Je monte l'étagère cet après-midi et demain je peins la porte" asks for no two days. */
    if (ret_result->act == INTENTS_NONE && intents_telling_is_told(understander->telling, words))
        when.has_second = false;
    if (is_answer)
        read_items_of_answer(understander, words, ret_result);
    else if (ret_result->act == INTENTS_REQUEST && takes_items(understander, ret_result->service))
        ret_result->n_items = intents_items_find(understander->items, words, ret_result->items);
    add_second_day(&when, ret_result);
}

void intents_understand(struct intents_understander *understander, const char *text,
                        struct base_datetime now, enum intents_expect expect,
                        struct intents_result *ret_result)
{
    struct intents_words words;

    intents_words_split(text, understander->language->grammar.whole, &words);
    if (words.n == 0) {
        *ret_result =
            (struct intents_result){.date = BASE_NO_DATE, .time = BASE_NO_TIME, .confidence = 1};
        return;
    }
    intents_understand_alone(understander, &words, now, expect, ret_result);
    if (ret_result->act == INTENTS_EMERGENCY)
        return;
    if (!intents_aside_read(understander->aside, &words, expect, ret_result))
        intents_read_also(understander, &words, now, expect, ret_result);
}
