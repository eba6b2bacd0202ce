/*
 * rows_silence: when what came from whom, by scope, as rows; what they mean is in desk/silence.h.
 */
#ifndef TOCSIN_STORE_ROWS_SILENCE_H
#define TOCSIN_STORE_ROWS_SILENCE_H

#include "store/store.h"

/* One series: what comes from PARTNER of a topic, as the scope sees it. */
struct silence_row {
	int64_t scope;
	const char *unit, *compartment;         /* of the scope */
	const char *partner, *topic;
	int64_t statement, last_at;             /* the last that came */
	int64_t look_at;                        /* when it is to be looked at; 0: not before something comes */
	int64_t contacts;                       /* when it was last looked at */
	int64_t noticed_at, notices;            /* since when it is silent, 0: it is not; how often it was */
	int64_t acked_at;
	const char *acked_by, *reason;          /* a function, its words */
	int64_t ended_at;                       /* the last notice */
};
typedef bool silence_each(void *arg, const struct silence_row *row);

/* STATEMENT, of TOPIC from PARTNER, came at AT: in every scope that it is shared with by now, in this change too.  What comes
 * within a DAY of a first one is one contact with it.  It ends what was noticed. */
void change_silence_heard(struct change *c, const char *partner, const char *topic, int64_t statement, int64_t at, int64_t day);

/* Due by NOW, soonest first; and when the next one is (INT64_MAX: never). */
enum tocsin_err silence_due(struct snapshot *r, int64_t now, size_t limit, silence_each *each, void *arg) MUST_USE;
enum tocsin_err silence_next(struct snapshot *r, int64_t *at) MUST_USE;
/* Of a scope, by partner and topic; PARTNER may be NULL. */
enum tocsin_err silence_list(struct snapshot *r, int64_t scope, const char *partner, size_t limit, silence_each *each, void *arg) MUST_USE;
/* Numbers of the scopes of units, the inspectors' left out. */
enum tocsin_err silence_scopes(struct snapshot *r, int64_t *scope, size_t max, size_t *n) MUST_USE;
/* Times of its last contacts, ascending, at most MAX. */
enum tocsin_err silence_times(struct snapshot *r, const struct silence_row *row, int64_t *at, size_t max, size_t *n) MUST_USE;
/* How many topics of the partner of ROW have more than CONTACTS in its scope. */
enum tocsin_err silence_topics(struct snapshot *r, const struct silence_row *row, int64_t contacts, int64_t *n) MUST_USE;

/* These change nothing when something has come meanwhile. */
void change_silence_look(struct change *c, const struct silence_row *row, int64_t contacts, int64_t look_at);
/* The change fails with LATER when it was noticed, or something has come. */
void change_silence_notice(struct change *c, const struct silence_row *row, int64_t contacts, int64_t now);
/* The same when it was acknowledged, or has ended. */
void change_silence_ack(struct change *c, const struct silence_row *row, int64_t now, const char *by, const char *reason);
/* Contacts before OLDEST are forgotten. */
void change_silence_trim(struct change *c, const struct silence_row *row, int64_t oldest);
/* The clock was put back to NOW: what came after it has come now, and everything is looked at again. */
void change_silence_back(struct change *c, int64_t now);

#endif
