/*
 * envelope: see envelope.h.
 */
#include "exchange/envelope.h"

#include "desk/accept.h"
#include "desk/strangers.h"
#include "domain/kind.h"
#include "proof/once.h"

#define AHEAD_FLAGGED (5 * 60 * CLOCK_SECOND)
#define AHEAD_REFUSED (24 * 3600 * CLOCK_SECOND)

static enum refusal check_open(
	struct finding *f, struct bytes envelope, struct keeper_unwrap *u, size_t n, struct bytes *body)
{
	struct bench *b = f->bench;
	struct bytes note;
	size_t i = 0;
	while (i < n && !u[i].ok)
		i++;
	if (i == n) {
		(void)fail(TOCSIN_REFUSED, "the envelope is not sealed to a key of this node; see its card");
		return REFUSE_OPEN;
	}
	if (age_header_parse(envelope, &b->header) != TOCSIN_OK ||
		age_payload_open(&b->header, u[i].key, envelope, &b->plain) != TOCSIN_OK)
		return REFUSE_OPEN;
	if (body_unwrap(buf_bytes(&b->plain), &note, body) != TOCSIN_OK ||
		note_parse(note, LIMIT_NOTE, &f->note) != TOCSIN_OK)
		return REFUSE_NOTE;
	return REFUSE_NONE;
}

static enum refusal check_statement(struct finding *f)
{
	struct text t = text_over(f->note.text);
	enum realm realm;
	if (!realm_take(&t, &realm)) {
		(void)fail(TOCSIN_BAD, "the statement does not begin with %s", realm_prefix(f->x->desk->realm));
		return REFUSE_STATEMENT;
	}
	if (realm != f->x->desk->realm) {
		(void)fail(TOCSIN_REFUSED, "this node takes %s only", realm_prefix(f->x->desk->realm));
		return REFUSE_REALM;
	}
	if (f->note.text.n > LIMIT_STATEMENT_TEXT) {
		(void)fail(TOCSIN_BAD, "the statement's text has more than %d bytes", LIMIT_STATEMENT_TEXT);
		return REFUSE_SIZE;
	}
	return statement_parse(f->note.text, &f->s) == TOCSIN_OK ? REFUSE_NONE : REFUSE_STATEMENT;
}

static enum refusal check_signature(struct finding *f)
{
	struct directory *dir = f->x->desk->directory;
	const struct statement *s = &f->s;
	f->returned = strcmp(s->from.name, f->x->desk->name) == 0;
	const struct peer *from = f->returned ? f->self : (f->peer = directory_any(dir, s->from.name));
	if (from == NULL || !chain_is_party(&from->chain, &s->from)) {
		(void)fail(TOCSIN_MISSING, "this node holds no card of %s with that fingerprint", s->from.name);
		return REFUSE_STRANGER;
	}
	const struct peer *held[LIMIT_COSIGNERS];
	struct chain chain[LIMIT_COSIGNERS];
	size_t n = 0;
	for (size_t i = 0; i < s->by_n; i++) {
		const struct peer *by = directory_find(dir, s->by[i]);
		if (by == NULL)
			continue;       /* the chain that is missing makes the verification fail */
		held[n] = by;
		chain[n++] = by->chain;
	}
	buf_clear(&f->bench->clean);
	enum tocsin_err err = chain_verify_statement(&from->chain, chain, n, &f->note, s, &f->bench->clean);
	for (size_t i = 0; i < n; i++)
		peer_release(held[i]);
	if (err == TOCSIN_OK && (err = buf_end(&f->bench->clean, "a statement")) != TOCSIN_OK)
		return REFUSE_BUSY;
	switch (err) {
	case TOCSIN_OK:      return REFUSE_NONE;
	case TOCSIN_MISSING: return REFUSE_CARD;
	case TOCSIN_BROKEN:  return REFUSE_BUSY;
	default:             return REFUSE_SIGNATURE;
	}
}

/* A statement of our own comes back after our log was put back (PROTOCOL, section 8, "resume"); at any other time it is
 * somebody's error. */
static enum refusal check_returned(struct finding *f)
{
	const struct statement *s = &f->s;
	if (f->self->card->log_n == 1) {
		(void)fail(TOCSIN_REFUSED, "this statement is by %s itself, which has lost nothing", s->from.name);
		return REFUSE_ADDRESSEE;
	}
	f->peer = strcmp(s->to.name, s->from.name) != 0 ? directory_find(f->x->desk->directory, s->to.name) : NULL;
	if (f->peer == NULL || !chain_is_party(&f->peer->chain, &s->to)) {
		(void)fail(TOCSIN_REFUSED, "this statement by %s is addressed to nobody that it knows", s->from.name);
		return REFUSE_ADDRESSEE;
	}
	f->marks |= STATEMENT_MARK_RETURNED;
	return REFUSE_NONE;
}

/* Of a node that is no partner: a warning or what says who wrote one, small, one at a time. */
static enum refusal check_stranger(struct finding *f, size_t size)
{
	const struct statement *s = &f->s;
	/* A name for once takes back, too, what it wrote. */
	bool over = once_is(bytes_str(s->from.name)) && (strcmp(s->kind, "retraction") == 0 || strcmp(s->kind, "closure") == 0);
	if (!over && strcmp(s->kind, "warning") != 0 && strcmp(s->kind, "authorship") != 0) {
		(void)fail(TOCSIN_REFUSED, "%s is no partner of this node, which takes nothing but warnings of it", s->from.name);
		return REFUSE_STRANGER;
	}
	if (size > LIMIT_STRANGER_ENVELOPE) {
		(void)fail(TOCSIN_REFUSED, "%s is no partner of this node, which takes envelopes of at most %d bytes of it", s->from.name,
			LIMIT_STRANGER_ENVELOPE);
		return REFUSE_STRANGER;
	}
	if (f->batch > 1) {
		(void)fail(TOCSIN_REFUSED, "%s is no partner of this node, which takes one envelope at a time of it", s->from.name);
		return REFUSE_STRANGER;
	}
	return REFUSE_NONE;
}

static enum refusal check_sender(struct finding *f, size_t size)
{
	const struct statement *s = &f->s;
	if (f->returned) {
		enum refusal r = check_returned(f);
		if (r != REFUSE_NONE)
			return r;
	} else if (f->peer->state == PEER_DISTRUSTED) {
		(void)fail(TOCSIN_REFUSED, "this node does not trust %s; talk to its people", s->from.name);
		return REFUSE_DISTRUSTED;
	} else if (f->peer->state == PEER_STRANGER) {
		enum refusal r = check_stranger(f, size);
		if (r != REFUSE_NONE)
			return r;
		if (!chain_is_party(&f->self->chain, &s->to)) {
			(void)fail(TOCSIN_REFUSED, "this statement is addressed to %s, not to this node", s->to.name);
			return REFUSE_ADDRESSEE;
		}
	} else if (!rate_take(f->rate, s->from.name, clock_mono())) {
		(void)fail(TOCSIN_LATER, "%s sends more than %u statements a second; send the rest later", s->from.name,
			f->x->config.partner_rate);
		return REFUSE_BUSY;
	} else if (!chain_is_party(&f->self->chain, &s->to)) {
		(void)fail(TOCSIN_REFUSED, "this statement is addressed to %s, not to this node", s->to.name);
		return REFUSE_ADDRESSEE;
	}
	if (s->at > f->now + AHEAD_REFUSED) {
		(void)fail(TOCSIN_REFUSED, "the statement's time is more than 24 hours ahead of this node's clock");
		return REFUSE_TIME;
	}
	if (s->at > f->now + AHEAD_FLAGGED)
		f->marks |= STATEMENT_MARK_AHEAD;
	return REFUSE_NONE;
}

static enum refusal check_content(struct finding *f, struct bytes body)
{
	const struct statement *s = &f->s;
	const struct kind *kind = kind_find(s->kind);
	if (kind == NULL) {
		(void)fail(TOCSIN_REFUSED, "this node does not know the kind %s; see its card", s->kind);
		return REFUSE_KIND;
	}
	enum tocsin_err err = body_parse(body, s->lines, true, f->bench->arena, &f->body);
	if (err != TOCSIN_OK)
		return err == TOCSIN_BROKEN ? REFUSE_BUSY : REFUSE_BODY;
	if (!hash_equal(&f->body.root, &s->root)) {
		(void)fail(TOCSIN_REFUSED, "the body's root is not the one that the statement names");
		return REFUSE_BODY;
	}
	if (f->returned)
		return REFUSE_NONE;     /* the desk's rules were kept when it was issued */
	int64_t marks = 0;
	err = desk_accepts(f->read, f->peer, s, f->now, &marks);
	f->marks |= marks;
	return err == TOCSIN_OK ? REFUSE_NONE : err == TOCSIN_LATER || err == TOCSIN_BROKEN ? REFUSE_BUSY : REFUSE_RULE;
}

/* The change that takes the statement in; NULL when out of memory. */
static struct change *make_change(const struct finding *f, const struct hash *id)
{
	struct change *c = change_new();
	if (c == NULL)
		return NULL;
	struct hash entry;
	statement_entry(f->x->desk->realm, f->returned ? ENTRY_ISSUED : ENTRY_ACCEPTED, id, &entry);
	change_statement(c,
		&(struct statement_row){ .id = *id,
			.at = f->s.at,
			.issued = f->returned,
			.kind = f->s.kind,
			.peer = f->peer->name,
			.note = buf_bytes(&f->bench->clean),
			.body = f->body.text,
			.opened = BYTES_LIT(""),
			.known_at = f->now,
			.marks = f->marks,
			.re = f->s.re,
			.re_n = f->s.re_n });
	change_entry(c, &entry, "statement", id);
	if (!f->returned && f->peer->state == PEER_STRANGER)
		strangers_sent(f->x->desk, c, f->peer->name, f->now);
	if (f->returned) {
		/* Sending it once more brings the receipt that was lost with it. */
		change_outbox(c, f->peer->name, 2, f->now);
		change_event(c, "statement returned", 0, f->peer->name);
	} else {
		char event[STATEMENT_KIND + sizeof " accepted"];
		snprintf(event, sizeof event, "%s accepted", f->s.kind);
		change_event(c, event, 0, f->peer->name);
	}
	return c;
}

enum refusal envelope_take(
	struct finding *f, struct bytes envelope, struct keeper_unwrap *u, size_t n, struct hash *id, struct change **c)
{
	struct bytes body;
	arena_reset(f->bench->arena);
	buf_clear(&f->bench->plain);
	f->peer = NULL;
	f->verified = false;
	f->returned = false;
	f->marks = 0;
	enum refusal r = check_open(f, envelope, u, n, &body);
	if (r == REFUSE_NONE)
		r = check_statement(f);
	if (r == REFUSE_NONE && (r = check_signature(f)) == REFUSE_NONE) {
		f->verified = true;
		r = check_sender(f, envelope.n);
	}
	if (r == REFUSE_NONE)
		r = check_content(f, body);
	if (r == REFUSE_NONE) {
		*id = statement_id(f->note.text);
		*c = make_change(f, id);
		if (*c == NULL) {
			(void)fail(TOCSIN_BROKEN, "this node is out of memory");
			r = REFUSE_BUSY;
		}
	}
	peer_release(f->peer);
	if (f->bench->plain.n > 0)
		bytes_wipe(f->bench->plain.p, f->bench->plain.n);
	return r;
}
