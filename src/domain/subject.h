/*
 * subject: who somebody is, as two texts about one person are compared: a name as a key, and keys as tags that say
 * nothing without the key they were made with.
 *
 * The one replaceable part of everything that compares people: leads, protected people, what was told about whom.  For
 * now two names are the same when their keys are.  A key is the name folded (fold.h), without marks, letters of other
 * scripts that only look like Latin ones taken for those (when a word mixes scripts, or is nothing but such letters),
 * its words sorted; so "Ivanov, Ivan", "IVAN IVANOV" and one with a Cyrillic "a" in it are one.  Transliterations that
 * differ in spelling are different names: who knows several gives them all.
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
/* Whether NAME has a word that mixes scripts (Latin with Cyrillic or Greek): how a name is hidden from a list. */
bool subject_mixed(struct bytes name);

/* The keys of a field's VALUE (canonical JSON: a text, a list of them, an object of languages), sorted, each once. */
struct subject_keys {
	struct bytes key[SUBJECT_NAMES];
	size_t n;
	bool mixed;                     /* one of the names is */
};
enum tocsin_err subject_keys(struct bytes value, struct arena *a, struct subject_keys *out) MUST_USE;

/* HMAC-SHA-256(SECRET of 32 bytes, "subject " KEY). */
void subject_tag(const uint8_t secret[32], struct bytes key, struct hash *tag);

#endif
