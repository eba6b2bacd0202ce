#include "commands/account.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "desk/audit.h"
#include "desk/broker.h"
#include "desk/unnamed.h"
#include "domain/chain.h"
#include "store/log.h"
#include "store/rows_access.h"
#include "store/rows_broker.h"
#include "store/rows_unnamed.h"

#define PAGE 1024

/* What the node holds, as the entries that it should have made: a sorted list to look entries up in. */
struct expected {
	struct hash entry;
	enum { EXPECT_STATEMENT, EXPECT_FORGOTTEN, EXPECT_CARD, EXPECT_AUDIT, EXPECT_LABEL } what;
};
struct expectations {
	struct expected *item;
	size_t n, room;
	enum realm realm;
	const char *name;
	struct snapshot *read;
	int64_t last_num;
	bool failed;
};

static struct hash *expect_entry(struct expectations *e, int what)
{
	if (e->n == e->room) {
		size_t room = e->room == 0 ? 4096 : e->room * 2;
		struct expected *more = room > SIZE_MAX / sizeof *more ? NULL : realloc(e->item, room * sizeof *more);
		if (more == NULL) {
			e->failed = true;
			return NULL;
		}
		e->item = more;
		e->room = room;
	}
	e->item[e->n].what = what;
	return &e->item[e->n++].entry;
}

static bool expect(struct expectations *e, enum entry_kind kind, const struct hash *id, int what)
{
	struct hash *entry = expect_entry(e, what);
	if (entry != NULL)
		statement_entry(e->realm, kind, id, entry);
	return entry != NULL;
}

static bool expect_anchor(void *arg, const struct anchor_row *row)
{
	struct expectations *e = arg;
	struct hash *entry = expect_entry(e, EXPECT_AUDIT);
	if (entry != NULL)
		audit_anchor_entry(e->realm, row->seq, &row->hash, entry);
	return entry != NULL;
}

static enum tocsin_err expect_anchors(struct snapshot *read, struct expectations *e)
{
	enum tocsin_err err = anchor_each(read, expect_anchor, e);
	return err == TOCSIN_OK && e->failed ? fail(TOCSIN_BROKEN, "no memory to account for the log") : err;
}

static bool expect_label(void *arg, const struct hash *label)
{
	struct expectations *e = arg;
	struct hash *entry = expect_entry(e, EXPECT_LABEL);
	if (entry != NULL)
		broker_entry(e->realm, e->name, label, entry);
	return entry != NULL;
}

static enum tocsin_err expect_labels(struct snapshot *read, struct expectations *e)
{
	enum tocsin_err err = labels_each(read, expect_label, e);
	return err == TOCSIN_OK && e->failed ? fail(TOCSIN_BROKEN, "no memory to account for the log") : err;
}

static bool expect_statement(void *arg, const struct statement_row *row)
{
	struct expectations *e = arg;
	struct hash blind, *entry;
	e->last_num = row->num;
	if (row->issued && unnamed_blind(e->read, row->num, &blind) == TOCSIN_OK) {
		entry = expect_entry(e, (row->marks & STATEMENT_MARK_FORGOTTEN) != 0 ? EXPECT_FORGOTTEN : EXPECT_STATEMENT);
		if (entry != NULL)
			unnamed_entry(e->realm, &row->id, &blind, entry);
		return entry != NULL;
	}
	return expect(e, row->issued ? ENTRY_ISSUED : ENTRY_ACCEPTED, &row->id, (row->marks & STATEMENT_MARK_FORGOTTEN) != 0 ? EXPECT_FORGOTTEN : EXPECT_STATEMENT);
}

static enum tocsin_err expect_statements(struct snapshot *read, struct expectations *e)
{
	enum tocsin_err err = TOCSIN_OK;
	size_t before;
	e->read = read;
	struct statement_filter f = { .issued = -1, .limit = PAGE };
	do {
		before = e->n;
		err = statement_list(read, &f, expect_statement, e);
		f.before_num = e->last_num;
	} while (err == TOCSIN_OK && !e->failed && e->n > before && e->last_num > 1);
	return err == TOCSIN_OK && e->failed ? fail(TOCSIN_BROKEN, "no memory to account for the log") : err;
}

static enum tocsin_err expect_cards(struct snapshot *read, const char *name, struct expectations *e)
{
	struct buf chain;
	buf_init(&chain, LIMIT_CHAIN_BYTES);
	enum tocsin_err err = card_chain(read, name, &chain);
	struct bytes rest = buf_bytes(&chain), one;
	while (err == TOCSIN_OK && card_chain_next(&rest, &one, &err)) {
		struct note note;
		err = note_parse(one, LIMIT_NOTE, &note);
		struct hash id = err == TOCSIN_OK ? statement_id(note.text) : (struct hash){ { 0 } };
		if (err == TOCSIN_OK && !expect(e, ENTRY_ISSUED, &id, EXPECT_CARD))
			err = fail(TOCSIN_BROKEN, "no memory to account for the log");
	}
	buf_free(&chain);
	return err;
}

static int by_entry(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct hash));
}

static bool read_padding_key(const char *dir, uint8_t key[32])
{
	char path[4096];
	struct buf text;
	buf_init_secret(&text, 256);
	bool ok = file_join(path, sizeof path, dir, "keys/padding.key") == TOCSIN_OK && file_read_private(path, &text) == TOCSIN_OK && text.n >= 64 &&
		hex_decode(bytes_of(text.p, 64), key, 32);
	buf_free(&text);
	return ok;
}

/* The secret of log N, as the keeper derives it from padding.key. */
static void padding_secret(const uint8_t key[32], uint64_t n, uint8_t secret[32])
{
	char label[32];
	int len = snprintf(label, sizeof label, "padding %llu", (unsigned long long)n);
	crypto_auth_hmacsha256(secret, (const uint8_t *)label, (unsigned long long)len, key);
}

/* PROTOCOL, section 7: a padding entry is HMAC-SHA-256(secret, uint64 big-endian index). */
static bool is_padding(const uint8_t key[32], uint64_t index, const struct hash *entry)
{
	uint8_t message[8], mac[crypto_auth_hmacsha256_BYTES];
	be64_put(message, index);
	crypto_auth_hmacsha256(mac, message, sizeof message, key);
	return memcmp(mac, entry->b, sizeof mac) == 0;
}

static enum tocsin_err account_log(struct store *s, uint64_t n, uint64_t size, const struct expectations *e, const uint8_t key[32], struct account *out)
{
	struct hash entries[256];
	for (uint64_t first = 0; first < size; first += 256) {
		size_t count = size - first < 256 ? (size_t)(size - first) : 256;
		enum tocsin_err err = store_log_entries(s, n, first, count, entries);
		if (err != TOCSIN_OK)
			return err;
		for (size_t i = 0; i < count; i++) {
			const struct expected *found = bsearch(&entries[i], e->item, e->n, sizeof *e->item, by_entry);
			out->entries++;
			if (found != NULL && found->what == EXPECT_STATEMENT)
				out->statements++;
			else if (found != NULL && found->what == EXPECT_FORGOTTEN)
				out->forgotten++;
			else if (found != NULL && found->what == EXPECT_AUDIT)
				out->anchors++;
			else if (found != NULL && found->what == EXPECT_LABEL)
				out->labels++;
			else if (found != NULL)
				out->cards++;
			else if (out->padding_known && is_padding(key, first + i, &entries[i]))
				out->padding++;
			else
				out->unaccounted++;
		}
	}
	return TOCSIN_OK;
}

#define LOGS_MAX 1024

struct logs {
	struct { uint64_t n, size; } log[LOGS_MAX];
	size_t n;
};

static bool add_log(void *arg, const struct log_row *row)
{
	struct logs *l = arg;
	l->log[l->n].n = row->n;
	l->log[l->n++].size = row->size;
	return l->n < LOGS_MAX;
}

enum tocsin_err account_make(struct store *s, const char *dir, struct account *out)
{
	struct expectations e = { 0 };
	struct snapshot *read = NULL;
	struct log_state state;
	struct logs logs = { 0 };
	uint8_t key[32] = { 0 }, secret[32];
	char name[LIMIT_KEY_NAME + 1];
	memset(out, 0, sizeof *out);
	store_log_state(s, &state);
	memcpy(name, state.origin, sizeof name);
	*strchrnul(name, '/') = 0;
	e.name = name;
	e.realm = realm_of_name(bytes_str(name));
	out->padding_known = read_padding_key(dir, key);
	enum tocsin_err err = snapshot_open(s, &read);
	if (err == TOCSIN_OK)
		err = expect_statements(read, &e);
	if (err == TOCSIN_OK)
		err = expect_cards(read, name, &e);
	if (err == TOCSIN_OK)
		err = expect_anchors(read, &e);
	if (err == TOCSIN_OK)
		err = expect_labels(read, &e);
	if (err == TOCSIN_OK)
		err = store_log_each(read, add_log, &logs);
	snapshot_close(read);
	if (err == TOCSIN_OK && e.n > 1)
		qsort(e.item, e.n, sizeof *e.item, by_entry);
	for (size_t i = 0; err == TOCSIN_OK && i < logs.n; i++) {
		padding_secret(key, logs.log[i].n, secret);
		err = account_log(s, logs.log[i].n, logs.log[i].size, &e, secret, out);
	}
	bytes_wipe(key, sizeof key);
	bytes_wipe(secret, sizeof secret);
	free(e.item);
	return err;
}
