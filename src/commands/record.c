/*
 * record: what was said on the telephone or in a meeting, what came by mail: this node's own word about it.
 *
 * A mail is read, and its signature checked by gpg, here and not in the node (publish/gpg.h says why); what goes to the
 * node is a record like any other, with the whole file attached.
 */
#include <stdio.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/limits.h"
#include "base/sha256.h"
#include "commands/command.h"
#include "domain/media.h"
#include "publish/eml.h"
#include "publish/gpg.h"

#define MAIL_NAME "mail.eml"                    /* when the file has no name that an attachment may have */

struct recording {
	const char *keys, *text;
	struct words to, re, attach;
	long seconds;
};

/* Without --to it is addressed to this node itself. FIELDS are taken. */
static json_t *record_with(const struct recording *r, json_t *fields)
{
	return json_pack("{s:s, s:o, s:o, s:o}", "kind", "record", "to", json_words(&r->to), "fields", fields, "re", json_words(&r->re));
}

/* ---- from JSON ---- */

static int record_json(const struct context *x, const struct recording *r, const char *type, const char *file)
{
	json_t *fields;
	enum tocsin_err err = read_json(file, &fields);
	if (err != TOCSIN_OK)
		return complain(err);
	const json_t *said = json_object_get(fields, "record.type");
	if (type != NULL && said != NULL && strcmp(text_of(fields, "record.type"), type) != 0) {
		err = fail(TOCSIN_BAD, "%s says that it is no %s: its record.type is another one", file, type);
		json_decref(fields);
		return complain(err);
	}
	put_text(fields, "record.type", type);
	return issue_with_files(x, record_with(r, fields), &r->attach, r->seconds);
}

/* ---- from a mail ---- */

static void put_given(json_t *fields, const char *name, const char *text)
{
	put_text(fields, name, text[0] == 0 ? NULL : text);
}

static json_t *mail_fields(const struct eml *m, const struct gpg_verdict *v, const struct hash *sha256, const char *text)
{
	char hex[2 * SHA256_SIZE + 1], at[CLOCK_TEXT + 1];
	json_t *fields = json_object();
	hex_encode(sha256->b, SHA256_SIZE, hex);
	put_text(fields, "record.type", "mail");
	put_given(fields, "record.from", m->from);
	put_given(fields, "record.to", m->to);
	put_given(fields, "record.subject", m->subject);
	put_given(fields, "record.message-id", m->message_id);
	if (m->date != 0) {
		clock_format(m->date, at);
		put_text(fields, "record.when", at);
	}
	put_text(fields, "record.copy-sha256", hex);
	put_text(fields, "record.signature", v->word);
	put_given(fields, "record.signer", v->signer);
	if (m->form >= EML_DETACHED)
		put_text(fields, "record.signed-part", m->whole ? "whole" : "part");
	if (text != NULL)
		put_text(fields, "text", text);
	else
		json_object_set_new(fields, "text", json_sprintf("A mail that says it is from %s.", m->from));
	return fields;
}

static void say_signature(const struct eml *m, const struct gpg_verdict *v)
{
	fprintf(stderr, "signature: %s%s%s%s%s%s\n", v->word, v->signer[0] != 0 ? ", key " : "", v->signer,
		v->why[0] != 0 ? ": " : "", v->why, m->form < EML_DETACHED ? ""
			: m->whole ? " (of the whole text, not of the header)" : " (of a part of the text; there is other text beside it)");
}

static enum tocsin_err read_mail(const char *file, struct buf *content, struct arena *a, struct eml *m)
{
	enum tocsin_err err = file_read(file, content);
	if (err != TOCSIN_OK)
		return err;
	err = eml_parse(buf_bytes(content), a, m);
	return err == TOCSIN_BAD ? fail_within(err, "%s cannot be read as a mail (tocsin record --attach keeps it as it is)", file)
				 : err;
}

static enum tocsin_err check_mail(const struct eml *m, const char *keys_file, struct gpg_verdict *v)
{
	struct buf keys;
	buf_init(&keys, GPG_KEYS);
	enum tocsin_err err = keys_file == NULL ? TOCSIN_OK : file_read(keys_file, &keys);
	if (err == TOCSIN_OK && keys_file != NULL && keys.n == 0)
		err = fail(TOCSIN_BAD, "%s holds no keys", keys_file);
	if (err == TOCSIN_OK)
		err = gpg_verify(m, buf_bytes(&keys), v);
	buf_free(&keys);
	return err;
}

static int record_mail(const struct context *x, const struct recording *r, const char *file)
{
	struct buf content;
	struct eml m;
	struct gpg_verdict v;
	struct arena *a = arena_new(64u << 20);
	json_t *send = NULL;
	buf_init(&content, LIMIT_ENVELOPE);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for a mail") : read_mail(file, &content, a, &m);
	if (err == TOCSIN_OK)
		err = check_mail(&m, r->keys, &v);
	if (err == TOCSIN_OK) {
		const char *slash = strrchr(file, '/'), *name = slash == NULL ? file : slash + 1;
		struct hash sha256_of = sha256(buf_bytes(&content));
		send = record_with(r, mail_fields(&m, &v, &sha256_of, r->text));
		err = attach_bytes(x, media_name_check(name) == TOCSIN_OK ? name : MAIL_NAME, "message/rfc822", buf_bytes(&content), send);
	}
	if (err == TOCSIN_OK)
		say_signature(&m, &v);
	buf_free(&content);
	arena_free(a);
	if (err == TOCSIN_OK)
		return issue_with_files(x, send, &r->attach, r->seconds);
	json_decref(send);
	return complain(err);
}

int command_record(const struct context *x, int argc, char **argv)
{
	struct recording r = { 0 };
	struct words plain;
	const char *wait = NULL;
	const struct option options[] = { { "--attach", OPTION_MANY, &r.attach }, { "--to", OPTION_MANY, &r.to }, { "--re", OPTION_MANY, &r.re },
		{ "--keys", OPTION_ONE, &r.keys }, { "--text", OPTION_ONE, &r.text }, { "--wait", OPTION_ONE, &wait }, { NULL } };
	if (!args_take(argc, argv, options, &plain, 1, 2) || !seconds_of(wait, &r.seconds))
		return usage("record");
	const char *type = plain.n == 2 ? plain.word[0] : NULL, *file = plain.word[plain.n - 1];
	bool mail = type != NULL && strcmp(type, "mail") == 0;
	if (type != NULL && !mail && strcmp(type, "call") != 0 && strcmp(type, "meeting") != 0)
		return usage("record");
	if (!mail && (r.keys != NULL || r.text != NULL))
		return usage("record");
	return mail ? record_mail(x, &r, file) : record_json(x, &r, type, file);
}
