/*
 * notice: what a page says, in the form of each way by which it is sent.
 *
 * Without content: what happened, the first 16 digits of what it is about and its kind, by when, whose; and, when a
 * receipt does not come, the duty contact of the partner: whoever is woken can ring up at once.  SUMMARY alone
 * is content, and whoever fills it in has asked policy and sight before.  Every form names the page, so that a receiver
 * can drop what comes twice, and says when it is a test or an exercise.
 */
#ifndef TOCSIN_PUBLISH_NOTICE_H
#define TOCSIN_PUBLISH_NOTICE_H

#include "base/buf.h"
#include "base/clock.h"
#include "base/zone.h"
#include "publish/runner.h"

struct notice {
	const char *node;
	bool exercise, test, life;
	const char *page;               /* its id */
	const char *account;
	int64_t at;
	const char *what;               /* "clock missed: reply-by" */
	const char *about;              /* 16 hex digits; "": about no statement */
	const char *kind;               /* of that statement */
	const char *clock;              /* its id; "" */
	int64_t due_at;                 /* 0: no time */
	const char *whose;              /* a function, or a unit's name; "" */
	const char *why;                /* what that means and whom to ring up, no content; "" or NULL */
	const char *summary;            /* content: "" unless policy lets it through */
	const struct zone *zone;        /* the desk's */
};

/* The body of a webhook's request. */
void notice_json(const struct notice *n, struct buf *out);
#define NOTICE_SIGNATURE 100
/* "t=SECONDS,v1=HEX": HMAC-SHA-256 of "SECONDS.BODY" with SECRET. */
void notice_signature(struct bytes secret, int64_t seconds, struct bytes body, char out[NOTICE_SIGNATURE]);
/* Header fields and text of a mail, lines ended by CR LF. FROM and TO are text_is_mail; SENT: when it is sent. */
void notice_mail(const struct notice *n, const char *from, const char *to, int64_t sent, struct buf *out);

/* The environment of a program; never the summary. */
#define NOTICE_SETTINGS 12
struct notice_settings {
	struct runner_setting setting[NOTICE_SETTINGS];
	char due[CLOCK_TEXT + 1];
};
void notice_settings(const struct notice *n, struct notice_settings *out);

#endif
