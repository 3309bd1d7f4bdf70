/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The words of the dictionary are found by a hash of their first lines; the rules of phones.txt are
 * few, and tried one after the other. */
#include "asr/pronounce.h"

#include "base/error.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum rule_kind { RULE_SOUND, RULE_MARK, RULE_LETTER, RULE_WORD, RULE_VOWEL, N_RULE_KINDS };

struct rule {
    enum rule_kind kind;
    const char *from, *to;
};

struct asr_pronounce {
    char *rules_text; /* phones.txt, split in place */
    struct rule *rules;
    size_t n_rules;
    char *text;      /* dict.txt, lines ended by NUL */
    uint32_t *slots; /* hash of the word -> offset of its first line + 1 */
    size_t n_slots, n_bytes;
    asr_letter_to_sound letter_to_sound;
    void *user;
};

/* Returns: how many bytes of `at` a mark takes. */
static size_t mark_length(const struct asr_pronounce *p, const char *at)
{
    if (*at == ' ' || *at == '\n')
        return 1;
    for (size_t i = 0; i < p->n_rules; i++) {
        size_t n = strlen(p->rules[i].from);
        if (p->rules[i].kind == RULE_MARK && strncmp(at, p->rules[i].from, n) == 0)
            return n;
    }
    return 0;
}

static const struct rule *find_rule(const struct asr_pronounce *p, enum rule_kind kind,
                                    const char *at)
{
    for (size_t i = 0; i < p->n_rules; i++) {
        const struct rule *rule = &p->rules[i];
        if (rule->kind == kind && strncmp(at, rule->from, strlen(rule->from)) == 0)
            return rule;
    }
    return NULL;
}

int asr_pronounce_map(const struct asr_pronounce *p, const char *ipa,
                      struct base_strbuf *ret_phones)
{
    size_t begin = ret_phones->length;
    while (*ipa) {
        const struct rule *rule = find_rule(p, RULE_SOUND, ipa);
        size_t n = rule ? strlen(rule->from) : mark_length(p, ipa);
        if (n == 0)
            return -EINVAL;
        if (rule && ret_phones->length > begin)
            base_strbuf_add(ret_phones, " ");
        if (rule)
            base_strbuf_add(ret_phones, rule->to);
        ipa += n;
    }
    return ret_phones->length > begin ? 0 : -EINVAL;
}

/* One line of phones.txt, split in place. Returns: whether it is a rule. */
static bool read_rule(struct asr_pronounce *p, char *line)
{
    static const char *const kinds[N_RULE_KINDS] = {"sound", "mark", "letter", "word", "vowel"};
    const char *kind = strsep(&line, " "), *from = strsep(&line, " ");
    for (int i = 0; i < N_RULE_KINDS; i++) {
        bool is_alone = i == RULE_MARK || i == RULE_VOWEL;
        if (strcmp(kind, kinds[i]) == 0 && from && *from && (is_alone || line)) {
            p->rules[p->n_rules++] = (struct rule){(enum rule_kind)i, from, line ? line : ""};
            return true;
        }
    }
    return false;
}

static int read_rules(struct asr_pronounce *p, const char *path)
{
    size_t n_bytes, n_lines = 1;
    int n_line = 0, r = base_file_read(path, 1u << 16, &p->rules_text, &n_bytes);
    if (r < 0) {
        log_error("language-bad", "%s: %s", path, strerror(-r));
        return r;
    }
    for (size_t i = 0; i < n_bytes; i++)
        n_lines += p->rules_text[i] == '\n';
    p->rules = calloc(n_lines, sizeof(*p->rules));
    if (!p->rules)
        return -ENOMEM;
    char *rest = p->rules_text, *line;
    while ((line = strsep(&rest, "\n"))) {
        n_line++;
        if (*line && *line != '#' && !read_rule(p, line)) {
            log_error("language-bad", "%s: line %d is no rule", path, n_line);
            return -EINVAL;
        }
    }
    return 0;
}

/* Length of the word a line begins with. */
static size_t word_length(const char *line)
{
    return strcspn(line, " \t");
}

static bool is_variant(const char *line)
{
    size_t n = word_length(line);
    return n > 3 && line[n - 1] == ')' && memchr(line, '(', n) != NULL;
}

static void index_line(struct asr_pronounce *p, size_t offset)
{
    const char *line = p->text + offset;
    size_t at = base_hash_bytes(BASE_HASH_START, line, word_length(line)) & (p->n_slots - 1);
    while (p->slots[at])
        at = (at + 1) & (p->n_slots - 1);
    p->slots[at] = (uint32_t)offset + 1;
}

static int read_dictionary(struct asr_pronounce *p, const char *path)
{
    enum { BYTES_MAX = 16 << 20 };
    int r = base_file_read(path, BYTES_MAX, &p->text, &p->n_bytes);
    if (r < 0)
        log_error("asr-model-missing", "model file not readable: %s: %s", path, strerror(-r));
    return r;
}

/* Returns: 0, -ENOMEM, -EFBIG for more words than there are places (logged). */
static int index_words(struct asr_pronounce *p, const char *path)
{
    p->n_slots = 1u << 18;
    p->slots = calloc(p->n_slots, sizeof(*p->slots));
    if (!p->slots)
        return -ENOMEM;
    size_t n_lines = 0;
    for (size_t offset = 0; offset < p->n_bytes;) {
        size_t n = strcspn(p->text + offset, "\n");
        p->text[offset + n] = '\0';
        if (n > 0 && !is_variant(p->text + offset)) {
            if (++n_lines * 2 > p->n_slots) {
                log_error("asr-model-bad", "%s: more than %zu words", path, p->n_slots / 2);
                return -EFBIG;
            }
            index_line(p, offset);
        }
        offset += n + 1;
    }
    return 0;
}

int asr_pronounce_open(const char *model_folder, const char *phones_path,
                       asr_letter_to_sound letter_to_sound, void *user,
                       struct asr_pronounce **ret_pronounce)
{
    char path[1024];
    struct asr_pronounce *p = calloc(1, sizeof(*p));
    if (!p)
        return base_trace(-ENOMEM);
    p->letter_to_sound = letter_to_sound;
    p->user = user;
    int r = base_file_join(model_folder, "dict.txt", path, sizeof(path));
    if (r == 0)
        r = read_dictionary(p, path);
    if (r == 0)
        r = index_words(p, path);
    if (r == 0)
        r = read_rules(p, phones_path);
    if (r < 0) {
        asr_pronounce_close(p);
        return base_trace(r);
    }
    *ret_pronounce = p;
    return 0;
}

void asr_pronounce_close(struct asr_pronounce *pronounce)
{
    if (!pronounce)
        return;
    free(pronounce->text);
    free(pronounce->slots);
    free(pronounce->rules);
    free(pronounce->rules_text);
    free(pronounce);
}

static const char *find_line(const struct asr_pronounce *p, const char *word, size_t n)
{
    size_t at = base_hash_bytes(BASE_HASH_START, word, n) & (p->n_slots - 1);
    for (; p->slots[at]; at = (at + 1) & (p->n_slots - 1)) {
        const char *line = p->text + p->slots[at] - 1;
        if (word_length(line) == n && memcmp(line, word, n) == 0)
            return line;
    }
    return NULL;
}

/* Some letters stand in the dictionary in another way. */
static void spell_as_dictionary(const struct asr_pronounce *p, const char *word, char *ret_word,
                                size_t size)
{
    size_t n = 0;
    while (*word && n + 1 < size) {
        const struct rule *rule = find_rule(p, RULE_LETTER, word);
        if (rule && n + strlen(rule->to) < size) {
            memcpy(ret_word + n, rule->to, strlen(rule->to));
            n += strlen(rule->to);
            word += strlen(rule->from);
        } else {
            ret_word[n++] = *word++;
        }
    }
    ret_word[n] = '\0';
}

bool asr_pronounce_knows(struct asr_pronounce *pronounce, const char *word)
{
    char spelled[256];
    spell_as_dictionary(pronounce, word, spelled, sizeof(spelled));
    return find_line(pronounce, spelled, strlen(spelled)) != NULL;
}

bool asr_pronounce_is_vowel(const struct asr_pronounce *pronounce, const char *phones)
{
    size_t n = strcspn(phones, " ");
    for (size_t i = 0; i < pronounce->n_rules; i++) {
        const struct rule *rule = &pronounce->rules[i];
        if (rule->kind == RULE_VOWEL && strlen(rule->from) == n &&
            memcmp(rule->from, phones, n) == 0)
            return true;
    }
    return false;
}

bool asr_pronounce_has_liaisons(const struct asr_pronounce *pronounce)
{
    for (size_t i = 0; i < pronounce->n_rules; i++) {
        if (pronounce->rules[i].kind == RULE_VOWEL)
            return true;
    }
    return false;
}

static void add_phones(const char *line, struct base_strbuf *out)
{
    const char *phones = line + word_length(line);
    phones += strspn(phones, " \t");
    base_strbuf_add(out, phones);
    base_strbuf_add(out, "\n");
}

/* The word's line and the variants that stand right behind it. */
static int add_from_dictionary(const struct asr_pronounce *p, const char *word,
                               struct base_strbuf *out)
{
    size_t n = strlen(word);
    const char *line = find_line(p, word, n);
    if (!line)
        return 0;
    int count = 0;
    const char *end = p->text + p->n_bytes;
    do {
        add_phones(line, out);
        count++;
        line += strlen(line) + 1;
    } while (line < end && strncmp(line, word, n) == 0 && line[n] == '(');
    return count;
}

/* A compound whose parts are all known, each in its base pronunciation. */
static int add_from_parts(const struct asr_pronounce *p, const char *word, struct base_strbuf *out)
{
    struct base_strbuf whole;
    base_strbuf_init(&whole);
    int count = strpbrk(word, "-'") ? 1 : 0;
    while (count && *word) {
        size_t n = strcspn(word, "-'");
        n += word[n] == '\'';
        const char *line = n > 0 ? find_line(p, word, n) : NULL;
        if (n > 0 && !line) {
            count = 0;
            break;
        }
        if (line) {
            const char *phones = line + word_length(line);
            base_strbuf_add(&whole, whole.length ? " " : "");
            base_strbuf_add(&whole, phones + strspn(phones, " \t"));
        }
        word += n + (word[n] == '-');
    }
    if (count && whole.length) {
        base_strbuf_add(out, base_strbuf_text(&whole));
        base_strbuf_add(out, "\n");
    } else {
        count = 0;
    }
    base_strbuf_finish(&whole);
    return count;
}

static int add_from_letters(const struct asr_pronounce *p, const char *word,
                            struct base_strbuf *out)
{
    char ipa[512];
    if (!p->letter_to_sound || p->letter_to_sound(p->user, word, ipa, sizeof(ipa)) < 0)
        return 0;
    struct base_strbuf phones;
    base_strbuf_init(&phones);
    int count = asr_pronounce_map(p, ipa, &phones) == 0;
    if (count) {
        base_strbuf_add(out, base_strbuf_text(&phones));
        base_strbuf_add(out, "\n");
    }
    base_strbuf_finish(&phones);
    return count;
}

/* Whether a line of `lines` from `begin` on is just these phones. */
static bool has_line(const struct base_strbuf *lines, size_t begin, const char *phones)
{
    const char *line = base_strbuf_text(lines) + begin;
    for (size_t n; *line; line += n + (line[n] == '\n')) {
        n = strcspn(line, "\n");
        if (n == strlen(phones) && memcmp(line, phones, n) == 0)
            return true;
    }
    return false;
}

/* Ways to say a known word that the dictionary lacks. */
static int add_from_rules(const struct asr_pronounce *p, const char *word, size_t begin,
                          struct base_strbuf *out)
{
    int count = 0;
    for (size_t i = 0; i < p->n_rules; i++) {
        const struct rule *rule = &p->rules[i];
        if (rule->kind != RULE_WORD || strcmp(rule->from, word) != 0 ||
            has_line(out, begin, rule->to))
            continue;
        base_strbuf_addf(out, "%s\n", rule->to);
        count++;
    }
    return count;
}

int asr_pronounce_word(struct asr_pronounce *pronounce, const char *word,
                       struct base_strbuf *ret_lines)
{
    char spelled[256];
    size_t begin = ret_lines->length;
    spell_as_dictionary(pronounce, word, spelled, sizeof(spelled));
    int count = add_from_dictionary(pronounce, spelled, ret_lines);
    if (count == 0)
        count = add_from_parts(pronounce, spelled, ret_lines);
    if (count == 0)
        count = add_from_letters(pronounce, word, ret_lines);
    count += add_from_rules(pronounce, word, begin, ret_lines);
    return ret_lines->error ? base_trace(ret_lines->error) : count;
}
