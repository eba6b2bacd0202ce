#include "exchange/receipts.h"

#include "base/random.h"
#include "desk/clocks.h"
#include "exchange/internal.h"
#include "exchange/outbox.h"
#include "store/rows_ask.h"

/* The checkpoint in NOTE, signed by the log that S was sent to. */
static enum receipts_verdict open_checkpoint(const struct sent *s, struct bytes note, struct checkpoint *c)
{
	struct note n;
	if (note_parse(note, LIMIT_CHECKPOINT_NOTE, &n) != TOCSIN_OK || checkpoint_parse(n.text, c) != TOCSIN_OK)
		return RECEIPTS_WRONG;
	if (strcmp(c->origin, s->log.name) != 0) {
		(void)fail(TOCSIN_REFUSED, "it answers for the log %s, but its card names %s", c->origin, s->log.name);
		return RECEIPTS_OTHER_LOG;
	}
	return checkpoint_open(note, &s->log, c) == TOCSIN_OK ? RECEIPTS_GOOD : RECEIPTS_WRONG;
}

/* Whether the log of C is what we held, grown. */
static enum receipts_verdict check_growth(const struct sent *s, const struct merkle_proof *proof,
	const struct checkpoint *c)
{
	const unsigned long long have = s->have, size = c->size;
	if (s->have == 0) {
		if (proof->n == 0)
			return RECEIPTS_GOOD;
		(void)fail(TOCSIN_REFUSED, "it proves growth from a checkpoint that nobody asked about");
		return RECEIPTS_WRONG;
	}
	if (size < have) {
		(void)fail(TOCSIN_REFUSED, "its log %s shrank from %llu to %llu entries; both signed checkpoints are kept",
			c->origin, have, size);
		return RECEIPTS_SHRUNKEN;
	}
	if (size == have && !hash_equal(&s->have_root, &c->root)) {
		(void)fail(TOCSIN_REFUSED, "its log %s shows two histories of %llu entries; both signed checkpoints are kept",
			c->origin, have);
		return RECEIPTS_FORKED;
	}
	if (merkle_check_consistency(s->have, &s->have_root, c->size, &c->root, proof) == TOCSIN_OK)
		return RECEIPTS_GOOD;
	if (size == have)
		return RECEIPTS_WRONG;
	(void)fail_within(TOCSIN_REFUSED, "it does not prove that its log %s grew from %llu to %llu entries", c->origin,
		have, size);
	return RECEIPTS_UNPROVEN;
}

static bool check_item(const struct sent *s, const struct answer *a, size_t i, const struct checkpoint *c)
{
	const struct answer_item *it = &a->item[i];
	if (!it->accepted)
		return true;
	if (!hash_equal(&it->id, &s->item[i].id)) {
		(void)fail(TOCSIN_REFUSED, "it answers for another statement than number %zu of the %zu that were sent", i + 1, s->n);
		return false;
	}
	struct hash entry;
	statement_entry(s->realm, s->item[i].returned ? ENTRY_ISSUED : ENTRY_ACCEPTED, &it->id, &entry);
	struct hash leaf = statement_entry_leaf(&entry);
	if (merkle_check_inclusion(&leaf, it->index, c->size, &it->proof, &c->root) == TOCSIN_OK)
		return true;
	(void)fail_within(TOCSIN_REFUSED, "it does not prove that statement number %zu is in its log", i + 1);
	return false;
}

enum receipts_verdict receipts_check(const struct sent *s, struct bytes body, struct arena *arena, struct answer *a,
	struct checkpoint *c)
{
	if (answer_parse(body, arena, a) != TOCSIN_OK)
		return RECEIPTS_WRONG;
	/* The log first: a signed contradiction is evidence, whatever the rest of the answer says. */
	enum receipts_verdict v = open_checkpoint(s, a->note, c);
	if (v == RECEIPTS_GOOD)
		v = check_growth(s, &a->consistency, c);
	if (v != RECEIPTS_GOOD)
		return v;
	if (a->n != s->n) {
		(void)fail(TOCSIN_REFUSED, "it answers for %zu statements where %zu were sent", a->n, s->n);
		return RECEIPTS_WRONG;
	}
	for (size_t i = 0; i < a->n; i++)
		if (!check_item(s, a, i, c))
			return RECEIPTS_WRONG;
	return RECEIPTS_GOOD;
}

enum receipts_verdict receipts_check_behind(const struct sent *s, struct bytes note, struct checkpoint *c)
{
	enum receipts_verdict v = open_checkpoint(s, note, c);
	if (v != RECEIPTS_GOOD)
		return v;
	if (c->size >= s->have) {
		(void)fail(TOCSIN_REFUSED, "it says that its log is behind, and shows a checkpoint that is not");
		return RECEIPTS_WRONG;
	}
	static const struct merkle_proof none;
	return check_growth(s, &none, c);
}

void receipts_refused(struct change *c, const struct sent_item *item, const char *code, const char *sentence,
	const struct receipts_rules *rules)
{
	if (!refusal_is_passing(code)) {
		change_outbox_refused(c, item->num, code, sentence);
		change_event(c, "delivery refused", item->num, rules->partner);
		return;
	}
	uint16_t chance;
	random_bytes(&chance, sizeof chance);
	int64_t wait = outbox_delay((unsigned)(item->attempts < 64 ? item->attempts + 1 : 64), rules->retry_seconds,
		item->urgency == OUTBOX_IMMINENT, chance);
	/* Our chain goes before the next attempt, so the first of these need not wait. */
	if (item->attempts == 0 && (strcmp(code, "card") == 0 || strcmp(code, "stranger") == 0))
		wait = 0;
	change_outbox_later(c, item->num, item->attempts + 1, rules->now + wait, code, sentence);
}

struct change *receipts_change(const struct sent *s, const struct answer *a, const struct checkpoint *c,
	const struct receipts_rules *rules, size_t *accepted, bool *card)
{
	*accepted = 0;
	*card = false;
	struct change *ch = change_new();
	if (ch == NULL)
		return NULL;
	for (size_t i = 0; i < a->n; i++)
		*accepted += a->item[i].accepted && !s->item[i].returned;
	if (c->size > 0) {
		struct peer_log log = { .size = c->size, .root = c->root, .note = a->note, .at = rules->now };
		memcpy(log.origin, c->origin, sizeof log.origin);
		memcpy(log.name, rules->partner, strlen(rules->partner) + 1);
		change_peer_log(ch, &log);
	}
	if (*accepted > 0)
		change_receipt_checkpoint(ch, a->note);
	for (size_t i = 0; i < a->n; i++) {
		const struct answer_item *it = &a->item[i];
		const struct sent_item *item = &s->item[i];
		if (!it->accepted)
			*card = *card || strcmp(it->code, "card") == 0 || strcmp(it->code, "stranger") == 0;
		if (item->returned)
			continue;
		if (!it->accepted) {
			receipts_refused(ch, item, it->code, it->sentence, rules);
			continue;
		}
		change_receipt(ch, item->num, c->origin, it->index, &it->proof, rules->now);
		change_outbox_done(ch, item->num);
		clocks_received(ch, item->num, rules->now);
		change_ask_received(ch, item->num, rules->now);
	}
	if (*accepted > 0)
		change_event(ch, "receipts received", 0, rules->partner);
	return ch;
}

enum tocsin_err receipts_check_proof(struct bytes proof, enum realm realm, const struct hash *id,
	const struct vkey *log, struct tlogproof *p, struct checkpoint *c)
{
	enum tocsin_err err = tlogproof_parse(proof, p);
	if (err != TOCSIN_OK)
		return err;
	struct hash entry;
	statement_entry(realm, ENTRY_ACCEPTED, id, &entry);
	struct hash leaf = statement_entry_leaf(&entry);
	return tlogproof_verify(p, &leaf, log, c);
}
