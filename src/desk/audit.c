#include "desk/audit.h"

#include <stdlib.h>

#include "store/rows_access.h"

#define CHECK_ROWS 4096                 /* read at a time */

void audit_add(struct change *c, const struct view *v, const char *what, const char *subject, const char *detail)
{
	change_audit(c, v->account, v->function, what, subject, detail);
}

enum tocsin_err audit_note(
	const struct desk *d, const struct view *v, const char *what, const char *subject, const char *detail)
{
	struct change *c = change_new();
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory for the audit trail");
	audit_add(c, v, what, subject, detail);
	return store_commit(d->store, c, NULL, NULL);
}

void audit_anchor_entry(enum realm realm, int64_t seq, const struct hash *hash, struct hash *entry)
{
	char hex[2 * SHA256_SIZE + 1], text[160];
	hex_encode(hash->b, SHA256_SIZE, hex);
	int n = snprintf(text, sizeof text, "%s audit %lld %s\n",
		realm == REALM_EXERCISE ? "tocsin-exercise/v1" : "tocsin/v1", (long long)seq, hex);
	*entry = sha256(bytes_of(text, (size_t)n));
}

enum tocsin_err audit_anchor(const struct desk *d)
{
	struct snapshot *r;
	struct log_state log;
	struct hash head, entry;
	int64_t seq = 0, anchored = 0;
	store_log_state(d->store, &log);
	enum tocsin_err err = snapshot_open(d->store, &r);
	if (err != TOCSIN_OK)
		return err;
	err = audit_head(r, &seq, &head);
	if (err == TOCSIN_OK)
		err = anchor_last(r, log.n, &anchored);
	snapshot_close(r);
	if (err != TOCSIN_OK || seq == anchored)
		return err;
	struct change *c = change_new();
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory to anchor the audit trail");
	audit_anchor_entry(d->realm, seq, &head, &entry);
	change_entry(c, &entry, "audit", NULL);
	change_audit_anchor(c, seq, &head);
	return store_commit(d->store, c, NULL, NULL);
}

/* ---- checking ---- */

struct checking {
	int64_t seq;                            /* of the last row that was looked at */
	struct hash hash;
	struct anchor_row *anchor;
	size_t anchor_n, anchor_room;
	size_t next;                            /* the first anchor, by row, that is not compared yet */
	enum tocsin_err err;
};

static bool add_anchor(void *arg, const struct anchor_row *row)
{
	struct checking *k = arg;
	if (k->anchor_n == k->anchor_room) {
		size_t room = k->anchor_room == 0 ? 256 : k->anchor_room * 2;
		struct anchor_row *more = realloc(k->anchor, room * sizeof *more);
		if (more == NULL) {
			k->err = fail(TOCSIN_BROKEN, "no memory to check the audit trail");
			return false;
		}
		k->anchor = more;
		k->anchor_room = room;
	}
	k->anchor[k->anchor_n++] = *row;
	return true;
}

static int by_seq(const void *a, const void *b)
{
	const struct anchor_row *x = a, *y = b;
	return x->seq != y->seq ? (x->seq < y->seq ? -1 : 1) : x->log_n < y->log_n ? -1 : x->log_n > y->log_n;
}

static bool check_row(void *arg, const struct audit_row *row)
{
	struct checking *k = arg;
	struct hash want;
	if (row->seq != k->seq + 1) {
		k->err = fail(TOCSIN_BROKEN, "the audit trail is broken: row %lld is missing", (long long)k->seq + 1);
	} else if (!audit_row_hash(row, &k->hash, &want)) {
		k->err = fail(TOCSIN_BROKEN, "no memory to check the audit trail");
	} else if (!hash_equal(&want, &row->hash)) {
		k->err = fail(TOCSIN_BROKEN, "the audit trail is broken: row %lld is not what its hash says",
			(long long)row->seq);
	}
	while (k->err == TOCSIN_OK && k->next < k->anchor_n && k->anchor[k->next].seq == row->seq) {
		if (!hash_equal(&k->anchor[k->next].hash, &row->hash))
			k->err = fail(TOCSIN_BROKEN,
				"the audit trail is broken: row %lld is another one than when it was anchored",
				(long long)row->seq);
		k->next++;
	}
	k->seq = row->seq;
	k->hash = row->hash;
	return k->err == TOCSIN_OK;
}

static enum tocsin_err check_rows(struct snapshot *r, struct checking *k)
{
	struct hash head;
	int64_t last, before;
	enum tocsin_err err = audit_head(r, &last, &head);
	do {
		before = k->seq;
		if (err == TOCSIN_OK)
			err = audit_from(r, k->seq, CHECK_ROWS, check_row, k);
		if (err == TOCSIN_OK)
			err = k->err;
	} while (err == TOCSIN_OK && k->seq > before);
	if (err == TOCSIN_OK && k->next < k->anchor_n)
		return fail(TOCSIN_BROKEN, "the audit trail is broken: it ends at row %lld, but row %lld is anchored in the log",
			(long long)k->seq, (long long)k->anchor[k->next].seq);
	if (err == TOCSIN_OK && (last != k->seq || (last != 0 && !hash_equal(&head, &k->hash))))
		return fail(TOCSIN_BROKEN, "the audit trail is broken: it ends at row %lld, but row %lld was written",
			(long long)k->seq, (long long)last);
	return err;
}

static enum tocsin_err check_anchors(struct store *s, enum realm realm, const struct checking *k)
{
	enum tocsin_err err = TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i < k->anchor_n; i++) {
		const struct anchor_row *a = &k->anchor[i];
		struct hash want, is;
		audit_anchor_entry(realm, a->seq, &a->hash, &want);
		err = store_log_entries(s, a->log_n, a->log_index, 1, &is);
		if (err != TOCSIN_OK || !hash_equal(&want, &is))
			err = fail(TOCSIN_BROKEN,
				"the audit trail is broken: entry %llu of log %llu is not the anchor of row %lld",
				(unsigned long long)a->log_index, (unsigned long long)a->log_n, (long long)a->seq);
	}
	return err;
}

enum tocsin_err audit_check(struct store *s, enum realm realm, int64_t *rows, int64_t *anchored)
{
	struct checking k = { .err = TOCSIN_OK };
	struct snapshot *r;
	*rows = *anchored = 0;
	enum tocsin_err err = snapshot_open(s, &r);
	if (err != TOCSIN_OK)
		return err;
	err = anchor_each(r, add_anchor, &k);
	if (err == TOCSIN_OK)
		err = k.err;
	if (err == TOCSIN_OK && k.anchor_n > 1)
		qsort(k.anchor, k.anchor_n, sizeof *k.anchor, by_seq);
	if (err == TOCSIN_OK)
		err = check_rows(r, &k);
	snapshot_close(r);
	if (err == TOCSIN_OK)
		err = check_anchors(s, realm, &k);
	if (err == TOCSIN_OK) {
		*rows = k.seq;
		*anchored = k.anchor_n > 0 ? k.anchor[k.anchor_n - 1].seq : 0;
	}
	free(k.anchor);
	return err;
}
