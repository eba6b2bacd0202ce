/*
 * returns: giving back to a partner whose log was put back what it may have lost (internal.h, "Giving back").
 *
 * Page by page in order of number: its own statements go back in a batch; ours go into the outbox again with the
 * transaction that moves the row on.
 */
#include "base/random.h"
#include "exchange/courier.h"
#include "proof/once.h"

#define PAGE 128
#define AGAIN_URGENCY 1                 /* what it once accepted: behind what is imminent now, before routine */

struct page {
	struct courier *c;
	const struct peer *peer;
	struct parcel *parcel;
	struct change *change;
	int64_t now, next;
	size_t bytes;
	bool full;
	enum tocsin_err err;
};

/* What was written without our name is not handed over by ourselves, whatever was lost. */
static bool goes_straight(const struct statement_row *row)
{
	struct note note;
	struct statement s;
	return note_parse(row->note, LIMIT_NOTE, &note) == TOCSIN_OK && statement_parse(note.text, &s) == TOCSIN_OK &&
		!once_is(bytes_str(s.from.name));
}

static bool give(void *arg, const struct statement_row *row)
{
	struct page *g = arg;
	if (row->issued) {
		if (goes_straight(row))
			change_outbox_again(g->change, row->num, g->peer->name, AGAIN_URGENCY, g->now);
	} else if ((row->marks & STATEMENT_MARK_FORGOTTEN) == 0) {
		size_t n = row->note.n + row->body.n;
		if (g->bytes > 0 && g->bytes + n > OUTBOX_BATCH_BYTES)
			g->full = true;
		struct sent_item item = { .num = row->num, .id = row->id, .returned = true };
		g->err = g->full ? TOCSIN_OK : parcel_add(g->parcel, g->peer, &item, row->note, row->body, &g->c->plain);
		if (g->err == TOCSIN_LATER) {
			g->err = TOCSIN_OK;
			g->full = true;
		}
		/* It once came in an envelope; should it not fit one now, nothing better can be done than to go on. */
		if (g->err == TOCSIN_BAD) {
			log_say(LOG_WARN, "not given back", "partner=%s num=%lld why=\"%s\"", g->peer->name, (long long)row->num,
				fail_sentence());
			g->err = TOCSIN_OK;
		}
		g->bytes += n;
	}
	if (!g->full && g->err == TOCSIN_OK)
		g->next = row->num + 1;
	return !g->full && g->err == TOCSIN_OK;
}

/* Giving back has a back-off of its own: what goes well in the outbox must not make it hot. */
static void returns_later(struct courier *c, struct link *l)
{
	uint16_t chance;
	random_bytes(&chance, sizeof chance);
	if (l->restoring_fails < 1000)
		l->restoring_fails++;
	l->restoring_at = clock_mono() + outbox_delay(l->restoring_fails, c->x->config.retry_seconds, false, chance);
}

static void returns_landed(struct trip *t)
{
	t->link->restoring_busy = false;
	t->c->look = true;
	if (t->err == TOCSIN_OK)
		return;
	returns_later(t->c, t->link);
	link_fail(t->c, t->link, t->epoch, "giving back to %s could not be noted: %s", t->link->name, t->sentence);
}

/* Our statements of the page are in CH; the row moves on with them. */
static void move_on(struct trip *t, struct change *ch, const struct restoring_row *row, int64_t next)
{
	if (next > row->until_num) {
		change_restoring_delete(ch, row->partner);
		change_event(ch, "given back", 0, row->partner);
	} else {
		change_restoring_advance(ch, row->partner, next);
	}
	t->landed = returns_landed;
	courier_commit(t->c, t, ch);
}

/* Reads a page of what ROW says. G's parcel and change are made. */
static enum tocsin_err read_page(struct snapshot *read, const struct restoring_row *row, struct page *g)
{
	g->next = row->next_num;
	enum tocsin_err err = statement_list_from(read, row->partner, row->next_num, row->until_num, PAGE, give, g);
	if (err == TOCSIN_OK)
		err = g->err;
	/* None at all: there is nothing behind it. */
	if (err == TOCSIN_OK && !g->full && g->next == row->next_num)
		g->next = row->until_num + 1;
	return err;
}

static void returns_answered(struct trip *t, const struct http_result *r);

/* Reads the row and a page; what goes back into *P (with a change for what is ours), where to go on in its next_num. */
static enum tocsin_err make_page(struct courier *c, const struct peer *peer, struct restoring_row *row,
	struct arena *a, struct parcel **p, struct change **ch)
{
	struct snapshot *read = NULL;
	struct page g = { .c = c, .peer = peer, .now = clock_now() };
	enum tocsin_err err = snapshot_open(c->x->desk->store, &read);
	if (err == TOCSIN_OK)
		err = restoring_get(read, peer->name, a, row);
	if (err == TOCSIN_OK)
		err = parcel_new(c->x->desk, peer, read, p);
	*ch = err == TOCSIN_OK ? change_new() : NULL;
	if (err == TOCSIN_OK && *ch == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for giving back");
	if (err == TOCSIN_OK) {
		g.parcel = *p;
		g.change = *ch;
		err = read_page(read, row, &g);
		(*p)->from_num = row->next_num;
		(*p)->next_num = g.next;
	}
	snapshot_close(read);
	return err;
}

void returns_next(struct courier *c, struct link *l)
{
	const struct peer *peer = directory_find(c->x->desk->directory, l->name);
	struct trip *t = peer != NULL ? trip_new(c, l) : NULL;
	struct change *ch = NULL;
	struct restoring_row row;
	if (t == NULL) {
		peer_release(peer);
		l->restoring = false;
		return;
	}
	arena_reset(c->arena);
	enum tocsin_err err = make_page(c, peer, &row, c->arena, &t->parcel, &ch);
	if (err != TOCSIN_OK) {
		l->restoring = false;
		if (err != TOCSIN_MISSING)
			returns_later(c, l);
		if (err != TOCSIN_MISSING)
			link_fail(c, l, l->epoch, "what is to be given back to %s could not be read: %s", l->name, fail_sentence());
		change_free(ch);
		trip_free(t);
	} else if (t->parcel->sent.n == 0) {
		l->restoring_busy = true;
		move_on(t, ch, &row, t->parcel->next_num);
	} else {
		/* What is ours of this page is read again when the answer is here. */
		change_free(ch);
		t->answered = returns_answered;
		l->restoring_busy = courier_send(c, t, peer, "POST", "/exchange/v1/envelopes", "application/octet-stream",
			&t->parcel->body, LIMIT_ANSWER_BYTES);
	}
	peer_release(peer);
}

static bool put_again(void *arg, const struct statement_row *row)
{
	struct page *g = arg;
	if (row->num >= g->next)
		return false;
	if (row->issued && goes_straight(row))
		change_outbox_again(g->change, row->num, g->peer->name, AGAIN_URGENCY, g->now);
	return true;
}

/* Where the page ends that A answers: before the first that is refused for now. *WHY: its sentence. */
static int64_t answered_until(const struct parcel *p, const struct answer *a, const char **why)
{
	for (size_t i = 0; i < a->n; i++) {
		if (a->item[i].accepted || !refusal_is_passing(a->item[i].code) || strcmp(a->item[i].code, "kind") == 0)
			continue;
		*why = a->item[i].sentence;
		return p->item[i].num;
	}
	*why = NULL;
	return p->next_num;
}

static enum tocsin_err note_page(struct courier *c, struct trip *t, const struct answer *a,
	const struct checkpoint *cp, int64_t until)
{
	const struct peer *peer = directory_find(c->x->desk->directory, t->link->name);
	struct snapshot *read = NULL;
	struct restoring_row row;
	struct receipts_rules rules = { .partner = t->link->name, .now = clock_now(),
		.retry_seconds = c->x->config.retry_seconds };
	size_t accepted;
	bool card;
	struct change *ch = receipts_change(&t->parcel->sent, a, cp, &rules, &accepted, &card);
	enum tocsin_err err = TOCSIN_OK;
	if (peer == NULL || ch == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for giving back");
	else
		err = snapshot_open(c->x->desk->store, &read);
	if (err == TOCSIN_OK)
		err = restoring_get(read, t->link->name, c->arena, &row);
	/* Told a second time meanwhile, it begins again. */
	if (err == TOCSIN_OK && row.next_num != t->parcel->from_num)
		err = TOCSIN_LATER;
	if (err == TOCSIN_OK) {
		struct page g = { .c = c, .peer = peer, .change = ch, .now = rules.now, .next = until };
		err = statement_list_from(read, row.partner, row.next_num, row.until_num, LIMIT_BATCH_COUNT, put_again, &g);
	}
	snapshot_close(read);
	peer_release(peer);
	if (err != TOCSIN_OK)
		change_free(ch);
	else
		move_on(t, ch, &row, until);
	return err;
}

static void returns_answered(struct trip *t, const struct http_result *r)
{
	struct courier *c = t->c;
	struct link *l = t->link;
	struct answer a;
	struct checkpoint cp;
	l->restoring_busy = false;
	if (r->err != TOCSIN_OK || (r->status != 200 && r->status != 409)) {
		returns_later(c, l);
		link_fail_http(c, l, t->epoch, r);
		trip_free(t);
		return;
	}
	arena_reset(c->arena);
	enum receipts_verdict v = r->status == 200 ? receipts_check(&t->parcel->sent, r->body, c->arena, &a, &cp) :
		receipts_check_behind(&t->parcel->sent, r->body, &cp);
	if (v != RECEIPTS_GOOD) {
		returns_later(c, l);
		link_judge(c, t, v, r->status == 200 ? a.note : r->body);
		trip_free(t);
		return;
	}
	const char *why;
	int64_t until = answered_until(t->parcel, &a, &why);
	link_good(l);
	if (why == NULL) {
		l->restoring_fails = 0;
	} else {
		returns_later(c, l);
		snprintf(l->trouble, sizeof l->trouble, "%s takes its own statements back later: %s", l->name, why);
	}
	l->restoring_busy = true;
	enum tocsin_err err = note_page(c, t, &a, &cp, until);
	if (err != TOCSIN_OK) {
		l->restoring_busy = false;
		if (err == TOCSIN_MISSING)
			l->restoring = false;
		else if (err != TOCSIN_LATER)
			link_fail(c, l, l->epoch, "giving back to %s could not be noted: %s", l->name, fail_sentence());
		trip_free(t);
	}
}
