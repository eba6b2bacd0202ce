/*
 * vocabulary: the fields of a warning (and of the other kinds) as one table: name, type, allowed values, meaning, and
 * whether a line is closed by default.
 *
 * Names: threat.summary, threat.harm, threat.method, threat.actor, target.kind, target.who, where.place, where.area,
 * when.from, when.until, when.words, likelihood, confidence,
 * source.grade, source.scale, source.grader, source.origin (closed by default), source.method (closed by default),
 * handling.tlp, handling.caveat, handling.visible, handling.tell-affected, ask.what,
 * ask.reply-by, purpose, advice, urgency, specificity, and for the other kinds: stage, assessment.specific, assessment.words,
 * question, copy, due, legal-basis,
 * result, text, reason, outcome, record.*, ....  Fields outside the table
 * (x.*) are allowed and kept as they are.  Rules of the field: reference in docs/PROTOCOL.md, annex A.
 */
#ifndef TOCSIN_DOMAIN_VOCABULARY_H
#define TOCSIN_DOMAIN_VOCABULARY_H

#include "base/json.h"
#include "domain/kind.h"

enum field_type { FIELD_TEXT, FIELD_WORD, FIELD_WORDS, FIELD_TIME, FIELD_INTEGER, FIELD_BOOLEAN, FIELD_AREA,
	FIELD_GRADE, FIELD_SHA256, FIELD_VECTOR, FIELD_TEXTS };
struct field {
	const char *name;
	const char *kinds;                      /* space-separated kinds that use it */
	enum field_type type;
	const char *const *words;               /* for FIELD_WORD and FIELD_WORDS; ends with NULL */
	bool closed;                            /* closed unless the author opens it by name */
	const char *label;                      /* for people, English */
	const char *help;
};
const struct field *field_find(const char *name);          /* NULL: not in the table */
/* As KIND uses it (the words of "outcome" differ by kind); NULL when KIND does not use it. */
const struct field *field_for(const char *kind, const char *name);
const struct field *field_each(size_t i);
/* Whether NAME is closed unless its author opens it by name; so is what stands under source. and is not in the table. */
bool field_closed(const char *kind, const char *name);
/* Checks a canonical VALUE for field NAME of KIND: type and allowed words. Unknown names pass when their grammar is
 * right. BAD with a sentence naming the field and what is allowed. */
enum tocsin_err field_check(const char *kind, const char *name, struct bytes value) MUST_USE;

/* ---- draft.c: what an author writes (warning JSON) ---- */
#define DRAFT_FIELDS 512
struct draft {
	struct body_field field[DRAFT_FIELDS];  /* names and values in the arena; open by the table's default */
	size_t n;
};
/* A JSON object: field names (dotted, or nested objects joined with dots; an object of languages is a value) to
 * values.  Nested objects whose members are all language tags are languages.
 * Checks every field by the vocabulary and that KIND's required fields are there. */
enum tocsin_err draft_parse(const char *kind, const json_t *o, struct arena *a, struct draft *d) MUST_USE;
/* The same in two steps: what is there, checked field by field; and whether it is all that KIND needs. */
enum tocsin_err draft_fields(const char *kind, const json_t *o, struct arena *a, struct draft *d) MUST_USE;
enum tocsin_err draft_complete(const char *kind, const struct draft *d) MUST_USE;
enum tocsin_err draft_read(const char *kind, struct bytes json, struct arena *a, struct draft *d) MUST_USE;
/* Closes the named field; MISSING when there is no such field. "source.*" closes every field under it. */
enum tocsin_err draft_close(struct draft *d, const char *name) MUST_USE;
enum tocsin_err draft_open(struct draft *d, const char *name) MUST_USE;
/* 0 imminent, 1 urgent, 2 routine: from the field urgency, otherwise from when.from against NOW. */
int draft_urgency(const struct draft *d, int64_t now);

/* ---- words.c: values for people ---- */
/* One value as plain words (the authoritative language first, others behind it); control-free. */
void value_words(struct bytes value, struct buf *out);

#endif
