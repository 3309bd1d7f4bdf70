/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tts/prompts.h"
#include "base/utf8.h"
#include "tests/check.h"
#include "tts/voice.h"

static struct tts_prompts *prompts;
/* Monday 15 June 2026, half past nine. */
static const struct base_datetime sample_now = {{2026, 6, 15}, {9, 30}};

static const char *say_turn(const char *key, unsigned turn, const struct tts_args *args)
{
    static char text[TTS_PROMPT_SIZE];
    int r = tts_prompts_render(prompts, key, turn, args, sample_now, text, sizeof(text));

    if (r != 0)
        snprintf(text, sizeof(text), "(%d)", r);
    return text;
}

static struct tts_args samples(void)
{
    struct base_datetime now;
    struct tts_args args;

    tts_prompts_sample(prompts, &args, &now);
    return args;
}

static const char *say(const char *key, const struct tts_args *args)
{
    return say_turn(key, 0, args);
}

static void load(const char *language)
{
    tts_prompts_destroy(prompts);
    prompts = NULL;
    REQUIRE(tts_prompts_load(language, &prompts) == 0);
}

/* What no sentence of any prompt may hold. */
static const char *fault_in(const char *text)
{
    static const char *const french[] = {
        " de un",  " que un", " que on",   " que il", " le heure", " la heure", " de eau",
        " de œuf", " je ai",  " ne ai",    " si il",  " de le ",   " à le ",    " de les ",
        " à les ", " du eau", " de Alice", "de d'",   " ,",        " .",        "  ",
        "{",       "}",       "[",         "]",       "|",         "#",         ",.",
        ",,",      "..",      ": .",       ": ?",     "~",         "<",         " ]"};
    size_t n = strlen(text);

    for (size_t i = 0; i < sizeof(french) / sizeof(french[0]); i++) {
        if (strstr(text, french[i]))
            return french[i];
    }
    if (!tts_text_is_safe(text))
        return "something that the voice refuses";
    if (n == 0 || !strchr(".?!", text[n - 1]))
        return "no mark at the end";
    return NULL;
}

static void check_all(const struct tts_args *args, const char *what)
{
    for (size_t i = 0; i < tts_prompts_count(prompts); i++) {
        for (unsigned k = 0; k < tts_prompts_n_wordings(prompts, i); k++) {
            const char *text = say_turn(tts_prompts_key(prompts, i), k, args);
            const char *fault = fault_in(text);

            if (fault) {
                fprintf(stderr, "%s, %s: \"%s\" holds \"%s\"\n", tts_prompts_key(prompts, i), what,
                        text, fault);
                CHECK(!fault);
            }
        }
    }
}

/* The same arguments with others in place of some. */
static struct tts_args with(const char *name, const char *text)
{
    struct tts_args args = samples();

    for (size_t i = 0; i < args.n; i++) {
        if (strcmp(args.args[i].name, name) == 0)
            args.args[i] = (struct tts_arg){.name = name, .type = TTS_ARG_TEXT, .text = text};
    }
    return args;
}

static void every_prompt_is_a_sentence(void)
{
    static const char *const languages[] = {"fr", "en"};

    for (size_t l = 0; l < 2; l++) {
        struct tts_args args, bare = {0};

        load(languages[l]);
        args = samples();
        check_all(&args, "all arguments");
        args = with("name", "Alice");
        check_all(&args, "Alice");
        args = with("choice", "une aide à la maison");
        check_all(&args, "a vowel");
        args = with("when", "");
        check_all(&args, "no time");
        args = with("items", "");
        check_all(&args, "no items");
        tts_args_text(&bare, "want", "qu'on vous rappelle");
        tts_args_text(&bare, "choice", "un repas");
        tts_args_text(&bare, "name", "Ève");
        tts_args_text(&bare, "carer", "Paul");
        tts_args_text(&bare, "phrase", "bonjour voisine");
        tts_args_number(&bare, "n", 1);
        check_all(&bare, "few arguments");
    }
}

static void both_languages_have_the_same_prompts(void)
{
    struct tts_prompts *english;

    load("fr");
    REQUIRE(tts_prompts_load("en", &english) == 0);
    CHECK_INT(tts_prompts_count(english), tts_prompts_count(prompts));
    for (size_t i = 0; i < tts_prompts_count(prompts); i++) {
        if (!tts_prompts_has(english, tts_prompts_key(prompts, i)))
            CHECK_STR(tts_prompts_key(prompts, i), "in English");
    }
    CHECK_STR(tts_prompts_extra(english, "callback", "will"), "will call you back");
    CHECK(tts_prompts_extra(english, "callback", "colour") == NULL);
    tts_prompts_destroy(english);
}

static void a_confirmation_restates_everything(void)
{
    struct tts_args args, without = {0};
    struct tts_when thursday = {{2026, 6, 18}, "", {10, 30}};

    load("fr");
    args = samples();
    CHECK_STR(
        say("confirm.request", &args),
        "Vous demandez que quelqu'un fasse vos courses demain matin : du pain, du lait et six "
        "œufs. C'est bien ça ?");
    tts_args_text(&without, "want", "que quelqu'un promène votre chien");
    CHECK_STR(say("confirm.request", &without),
              "Vous demandez que quelqu'un promène votre chien. C'est bien ça ?");
    tts_args_when(&without, "when", &thursday);
    CHECK_STR(say("confirm.request", &without),
              "Vous demandez que quelqu'un promène votre chien jeudi à dix heures et demie. C'est "
              "bien ça ?");
    CHECK_STR(
        say("duplicate.ask", &args),
        "Vous l'avez déjà demandé à huit heures et quart. Voulez-vous faire une autre demande ?");
}

static void items_get_articles_only_when_all_can(void)
{
    static const char *const known[] = {"huile d'olive", "baguette",      "oranges",
                                        "eau",           "kilo de sucre", "12 yaourts"};
    static const char *const unknown[] = {"pain", "zorglub"};
    struct tts_args args = {0};

    load("fr");
    tts_args_text(&args, "want", "que quelqu'un fasse vos courses");
    tts_args_list(&args, "items", known, 6);
    CHECK_STR(say("confirm.request", &args),
              "Vous demandez que quelqu'un fasse vos courses : de l'huile d'olive, une baguette, "
              "des oranges, de l'eau, un kilo de sucre et 12 yaourts. C'est bien ça ?");
    args.args[1].list = unknown;
    args.args[1].n_list = 2;
    CHECK_STR(say("confirm.request", &args), "Vous demandez que quelqu'un fasse vos courses : pain "
                                             "et zorglub. C'est bien ça ?");
}

static void what_follows_a_noun_leaves_its_article(void)
{
    static const char *const items[] = {"betteraves cuites", "lait sans lactose", "oignon rouge",
                                        "eau de vichy",      "rôti de veau",      "pain aux noix",
                                        "salade frisée"};
    struct tts_args args = {0};

    load("fr");
    tts_args_text(&args, "want", "que quelqu'un fasse vos courses");
    tts_args_list(&args, "items", items, 7);
    CHECK_STR(say("confirm.request", &args),
              "Vous demandez que quelqu'un fasse vos courses : des betteraves cuites, du lait sans "
              "lactose, un oignon rouge, de l'eau de vichy, un rôti de veau, du pain aux noix et "
              "une salade frisée. C'est bien ça ?");
}

static void a_long_list_is_cut_and_counted(void)
{
    static const char *const items[] = {"six grandes bouteilles d'eau de source",
                                        "deux gros paquets de café moulu du Brésil",
                                        "quatre tranches de jambon blanc sans couenne",
                                        "trois pots de confiture de framboise",
                                        "deux boîtes de petits pois extra fins",
                                        "cinq cents grammes de beurre demi-sel",
                                        "trois kilos de pommes de terre nouvelles",
                                        "deux bouteilles de vin rouge de Bordeaux",
                                        "six yaourts nature au lait entier"};
    struct tts_args args = {0};
    const char *text;

    load("fr");
    tts_args_text(&args, "want", "que quelqu'un fasse vos courses");
    tts_args_list(&args, "items", items, 9);
    text = say("confirm.request", &args);
    CHECK(tts_text_is_safe(text));
    CHECK(strstr(text, " et quatre autres choses. C'est bien ça ?") != NULL);
}

static void words_agree_and_elide(void)
{
    struct tts_args args = {0};

    load("fr");
    tts_args_text(&args, "carer", "Claire");
    CHECK_STR(say("emergency.acknowledged", &args), "Claire a été prévenue.");
    args.args[0].text = "Paul";
    CHECK_STR(say("emergency.acknowledged", &args), "Paul a été prévenu.");
    args.args[0].text = "mon médecin";
    CHECK_STR(say("emergency.acknowledged", &args), "Mon médecin a été prévenu.");
    args.n = 0;
    tts_args_number(&args, "n", 1);
    CHECK_STR(say("news.grouped", &args), "J'ai une nouvelle pour vous.");
    args.args[0].number = 21;
    CHECK_STR(say("news.grouped", &args), "J'ai vingt et une nouvelles pour vous.");
}

static void the_emergency_sentence_is_the_agreed_one(void)
{
    struct tts_args args = {0};
    static const char agreed[] = "Je ne suis pas une alarme, je ne peux pas appeler les secours. "
                                 "Appelez le 15 ou le 112, ou "
                                 "appuyez sur votre bouton d'alerte.";
    const char *text;

    load("fr");
    CHECK_STR(say("emergency", &args), agreed);
    tts_args_text(&args, "carer", "Claire");
    text = say("emergency", &args);
    CHECK(strncmp(text, agreed, sizeof(agreed) - 1) == 0);
    CHECK_STR(text + sizeof(agreed) - 1, " J'essaie de prévenir Claire, sans garantie.");
}

/* requirements.md, "What is said, and what must never be said". */
static void what_is_promised_is_said_and_no_more(void)
{
    load("fr");
    CHECK_STR(say("noted", NULL), "C'est noté. Je l'envoie dès que je peux.");
    CHECK_STR(say("transmitted", NULL), "C'est transmis au service.");
    CHECK_STR(
        say("news.unreachable", NULL),
        "Je n'arrive pas à joindre le service depuis hier. Votre demande est gardée. Prévenez "
        "un proche si c'est pressé.");
    CHECK_STR(say("store.failed", NULL),
              "Je ne peux pas noter votre demande. Appelez un proche, s'il vous plaît.");
    CHECK(strstr(say("refused", NULL), "Le service n'a pas accepté cette demande.") != NULL);
    CHECK(strstr(say("repair.give_up", NULL), "Je n'ai pas compris. Rien n'a été noté.") != NULL);
    CHECK_STR(say("mic.lost", NULL),
              "Je n'entends plus rien. Il faut rebrancher le micro, ou prévenir un proche.");
    CHECK_STR(say("mute.on", NULL), "Le micro est coupé.");
    CHECK_STR(say("news.back", NULL), "C'est revenu, je peux de nouveau envoyer vos demandes.");
    for (size_t i = 0; i < tts_prompts_count(prompts); i++) {
        struct tts_args args = samples();
        const char *key = tts_prompts_key(prompts, i), *text = say(key, &args);

        /* Only what the outbox holds is "noted", only what was echoed is "passed on". */
        if (strcmp(key, "noted") != 0 && strstr(text, "C'est noté"))
            CHECK_STR(key, "noted");
        if (strncmp(key, "transmitted", 11) != 0 && strstr(text, "C'est transmis"))
            CHECK_STR(key, "transmitted");
        CHECK(!strstr(text, "C'est envoyé") && !strstr(text, "Quelqu'un va venir"));
    }
}

static void news_say_what_the_volunteer_does(void)
{
    struct tts_args args = {0};
    struct tts_when when = {{2026, 6, 16}, "", {10, 0}};

    load("fr");
    tts_args_text(&args, "name", "Marie");
    tts_args_when(&args, "when", &when);
    CHECK_STR(say("news.matched", &args), "Bonne nouvelle. Marie viendra demain à dix heures.");
    tts_args_text(&args, "choice", "vos courses");
    CHECK_STR(say("news.matched", &args),
              "Bonne nouvelle. Marie viendra pour vos courses demain à dix heures.");
    tts_args_text(&args, "will", "vous appellera");
    CHECK_STR(say("news.matched", &args),
              "Bonne nouvelle. Marie vous appellera demain à dix heures.");
}

static void the_ladder_never_repeats_itself(void)
{
    static const char *const ladder[] = {"repair.pardon", "repair.choice", "repair.guess",
                                         "repair.callback"};
    struct tts_args args;
    char said[4][TTS_PROMPT_SIZE];

    load("fr");
    args = samples();
    for (size_t i = 0; i < 4; i++) {
        snprintf(said[i], sizeof(said[i]), "%s", say(ladder[i], &args));
        for (size_t k = 0; k < i; k++)
            CHECK(strcmp(said[i], said[k]) != 0);
    }
    CHECK_STR(said[0], "Pardon ?");
    CHECK_STR(said[1], "Est-ce pour vos courses, votre chien, ou pour parler à quelqu'un ?");
    snprintf(said[0], sizeof(said[0]), "%s", say_turn("repair.pardon", 1, &args));
    CHECK(strcmp(said[0], "Pardon ?") != 0);
}

static void hostile_arguments_are_cleaned(void)
{
    struct tts_args args = {0};
    struct tts_when when = {{2026, 6, 16}, "", {10, 0}};
    char name[600];

    load("fr");
    tts_args_text(&args, "name", "Ma\x1brie<break/>\xF0\x9F\x98\x80");
    tts_args_when(&args, "when", &when);
    CHECK_STR(say("status.matched", &args), "Mariebreak/ viendra demain à dix heures.");
    memset(name, 'a', sizeof(name) - 1);
    name[sizeof(name) - 1] = '\0';
    args.args[0].text = name;
    CHECK_INT(tts_prompts_render(prompts, "status.matched", 0, &args, sample_now, name, 10),
              TTS_ARGUMENT_MISSING);
    CHECK_INT(tts_prompts_render(prompts, "none.such", 0, &args, sample_now, name, 10),
              TTS_PROMPT_UNKNOWN);
    CHECK_INT(tts_prompts_render(prompts, "noted", 0, NULL, sample_now, name, 10), -105);
    tts_prompts_destroy(prompts);
    prompts = NULL;
}

CHECK_MAIN(every_prompt_is_a_sentence, both_languages_have_the_same_prompts,
           a_confirmation_restates_everything, items_get_articles_only_when_all_can,
           what_follows_a_noun_leaves_its_article, a_long_list_is_cut_and_counted,
           words_agree_and_elide, the_emergency_sentence_is_the_agreed_one,
           what_is_promised_is_said_and_no_more, the_ladder_never_repeats_itself,
           news_say_what_the_volunteer_does, hostile_arguments_are_cleaned)
