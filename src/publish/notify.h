/*
 * notify: runs the configured command when something happened that people must know at once.
 *
 * The command gets no content: TOCSIN_EVENT (as in the events of the API), TOCSIN_ID, TOCSIN_KIND and TOCSIN_FROM of
 * the statement where there is one, TOCSIN_SUBJECT otherwise; nothing else is in its environment but PATH and LANG.  It
 * is run without a shell, one at a time, in the order of the events, gets 30 seconds, and one more try when it fails.
 * How far it came is kept in the database: over a restart nothing is missed, and nothing runs twice unless the node
 * crashed while it ran.
 */
#ifndef TOCSIN_PUBLISH_NOTIFY_H
#define TOCSIN_PUBLISH_NOTIFY_H

#include "desk/desk.h"

struct notify;
struct notify_counts { uint64_t run, failed; };          /* commands that ended well; that failed twice */

/* COMMAND: an absolute path; empty: nothing is run, *OUT is NULL, and a command that is configured later begins with
 * what happens then. */
enum tocsin_err notify_start(const struct desk *d, const char *command, struct notify **out) MUST_USE;
void notify_counts_get(struct notify *n, struct notify_counts *c);      /* zeros for NULL */
void notify_stop(struct notify *n); /* lets a running command have 5 seconds more; safe on NULL */

#endif
