#include "desk/broker.h"

#include <inttypes.h>

#include "base/log.h"
#include "base/random.h"
#include "base/text.h"
#include "desk/broker_part.h"
#include "desk/clocks_inside.h"
#include "desk/directory.h"
#include "desk/unnamed.h"
#include "domain/tendered.h"
#include "proof/attachment.h"
#include "store/rows_access.h"

#define BATCH 16

/* ---- words and hashes ---- */

static bool begins(const char *word, const char *with)
{
	return strncmp(word, with, strlen(with)) == 0;
}

bool broker_is_word(const char *word)
{
	return begins(word, BROKER_PREFIX) || begins(word, UNNAMED_PREFIX);
}

bool broker_word(const char *word, char broker[LIMIT_NAME + 1], char to[LIMIT_NAME + 1], bool *unnamed)
{
	if (!broker_is_word(word))
		return false;
	*unnamed = begins(word, UNNAMED_PREFIX);
	size_t n = strlen(*unnamed ? UNNAMED_PREFIX : BROKER_PREFIX);
	const char *colon = strchr(word + n, ':');
	if (colon == NULL || colon - word - (ptrdiff_t)n > LIMIT_NAME || strlen(colon + 1) > LIMIT_NAME)
		return false;
	snprintf(broker, LIMIT_NAME + 1, "%.*s", (int)(colon - word - (ptrdiff_t)n), word + n);
	snprintf(to, LIMIT_NAME + 1, "%s", colon + 1);
	return text_is_name(bytes_str(broker)) && text_is_name(bytes_str(to));
}

enum tocsin_err broker_check(const struct desk *d, const char *broker, const char *to)
{
	enum tocsin_err err = TOCSIN_OK;
	bool knows = false;
	const struct peer *p = directory_find(d->directory, broker);
	for (size_t i = 0; p != NULL && i < p->card->kind_n; i++)
		knows = knows || strcmp(p->card->kind[i], "tender") == 0;
	if (p == NULL || p->state == PEER_SELF)
		err = fail(TOCSIN_REFUSED, "%s is not a partner, and so no broker", broker);
	else if (p->state == PEER_DISTRUSTED)
		err = fail(TOCSIN_REFUSED, "%s is distrusted, and so no broker", broker);
	else if (!knows)
		err = fail(TOCSIN_REFUSED, "the card of %s does not say that it takes a tender", broker);
	else if (strcmp(broker, to) == 0 || strcmp(to, d->name) == 0)
		err = fail(TOCSIN_REFUSED, "a broker carries to a third, not to itself, and not back");
	peer_release(p);
	return err;
}

void broker_send(struct change *c, const char *broker, const char *to, int64_t until)
{
	change_tendered(c, broker, to, until);
}

enum tocsin_err broker_again(const struct desk *d, struct snapshot *read, int64_t statement, struct arena *a, const char **via)
{
	struct tendered_row row;
	*via = NULL;
	enum tocsin_err err = tendered_of(read, statement, &row);
	if (err == TOCSIN_OK && broker_check(d, row.broker, row.recipient) == TOCSIN_OK &&
		(*via = arena_str(a, bytes_str(row.broker))) == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for an audience");
	return err == TOCSIN_MISSING ? TOCSIN_OK : err;
}

static void hash_words(enum realm r, const char *words, const struct hash *h, struct hash *out)
{
	char hex[2 * SHA256_SIZE + 1], text[LIMIT_NAME + 128];
	hex_encode(h->b, SHA256_SIZE, hex);
	int n = snprintf(text, sizeof text, "%s %s %s", realm_prefix(r), words, hex);
	*out = sha256(bytes_of(text, (size_t)n));
}

void broker_label(enum realm r, const struct hash *id, struct hash *label)
{
	tendered_label(r, id, label);
}

void broker_entry(enum realm r, const char *name, const struct hash *label, struct hash *entry)
{
	char words[LIMIT_NAME + 16];
	snprintf(words, sizeof words, "label %s", name);
	hash_words(r, words, label, entry);
}

enum tocsin_err broker_log(const struct desk *d, struct snapshot *read, struct change *c, const struct hash *label)
{
	struct hash entry;
	struct log_state st;
	uint64_t index;
	broker_entry(d->realm, d->name, label, &entry);
	store_log_state(d->store, &st);
	enum tocsin_err err = store_log_position(read, &entry, st.n, &index);
	if (err == TOCSIN_MISSING) {
		change_entry(c, &entry, "label", &entry);
		err = TOCSIN_OK;
	}
	return err;
}

/* ---- reading ---- */

enum tocsin_err broker_read(struct snapshot *read, int64_t num, struct arena *a, struct broker_read *out)
{
	enum tocsin_err err = statement_by_num(read, num, a, &out->row);
	if (err == TOCSIN_OK)
		err = note_parse(out->row.note, LIMIT_NOTE, &out->note);
	if (err == TOCSIN_OK)
		err = statement_parse(out->note.text, &out->s);
	if (err != TOCSIN_OK)
		return fail_within(TOCSIN_BROKEN, "a stored statement");
	if ((out->row.marks & STATEMENT_MARK_FORGOTTEN) != 0)
		return fail(TOCSIN_REFUSED, "its content was forgotten");
	err = body_parse(out->row.body, out->s.lines, false, a, &out->body);
	return err == TOCSIN_OK ? err : fail_within(TOCSIN_BROKEN, "a stored body");
}

struct bytes broker_value(const struct body *b, const char *name)
{
	const struct body_line *l = body_find(b, name);
	if (l == NULL || l->value.n < 2 || l->value.p[0] != '"' || memchr(l->value.p, '\\', l->value.n) != NULL)
		return bytes_of(NULL, 0);
	return bytes_of(l->value.p + 1, l->value.n - 2);
}

struct bytes broker_file(const struct body *b, const char *name)
{
	for (size_t i = 0; i < b->attachment_n; i++)
		for (uint32_t k = 0; k < b->n; k++) {
			struct attachment at;
			const struct body_line *l = &b->line[k];
			if (l->open && bytes_equal(l->name, b->attachment[i].line_name) && attachment_parse(l->value, &at) == TOCSIN_OK &&
				bytes_equal_str(bytes_of(at.file_name.p + 1, at.file_name.n - 2), name))
				return b->attachment[i].content;
		}
	return bytes_of(NULL, 0);
}

/* ---- issuing ---- */

static void put(struct broker_issue *b, const char *name, const char *value)
{
	if (name == NULL || value == NULL || b->field_n == BROKER_FIELDS) {
		b->full = true;
		return;
	}
	b->field[b->field_n++] = (struct body_field){ name, bytes_str(value), true };
}

void broker_field(struct broker_issue *b, const char *name, const char *value)
{
	put(b, name, arena_printf(b->arena, "\"%s\"", value));
}

void broker_time(struct broker_issue *b, const char *name, int64_t t)
{
	char text[CLOCK_TEXT + 1];
	clock_format(t, text);
	broker_field(b, name, text);
}

void broker_hash(struct broker_issue *b, const char *name, const struct hash *h)
{
	char hex[2 * SHA256_SIZE + 1];
	hex_encode(h->b, SHA256_SIZE, hex);
	broker_field(b, name, hex);
}

void broker_attach(struct broker_issue *b, const char *name, struct bytes content)
{
	char hex[2 * SHA256_SIZE + 1];
	struct hash h = sha256(content);
	uint32_t r;
	hex_encode(h.b, SHA256_SIZE, hex);
	random_bytes(&r, sizeof r);
	/* As elsewhere numbers are drawn; the last digit keeps those of one statement apart. */
	const char *line = arena_printf(b->arena, "attachment.%u%zu", 10000 + r % 90000, b->file_n);
	put(b, line, arena_printf(b->arena, "[\"%s\",\"application/octet-stream\",%zu,\"%s\"]", name, content.n, hex));
	if (b->full || b->file_n == BROKER_FILES) {
		b->full = true;
		return;
	}
	b->file[b->file_n++] = (struct body_file){ line, content };
}

enum tocsin_err broker_issue_now(struct broker_issue *b, bool *issued)
{
	if (b->full)
		return fail(TOCSIN_BROKEN, "no memory for a %s", b->kind);
	const struct issue_release release = { .to = b->to, .field = b->field, .field_n = b->field_n, .file = b->file,
		.file_n = b->file_n, .urgency = b->urgency };
	const struct issue issue = { .kind = b->kind, .re = b->re, .re_n = b->re != NULL, .release = &release, .n = 1,
		.with = b->with, .arg = b->arg };
	struct issue_result result;
	enum tocsin_err err = desk_issue(b->desk, &issue, &result);
	*issued = *issued || err == TOCSIN_OK;
	return err == TOCSIN_LATER ? TOCSIN_OK : err;
}

/* ---- what a statement means ---- */

static bool is(const struct followed *f, const char *kind)
{
	return strcmp(f->row->kind, kind) == 0;
}

static enum tocsin_err follow_own_tender(const struct followed *f, struct change *c)
{
	struct tendered_row row;
	struct clock_home h;
	enum tocsin_err err = tendered_by(f->read, f->row->num, &row);
	if (err == TOCSIN_OK)
		err = clock_home_find(f, &row.statement, 1, &h);
	if (err == TOCSIN_OK && row.until > f->row->known_at)
		clocks_start(f->desk, c, &(struct clock_start){ .kind = CLOCK_CUSTODY, .statement = row.statement, .unit = h.unit,
			.compartment = h.compartment, .owner = h.owner, .urgency = h.urgency, .life = h.life, .due_at = row.until,
			.now = f->row->known_at });
	return err == TOCSIN_MISSING ? TOCSIN_OK : err;
}

/* What its lines say; what is missing makes it malformed, which its tenderer is told. */
static void follow_tender(const struct followed *f, struct change *c)
{
	struct custody_row row = { .tender = f->row->num, .at = f->row->known_at, .size = (int64_t)f->row->body.n };
	struct bytes to = followed_value(f, "envelope.to"), name;
	bool good = hex_decode(followed_value(f, "envelope.label"), row.label.b, SHA256_SIZE) &&
		clock_parse(followed_value(f, "envelope.until"), &row.until) && text_word(&to, &name) && name.n <= LIMIT_NAME &&
		text_is_name(name);
	snprintf(row.tenderer, sizeof row.tenderer, "%s", f->row->peer);
	if (good)
		snprintf(row.recipient, sizeof row.recipient, "%.*s", (int)name.n, (const char *)name.p);
	else
		snprintf(row.code, sizeof row.code, "malformed");
	change_custody_add(c, &row);
}

static void follow_relay(const struct followed *f, struct change *c)
{
	struct hash label;
	int64_t until;
	if (!hex_decode(followed_value(f, "envelope.label"), label.b, SHA256_SIZE))
		memset(&label, 0, sizeof label);
	if (!clock_parse(followed_value(f, "envelope.until"), &until))
		until = f->row->known_at;
	change_relayed_add(c, f->row->num, &label, f->row->peer, until, f->row->known_at);
}

static enum tocsin_err follow_custody(const struct followed *f, struct change *c)
{
	enum tocsin_err err = TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i < f->row->re_n; i++) {
		struct tendered_row row;
		int64_t num;
		err = statement_num(f->read, &f->row->re[i], &num);
		if (err == TOCSIN_OK) {
			change_custody_heard(c, num, f->row->num);
			err = tendered_by(f->read, num, &row);
		}
		if (err == TOCSIN_OK && strcmp(row.broker, f->row->peer) == 0)
			err = broker_told(f, c, &row);
		if (err == TOCSIN_MISSING)
			err = TOCSIN_OK;
	}
	return err;
}

enum tocsin_err broker_follow(const struct followed *f, struct change *c)
{
	if ((f->row->marks & STATEMENT_MARK_RETURNED) != 0)
		return TOCSIN_OK;
	if (is(f, "tender") && f->row->issued)
		return follow_own_tender(f, c);
	if (f->row->issued)
		return TOCSIN_OK;
	if (is(f, "tender"))
		follow_tender(f, c);
	else if (is(f, "relay"))
		follow_relay(f, c);
	else if (is(f, "custody"))
		return follow_custody(f, c);
	return TOCSIN_OK;
}

/* ---- the work ---- */

static enum tocsin_err tender_some(const struct desk *d, int64_t now, int64_t *next, bool *issued)
{
	struct tendered_row row[BATCH];
	struct snapshot *read;
	int64_t last = 0;
	size_t n = 0;
	enum tocsin_err err = snapshot_open(d->store, &read);
	if (err != TOCSIN_OK)
		return err;
	/* Behind the following: whoever sees the statement sees the tender. */
	if ((err = followed_last(read, &last)) == TOCSIN_OK)
		err = tendered_open(read, last, row, BATCH, &n);
	snapshot_close(read);
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++)
		err = broker_tender(d, &row[i], now, issued);
	if (n == BATCH)
		*next = now;
	return err;
}

static enum tocsin_err keep_some(const struct desk *d, int64_t now, int64_t *next, bool *issued)
{
	struct custody_row row[BATCH], over[BATCH];
	struct snapshot *read;
	size_t n = 0, over_n = 0;
	enum tocsin_err err = snapshot_open(d->store, &read);
	if (err != TOCSIN_OK)
		return err;
	if ((err = custody_todo(read, row, BATCH, &n)) == TOCSIN_OK)
		err = custody_held(read, 0, 0, over, BATCH, &over_n);
	snapshot_close(read);
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++)
		err = broker_step(d, &row[i], now, issued);
	for (size_t i = 0; err == TOCSIN_OK && i < over_n; i++) {
		if (over[i].until > now) {
			*next = over[i].until < *next ? over[i].until : *next;
			break;
		}
		err = broker_over(d, &over[i], now, issued);
		if (i + 1 == BATCH)
			*next = now;
	}
	/* Each step may be followed by another. */
	if (n > 0)
		*next = now;
	return err;
}

enum tocsin_err broker_work(const struct desk *d, int64_t now, int64_t *next, bool *issued)
{
	*next = INT64_MAX;
	*issued = false;
	enum tocsin_err err = tender_some(d, now, next, issued);
	return err == TOCSIN_OK ? keep_some(d, now, next, issued) : err;
}
