/*
 * subject: who somebody is, as two texts about one person are compared: a name as a key, and keys as tags that say
 * nothing without the key they were made with.
 *
 * The one replaceable part of everything that compares people: leads, protected people, what was told about whom.  For
 * now two names are the same when their keys are.  A key is the name folded (fold.h), without marks and apostrophes,
 * with each letter that looks like a Latin one taken for that (subject_look.c), its words sorted; so "Ivanov, Ivan",
 * "IVAN IVANOV", and one with a Cyrillic "a" in it are one, and so is a Cyrillic name with a Latin "a" in it.
 *
 * What it does not do: a transliteration that is spelt otherwise, a name in another script, a nickname, an initial, a
 * name without its patronymic, a digit for a letter, letters with spaces between are other names.  Who knows several
 * spellings gives them all.  Two names that only look the same ("Capa" in Latin and in Cyrillic letters) are one.
 *
 * Pure.
 */
#ifndef TOCSIN_DOMAIN_SUBJECT_H
#define TOCSIN_DOMAIN_SUBJECT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/sha256.h"

#define SUBJECT_NAMES 32                /* spellings of one subject that are looked at */
#define SUBJECT_KEY 256                 /* bytes of a key */
#define SUBJECT_WORDS 16                /* words of one name */

/* The key of NAME (UTF-8) into OUT, empty when nothing of it is left. BAD when it has more words or bytes than a name has. */
enum tocsin_err subject_key(struct bytes name, struct buf *out) MUST_USE;
/* Whether NAME is written so that it looks like another one: a word that mixes scripts, or that has a digit where a
 * letter would stand, or a word of foreign letters that all look Latin beside one that is Latin. */
bool subject_mixed(struct bytes name);

/* The keys of a field's VALUE (canonical JSON: a text, a list of them, an object of languages; names in one text are
 * separated by ; | / or line ends), sorted, each once. */
struct subject_keys {
	struct bytes key[SUBJECT_NAMES];
	size_t n;
	bool mixed;                     /* one of the names is */
	bool more;                      /* there were more of them, or such as are no name: not all were looked at */
};
enum tocsin_err subject_keys(struct bytes value, struct arena *a, struct subject_keys *out) MUST_USE;

/* The words of a free text (at most LIMIT_ENVELOPE bytes) as they are in keys, in their order, into the arena. */
struct subject_text {
	struct bytes *word;
	size_t n;
	bool mixed;                     /* one of them mixes scripts, or has a digit for a letter */
};
enum tocsin_err subject_words(struct bytes text, struct arena *a, struct subject_text *out) MUST_USE;
/* The key of the name that N such words are; its bytes, 0: they are no name. */
size_t subject_join(const struct bytes *word, size_t n, uint8_t out[SUBJECT_KEY]);

/* What a folded character looks like among Latin letters, a to z; 0: like none. CAPITAL: it was a capital; ALONE: in a word
 * of its own script, where both cases must stay one. (subject_look.c) */
char subject_look(uint32_t c, bool capital, bool alone);

/* HMAC-SHA-256(SECRET of 32 bytes, "subject " KEY). */
void subject_tag(const uint8_t secret[32], struct bytes key, struct hash *tag);

#endif
