/*
 * pager_part: what the files of the pager share.
 */
#ifndef TOCSIN_PUBLISH_PAGER_PART_H
#define TOCSIN_PUBLISH_PAGER_PART_H

#include <pthread.h>
#include <stdatomic.h>

#include "net/client.h"
#include "net/mail.h"
#include "publish/notice.h"
#include "publish/pager.h"
#include "store/rows_page.h"

#define PAGER_WORKERS 16
#define PAGER_MAIL_MS 20000
#define PAGER_HOOK_MS 10000

struct pager_worker {
	struct pager *pager;
	const char *kind;
	bool life;
	int64_t busy;                   /* the channel that it is at; 0: none. Under the pager's lock */
	pthread_t thread;
};

struct pager {
	const struct desk *desk;
	struct exchange *exchange;
	struct mail_server mail;        /* of strings below */
	char *host_port, *from, *user, *ca_file, *folder;
	struct buf password;
	struct http_client *client;
	atomic_bool stop;
	pthread_mutex_t lock;
	pthread_cond_t wake;            /* "round" has grown, or it stops */
	uint64_t round;                 /* how often the thread has looked */
	char trouble[400];
	int64_t tests_at;               /* monotonic: not before this the tests are looked at again */
	pthread_t thread;
	bool has_thread;
	struct pager_worker worker[PAGER_WORKERS];
	size_t worker_n;
};

/* OK: taken; REFUSED: never will be; anything else: not now. */
enum tocsin_err pager_mail(struct pager *p, const struct notice *n, const struct channel_row *channel) MUST_USE;
enum tocsin_err pager_hook(struct pager *p, const struct notice *n, const struct channel_row *channel) MUST_USE;
enum tocsin_err pager_command(struct pager *p, const struct notice *n, const struct channel_row *channel) MUST_USE;

void *pager_work(void *worker);         /* a worker's thread */
void pager_say(struct pager *p, const char *sentence);  /* as its trouble; "": none */

#endif
