/*
 * unnamed_show: who proves to be the author of what a name for once wrote: telling it, following it, and showing each claim with
 * whether the key that signed the statement signed the claim, too.
 */
#include <string.h>

#include "desk/audit.h"
#include "desk/broker_part.h"
#include "desk/directory.h"
#include "desk/standing_part.h"
#include "desk/unnamed.h"
#include "domain/chain.h"
#include "proof/once.h"
#include "store/rows_unnamed.h"

#define CLAIMS_MAX 256                  /* looked at; each partner has one */
#define FALSE_MAX 16                    /* shown of those that do not verify */

/* ---- telling it ---- */

struct claiming {
	const struct desk *desk;
	const struct view *view;
	struct snapshot *read;
	const char *to;
	struct hash about;
	struct issue_result result;
};

static void with_claim(void *arg, size_t i, struct change *c)
{
	struct claiming *w = arg;
	char hex[2 * SHA256_SIZE + 1];
	(void)i;
	access_share_own(w->desk, w->read, w->view, c, &w->result.id, "authorship", w->to, "");
	hex_encode(w->about.b, SHA256_SIZE, hex);
	if (!w->view->everything)
		audit_add(c, w->view, "author.told", hex, w->to);
}

enum tocsin_err unnamed_author(const struct desk *d, struct snapshot *read, const struct view *v, const struct statement_row *row, const char *to,
	struct hash *id)
{
	struct statement s;
	struct once_author a = { .realm = d->realm, .statement = row->id };
	uint8_t sig[NOTE_SIGNATURE];
	char hex[2 * SHA256_SIZE + 1], quoted_id[2 * SHA256_SIZE + 3], quoted_name[LIMIT_NAME + 3], sig_hex[2 * NOTE_SIGNATURE + 1],
		quoted_sig[2 * NOTE_SIGNATURE + 3];
	struct buf text;
	enum tocsin_err err = standing_head(read, row->num, &s);
	if (err != TOCSIN_OK)
		return err;
	hex_encode(row->id.b, SHA256_SIZE, hex);
	if (!row->issued || !once_is(bytes_str(s.from.name)))
		return fail(TOCSIN_REFUSED, "%.16s is nothing that we wrote without our name", hex);
	const struct peer *own = directory_self(d->directory);
	if (own == NULL)
		return fail(TOCSIN_BROKEN, "this node has no card of its own");
	card_party(own->card, &a.author);
	peer_release(own);
	buf_init(&text, LIMIT_STATEMENT_TEXT);
	once_author_format(&a, &text);
	err = buf_end(&text, "a text of authorship");
	if (err == TOCSIN_OK)
		err = keeper_once_author(d->keeper, s.from.name, buf_bytes(&text), sig);
	buf_free(&text);
	if (err != TOCSIN_OK)
		return err;
	hex_encode(sig, sizeof sig, sig_hex);
	snprintf(quoted_id, sizeof quoted_id, "\"%s\"", hex);
	snprintf(quoted_name, sizeof quoted_name, "\"%s\"", s.from.name);
	snprintf(quoted_sig, sizeof quoted_sig, "\"%s\"", sig_hex);
	const struct body_field field[] = { { "authorship.statement", bytes_str(quoted_id), true }, { "authorship.name", bytes_str(quoted_name), true },
		{ "authorship.signature", bytes_str(quoted_sig), true } };
	const struct issue_release release = { .to = to, .field = field, .field_n = 3, .urgency = 2 };
	struct claiming w = { .desk = d, .view = v, .read = read, .to = to, .about = row->id };
	const struct issue issue = { .kind = "authorship", .release = &release, .n = 1, .with = with_claim, .arg = &w };
	err = desk_issue(d, &issue, &w.result);
	*id = w.result.id;
	return err;
}

/* ---- following it ---- */

enum tocsin_err unnamed_follow(const struct followed *f, struct change *c)
{
	struct hash about;
	if (strcmp(f->row->kind, "authorship") == 0 && (f->row->marks & STATEMENT_MARK_RETURNED) == 0 &&
		hex_decode(followed_value(f, "authorship.statement"), about.b, SHA256_SIZE))
		change_claim(c, &about, f->row->peer, f->row->issued, f->row->num);
	return TOCSIN_OK;
}

/* ---- showing it ---- */

/* The key with which NAME signs; MISSING: its card is not held here. */
static enum tocsin_err key_of(struct snapshot *read, const char *name, struct arena *a, struct vkey *key)
{
	struct buf raw;
	struct chain chain;
	buf_init(&raw, LIMIT_CHAIN_BYTES);
	enum tocsin_err err = card_chain(read, name, &raw);
	if (err == TOCSIN_OK)
		err = chain_parse(buf_bytes(&raw), a, &chain);
	if (err == TOCSIN_OK)
		*key = chain_last(&chain)->sign[0];
	buf_free(&raw);
	return err;
}

/* Whether the claim B, which its author signed as itself, was signed by KEY, which is that of the name that wrote ABOUT. */
static bool proves(const struct desk *d, const struct hash *about, const struct statement *s, const struct vkey *key, const struct broker_read *b)
{
	const struct once_author a = { .realm = d->realm, .statement = *about, .author = b->s.from };
	uint8_t sig[NOTE_SIGNATURE];
	struct buf text;
	buf_init(&text, LIMIT_STATEMENT_TEXT);
	once_author_format(&a, &text);
	bool good = !text.failed && bytes_equal_str(broker_value(&b->body, "authorship.name"), s->from.name) &&
		hex_decode(broker_value(&b->body, "authorship.signature"), sig, sizeof sig) && note_ed25519_ok(key->pub, buf_bytes(&text), sig);
	buf_free(&text);
	return good;
}

struct showing_claims {
	const struct desk *desk;
	struct snapshot *read;
	const struct view *view;
	const struct hash *about;
	const struct statement *s;
	struct vkey key;
	bool has_key;
	struct arena *arena;
	json_t *list;
	size_t wrong;
	enum tocsin_err err;
};

static bool show_claim(void *arg, int64_t num)
{
	struct showing_claims *w = arg;
	char words[2 * LIMIT_NAME + 128];
	bool whole;
	arena_reset(w->arena);
	struct broker_read *b = arena_alloc(w->arena, sizeof *b);
	if (b == NULL) {
		w->err = fail(TOCSIN_BROKEN, "no memory to show an author");
		return false;
	}
	w->err = access_sees(w->read, w->view, num, "a claim", &whole);
	if (w->err == TOCSIN_OK)
		w->err = broker_read(w->read, num, w->arena, b);
	if (w->err == TOCSIN_MISSING || w->err == TOCSIN_REFUSED) {
		w->err = TOCSIN_OK;             /* it is not for the asker; its content was forgotten */
		return true;
	}
	if (w->err != TOCSIN_OK)
		return false;
	bool good = w->has_key && proves(w->desk, w->about, w->s, &w->key, b);
	if (!good && w->wrong++ >= FALSE_MAX)
		return true;
	if (good)
		snprintf(words, sizeof words, "%s, proven by the key that signed it", b->s.from.name);
	else if (!w->has_key)
		snprintf(words, sizeof words, "%s says so; the card of %s, which would prove it, is not here any more", b->s.from.name, w->s->from.name);
	else
		snprintf(words, sizeof words, "%s says so, which does not verify: the key that signed it did not sign that", b->s.from.name);
	json_t *o = json_pack("{s:s, s:s, s:b, s:s, s:o}", "author", b->s.from.name, "to", b->s.to.name, "proven", good, "words", words, "claim",
		standing_hash(&b->row.id));
	if (o == NULL || json_array_append_new(w->list, o) != 0)
		w->err = fail(TOCSIN_BROKEN, "no memory to show an author");
	return w->err == TOCSIN_OK;
}

static void say_how(struct snapshot *read, const struct statement_row *row, const struct statement *s, char *out, size_t room)
{
	struct tendered_row t;
	struct relayed_row r;
	const char *by = row->issued ? (tendered_of(read, row->num, &t) == TOCSIN_OK ? t.broker : NULL)
				     : (relayed_inner(read, &row->id, &r) == TOCSIN_OK ? r.broker : NULL);
	snprintf(out, room, "written without %s name, as %s%s%s", row->issued ? "our" : "its author's", s->from.name, by != NULL ? ", by way of " : "",
		by != NULL ? by : "");
}

enum tocsin_err unnamed_show(const struct desk *d, struct snapshot *read, const struct view *v, const struct statement_row *row,
	const struct statement *s, json_t **out)
{
	char words[2 * LIMIT_NAME + 64];
	*out = NULL;
	if (!once_is(bytes_str(s->from.name)))
		return TOCSIN_OK;
	struct showing_claims w = { .desk = d, .read = read, .view = v, .about = &row->id, .s = s, .arena = arena_new(BROKER_ARENA),
		.list = json_array(), .err = TOCSIN_OK };
	enum tocsin_err err = w.arena == NULL || w.list == NULL ? fail(TOCSIN_BROKEN, "no memory to show an author") : TOCSIN_OK;
	if (err == TOCSIN_OK)
		err = key_of(read, s->from.name, w.arena, &w.key);
	w.has_key = err == TOCSIN_OK;
	if (err == TOCSIN_OK || err == TOCSIN_MISSING)
		err = claims_about(read, &row->id, CLAIMS_MAX, show_claim, &w);
	if (err == TOCSIN_OK)
		err = w.err;
	if (err == TOCSIN_OK) {
		say_how(read, row, s, words, sizeof words);
		*out = json_pack("{s:s, s:s, s:O}", "name", s->from.name, "words", words, "authors", w.list);
		if (*out == NULL)
			err = fail(TOCSIN_BROKEN, "no memory to show an author");
	}
	json_decref(w.list);
	arena_free(w.arena);
	return err;
}
