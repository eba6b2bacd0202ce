#include "node/config.h"

#include <stddef.h>

#include "base/file.h"
#include "base/ini.h"
#include "base/limits.h"
#include "base/text.h"

#define AT(member) offsetof(struct config, member)

static const struct ini_key keys[] = {
	{ "node", "name", INI_STR, AT(name), NULL, 0, LIMIT_NAME, "This node's name; fixed at init." },
	{ "exchange", "listen", INI_STR, AT(exchange_listen), "", 0, 300,
		"HOST:PORT for partners and the Internet; empty: none, as behind an air gap." },
	{ "exchange", "cert", INI_STR, AT(exchange_cert), "", 0, 4000,
		"PEM file of the certificate chain; empty: plain HTTP." },
	{ "exchange", "key", INI_STR, AT(exchange_key), "", 0, 4000, "PEM file of the certificate's key." },
	{ "exchange", "plain", INI_BOOL, AT(exchange_plain), "no", 0, 0,
		"Plain HTTP beyond loopback, to listen and to call: only behind a proxy or in a closed network." },
	{ "exchange", "ca", INI_STR, AT(ca_file), "", 0, 4000,
		"PEM file of further trust anchors for partners' certificates." },
	{ "exchange", "workers", INI_INT, AT(workers), "0", 0, 64,
		"Threads that open and check what arrives; 0: as many as processors, at most 4." },
	{ "exchange", "tick", INI_INT, AT(tick), "10", 1, 3600, "Seconds between published checkpoints." },
	{ "exchange", "cover", INI_BOOL, AT(cover), "no", 0, 0,
		"Publish padding at every tick, so that quiet days do not show." },
	{ "exchange", "partner-rate", INI_INT, AT(partner_rate), "0", 0, 1000000,
		"Envelopes a second taken from one partner; 0: no limit." },
	{ "exchange", "overdue", INI_INT, AT(overdue), "600", 1, 86400,
		"Seconds after which a receipt that is not witnessed is an alarm." },
	{ "exchange", "resume-wait", INI_INT, AT(resume_wait), "3", 0, 60,
		"Seconds that a start waits for witnesses and partners to tell what they have seen of our log." },
	{ "exchange", "retry", INI_INT, AT(retry), "5", 1, 3600,
		"Seconds before a failed delivery is tried again; doubles up to an hour." },
	{ "exchange", "fetch", INI_INT, AT(fetch), "0", 0, 3600,
		"Seconds between asking partners for what waits for this node, which takes no calls; 0: never." },
	{ "desk", "listen", INI_STR, AT(desk_listen), "", 0, 300,
		"HOST:PORT for the organisation's own people; empty: only the Unix socket." },
	{ "desk", "cert", INI_STR, AT(desk_cert), "", 0, 4000,
		"PEM file of the certificate chain; empty: plain HTTP." },
	{ "desk", "key", INI_STR, AT(desk_key), "", 0, 4000, "PEM file of the certificate's key." },
	{ "desk", "plain", INI_BOOL, AT(desk_plain), "no", 0, 0, "Plain HTTP beyond loopback." },
	{ "notify", "command", INI_STR, AT(notify_command), "", 0, 4000,
		"Program that is run when a statement arrives; it gets no content." },
	{ "notify", "folder", INI_STR, AT(notify_folder), "", 0, 4000,
		"Folder of the programs that command channels may run; empty: none." },
	{ "notify", "ca", INI_STR, AT(notify_ca), "", 0, 4000,
		"PEM file of further trust anchors for the mail server and for webhooks." },
	{ "mail", "server", INI_STR, AT(mail_server), "", 0, 300,
		"HOST:PORT of the server that sends the mail of e-mail channels; empty: none is sent." },
	{ "mail", "from", INI_STR, AT(mail_from), "", 0, 254, "The address that this mail comes from." },
	{ "mail", "tls", INI_STR, AT(mail_tls), "starttls", 0, 10,
		"starttls (port 587), tls (port 465), or none: to a server on this machine only." },
	{ "mail", "user", INI_STR, AT(mail_user), "", 0, 254, "The name to log in with; empty: no login." },
	{ "mail", "password-file", INI_STR, AT(mail_password_file), "", 0, 4000,
		"File with the password, readable by the node's user alone." },
	{ "log", "level", INI_STR, AT(log_level), "note", 0, 10, "error, warn, note or trace." },
	{ NULL, NULL, INI_STR, 0, NULL, 0, 0, NULL },
};

static enum tocsin_err check(const struct config *c)
{
	static const char *const levels[] = { "error", "warn", "note", "trace" };
	bool level = false;
	for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
		level = level || strcmp(c->log_level, levels[i]) == 0;
	if (!level)
		return fail(TOCSIN_BAD, "[log] level must be error, warn, note or trace, not \"%s\"", c->log_level);
	if (c->name == NULL || !text_is_name(bytes_str(c->name)))
		return fail(TOCSIN_BAD, "[node] name must be a lower-case DNS name of at least two labels");
	if ((c->exchange_cert[0] == 0) != (c->exchange_key[0] == 0) || (c->desk_cert[0] == 0) != (c->desk_key[0] == 0))
		return fail(TOCSIN_BAD, "cert and key go together: give both or neither");
	if (c->notify_command[0] != 0 && c->notify_command[0] != '/')
		return fail(TOCSIN_BAD, "[notify] command must be an absolute path");
	if (strcmp(c->mail_tls, "starttls") != 0 && strcmp(c->mail_tls, "tls") != 0 && strcmp(c->mail_tls, "none") != 0)
		return fail(TOCSIN_BAD, "[mail] tls must be starttls, tls or none, not \"%s\"", c->mail_tls);
	return TOCSIN_OK;
}

enum tocsin_err config_load(const char *dir, struct config *c)
{
	char path[4096];
	memset(c, 0, sizeof *c);
	enum tocsin_err err = file_join(path, sizeof path, dir, "tocsin.ini");
	if (err == TOCSIN_OK && !file_exists(path))
		err = fail(TOCSIN_MISSING, "%s is no node: there is no tocsin.ini (tocsin init makes one)", dir);
	if (err == TOCSIN_OK)
		err = ini_load(path, keys, c);
	if (err == TOCSIN_OK) {
		err = check(c);
		if (err != TOCSIN_OK)
			err = fail_within(err, "%s", path);
	}
	if (err != TOCSIN_OK)
		config_free(c);
	return err;
}

void config_free(struct config *c)
{
	ini_free(keys, c);
	memset(c, 0, sizeof *c);
}

void config_write(const struct config *c, struct buf *out)
{
	const char *section = "";
	for (const struct ini_key *k = keys; k->section != NULL; k++) {
		if (strcmp(section, k->section) != 0)
			buf_printf(out, "%s[%s]\n", section[0] == 0 ? "" : "\n", k->section);
		section = k->section;
		const void *at = (const char *)c + k->offset;
		const char *const *text = at;
		const int64_t *number = at;
		buf_printf(out, "; %s\n", k->help);
		if (k->type == INI_STR && *text != NULL && **text != 0)
			buf_printf(out, "%s = %s\n", k->key, *text);
		else if (k->type == INI_INT && *number != 0)
			buf_printf(out, "%s = %lld\n", k->key, (long long)*number);
		else if (k->deflt != NULL && k->deflt[0] != 0)
			buf_printf(out, "%s = %s\n", k->key, k->deflt);
		else
			buf_printf(out, ";%s =\n", k->key);
	}
}
