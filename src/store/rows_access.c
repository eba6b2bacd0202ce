#include "store/rows_access.h"

#include "base/banned.h"
#include "base/text.h"
#include "store/inside.h"
#include "store/take.h"

/* ---- scopes and shares ---- */

enum tocsin_err scope_find(struct snapshot *r, const char *unit, const char *compartment, int64_t *num)
{
	struct cursor *c = NULL;
	*num = 0;
	enum tocsin_err err = cursor_open(r, &c, READ_SCOPE, unit, compartment);
	if (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK)
		*num = cursor_int(c, 0);
	return take_end(c, err);
}

void change_scope_add(struct change *c, const char *unit, const char *compartment)
{
	change_run(c, WRITE_SCOPE_ADD, unit, compartment);
}

void change_share(
	struct change *c, const char *unit, const char *compartment, const char *facet, int64_t num, bool whole)
{
	change_run(c, WRITE_SHARED_ADD, facet, num, (int64_t)whole, unit, compartment);
}

enum tocsin_err share_seen(struct snapshot *r, int64_t num, const int64_t *scope, size_t n, bool *seen, bool *whole)
{
	struct cursor *c = NULL;
	size_t i = 0;
	*seen = *whole = false;
	enum tocsin_err err = cursor_open(r, &c, READ_SHARED, num);
	while (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		while (i < n && scope[i] < cursor_int(c, 0))
			i++;
		if (i == n || scope[i] != cursor_int(c, 0))
			continue;
		*seen = true;
		*whole = *whole || cursor_int(c, 1) != 0;
	}
	return take_end(c, err);
}

enum tocsin_err share_of(struct snapshot *r, int64_t num, size_t limit, share_each *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_SHARED_OF, num, (int64_t)limit);
	while (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		const struct share_row row = { .scope = cursor_int(c, 0), .whole = cursor_int(c, 1) != 0,
			.unit = cursor_text(c, 2), .compartment = cursor_text(c, 3) };
		if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}

enum tocsin_err share_list(struct snapshot *r, int64_t scope, const char *facet, int64_t before, int64_t *nums,
	size_t max, size_t *n)
{
	struct cursor *c = NULL;
	*n = 0;
	enum tocsin_err err = cursor_open(r, &c, READ_SHARED_LIST, scope, facet, before, (int64_t)max);
	while (err == TOCSIN_OK && *n < max && (err = cursor_next(c)) == TOCSIN_OK)
		nums[(*n)++] = cursor_int(c, 0);
	return take_end(c, err);
}

static enum tocsin_err any_row(struct snapshot *r, enum sql_read q, const char *name, bool *known)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, q, name);
	if (err == TOCSIN_OK)
		err = cursor_next(c);
	*known = err == TOCSIN_OK;
	return take_end(c, err);
}

enum tocsin_err scope_unit_known(struct snapshot *r, const char *unit, bool *known)
{
	return any_row(r, READ_SCOPE_UNIT, unit, known);
}

enum tocsin_err scope_compartment_known(struct snapshot *r, const char *compartment, bool *known)
{
	return any_row(r, READ_SCOPE_COMPARTMENT, compartment, known);
}

static bool in_compartment(void *arg, const struct share_row *row)
{
	*(bool *)arg = row->compartment[0] != 0;
	return !*(bool *)arg;
}

enum tocsin_err share_in_compartment(struct snapshot *r, int64_t num, bool *is)
{
	*is = false;
	return share_of(r, num, SIZE_MAX / 2, in_compartment, is);
}

static void candidate(int64_t num, int64_t *nums, size_t max, size_t *n)
{
	for (size_t i = 0; i < *n; i++)
		if (nums[i] == num)
			return;
	if (*n < max)
		nums[(*n)++] = num;
}

enum tocsin_err statement_candidates(struct snapshot *r, const struct hash *id, int64_t *nums, size_t max, size_t *n)
{
	uint32_t prefix = prefix_of(id);
	size_t at = 0;
	struct cursor *c = NULL;
	*n = 0;
	for (int64_t k; (k = prefix_view_next(&r->prefix, PREFIX_STATEMENT, prefix, &at)) >= 0; )
		candidate(k, nums, max, n);
	enum tocsin_err err = cursor_open(
		r, &c, READ_STATEMENT_PREFIX, (int64_t)prefix << 31, (int64_t)prefix << 31 | PREFIX_NUM_MAX);
	while (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK)
		candidate(cursor_int(c, 0) & PREFIX_NUM_MAX, nums, max, n);
	return take_end(c, err);
}

enum tocsin_err statement_id_of(struct snapshot *r, int64_t num, struct hash *id)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_STATEMENT_ID, num);
	if (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK && !take_hash(c, 0, id))
		err = take_damaged("statement");
	cursor_close(c);
	return err;
}

enum tocsin_err statement_begins(struct snapshot *r, int64_t num, const struct hash *id, size_t digits, bool *is)
{
	struct hash h;
	size_t n = digits / 2;
	*is = false;
	enum tocsin_err err = statement_id_of(r, num, &h);
	if (err == TOCSIN_OK)
		*is = memcmp(h.b, id->b, n) == 0 && (digits % 2 == 0 || (h.b[n] ^ id->b[n]) >> 4 == 0);
	return err == TOCSIN_MISSING ? TOCSIN_OK : err;
}

/* ---- following ---- */

#define FOLLOWED "followed"                     /* in meta */

enum tocsin_err followed_last(struct snapshot *r, int64_t *num)
{
	struct buf value;
	uint64_t v = 0;
	buf_init(&value, 32);
	enum tocsin_err err = meta_get(r, FOLLOWED, &value);
	if (err == TOCSIN_OK && !text_u64(buf_bytes(&value), INT64_MAX, &v))
		err = fail(TOCSIN_BROKEN, "how far statements were followed cannot be read; restore the database from a backup");
	buf_free(&value);
	*num = (int64_t)v;
	return err == TOCSIN_MISSING ? TOCSIN_OK : err;
}

void change_followed(struct change *c, int64_t was, int64_t num)
{
	char before[24], now[24];
	snprintf(before, sizeof before, "%lld", (long long)was);
	snprintf(now, sizeof now, "%lld", (long long)num);
	change_must(c, "this statement was followed already, or the one before it was not", WRITE_FOLLOWED, FOLLOWED,
		bytes_str(now), bytes_str(before));
}

enum tocsin_err followed_draft(struct snapshot *r, int64_t num, struct arena *a, int64_t *draft, const char **unit,
	const char **compartment, const char **author)
{
	struct cursor *c = NULL;
	bool ok = true;
	*draft = 0;
	*unit = *compartment = *author = "";
	enum tocsin_err err = cursor_open(r, &c, READ_FOLLOWED_DRAFT, num);
	if (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		*draft = cursor_int(c, 0);
		*unit = take_str(a, c, 1, &ok);
		*compartment = take_str(a, c, 2, &ok);
		*author = take_str(a, c, 3, &ok);
		if (!ok)
			err = take_no_room();
	}
	return take_end(c, err);
}

/* ---- who opened it ---- */

enum tocsin_err opened_each(struct snapshot *r, int64_t statement, opened_each_row *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_OPENED, statement);
	while (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		const struct opened_row row = { .account = cursor_text(c, 0), .function = cursor_text(c, 1),
			.first_at = cursor_int(c, 2), .last_at = cursor_int(c, 3), .lines = cursor_text(c, 4) };
		if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}

enum tocsin_err opened_get(struct snapshot *r, int64_t statement, const char *account, struct arena *a,
	struct opened_row *out)
{
	struct cursor *c = NULL;
	bool ok = true;
	enum tocsin_err err = cursor_open(r, &c, READ_OPENED_BY, statement, account);
	if (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		*out = (struct opened_row) { .first_at = cursor_int(c, 2), .last_at = cursor_int(c, 3) };
		out->account = take_str(a, c, 0, &ok);
		out->function = take_str(a, c, 1, &ok);
		out->lines = take_str(a, c, 4, &ok);
		if (!ok)
			err = take_no_room();
	}
	cursor_close(c);
	return err;
}

void change_opened(struct change *c, int64_t statement, const char *account, const char *function, int64_t now,
	const char *lines)
{
	change_run(c, WRITE_OPENED, statement, account, function, now, lines);
}

/* ---- the audit trail ---- */

bool audit_row_hash(const struct audit_row *row, const struct hash *prev, struct hash *out)
{
	const char *const text[] = { row->who, row->function, row->what, row->subject, row->detail };
	char line[128], hex[2 * SHA256_SIZE + 2];
	struct sha256 *s = sha256_new();
	if (s == NULL)
		return false;
	int n = snprintf(line, sizeof line, "tocsin/v1 audit\n%lld\n%lld\n", (long long)row->seq, (long long)row->at);
	sha256_add(s, bytes_of(line, (size_t)n));
	for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
		sha256_add(s, bytes_str(text[i]));
		sha256_add(s, BYTES_LIT("\n"));
	}
	hex_encode(prev->b, SHA256_SIZE, hex);
	hex[2 * SHA256_SIZE] = '\n';
	sha256_add(s, bytes_of(hex, 2 * SHA256_SIZE + 1));
	*out = sha256_end(s);
	return true;
}

/* The row is lines of text, so no text of it may hold one. */
static const char *one_line(struct change *c, const char *s)
{
	char *copy = c->failed ? NULL : arena_copy(c->a, s, strlen(s));
	for (char *p = copy; p != NULL && *p != 0; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = ' ';
	return copy != NULL ? copy : "";
}

void change_audit(struct change *c, const char *who, const char *function, const char *what, const char *subject,
	const char *detail)
{
	change_run(c, WRITE_AUDIT_ADD, one_line(c, who), one_line(c, function), one_line(c, what), one_line(c, subject),
		one_line(c, detail));
}

/* "<seq> <hash>". */
static bool head_parse(struct bytes text, int64_t *seq, struct hash *hash)
{
	struct bytes word;
	uint64_t v;
	if (!text_word(&text, &word) || !text_u64(word, INT64_MAX, &v) || text.n != 2 * SHA256_SIZE ||
		!hex_decode(text, hash->b, SHA256_SIZE))
		return false;
	*seq = (int64_t)v;
	return true;
}

enum tocsin_err audit_head(struct snapshot *r, int64_t *seq, struct hash *hash)
{
	struct buf value;
	buf_init(&value, 128);
	*seq = 0;
	memset(hash, 0, sizeof *hash);
	enum tocsin_err err = meta_get(r, AUDIT_HEAD, &value);
	if (err == TOCSIN_OK && !head_parse(buf_bytes(&value), seq, hash))
		err = fail(TOCSIN_BROKEN, "the end of the audit trail cannot be read; restore the database from a backup");
	buf_free(&value);
	return err == TOCSIN_MISSING ? TOCSIN_OK : err;
}

static enum tocsin_err rows_each(struct cursor *c, enum tocsin_err err, audit_each_row *each, void *arg)
{
	while (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		struct audit_row row = { .seq = cursor_int(c, 0), .at = cursor_int(c, 1), .who = cursor_text(c, 2),
			.function = cursor_text(c, 3), .what = cursor_text(c, 4), .subject = cursor_text(c, 5),
			.detail = cursor_text(c, 6) };
		if (!take_hash(c, 7, &row.hash))
			err = take_damaged("audit");
		else if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}

enum tocsin_err audit_from(struct snapshot *r, int64_t seq, size_t limit, audit_each_row *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_AUDIT_FROM, seq, (int64_t)limit);
	return rows_each(c, err, each, arg);
}

enum tocsin_err audit_before(struct snapshot *r, int64_t seq, const char *who, const char *subject, size_t limit,
	audit_each_row *each, void *arg)
{
	struct cursor *c = NULL;
	int64_t before = seq == 0 ? INT64_MAX : seq;
	enum tocsin_err err = who != NULL ? cursor_open(r, &c, READ_AUDIT_WHO, who, before, (int64_t)limit)
		: subject != NULL	  ? cursor_open(r, &c, READ_AUDIT_SUBJECT, subject, before, (int64_t)limit)
					  : cursor_open(r, &c, READ_AUDIT_BEFORE, before, (int64_t)limit);
	return rows_each(c, err, each, arg);
}

void change_audit_anchor(struct change *c, int64_t seq, const struct hash *hash)
{
	change_run(c, WRITE_AUDIT_ANCHOR, seq, hash);
}

enum tocsin_err anchor_each(struct snapshot *r, anchor_each_row *each, void *arg)
{
	struct cursor *c = NULL;
	enum tocsin_err err = cursor_open(r, &c, READ_AUDIT_ANCHORS);
	while (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK) {
		struct anchor_row row = { .log_n = (uint64_t)cursor_int(c, 0), .log_index = (uint64_t)cursor_int(c, 1),
			.seq = cursor_int(c, 2), .at = cursor_int(c, 4) };
		if (!take_hash(c, 3, &row.hash))
			err = take_damaged("audit_anchor");
		else if (!each(arg, &row))
			break;
	}
	return take_end(c, err);
}

enum tocsin_err anchor_last(struct snapshot *r, uint64_t n, int64_t *seq)
{
	struct cursor *c = NULL;
	*seq = 0;
	enum tocsin_err err = cursor_open(r, &c, READ_AUDIT_ANCHOR_LAST, (int64_t)n);
	if (err == TOCSIN_OK && (err = cursor_next(c)) == TOCSIN_OK)
		*seq = cursor_int(c, 0);
	return take_end(c, err);
}
