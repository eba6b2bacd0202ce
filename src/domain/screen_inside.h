/*
 * screen_inside: what the files of the door's rules share. Nobody else includes it.
 */
#ifndef TOCSIN_DOMAIN_SCREEN_INSIDE_H
#define TOCSIN_DOMAIN_SCREEN_INSIDE_H

#include "domain/screen.h"

#define RULES_BYTES (256u << 10)        /* of the JSON */
#define RULES_MAX 64
#define RULES_LISTS 32
#define RULES_PHRASES 1024              /* in one list */
#define RULES_PHRASE 120                /* bytes of one */
#define RULES_PHRASE_WORDS 16
#define RULES_CALENDAR 200
#define RULES_FIELDS 32                 /* named by one rule */
#define RULES_NAME 40
#define RULES_TEXT 400
#define SCREEN_TEXT (256u << 10)        /* bytes of attachments that are looked at */

enum screen_on { ON_MISSING, ON_INCONSISTENT, ON_WORDS, ON_SHORT, ON_SAME, ON_GRADE, ON_PROTECTED, ON_MIXED, ON_UNREAD,
	ON_RECORD, ON_NAMES, ON_CALENDAR, ON_TYPE_MISSING, ON_TYPE_WRONG, ON_STRANGER, ON_COUNT };
enum screen_when { WHEN_PERSON, WHEN_REQUEST, WHEN_WARNING, WHEN_COUNT };
enum screen_number { NUMBER_REFUSED, NUMBER_SHARE, NUMBER_ABROAD, NUMBER_QUOTA, NUMBER_SUBJECTS, NUMBER_NEAR, NUMBER_NOTHING_GIVEN,
	NUMBER_COUNT };

struct phrase_row {
	const char *text;               /* as it was written */
	struct bytes word[RULES_PHRASE_WORDS];
	size_t n;
	bool open;                      /* its last word may go on: written with * */
	unsigned list;
};
struct screen_rule {
	const char *name, *text;
	enum screen_verdict verdict;
	enum screen_on on;
	enum screen_when when;
	bool off;
	const char *field[RULES_FIELDS];        /* names, or for ON_MISSING several with | between: one of them is enough */
	size_t field_n;
	const char *with[RULES_FIELDS];         /* ON_WORDS: one of these must be there, too */
	size_t with_n;
	const char *unless[RULES_FIELDS];       /* "field=value": then it says nothing */
	size_t unless_n;
	unsigned list;                          /* ON_WORDS, ON_TYPE_WRONG */
	const char *grade[8];
	size_t grade_n;
	enum screen_number number;
	int64_t over, from;                     /* ON_RECORD: only when there are FROM requests; ON_NAMES, ON_SHORT */
	int64_t days;
	bool in_text;                           /* ON_PROTECTED */
};
struct calendar_row {
	const char *what, *place;
	char country[3];                        /* empty: any */
	int64_t from, until;
};
struct screen_rules {
	struct arena *arena;
	struct screen_windows windows;
	struct screen_rule rule[RULES_MAX];
	size_t rule_n;
	const char *list[RULES_LISTS];
	size_t list_n;
	struct phrase_row *phrase;              /* sorted by their first word */
	size_t phrase_n;
	struct calendar_row calendar[RULES_CALENDAR];
	size_t calendar_n;
};

/* ---- screen_text.c ---- */
struct looked {                         /* one field, or the attachments, as words */
	struct bytes name, value;       /* canonical JSON; of an attachment empty */
	struct subject_text text;
	const struct phrase_row **hit;  /* by list: the first that was found, or NULL */
};
struct looked_at {
	struct looked *field;
	size_t n;
	size_t unread;                  /* attachments that could not be read as text, or not whole */
	bool text_mixed;                /* another field has a word that mixes scripts, or a digit for a letter */
	bool name_mixed;                /* subject.name is written to look like another one */
	size_t names;                   /* of subject.name */
	bool names_more;
	size_t protected_subject, protected_text;       /* fields in which such a name was found */
	struct bytes protected_in;      /* their names, for the facts */
};
enum tocsin_err look_at(const struct screen_rules *r, const struct screen_request *q, const uint8_t secret[32],
	screen_protected *is_protected, void *arg, struct arena *a, struct looked_at *out) MUST_USE;
const struct looked *look_find(const struct looked_at *l, const char *name);

/* ---- screen_if.c ---- */
/* Whether RULE's condition holds, with its facts. */
bool screen_if(const struct screen_rules *r, const struct screen_rule *rule, const struct screen_request *q,
	const struct screen_record *record, const struct looked_at *l, struct buf *facts);

#endif
