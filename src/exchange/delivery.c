/*
 * delivery: what waits for whom, whose turn it is, batches and their answers.
 */
#include "base/random.h"
#include "exchange/courier.h"

/* Microseconds of sealing before the client's thread gets to serve its connections again. */
#define ROUND (8 * 1000)

/* ---- looking through the outbox ---- */

static bool see_partner(void *arg, const char *partner, int64_t next_at)
{
	struct courier *c = arg;
	struct link *l = courier_link(c, partner);
	if (l == NULL)
		return true;
	l->due = true;
	l->drained = false;
	l->due_at = next_at;
	l->urgency = OUTBOX_IMMINENT;   /* until it is read */
	return true;
}

static bool see_restoring(void *arg, const struct restoring_row *row)
{
	struct link *l = courier_link(arg, row->partner);
	if (l != NULL)
		l->restoring = true;
	return true;
}

/* Who has to be told our newest card, and whose receipts are to be witnessed. */
static void scan_directory(struct courier *c, int64_t mono)
{
	struct directory *d = c->x->desk->directory;
	const struct peer *self = directory_self(d);
	uint64_t seq = self != NULL ? self->card->seq : 0;
	peer_release(self);
	if (seq == c->own_seq && mono < c->scan_after)
		return;
	const struct peer **peer = calloc(DIRECTORY_MAX, sizeof(struct peer *));
	if (peer == NULL)
		return;
	c->own_seq = seq;
	c->scan_after = mono + COURIER_SCAN;
	size_t n = directory_all(d, peer, DIRECTORY_MAX);
	for (size_t i = 0; i < n; i++) {
		bool tell = peer[i]->card_known < (int64_t)seq && peer[i]->card->url_n > 0;
		if (tell || peer[i]->quorum > 0) {
			struct link *l = courier_link(c, peer[i]->name);
			if (l != NULL && tell && l->card_told < seq)
				l->card_due = true;
			if (l != NULL && peer[i]->quorum > 0)
				l->watching = true;
		}
		peer_release(peer[i]);
	}
	free(peer);
}

/* Whoever is left alone for longer than what is imminent can wait is tried sooner when something imminent is there. */
static void hurry(struct courier *c, struct snapshot *read, struct link *l, int64_t mono)
{
	struct outbox_item *item;
	size_t n;
	if (l->until - mono <= OUTBOX_RETRY_IMMINENT * CLOCK_SECOND || !l->due)
		return;
	arena_reset(c->arena);
	if (outbox_due(read, l->name, clock_now(), 1, 1, NULL, NULL, c->arena, &item, &n) != TOCSIN_OK || n == 0)
		return;
	l->urgency = item[0].row.urgency;
	if (l->urgency == OUTBOX_IMMINENT)
		l->until = mono + random_below(OUTBOX_RETRY_IMMINENT) * CLOCK_SECOND;
}

static void look(struct courier *c)
{
	int64_t began = clock_mono();
	struct snapshot *read = NULL;
	c->look = false;
	scan_directory(c, began);
	for (size_t i = 0; i < c->link_n; i++)
		c->link[i]->due = c->link[i]->restoring = false;
	enum tocsin_err err = snapshot_open(c->x->desk->store, &read);
	if (err == TOCSIN_OK)
		err = outbox_partners(read, see_partner, c);
	if (err == TOCSIN_OK)
		err = restoring_each(read, see_restoring, c);
	for (size_t i = 0; err == TOCSIN_OK && i < c->link_n; i++)
		hurry(c, read, c->link[i], began);
	snapshot_close(read);
	int64_t cost = clock_mono() - began;
	if (err != TOCSIN_OK) {
		log_say(LOG_ERROR, "outbox not read", "why=\"%s\"", fail_sentence());
		c->look = true;
		cost = CLOCK_SECOND;
	}
	c->look_after = clock_mono() + 10 * cost;
}

/* ---- batches ---- */

static void drop_numbers(struct link *l, const struct parcel *p)
{
	for (size_t i = 0; i < p->sent.n; i++)
		numbers_drop(&l->under_way, p->item[i].num);
	l->drained = false;
}

static void batch_landed(struct trip *t)
{
	struct link *l = t->link;
	l->landing--;
	drop_numbers(l, t->parcel);
	/* What is due later was hidden behind these. */
	if (l->under_way.n == 0)
		t->c->look = true;
	if (t->err != TOCSIN_OK)
		link_fail(t->c, l, t->epoch, "an answer of %s could not be stored: %s", l->name, t->sentence);
}

static struct receipts_rules rules_for(const struct courier *c, const struct link *l)
{
	return (struct receipts_rules){ .partner = l->name, .now = clock_now(), .retry_seconds = c->x->config.retry_seconds };
}

/* A statement that the partner answers with an error even when it is sent alone is set aside for longer than the
 * partner itself is left alone: so the others go first next time. */
static void set_aside(struct trip *t, unsigned status)
{
	struct courier *c = t->c;
	struct link *l = t->link;
	const struct sent_item *item = &t->parcel->item[0];
	struct change *ch = change_new();
	char why[128];
	uint16_t chance;
	if (ch == NULL) {
		drop_numbers(l, t->parcel);
		trip_free(t);
		return;
	}
	random_bytes(&chance, sizeof chance);
	unsigned fails = (unsigned)(item->attempts < 64 ? item->attempts + 1 : 64);
	int64_t alone = l->until - clock_mono();
	int64_t wait = outbox_delay(fails, c->x->config.retry_seconds, false, chance) + (alone > 0 ? 4 * alone : 0);
	snprintf(why, sizeof why, "the partner answers with HTTP status %u when this is sent alone", status);
	change_outbox_later(ch, item->num, item->attempts + 1, clock_now() + wait, "busy", why);
	l->landing++;
	t->landed = batch_landed;
	courier_commit(c, t, ch);
}

static void batch_good(struct trip *t, const struct answer *a, const struct checkpoint *cp)
{
	struct courier *c = t->c;
	struct link *l = t->link;
	struct parcel *p = t->parcel;
	struct receipts_rules rules = rules_for(c, l);
	struct change *ch = receipts_change(&p->sent, a, cp, &rules, &p->accepted, &p->card);
	if (ch == NULL) {
		drop_numbers(l, p);
		trip_free(t);
		return;
	}
	link_good(l);
	l->batch = outbox_batch_size(l->batch, true);
	if (p->card) {
		l->card_told = 0;
		l->card_due = true;
	}
	if (p->accepted > 0 && !l->watching) {
		l->watching = true;
		l->poll_at = clock_mono() + (int64_t)c->x->config.tick_seconds * CLOCK_SECOND;
	}
	buf_free(&p->body);
	l->landing++;
	t->landed = batch_landed;
	courier_commit(c, t, ch);
}

static void batch_answered(struct trip *t, const struct http_result *r)
{
	struct courier *c = t->c;
	struct link *l = t->link;
	struct answer a;
	struct checkpoint cp;
	l->requests--;
	if (r->err != TOCSIN_OK || (r->status != 200 && r->status != 409)) {
		bool single = t->parcel->sent.n == 1;
		link_fail_http(c, l, t->epoch, r);
		if (r->err == TOCSIN_OK)
			l->batch = outbox_batch_size((unsigned)t->parcel->sent.n, false);
		if (r->err == TOCSIN_OK && single && r->status != 429 && r->status != 503) {
			set_aside(t, r->status);
			return;
		}
		drop_numbers(l, t->parcel);
		trip_free(t);
		return;
	}
	arena_reset(c->arena);
	enum receipts_verdict v = r->status == 200 ? receipts_check(&t->parcel->sent, r->body, c->arena, &a, &cp) :
		receipts_check_behind(&t->parcel->sent, r->body, &cp);
	if (v == RECEIPTS_GOOD) {
		batch_good(t, &a, &cp);
		return;
	}
	link_judge(c, t, v, r->status == 200 ? a.note : r->body);
	drop_numbers(l, t->parcel);
	trip_free(t);
}

/* What can never be sent is the author's to know. */
static void refuse_here(struct courier *c, struct link *l, struct change **ch, const struct sent_item *item,
	const char *sentence)
{
	struct receipts_rules rules = rules_for(c, l);
	if (*ch == NULL)
		*ch = change_new();
	if (*ch != NULL)
		receipts_refused(*ch, item, "size", sentence, &rules);
}

static void here_landed(struct trip *t)
{
	t->c->look = true;
}

static bool is_under_way(void *arg, int64_t num)
{
	const struct link *l = arg;
	return numbers_has(&l->under_way, num);
}

/* Reads what is due for L, without what is under way, into a parcel; an empty one: there is nothing more. */
static enum tocsin_err fill(struct courier *c, struct link *l, const struct peer *peer, struct snapshot *read,
	struct parcel *p)
{
	struct outbox_item *item;
	struct change *refused = NULL;
	size_t n = 0;
	arena_reset(c->arena);
	enum tocsin_err err = outbox_due(read, l->name, clock_now(), l->batch, OUTBOX_BATCH_BYTES, is_under_way, l, c->arena,
		&item, &n);
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++) {
		const struct statement_row *s = &item[i].statement;
		struct sent_item it = { .num = s->num, .id = s->id, .attempts = item[i].row.attempts,
			.urgency = item[i].row.urgency };
		err = parcel_add(p, peer, &it, s->note, s->body, &c->plain);
		if (err == TOCSIN_BAD) {
			refuse_here(c, l, &refused, &it, fail_sentence());
			err = TOCSIN_OK;
		} else if (err == TOCSIN_LATER) {
			err = TOCSIN_OK;
			break;
		} else if (err == TOCSIN_OK && p->sent.n == 1) {
			l->urgency = it.urgency;
		}
	}
	struct trip *t = refused != NULL ? trip_new(c, l) : NULL;
	if (t != NULL) {
		t->landed = here_landed;
		courier_commit(c, t, refused);
	} else {
		change_free(refused);
	}
	return err;
}

/* Sends the next batch of L. */
static void send_batch(struct courier *c, struct link *l)
{
	const struct peer *peer = directory_find(c->x->desk->directory, l->name);
	struct snapshot *read = NULL;
	struct parcel *p = NULL;
	if (peer == NULL || peer->card->url_n == 0 || peer->recipient_n == 0) {
		if (peer == NULL)
			link_fail(c, l, l->epoch, "%s is not a partner any more", l->name);
		else if (peer->recipient_n == 0)
			link_fail(c, l, l->epoch, "the card of %s names no recipient that this node can seal to", l->name);
		else
			link_fail(c, l, l->epoch, "the card of %s names no address: it fetches what waits, or a carry file brings it", l->name);
		peer_release(peer);
		return;
	}
	enum tocsin_err err = snapshot_open(c->x->desk->store, &read);
	if (err == TOCSIN_OK)
		err = parcel_new(c->x->desk, peer, read, &p);
	if (err == TOCSIN_OK)
		err = fill(c, l, peer, read, p);
	snapshot_close(read);
	l->drained = err == TOCSIN_OK && p->sent.n == 0;
	struct trip *t = err == TOCSIN_OK && p->sent.n > 0 ? trip_new(c, l) : NULL;
	if (t == NULL) {
		if (err != TOCSIN_OK)
			link_fail(c, l, l->epoch, "what waits for %s could not be sealed: %s", l->name, fail_sentence());
		parcel_free(p);
		peer_release(peer);
		return;
	}
	bool all = true;
	for (size_t i = 0; i < p->sent.n && all; i++)
		all = numbers_add(&l->under_way, p->item[i].num);
	t->parcel = p;
	t->answered = batch_answered;
	if (all) {
		l->requests++;
		(void)courier_send(c, t, peer, "POST", "/exchange/v1/envelopes", "application/octet-stream", &p->body,
			LIMIT_ANSWER_BYTES);
	} else {
		drop_numbers(l, p);
		trip_free(t);
	}
	peer_release(peer);
}

/* ---- the round ---- */

static struct outbox_claim claim_of(const struct link *l, int64_t mono, int64_t now)
{
	bool busy = l->card_due || l->card_busy || l->fetching || l->landing >= OUTBOX_REQUESTS ||
		l->under_way.n + l->batch > COURIER_UNDER_WAY;
	return (struct outbox_claim){ .ready = l->due && !l->drained && l->due_at <= now && l->until <= mono && !busy,
		.live = l->live, .urgency = l->urgency, .requests = l->requests };
}

static void send_batches(struct courier *c, int64_t began)
{
	unsigned under_way[2] = { 0, 0 };
	int64_t now = clock_now();
	for (size_t i = 0; i < c->link_n; i++) {
		c->claim[i] = claim_of(c->link[i], began, now);
		under_way[c->link[i]->live] += c->link[i]->requests;
	}
	do {
		size_t turn = outbox_turn(c->claim, c->link_n, c->last, under_way[true], under_way[false]);
		if (turn == c->link_n)
			return;
		struct link *l = c->link[turn];
		unsigned before = l->requests;
		c->last = turn;
		send_batch(c, l);
		under_way[l->live] += l->requests - before;
		c->claim[turn] = claim_of(l, began, now);
	} while (clock_mono() - began < ROUND);
	courier_post(c);
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* When something is to be done again that no callback brings. */
static int64_t next_alarm(const struct courier *c, int64_t mono, int64_t now)
{
	int64_t at = c->look ? c->look_after : INT64_MAX;
	for (size_t i = 0; i < c->link_n; i++) {
		const struct link *l = c->link[i];
		bool wants = l->card_due || l->restoring || (l->due && !l->drained);
		if (wants && l->until > mono)
			at = earlier(at, l->until);
		if (l->due && l->due_at > now)
			at = earlier(at, mono + (l->due_at - now));
		if (l->watching && l->poll_at > mono)
			at = earlier(at, l->poll_at);
		if (l->restoring && l->restoring_at > mono)
			at = earlier(at, l->restoring_at);
	}
	return at;
}

void delivery_round(struct courier *c)
{
	int64_t mono = clock_mono();
	if (c->look && c->look_after <= mono)
		look(c);
	for (size_t i = 0; i < c->link_n; i++) {
		struct link *l = c->link[i];
		if (l->watching && l->poll_at <= mono)
			watch_poll(c, l);
		if (l->until > mono || l->fetching || l->card_busy)
			continue;
		if (l->card_due)
			link_push_card(c, l);
		else if (l->restoring && !l->restoring_busy && l->restoring_at <= mono)
			returns_next(c, l);
	}
	send_batches(c, mono);
	courier_alarm(c, next_alarm(c, clock_mono(), clock_now()));
}
