/*
 * screen: the door's rules about a request that somebody else sends: named rules, as data, each with a verdict, the
 * facts that it used, and its text (docs/OPERATING.md, "The door").
 *
 * It looks at the request and at the requester's record alone, and never at what this node holds about anybody: so
 * neither its verdict nor the time that it takes tells what is held.  It decides nothing: a person does.
 *
 * Pure.
 */
#ifndef TOCSIN_DOMAIN_SCREEN_H
#define TOCSIN_DOMAIN_SCREEN_H

#include "base/json.h"
#include "domain/subject.h"

enum screen_verdict { SCREEN_PASS, SCREEN_CAUTION, SCREEN_HOLD, SCREEN_REFUSE };       /* hold: for a second person */
const char *screen_verdict_name(enum screen_verdict v); /* "pass", "caution", "hold", "refuse" */

/* ---- what is looked at ---- */

struct screen_field { struct bytes name, value; };      /* an open line; canonical JSON */
struct screen_file { struct bytes name, type, data; };  /* an attachment */
struct screen_request {
	const char *kind;                       /* "request", or "warning" (is it a request in disguise?) */
	const struct screen_field *field;
	size_t field_n;
	const struct screen_file *file;
	size_t file_n;
	int64_t at;                             /* when it was accepted here; microseconds */
	bool stranger;                          /* of a node that is no partner */
};
/* What is known of who asks, from rows that are kept for it (counted, not read one by one). */
struct screen_record {
	int64_t requests, person_requests;      /* in the window that the rules name */
	int64_t refused;                        /* of them, by a person here */
	int64_t warnings;                       /* that it ever gave us, tests not counted */
	int64_t abroad;                         /* about people of another nationality, or in another country, than its own */
	int64_t quota_used;                     /* person requests in the quota's window, with this one */
	int64_t subjects;                       /* different subjects that it asked about in the window of fishing */
	int64_t near;                           /* earlier requests of its that are nearly this one: about the same subject, or with the same words */
	char country[3];                        /* ISO 3166, of its profile; empty: not known */
};
/* Whether TAG (made with the key of the protected list) is on it; ARG is the caller's. */
typedef bool screen_protected(void *arg, const struct hash *tag);

/* ---- rules ---- */

struct screen_rules;
/* JSON (docs/OPERATING.md): {"version", "rules": [{"name", "verdict", "on", "text", ...}], "lists": {...}, "calendar": [...]}.
 * BAD with a sentence that names the rule and the member. Returned owned. */
enum tocsin_err screen_rules_read(struct bytes json, struct screen_rules **out) MUST_USE;
/* Those that are there from the beginning, as JSON. */
struct bytes screen_rules_default(void);
void screen_rules_free(struct screen_rules *r);         /* safe on NULL */
/* Over how long what is in struct screen_record is counted; in microseconds. */
struct screen_windows { int64_t record, quota, fishing; };
void screen_windows(const struct screen_rules *r, struct screen_windows *out);

/* ---- the verdict ---- */

#define SCREEN_FINDINGS 32
struct screen_finding {
	const char *rule;                       /* "evidence.none"; of the rules */
	enum screen_verdict verdict;
	const char *text;                       /* the rule's, for people */
	struct bytes facts;                     /* in the arena: which fields, which numbers; a name never */
};
struct screening {
	enum screen_verdict verdict;            /* the worst of the findings; pass without any */
	bool person;                            /* it is about a person (said, or found): it goes through the door whatever the verdict */
	struct screen_finding finding[SCREEN_FINDINGS];
	size_t n;
};
/* The tags under which NAME stands on the list: as a key, and its words written together, in both directions. BAD when
 * it is no name. */
#define SCREEN_TAGS 3
enum tocsin_err screen_tags(const uint8_t secret[32], struct bytes name, struct hash tag[SCREEN_TAGS], size_t *n) MUST_USE;
/* SECRET: the key of the protected list (32 bytes). */
enum tocsin_err screen(const struct screen_rules *rules, const struct screen_request *q, const struct screen_record *record,
	const uint8_t secret[32], screen_protected *is_protected, void *arg, struct arena *a, struct screening *out) MUST_USE;

#endif
