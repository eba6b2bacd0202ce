/*
 * unnamed: names for once, what they sign, and what must not stand in it; see unnamed.h.
 */
#include "desk/unnamed.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/random.h"
#include "desk/broker.h"
#include "desk/directory.h"
#include "desk/rules.h"
#include "desk/standing_part.h"
#include "domain/kind.h"
#include "proof/once.h"
#include "store/rows_broker.h"
#include "store/rows_unnamed.h"

#define TELLING_LEAST 4                 /* bytes of a duty contact that are looked for */

/* ---- names ---- */

static enum tocsin_err begin(const struct desk *d, const char *name, const char *via, struct unnamed **out)
{
	struct unnamed *u = calloc(1, sizeof *u);
	*out = NULL;
	if (u == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a name for once");
	buf_init(&u->card, LIMIT_NOTE);
	snprintf(u->broker, sizeof u->broker, "%s", via);
	random_bytes(&u->blind, sizeof u->blind);
	enum tocsin_err err = keeper_once(d->keeper, name, &u->keys);
	if (err != TOCSIN_OK) {
		unnamed_free(u);
		return err;
	}
	snprintf(u->party.name, sizeof u->party.name, "%s", name);
	party_fp(u->keys.identity.pub, u->party.fp);
	*out = u;
	return TOCSIN_OK;
}

void unnamed_free(struct unnamed *u)
{
	if (u == NULL)
		return;
	buf_free(&u->card);
	free(u);
}

/* What the card of a node says, without anything by which it could be found. */
static enum tocsin_err make_card(const struct desk *d, struct unnamed *u, int64_t at)
{
	uint8_t sig[NOTE_SIGNATURE];
	struct buf text;
	struct card *c = calloc(1, sizeof *c);
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a card");
	buf_init(&text, LIMIT_CARD_TEXT);
	c->realm = d->realm;
	snprintf(c->name, sizeof c->name, "%s", u->party.name);
	c->seq = 1;
	c->at = at;
	c->identity = u->keys.identity;
	c->sign[0] = u->keys.sign;
	c->sign_n = 1;
	c->log = u->keys.log;
	c->log_n = 1;
	memcpy(c->recipient[0], u->keys.recipient, sizeof c->recipient[0]);
	c->recipient_n = 1;
	for (size_t i = 0; kind_each(i) != NULL && c->kind_n < CARD_KINDS; i++)
		if (kind_each(i)->self != KIND_SELF_ONLY)
			memcpy(c->kind[c->kind_n++], kind_each(i)->name, strlen(kind_each(i)->name) + 1);
	enum tocsin_err err = card_format(c, &text);
	if (err == TOCSIN_OK)
		err = buf_end(&text, "the card");
	if (err == TOCSIN_OK)
		err = keeper_once_card(d->keeper, buf_bytes(&text), sig);
	if (err == TOCSIN_OK) {
		u->card_id = statement_id(buf_bytes(&text));
		note_begin(&u->card, buf_bytes(&text));
		note_add_line(&u->card, &u->keys.identity, sig, sizeof sig);
		err = buf_end(&u->card, "the card");
	}
	buf_free(&text);
	free(c);
	return err;
}

enum tocsin_err unnamed_make(const struct desk *d, const char *via, int64_t at, struct unnamed **out)
{
	uint8_t random[ONCE_DIGITS / 2];
	char name[LIMIT_NAME + 1];
	random_bytes(random, sizeof random);
	once_make(d->realm, random, name);
	enum tocsin_err err = begin(d, name, via, out);
	if (err == TOCSIN_OK && (err = make_card(d, *out, at)) != TOCSIN_OK) {
		unnamed_free(*out);
		*out = NULL;
	}
	return err;
}

bool unnamed_ours(const struct desk *d, const struct statement *s)
{
	return strcmp(s->from.name, d->name) == 0 || (once_is(bytes_str(s->from.name)) && strcmp(s->to.name, d->name) != 0);
}

enum tocsin_err unnamed_again(const struct desk *d, struct snapshot *read, const struct hash *re, size_t n, const char *to, const char *via,
	struct unnamed **out)
{
	*out = NULL;
	for (size_t i = 0; i < n; i++) {
		struct statement s;
		struct tendered_row row;
		int64_t num;
		enum tocsin_err err = statement_num(read, &re[i], &num);
		if (err == TOCSIN_MISSING)
			continue;
		if (err == TOCSIN_OK)
			err = standing_head(read, num, &s);
		if (err != TOCSIN_OK)
			return err;
		if (!once_is(bytes_str(s.from.name)) || strcmp(s.to.name, to) != 0 || strcmp(to, d->name) == 0)
			continue;
		err = tendered_of(read, num, &row);
		if (err == TOCSIN_MISSING)
			return fail(TOCSIN_BROKEN, "it is not known any more by whom %s was handed over", s.from.name);
		if (err == TOCSIN_OK && via != NULL && strcmp(via, row.broker) != 0)
			err = fail(TOCSIN_REFUSED, "what is about something written without our name goes as that did, by way of %s", row.broker);
		if (err == TOCSIN_OK)
			err = broker_check(d, row.broker, to);
		return err == TOCSIN_OK ? begin(d, s.from.name, row.broker, out) : err;
	}
	return TOCSIN_OK;
}

void unnamed_entry(enum realm r, const struct hash *id, const struct hash *blind, struct hash *entry)
{
	char text[2 * (2 * SHA256_SIZE + 1) + 64], hex[2 * SHA256_SIZE + 1], blind_hex[2 * SHA256_SIZE + 1];
	hex_encode(id->b, SHA256_SIZE, hex);
	hex_encode(blind->b, SHA256_SIZE, blind_hex);
	int n = snprintf(text, sizeof text, "%s unnamed %s %s", realm_prefix(r), hex, blind_hex);
	*entry = sha256(bytes_of(text, (size_t)n));
}

void unnamed_keep(const struct desk *d, const struct unnamed *u, const struct hash *id, struct change *c, int64_t now, struct hash *entry)
{
	unnamed_entry(d->realm, id, &u->blind, entry);
	change_unnamed(c, &u->blind);
	if (u->card.n > 0)
		change_card(c, u->party.name, 1, &u->card_id, buf_bytes(&u->card), now);
}

/* ---- what must not stand in it ---- */

/* Whether HAY holds NEEDLE, in whatever case. */
static bool holds(struct bytes hay, struct bytes needle)
{
	if (needle.n == 0 || hay.n < needle.n)
		return false;
	for (size_t i = 0; i + needle.n <= hay.n; i++) {
		size_t k = 0;
		while (k < needle.n && tolower(hay.p[i + k]) == tolower(needle.p[k]))
			k++;
		if (k == needle.n)
			return true;
	}
	return false;
}

/* What of us HAY tells; NULL: nothing. A line of the card's duty contacts is looked for as a whole, and by its words that have
 * a digit or an @: telephone numbers and addresses. */
static const char *tells(const struct desk *d, const struct card *own, struct bytes hay)
{
	if (holds(hay, bytes_str(d->name)))
		return "our name";
	for (size_t i = 0; i < own->duty_n; i++) {
		struct bytes rest = bytes_str(own->duty[i]), word;
		if (rest.n >= TELLING_LEAST && holds(hay, rest))
			return "a duty contact of our card";
		while (text_word(&rest, &word)) {
			bool telling = false;
			for (size_t k = 0; k < word.n; k++)
				telling = telling || word.p[k] == '@' || (word.p[k] >= '0' && word.p[k] <= '9');
			if (telling && word.n >= TELLING_LEAST + 2 && holds(hay, word))
				return "a duty contact of our card";
		}
	}
	return NULL;
}

enum tocsin_err unnamed_rule(const struct desk *d, const struct body_field *field, size_t n, const struct body_file *file, size_t file_n)
{
	const char *what = NULL, *where = "";
	const struct peer *own = directory_self(d->directory);
	if (own == NULL)
		return fail(TOCSIN_BROKEN, "this node has no card of its own");
	for (size_t i = 0; i < n && what == NULL; i++)
		if (field[i].open && (what = tells(d, own->card, field[i].value)) != NULL)
			where = field[i].name;
	for (size_t i = 0; i < file_n && what == NULL; i++)
		if ((what = tells(d, own->card, file[i].content)) != NULL)
			where = file[i].line_name;
	peer_release(own);
	return what == NULL ? TOCSIN_OK : rule_refuse("unnamed.name", "%.64s holds %s", where, what);
}
