/*
 * pager: takes pages to people (desk/pages.h), through every channel of the account that is paged, until one of them
 * took it, or somebody acknowledged it.
 *
 * One thread spreads waiting pages over the channels, sees to their deadlines and to the tests; a few workers for each
 * kind of channel deliver, those of threats to life apart from all others, so that a server that is slow keeps nobody
 * else waiting, and never the desk.  How far each page is stands in the database: a crash makes a page come twice with
 * the same id, never not at all.  A channel that fails is tried again, after longer and longer, for a day.
 *
 *   pager.c          the thread: spreading, deadlines, tests
 *   pager_work.c     the workers: one try at a time
 *   pager_mail.c, pager_hook.c, pager_command.c   the ways; notice.c what is said
 */
#ifndef TOCSIN_PUBLISH_PAGER_H
#define TOCSIN_PUBLISH_PAGER_H

#include "desk/desk.h"
#include "exchange/exchange.h"

struct pager;
struct pager_config {
	const struct desk *desk;
	struct exchange *exchange;      /* is woken for tests */
	const char *mail_server;        /* HOST:PORT; empty: no mail */
	const char *mail_from;
	const char *mail_tls;           /* "starttls", "tls", "none" */
	const char *mail_user, *mail_password_file;     /* empty: no login */
	const char *folder;             /* of the programs of command channels; empty: none are run */
	const char *ca_file;            /* further anchors for mail server and webhooks; empty: the system's alone */
};
/* REFUSED or BAD with what is wrong in the configuration. */
enum tocsin_err pager_start(const struct pager_config *config, struct pager **out) MUST_USE;
/* Whether a channel of this kind can work at all; the sentence of what is missing, "" when it can. */
const char *pager_missing(const struct pager *p, const char *kind);
void pager_trouble(struct pager *p, char *out, size_t room);   /* what it fails at, "" when it goes on */
void pager_stop(struct pager *p);       /* lets what is under way have 5 seconds more; safe on NULL */

#endif
