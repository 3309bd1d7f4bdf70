/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The model's phones are those of the LIUM dictionary: "oo" is the open o, "au" the closed one,
 * "ee" the schwa, "in" both nasal vowels of "brin" and, in most words, "brun". espeak-ng writes the
 * same sounds in IPA; its marks of stress and length carry nothing for the model.
 */
#include "asr/pronounce.h"

#include "base/error.h"
#include "base/file.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct asr_pronounce {
    char *text;      /* dict.txt, lines ended by NUL */
    uint32_t *slots; /* hash of the word -> offset of its first line + 1 */
    size_t n_slots, n_bytes;
    asr_letter_to_sound letter_to_sound;
    void *user;
};

struct ipa_phone {
    const char *ipa;
    const char *phones;
};

/* Longest first where one is the head of another. */
static const struct ipa_phone ipa_phones[] = {
    {"ɑ̃", "an"},    {"ɔ̃", "on"},     {"ɛ̃", "in"},     {"œ̃", "un"},     {"ãː", "an"}, {"ã", "an"},
    {"õ", "on"},    {"dʒ", "dd jj"}, {"tʃ", "tt ch"}, {"ts", "tt ss"}, {"a", "aa"},  {"ɑ", "aa"},
    {"ɐ", "aa"},    {"æ", "aa"},     {"ɛ", "ai"},     {"o", "au"},     {"ɔ", "oo"},  {"ɒ", "oo"},
    {"b", "bb"},    {"ʃ", "ch"},     {"d", "dd"},     {"ð", "dd"},     {"ə", "ee"},  {"e", "ei"},
    {"ø", "eu"},    {"f", "ff"},     {"ɡ", "gg"},     {"g", "gg"},     {"ɲ", "gn"},  {"i", "ii"},
    {"ɪ", "ii"},    {"ʒ", "jj"},     {"k", "kk"},     {"l", "ll"},     {"m", "mm"},  {"n", "nn"},
    {"ŋ", "nn gg"}, {"œ", "oe"},     {"ɜ", "oe"},     {"ʌ", "oe"},     {"u", "ou"},  {"ʊ", "ou"},
    {"p", "pp"},    {"ʁ", "rr"},     {"r", "rr"},     {"ɹ", "rr"},     {"x", "rr"},  {"s", "ss"},
    {"θ", "ss"},    {"t", "tt"},     {"y", "uu"},     {"ɥ", "uy"},     {"v", "vv"},  {"w", "ww"},
    {"j", "yy"},    {"z", "zz"},
};

/* Stress, length, syllable and joining marks, and a stray tilde or h. */
static const char *const ipa_marks[] = {"ˈ",      "ˌ",      "ː", ".", "-", "_", "\u200d",
                                        "\u0361", "\u0303", "h", "ʔ", " ", "|", "\n"};

static const char *skip_mark(const char *at)
{
    for (size_t i = 0; i < sizeof(ipa_marks) / sizeof(ipa_marks[0]); i++) {
        size_t n = strlen(ipa_marks[i]);
        if (strncmp(at, ipa_marks[i], n) == 0)
            return at + n;
    }
    return NULL;
}

int asr_pronounce_map(const char *ipa, struct base_strbuf *ret_phones)
{
    size_t begin = ret_phones->length;
    while (*ipa) {
        const char *next = NULL;
        for (size_t i = 0; i < sizeof(ipa_phones) / sizeof(ipa_phones[0]) && !next; i++) {
            size_t n = strlen(ipa_phones[i].ipa);
            if (strncmp(ipa, ipa_phones[i].ipa, n) != 0)
                continue;
            if (ret_phones->length > begin)
                base_strbuf_add(ret_phones, " ");
            base_strbuf_add(ret_phones, ipa_phones[i].phones);
            next = ipa + n;
        }
        if (!next)
            next = skip_mark(ipa);
        if (!next)
            return -EINVAL;
        ipa = next;
    }
    return ret_phones->length > begin ? 0 : -EINVAL;
}

static uint32_t hash_of(const char *word, size_t n)
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)word[i]) * 16777619u;
    return h;
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
    size_t at = hash_of(line, word_length(line)) & (p->n_slots - 1);
    while (p->slots[at])
        at = (at + 1) & (p->n_slots - 1);
    p->slots[at] = (uint32_t)offset + 1;
}

static int index_text(struct asr_pronounce *p)
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
            if (++n_lines * 2 > p->n_slots)
                return -EFBIG;
            index_line(p, offset);
        }
        offset += n + 1;
    }
    return 0;
}

int asr_pronounce_open(const char *model_folder, asr_letter_to_sound letter_to_sound, void *user,
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
        r = base_file_read(path, 16u << 20, &p->text, &p->n_bytes);
    if (r == 0)
        r = index_text(p);
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
    free(pronounce);
}

static const char *find_line(const struct asr_pronounce *p, const char *word, size_t n)
{
    size_t at = hash_of(word, n) & (p->n_slots - 1);
    for (; p->slots[at]; at = (at + 1) & (p->n_slots - 1)) {
        const char *line = p->text + p->slots[at] - 1;
        if (word_length(line) == n && memcmp(line, word, n) == 0)
            return line;
    }
    return NULL;
}

/* The dictionary writes œ as oe. */
static void spell_as_dictionary(const char *word, char *ret_word, size_t size)
{
    size_t n = 0;
    while (*word && n + 3 < size) {
        if (strncmp(word, "œ", strlen("œ")) == 0) {
            ret_word[n++] = 'o';
            ret_word[n++] = 'e';
            word += strlen("œ");
        } else {
            ret_word[n++] = *word++;
        }
    }
    ret_word[n] = '\0';
}

bool asr_pronounce_knows(struct asr_pronounce *pronounce, const char *word)
{
    char spelled[256];
    spell_as_dictionary(word, spelled, sizeof(spelled));
    return find_line(pronounce, spelled, strlen(spelled)) != NULL;
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
    int count = asr_pronounce_map(ipa, &phones) == 0;
    if (count) {
        base_strbuf_add(out, base_strbuf_text(&phones));
        base_strbuf_add(out, "\n");
    }
    base_strbuf_finish(&phones);
    return count;
}

int asr_pronounce_word(struct asr_pronounce *pronounce, const char *word,
                       struct base_strbuf *ret_lines)
{
    char spelled[256];
    spell_as_dictionary(word, spelled, sizeof(spelled));
    int count = add_from_dictionary(pronounce, spelled, ret_lines);
    if (count == 0)
        count = add_from_parts(pronounce, spelled, ret_lines);
    if (count == 0)
        count = add_from_letters(pronounce, word, ret_lines);
    return ret_lines->error ? base_trace(ret_lines->error) : count;
}
