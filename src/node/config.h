/*
 * config: DIR/tocsin.ini as a structure. The table in config.c is also the documentation of every key
 * (docs/OPERATING.md).
 */
#ifndef TOCSIN_NODE_CONFIG_H
#define TOCSIN_NODE_CONFIG_H

#include "base/buf.h"

struct config {
	char *name;                        /* [node] */
	char *exchange_listen;             /* [exchange] HOST:PORT; empty: no exchange listener (air gap) */
	char *exchange_cert, *exchange_key;
	bool exchange_plain;               /* plain HTTP beyond loopback: behind a proxy */
	char *ca_file;                     /* extra trust anchors for what we call */
	int64_t workers, tick, partner_rate, overdue, resume_wait, retry, fetch;
	bool cover;
	char *desk_listen;                 /* [desk] HOST:PORT; empty: the Unix socket only */
	char *desk_cert, *desk_key;
	bool desk_plain;
	char *notify_command;              /* [notify] absolute path; empty: none */
	char *notify_folder, *notify_ca;   /* of command channels' programs; extra trust anchors for mail and webhooks */
	char *mail_server, *mail_from, *mail_tls, *mail_user, *mail_password_file;     /* [mail] empty server: no mail */
	char *log_level;                   /* [log] error, warn, note, trace */
};

/* Reads DIR/tocsin.ini; every key has its default but the name. Free with config_free. */
enum tocsin_err config_load(const char *dir, struct config *c) MUST_USE;
void config_free(struct config *c);
/* The file that `tocsin init` writes: every key with its help, those of C set. */
void config_write(const struct config *c, struct buf *out);

#endif
