/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "daemon/consent.h"

#include "tests/check.h"

static const struct base_date today = {2026, 6, 15};

static struct consent again(const struct consent *consent)
{
    struct consent read;
    struct base_strbuf text;

    base_strbuf_init(&text);
    consent_print(consent, &text);
    consent_parse(base_strbuf_text(&text), &read);
    base_strbuf_finish(&text);
    return read;
}

static void who_does_not_answer_is_asked_on_another_day_a_few_times(void)
{
    struct consent consent = consent_none();

    for (int i = 0; i < CONSENT_ASKED_MAX; i++) {
        CHECK(consent_may_be_asked(&consent, base_date_add_days(today, i)));
        consent_begun(&consent, base_date_add_days(today, i));
        consent_asked(&consent);
        consent = again(&consent);
        CHECK(!consent_may_be_asked(&consent, base_date_add_days(today, i)));
    }
    CHECK(!consent_may_be_asked(&consent, base_date_add_days(today, 400)));
    CHECK_INT(consent.answer, CONSENT_OPEN);
}

static void a_question_that_was_cut_off_is_not_counted_and_not_put_again_that_day(void)
{
    struct consent consent = consent_none();

    for (int i = 0; i < 2 * CONSENT_ASKED_MAX; i++) {
        CHECK(consent_may_be_asked(&consent, base_date_add_days(today, i)));
        consent_begun(&consent, base_date_add_days(today, i));
        consent = again(&consent);
        CHECK(!consent_may_be_asked(&consent, base_date_add_days(today, i)));
    }
    CHECK_INT(consent.n_asked, 0);
}

static void who_has_answered_is_asked_no_more(void)
{
    for (int is_yes = 0; is_yes < 2; is_yes++) {
        struct consent consent = consent_none();

        consent_begun(&consent, today);
        consent_asked(&consent);
        consent_answered(&consent, is_yes);
        consent = again(&consent);
        CHECK_INT(consent.answer, is_yes ? CONSENT_GIVEN : CONSENT_REFUSED);
        CHECK(!consent_may_be_asked(&consent, base_date_add_days(today, 1)));
    }
}

static void what_cannot_be_read_is_no_yes(void)
{
    static const char *const texts[] = {"",
                                        "answer",
                                        "answer giv",
                                        "answer given-not\n",
                                        "given\n",
                                        "\xff\xfe answer",
                                        "asked -7\nasked_on yesterday\n"};

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        struct consent consent;

        consent_parse(texts[i], &consent);
        CHECK_INT(consent.answer, CONSENT_OPEN);
        CHECK_INT(consent.n_asked, 0);
        CHECK(consent_may_be_asked(&consent, today));
    }
}

CHECK_MAIN(who_does_not_answer_is_asked_on_another_day_a_few_times,
           a_question_that_was_cut_off_is_not_counted_and_not_put_again_that_day,
           who_has_answered_is_asked_no_more, what_cannot_be_read_is_no_yes)
