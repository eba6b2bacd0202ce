/*
 * links: how a partner is getting on: back-off, its addresses, cards in both directions, evidence.
 */
#include <stdarg.h>

#include "base/random.h"
#include "desk/cards.h"
#include "exchange/courier.h"

/* ---- numbers ---- */

static size_t numbers_place(const struct numbers *s, int64_t num)
{
	size_t low = 0, high = s->n;
	while (low < high) {
		size_t mid = (low + high) / 2;
		if (s->v[mid] < num)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

bool numbers_has(const struct numbers *s, int64_t num)
{
	size_t at = numbers_place(s, num);
	return at < s->n && s->v[at] == num;
}

bool numbers_add(struct numbers *s, int64_t num)
{
	if (s->n == s->room) {
		size_t room = s->room == 0 ? 64 : s->room * 2;
		int64_t *v = realloc(s->v, room * sizeof *v);
		if (v == NULL)
			return false;
		s->v = v;
		s->room = room;
	}
	size_t at = numbers_place(s, num);
	memmove(s->v + at + 1, s->v + at, (s->n - at) * sizeof *s->v);
	s->v[at] = num;
	s->n++;
	return true;
}

void numbers_drop(struct numbers *s, int64_t num)
{
	size_t at = numbers_place(s, num);
	if (at == s->n || s->v[at] != num)
		return;
	memmove(s->v + at, s->v + at + 1, (s->n - at - 1) * sizeof *s->v);
	s->n--;
}

/* ---- going well, and not ---- */

void link_good(struct link *l)
{
	l->live = true;
	l->fails = 0;
	l->until = 0;
	l->url_tried = 0;
	l->trouble[0] = '\0';
	l->last_answer = clock_now();
}

void link_fail(struct courier *c, struct link *l, unsigned epoch, const char *fmt, ...)
{
	va_list ap;
	char why[COURIER_TROUBLE];
	va_start(ap, fmt);
	vsnprintf(why, sizeof why, fmt, ap);
	va_end(ap);
	if (epoch != l->epoch)
		return;                         /* one failure, seen by several requests */
	l->epoch++;
	l->live = false;
	l->drained = false;
	memcpy(l->trouble, why, sizeof why);

	const struct peer *p = directory_find(c->x->desk->directory, l->name);
	size_t urls = p != NULL ? p->card->url_n : 0;
	peer_release(p);
	l->url_tried++;
	if (l->url_tried < urls) {
		l->url = (l->url + 1) % (unsigned)urls;
		return;
	}
	l->url_tried = 0;
	l->url = 0;
	if (l->fails < 1000)
		l->fails++;
	uint16_t chance;
	random_bytes(&chance, sizeof chance);
	l->until = clock_mono() + outbox_delay(l->fails, c->x->config.retry_seconds, l->due && l->urgency == OUTBOX_IMMINENT,
		chance);
	if (l->fails == 1)
		log_say(LOG_WARN, "partner trouble", "partner=%s why=\"%s\"", l->name, l->trouble);
}

void link_fail_http(struct courier *c, struct link *l, unsigned epoch, const struct http_result *r)
{
	if (r->err != TOCSIN_OK)
		link_fail(c, l, epoch, "%s did not answer: %s", l->name, r->sentence != NULL ? r->sentence : err_name(r->err));
	else
		link_fail(c, l, epoch, "%s answered with HTTP status %u", l->name, r->status);
}

/* ---- evidence ---- */

static void keep_conflict(struct chore *ch)
{
	ch->err = exchange_conflict(ch->c->x, ch->name, ch->what, ch->sentence, buf_bytes(&ch->a), buf_bytes(&ch->b));
	if (ch->err != TOCSIN_OK)
		log_say(LOG_ERROR, "evidence not kept", "partner=%s why=\"%s\"", ch->name, fail_sentence());
}

static void conflict(struct courier *c, struct link *l, const char *what, const char *sentence, struct bytes a,
	struct bytes b)
{
	struct chore *ch = chore_new(c, l);
	if (ch == NULL)
		return;
	ch->work = keep_conflict;
	snprintf(ch->what, sizeof ch->what, "%s", what);
	snprintf(ch->sentence, sizeof ch->sentence, "%s", sentence);
	buf_add_bytes(&ch->a, a);
	buf_add_bytes(&ch->b, b);
	(void)courier_chore(c, ch);
}

/* A wrong answer is worth a line in the event sequence once, not with every attempt. */
static void wrong_done(struct trip *t)
{
	if (t->err != TOCSIN_OK)
		log_say(LOG_ERROR, "event not kept", "partner=%s why=\"%s\"", t->link->name, t->sentence);
}

static void wrong_event(struct courier *c, struct link *l)
{
	struct trip *t = trip_new(c, l);
	struct change *ch = change_new();
	if (t == NULL || ch == NULL) {
		trip_free(t);
		change_free(ch);
		return;
	}
	change_event(ch, "answer rejected", 0, l->name);
	t->landed = wrong_done;
	courier_commit(c, t, ch);
}

static void suspect_clear(struct link *l)
{
	l->suspect = false;
	buf_free(&l->suspect_a);
	buf_free(&l->suspect_b);
}

/* No new card explains what it showed: it is evidence. */
static void suspect_keep(struct courier *c, struct link *l)
{
	if (l->suspect)
		conflict(c, l, l->suspect_what, l->suspect_why, buf_bytes(&l->suspect_a), buf_bytes(&l->suspect_b));
	suspect_clear(l);
}

/* ---- its card ---- */

static void take_card(struct chore *ch)
{
	char name[LIMIT_NAME + 1] = "";
	ch->err = cards_take(ch->c->x->desk, buf_bytes(&ch->a), false, name, &ch->result);
	if (ch->err == TOCSIN_OK && strcmp(name, ch->name) != 0)
		ch->err = fail(TOCSIN_REFUSED, "it shows the card of %s as its own", name);
	if (ch->err != TOCSIN_OK)
		snprintf(ch->sentence, sizeof ch->sentence, "%s", fail_sentence());
}

/* Its card explains the answer when it is newer than ours; what was suspect then is settled. */
static void card_taken(struct chore *ch)
{
	struct link *l = ch->link;
	l->fetching = false;
	if (ch->err == TOCSIN_OK && strcmp(ch->result, "extended") == 0) {
		suspect_clear(l);
		l->until = 0;
		l->drained = false;
		return;
	}
	suspect_keep(ch->c, l);
	if (ch->err != TOCSIN_OK)
		snprintf(l->trouble, sizeof l->trouble, "the card of %s was not taken: %.400s", l->name, ch->sentence);
}

static void card_fetched(struct trip *t, const struct http_result *r)
{
	struct courier *c = t->c;
	struct link *l = t->link;
	struct chore *ch = r->err == TOCSIN_OK && r->status == 200 ? chore_new(c, l) : NULL;
	trip_free(t);
	if (ch != NULL) {
		ch->work = take_card;
		ch->done = card_taken;
		buf_add_bytes(&ch->a, r->body);
		if (courier_chore(c, ch))
			return;
	}
	l->fetching = false;
	suspect_keep(c, l);
}

static void fetch_card(struct courier *c, struct link *l)
{
	if (l->fetching)
		return;
	const struct peer *p = directory_find(c->x->desk->directory, l->name);
	struct trip *t = p != NULL ? trip_new(c, l) : NULL;
	if (t != NULL) {
		t->answered = card_fetched;
		l->fetching = courier_send(c, t, p, "GET", "/exchange/v1/card", NULL, NULL, LIMIT_CHAIN_BYTES);
	}
	peer_release(p);
	if (!l->fetching)
		suspect_keep(c, l);
}

void link_judge(struct courier *c, struct trip *t, enum receipts_verdict v, struct bytes note)
{
	static const char *const what[] = { [RECEIPTS_FORKED] = CONFLICT_FORKED, [RECEIPTS_SHRUNKEN] = CONFLICT_SHRUNKEN,
		[RECEIPTS_UNPROVEN] = CONFLICT_UNPROVEN };
	struct link *l = t->link;
	char why[COURIER_TROUBLE];
	snprintf(why, sizeof why, "the answer of %s does not count: %.400s", l->name, fail_sentence());
	bool first = t->epoch == l->epoch && l->fails == 0;
	/* Its words, not its address, are wrong: another address would be the same node. */
	if (t->epoch == l->epoch)
		l->url_tried = CARD_URLS;
	link_fail(c, l, t->epoch, "%s", why);
	if (first)
		wrong_event(c, l);
	if (v == RECEIPTS_OTHER_LOG) {
		fetch_card(c, l);
	} else if (v == RECEIPTS_FORKED || v == RECEIPTS_UNPROVEN) {
		conflict(c, l, what[v], why, buf_bytes(&t->parcel->have_note), note);
	} else if (v == RECEIPTS_SHRUNKEN && !l->suspect) {
		/* A log that was put back goes on under another origin: its new card may be there already. */
		l->suspect = true;
		snprintf(l->suspect_what, sizeof l->suspect_what, "%s", what[v]);
		memcpy(l->suspect_why, why, sizeof why);
		buf_init(&l->suspect_a, LIMIT_CHECKPOINT_NOTE);
		buf_init(&l->suspect_b, LIMIT_CHECKPOINT_NOTE);
		buf_add_bytes(&l->suspect_a, buf_bytes(&t->parcel->have_note));
		buf_add_bytes(&l->suspect_b, note);
		fetch_card(c, l);
	}
}

/* ---- our card ---- */

static void card_known(struct chore *ch)
{
	struct change *c = change_new();
	if (c == NULL)
		return;
	change_partner_card_known(c, ch->name, ch->seq);
	if (store_commit(ch->c->x->desk->store, c, NULL, NULL) != TOCSIN_OK || directory_reload(ch->c->x->desk->directory,
		ch->name) != TOCSIN_OK)
		log_say(LOG_WARN, "card not noted", "partner=%s why=\"%s\"", ch->name, fail_sentence());
}

static void card_pushed(struct trip *t, const struct http_result *r)
{
	struct courier *c = t->c;
	struct link *l = t->link;
	uint64_t seq = t->seq;
	l->card_busy = false;
	if (r->err != TOCSIN_OK || (r->status != 200 && r->status != 403 && r->status != 404 && r->status != 409)) {
		link_fail_http(c, l, t->epoch, r);
		trip_free(t);
		return;
	}
	trip_free(t);
	/* It has answered: what it did not take is not pressed on it again, until it asks by refusing something with `card`
	 * or `stranger`. */
	l->card_told = seq;
	l->card_due = false;
	if (r->status != 200) {
		snprintf(l->trouble, sizeof l->trouble, r->status == 404 ? "%s does not know this node: give it our card" :
			"%s does not take our card, it holds another one of our name: compare safety numbers", l->name);
		return;
	}
	struct chore *ch = chore_new(c, l);
	if (ch != NULL) {
		ch->work = card_known;
		ch->seq = seq;
		(void)courier_chore(c, ch);
	}
}

void link_push_card(struct courier *c, struct link *l)
{
	const struct desk *d = c->x->desk;
	const struct peer *self = directory_self(d->directory), *p = directory_find(d->directory, l->name);
	struct buf body;
	buf_init(&body, LIMIT_CHAIN_BYTES);
	if (self == NULL || p == NULL) {
		l->card_due = false;
	} else if (exchange_own_chain(c->x, &body) != TOCSIN_OK) {
		link_fail(c, l, l->epoch, "our own cards cannot be read: %s", fail_sentence());
	} else {
		struct trip *t = trip_new(c, l);
		if (t != NULL) {
			t->answered = card_pushed;
			t->seq = self->card->seq;
			l->card_busy = courier_send(c, t, p, "POST", "/exchange/v1/card", "application/octet-stream", &body, 65536);
		}
	}
	buf_free(&body);
	peer_release(self);
	peer_release(p);
}
