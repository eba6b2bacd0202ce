/*
 * page_summary: the one line of content that a page may say, when policy lets it, to who may see it.
 */
#include "desk/access.h"
#include "desk/audit.h"
#include "desk/channels.h"
#include "desk/policy.h"
#include "desk/standing_part.h"
#include "domain/vocabulary.h"

#define SUMMARY_ARENA (64u << 20)
#define SUMMARY_BYTES 2000
#define LINE_NAME "threat.summary"

/* S in words, at most SUMMARY_BYTES of whole characters. */
static void take_words(struct bytes value, struct buf *out)
{
	struct buf words;
	buf_init(&words, 4u << 20);
	value_words(value, &words);
	size_t n = words.n < SUMMARY_BYTES ? words.n : SUMMARY_BYTES;
	while (n < words.n && n > 0 && (words.p[n] & 0xc0) == 0x80)
		n--;
	buf_add(out, words.p, n);
	if (n < words.n)
		buf_add_str(out, " ...");
	buf_free(&words);
}

static enum tocsin_err read_line(struct snapshot *read, int64_t num, bool whole, char *id, struct buf *out)
{
	struct statement_row row;
	struct content c;
	struct arena *a = arena_new(SUMMARY_ARENA);
	if (a == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a summary");
	enum tocsin_err err = statement_by_num(read, num, a, &row);
	if (err == TOCSIN_OK)
		err = standing_content(&row, whole, a, &c);
	if (err == TOCSIN_OK) {
		const struct body_line *line = standing_line(&c, LINE_NAME);
		hex_encode(row.id.b, SHA256_SIZE, id);
		if (line != NULL)
			take_words(line->value, out);
	}
	arena_free(a);
	return err;
}

enum tocsin_err page_summary(const struct desk *d, const struct page_row *page, struct buf *out)
{
	struct snapshot *read;
	struct view v;
	bool whole = false;
	char id[2 * SHA256_SIZE + 1] = "";
	if (page->statement == 0 || !policy_flag(d, "notify.content"))
		return TOCSIN_OK;
	enum tocsin_err err = snapshot_open(d->store, &read);
	if (err != TOCSIN_OK)
		return err;
	err = access_account(d, read, page->account, TOKEN_READ, &v);
	if (err == TOCSIN_OK)
		err = access_sees(read, &v, page->statement, "", &whole);
	if (err == TOCSIN_OK)
		err = read_line(read, page->statement, whole, id, out);
	snapshot_close(read);
	/* It leaves only when it is known that it did. */
	if (err == TOCSIN_OK && out->n > 0)
		err = audit_note(d, &v, "read", id, LINE_NAME " sent in a page");
	if (err != TOCSIN_OK)
		buf_clear(out);
	/* Who may not see it is paged without it. */
	return err == TOCSIN_MISSING ? TOCSIN_OK : err;
}
