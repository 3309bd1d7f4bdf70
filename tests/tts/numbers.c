/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tts/numbers.h"
#include "tests/check.h"

static struct tts_numbers *numbers;
/* A Monday. */
static const struct base_date today = {2026, 6, 15};

static const char *take(struct base_strbuf *buf)
{
    static char text[400];

    snprintf(text, sizeof(text), "%s", base_strbuf_text(buf));
    base_strbuf_finish(buf);
    return text;
}

static const char *cardinal(int n, bool feminine)
{
    struct base_strbuf buf;

    base_strbuf_init(&buf);
    tts_numbers_cardinal(numbers, n, feminine, &buf);
    return take(&buf);
}

static const char *clock_at(int hour, int minute)
{
    struct base_strbuf buf;

    base_strbuf_init(&buf);
    tts_numbers_clock(numbers, (struct base_time){hour, minute}, &buf);
    return take(&buf);
}

static const char *when(int in_days, const char *part, int hour, int minute, bool full)
{
    struct tts_when asked = {
        in_days == 99 ? BASE_NO_DATE : base_date_add_days(today, in_days), part, {hour, minute}};
    struct base_strbuf buf;

    base_strbuf_init(&buf);
    tts_numbers_when(numbers, &asked, today, full, &buf);
    return take(&buf);
}

static void load(const char *language)
{
    tts_numbers_destroy(numbers);
    numbers = NULL;
    REQUIRE(tts_numbers_load(language, &numbers) == 0);
}

static void french_numbers(void)
{
    load("fr");
    CHECK_STR(cardinal(0, false), "zéro");
    CHECK_STR(cardinal(1, true), "une");
    CHECK_STR(cardinal(6, true), "six");
    CHECK_STR(cardinal(21, false), "vingt et un");
    CHECK_STR(cardinal(21, true), "vingt et une");
    CHECK_STR(cardinal(71, false), "soixante et onze");
    CHECK_STR(cardinal(80, false), "quatre-vingts");
    CHECK_STR(cardinal(81, true), "quatre-vingt-une");
    CHECK_STR(cardinal(91, true), "quatre-vingt-onze");
    CHECK_STR(cardinal(97, false), "quatre-vingt-dix-sept");
    CHECK_STR(cardinal(100, false), "cent");
    CHECK_STR(cardinal(101, true), "cent une");
    CHECK_STR(cardinal(200, false), "deux cents");
    CHECK_STR(cardinal(280, false), "deux cent quatre-vingts");
    CHECK_STR(cardinal(1000, false), "mille");
    CHECK_STR(cardinal(2026, false), "deux mille vingt-six");
    CHECK_STR(cardinal(-3, false), "-3");
    CHECK(!tts_numbers_is_plural(numbers, 0));
    CHECK(!tts_numbers_is_plural(numbers, 1));
    CHECK(tts_numbers_is_plural(numbers, 2));
}

static void french_clock(void)
{
    CHECK_STR(clock_at(0, 0), "minuit");
    CHECK_STR(clock_at(1, 0), "une heure");
    CHECK_STR(clock_at(9, 45), "dix heures moins le quart");
    CHECK_STR(clock_at(10, 30), "dix heures et demie");
    CHECK_STR(clock_at(10, 15), "dix heures et quart");
    CHECK_STR(clock_at(11, 45), "midi moins le quart");
    CHECK_STR(clock_at(12, 0), "midi");
    CHECK_STR(clock_at(12, 30), "midi et demi");
    CHECK_STR(clock_at(14, 30), "quatorze heures trente");
    CHECK_STR(clock_at(21, 0), "vingt et une heures");
    CHECK_STR(clock_at(21, 21), "vingt et une heures vingt et une");
    CHECK_STR(clock_at(10, 7), "dix heures sept");
}

static void french_days(void)
{
    struct base_strbuf buf;

    CHECK_STR(when(0, "", -1, 0, false), "aujourd'hui");
    CHECK_STR(when(1, "", -1, 0, false), "demain");
    CHECK_STR(when(1, "", -1, 0, true), "demain mardi");
    CHECK_STR(when(2, "", -1, 0, false), "après-demain");
    CHECK_STR(when(4, "", -1, 0, true), "vendredi");
    CHECK_STR(when(6, "", -1, 0, true), "dimanche");
    CHECK_STR(when(7, "", -1, 0, true), "lundi vingt-deux juin");
    CHECK_STR(when(18, "", -1, 0, true), "vendredi trois juillet");
    CHECK_STR(when(16, "", -1, 0, true), "mercredi premier juillet");
    CHECK_STR(when(400, "", -1, 0, true), "mardi vingt juillet deux mille vingt-sept");
    CHECK_STR(when(-1, "", -1, 0, true), "hier");
    CHECK_STR(when(-4, "", -1, 0, true), "jeudi dernier");
    CHECK_STR(when(1, "morning", -1, 0, true), "demain matin");
    CHECK_STR(when(0, "evening", -1, 0, true), "ce soir");
    CHECK_STR(when(4, "noon", -1, 0, true), "vendredi midi");
    CHECK_STR(when(18, "afternoon", -1, 0, true), "vendredi trois juillet dans l'après-midi");
    CHECK_STR(when(99, "afternoon", -1, 0, true), "l'après-midi");
    CHECK_STR(when(3, "", 10, 30, true), "jeudi à dix heures et demie");
    CHECK_STR(when(1, "", 10, 30, true), "demain mardi à dix heures et demie");
    CHECK_STR(when(99, "", 12, 0, true), "à midi");
    CHECK_STR(when(1, "morning", 9, 0, false), "demain à neuf heures");
    CHECK_STR(when(99, "", -1, 0, true), "");
    base_strbuf_init(&buf);
    tts_numbers_moment(numbers, &(struct tts_when){today, "", {10, 0}}, today, &buf);
    CHECK_STR(take(&buf), "à dix heures");
    tts_numbers_moment(numbers, &(struct tts_when){base_date_add_days(today, -1), "", {10, 0}},
                       today, &buf);
    CHECK_STR(take(&buf), "hier à dix heures");
}

static void english_comes_from_the_same_code(void)
{
    load("en");
    CHECK_STR(cardinal(342, false), "three hundred and forty-two");
    CHECK_STR(clock_at(10, 30), "half past ten in the morning");
    CHECK_STR(clock_at(12, 0), "noon");
    CHECK_STR(clock_at(12, 45), "quarter to one in the afternoon");
    CHECK_STR(when(1, "morning", -1, 0, true), "tomorrow morning");
    CHECK_STR(when(18, "", -1, 0, true), "on Friday the third of July");
    CHECK(tts_numbers_is_plural(numbers, 0));
}

static void a_missing_language_is_told(void)
{
    struct tts_numbers *none;

    CHECK_INT(tts_numbers_load("xx", &none), -2);
    CHECK_INT(tts_numbers_load("../fr", &none), -2);
    tts_numbers_destroy(numbers);
}

CHECK_MAIN(french_numbers, french_clock, french_days, english_comes_from_the_same_code,
           a_missing_language_is_told)
