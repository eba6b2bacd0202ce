/*
 * strangers: what people do about them, what partners say about them, and how old ones go; see strangers.h.
 */
#include "desk/strangers.h"

#include "base/text.h"
#include "desk/access.h"
#include "desk/audit.h"
#include "desk/directory.h"
#include "desk/issue.h"
#include "desk/policy.h"
#include "desk/rules.h"
#include "proof/once.h"
#include "store/rows_border.h"

#define VOUCHERS_OF_ONE 100             /* of one partner that are kept at a time */
#define EXPIRE_BATCH 64

/* ---- people ---- */

static enum tocsin_err must_be_stranger(const struct desk *d, const char *name)
{
	const struct peer *p = directory_any(d->directory, name);
	bool is = p != NULL && p->state == PEER_STRANGER;
	peer_release(p);
	return is ? TOCSIN_OK : fail(TOCSIN_MISSING, "there is no stranger %.200s", name);
}

/* Commits C and reads NAME anew; somebody else was quicker: as if it was not there. */
static enum tocsin_err settle(const struct desk *d, const struct view *v, struct change *c, const char *name,
	const char *what, const char *detail)
{
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a change");
	if (!v->everything)
		audit_add(c, v, what, name, detail);
	enum tocsin_err err = store_commit(d->store, c, NULL, NULL);
	if (err == TOCSIN_LATER)
		err = fail(TOCSIN_MISSING, "there is no stranger %.200s", name);
	return err == TOCSIN_OK ? directory_reload(d->directory, name) : err;
}

enum tocsin_err strangers_adopt(const struct desk *d, const struct view *v, const char *name)
{
	enum tocsin_err err = must_be_stranger(d, name);
	if (err != TOCSIN_OK)
		return err;
	if (once_is(bytes_str(name)))
		return fail(TOCSIN_REFUSED, "%s is a name for once: nobody can be reached by it", name);
	if (directory_count(d->directory) >= DIRECTORY_MAX)
		return fail(TOCSIN_REFUSED, "%s is one too many: a node has at most %d partners", name, DIRECTORY_MAX);
	struct change *c = change_new();
	if (c != NULL) {
		change_stranger_remove(c, name);
		change_stranger_state(c, name, "unconfirmed", clock_now());
		change_event(c, "partner added", 0, name);
	}
	return settle(d, v, c, name, "stranger.adopted", "");
}

static void forget(struct change *c, const char *name)
{
	change_stranger_remove(c, name);
	change_partner_remove(c, name);
	/* The card of a name for once, which has no other, may be one of ours, and proves what was written with it. */
	if (!once_is(bytes_str(name)))
		change_cards_remove(c, name);
	change_event(c, "stranger dropped", 0, name);
}

enum tocsin_err strangers_drop(const struct desk *d, const struct view *v, const char *name, const char *reason)
{
	enum tocsin_err err = must_be_stranger(d, name);
	if (err != TOCSIN_OK)
		return err;
	struct change *c = change_new();
	if (c != NULL)
		forget(c, name);
	return settle(d, v, c, name, "stranger.dropped", reason);
}

/* ---- our word for a partner ---- */

struct vouching {
	const struct desk *desk;
	const struct view *view;
	struct snapshot *read;
	const char *name, *to;
	struct issue_result result;
};

static void with_voucher(void *arg, size_t i, struct change *c)
{
	struct vouching *w = arg;
	(void)i;
	access_share_own(w->desk, w->read, w->view, c, &w->result.id, "voucher", w->to, "");
	if (!w->view->everything)
		audit_add(c, w->view, "partner.vouched", w->name, w->to);
}

enum tocsin_err strangers_vouch(const struct desk *d, const struct view *v, const char *name, const char *to,
	struct hash *id)
{
	char fp[2 * STATEMENT_FP + 1], quoted_fp[2 * STATEMENT_FP + 3], quoted[LIMIT_NAME + 3];
	struct party party;
	const struct peer *p = directory_find(d->directory, name);
	enum peer_state state = p == NULL ? PEER_SELF : p->state;
	if (p != NULL)
		card_party(p->card, &party);
	peer_release(p);
	if (state == PEER_SELF)
		return fail(TOCSIN_MISSING, "%.200s is not a partner", name);
	if (state != PEER_CONFIRMED)
		return rule_refuse("voucher.confirmed", "%.200s is %s", name, peer_state_name(state));
	if (strcmp(name, to) == 0 || strcmp(to, d->name) == 0)
		return fail(TOCSIN_BAD, "a voucher for %.200s goes to another partner", name);
	hex_encode(party.fp, sizeof party.fp, fp);
	snprintf(quoted, sizeof quoted, "\"%s\"", party.name);
	snprintf(quoted_fp, sizeof quoted_fp, "\"%s\"", fp);
	const struct body_field field[] = { { "voucher.name", bytes_str(quoted), true }, { "voucher.fp", bytes_str(quoted_fp), true } };
	const struct issue_release release = { .to = to, .field = field, .field_n = 2, .urgency = 1 };
	struct vouching w = { .desk = d, .view = v, .name = name, .to = to };
	const struct issue issue = { .kind = "voucher", .release = &release, .n = 1, .with = with_voucher, .arg = &w };
	enum tocsin_err err = snapshot_open(d->store, &w.read);
	if (err != TOCSIN_OK)
		return err;
	err = desk_issue(d, &issue, &w.result);
	snapshot_close(w.read);
	*id = w.result.id;
	return err;
}

/* ---- a partner's word for somebody ---- */

/* Whoever vouches must be confirmed when it is used, too; so only what nobody can use is left out here. */
enum tocsin_err voucher_follow(const struct followed *f, struct change *c)
{
	char name[LIMIT_NAME + 1], fp[2 * STATEMENT_FP + 1];
	uint8_t raw[STATEMENT_FP];
	int64_t n = 0;
	if (strcmp(f->row->kind, "voucher") != 0 || f->row->issued)
		return TOCSIN_OK;
	struct bytes who = followed_value(f, "voucher.name"), print = followed_value(f, "voucher.fp");
	if (!text_is_name(who) || print.n != 2 * STATEMENT_FP || !hex_decode(print, raw, sizeof raw))
		return TOCSIN_OK;
	enum tocsin_err err = voucher_count(f->read, f->row->peer, VOUCHERS_OF_ONE, &n);
	if (err != TOCSIN_OK || n >= VOUCHERS_OF_ONE)
		return err;
	memcpy(name, who.p, who.n);
	name[who.n] = 0;
	hex_encode(raw, sizeof raw, fp);
	const struct peer *p = directory_find(f->desk->directory, f->row->peer);
	bool confirmed = p != NULL && p->state == PEER_CONFIRMED;
	peer_release(p);
	if (confirmed)
		change_voucher(c, name, fp, f->row->peer, f->row->num, f->row->known_at);
	return TOCSIN_OK;
}

/* ---- old ones ---- */

struct silent {
	char name[EXPIRE_BATCH][LIMIT_NAME + 1];
	size_t n;
	int64_t before, next;
};

static bool take_silent(void *arg, const struct stranger_row *row)
{
	struct silent *s = arg;
	if (row->last_at > s->before) {
		s->next = row->last_at;
		return false;
	}
	snprintf(s->name[s->n++], sizeof s->name[0], "%s", row->name);
	return s->n < EXPIRE_BATCH;
}

static enum tocsin_err drop_silent(const struct desk *d, const struct silent *s)
{
	for (size_t i = 0; i < s->n; i++) {
		struct change *c = change_new();
		if (c == NULL)
			return fail(TOCSIN_BROKEN, "no memory for a change");
		forget(c, s->name[i]);
		enum tocsin_err err = store_commit(d->store, c, NULL, NULL);
		if (err == TOCSIN_OK)
			err = directory_reload(d->directory, s->name[i]);
		else if (err == TOCSIN_LATER)
			err = TOCSIN_OK;
		if (err != TOCSIN_OK)
			return err;
	}
	return TOCSIN_OK;
}

enum tocsin_err strangers_expire(const struct desk *d, int64_t now, int64_t *next)
{
	int64_t keep = policy_int(d, "contact.keep"), valid = policy_int(d, "contact.voucher-for"), oldest = 0;
	struct silent *s = calloc(1, sizeof *s);
	struct snapshot *read = NULL;
	*next = INT64_MAX;
	if (s == NULL)
		return fail(TOCSIN_BROKEN, "no memory for the strangers");
	s->before = now - keep;
	enum tocsin_err err = snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = strangers_silent(read, EXPIRE_BATCH, take_silent, s);
	if (err == TOCSIN_OK)
		err = voucher_oldest(read, &oldest);
	snapshot_close(read);
	if (err == TOCSIN_OK)
		err = drop_silent(d, s);
	if (err == TOCSIN_OK && oldest != 0 && oldest <= now - valid) {
		struct change *c = change_new();
		if (c == NULL)
			err = fail(TOCSIN_BROKEN, "no memory for a change");
		else
			change_vouchers_purge(c, now - valid + 1);
		if (err == TOCSIN_OK)
			err = store_commit(d->store, c, NULL, NULL);
	} else if (oldest != 0) {
		*next = oldest + valid;
	}
	if (s->n == EXPIRE_BATCH)
		*next = now;
	else if (s->next != 0 && s->next + keep < *next)
		*next = s->next + keep;
	free(s);
	return err;
}
