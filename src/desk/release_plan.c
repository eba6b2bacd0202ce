#include "desk/release_plan.h"

#include <stdlib.h>

#include "base/text.h"
#include "desk/contact.h"
#include "desk/policy.h"
#include "desk/profiles.h"
#include "store/rows_keep.h"

static enum tocsin_err no_room(void)
{
	return fail(TOCSIN_BROKEN, "no memory for a release");
}

/* ---- what is known of each ---- */

/* Keys under which it is counted who gets what: the author, and each kind of target. */
static size_t subjects(const struct composition *c, const char *author, char key[][LIMIT_ACCOUNT + 32], size_t room)
{
	size_t n = 0;
	const struct field *f = field_find("target.kind");
	snprintf(key[n++], LIMIT_ACCOUNT + 32, "author %s", author);
	for (size_t i = 0; f != NULL && f->words[i] != NULL && n < room; i++)
		if (composition_says(c, "target.kind", f->words[i]))
			snprintf(key[n++], LIMIT_ACCOUNT + 32, "subject %s", f->words[i]);
	return n;
}

static enum tocsin_err see_usual(struct plan *p, struct plan_recipient *r)
{
	char key[PLAN_KEYS][LIMIT_ACCOUNT + 32];
	size_t n = subjects(&p->c, p->row->author, key, PLAN_KEYS);
	enum tocsin_err err = TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++) {
		int64_t all, these = 0;
		err = audience_times(p->read, key[i], "", &all);
		if (err == TOCSIN_OK)
			err = audience_times(p->read, key[i], r->word, &these);
		/* Who never released anything has no custom. */
		r->unusual = r->unusual || (all > 0 && these == 0);
	}
	return err;
}

void plan_count(const struct plan *p, const struct plan_recipient *r, struct change *c, int64_t now)
{
	char key[PLAN_KEYS][LIMIT_ACCOUNT + 32];
	size_t n = subjects(&p->c, p->row->author, key, PLAN_KEYS);
	for (size_t i = 0; i < n; i++) {
		change_audience_count(c, key[i], r->word, now);
		change_audience_count(c, key[i], "", now);
	}
}

static enum tocsin_err see_recipient(struct plan *p, struct plan_recipient *r)
{
	r->profile = arena_alloc(p->arena, sizeof *r->profile);
	if (r->profile == NULL)
		return no_room();
	*r->profile = profile_none;
	if (r->contact) {
		struct contact c;
		enum tocsin_err err = contact_get(p->read, r->word + strlen(CONTACT_PREFIX), p->arena, &c);
		if (err == TOCSIN_MISSING)
			return fail(TOCSIN_REFUSED, "there is no contact %.64s: add it first (tocsin contact add)",
				r->word + strlen(CONTACT_PREFIX));
		r->profile->language = c.language;
		r->state = PEER_CONFIRMED;
		return err;
	}
	const struct peer *peer = directory_find(p->desk->directory, r->to);
	if (peer == NULL)
		return fail(TOCSIN_REFUSED, "%.200s is not a partner: add its card first (tocsin partner add)", r->to);
	r->state = peer->state;
	peer_release(peer);
	return profiles_of(p->read, r->to, p->arena, r->profile);
}

/* ---- what it is about ---- */

struct target {
	struct hash id;
	int64_t num, draft;
	const char *peer;
	bool issued;
};

struct finding {
	const char *word;
	int64_t num;
};

static bool is_released_to(void *arg, const char *recipient, int64_t statement)
{
	struct finding *f = arg;
	if (strcmp(recipient, f->word) == 0)
		f->num = statement;
	return f->num == 0;
}

struct siblings {
	int64_t num[PLAN_RECIPIENTS];
	size_t n;
};

static bool sibling(void *arg, int64_t num)
{
	struct siblings *s = arg;
	s->num[s->n++] = num;
	return s->n < PLAN_RECIPIENTS;
}

/* What was sent to R together with T. */
static enum tocsin_err among_siblings(struct plan *p, const struct target *t, const char *to, struct hash *id, bool *found)
{
	struct statement_row row;
	struct siblings *s = calloc(1, sizeof *s);
	enum tocsin_err err = s == NULL ? no_room() : together_each(p->read, t->num, PLAN_RECIPIENTS, sibling, s);
	for (size_t i = 0; err == TOCSIN_OK && i < s->n && !*found; i++) {
		arena_reset(p->scratch);
		err = statement_by_num(p->read, s->num[i], p->scratch, &row);
		if (err == TOCSIN_OK && strcmp(row.peer, to) == 0) {
			*id = row.id;
			*found = true;
		}
	}
	free(s);
	return err;
}

/* The statement that means T to recipient R: T itself, or what R got instead of it. */
static enum tocsin_err meaning(struct plan *p, const struct target *t, const struct plan_recipient *r, struct hash *id,
	bool *found)
{
	*found = false;
	if (t->draft == 0 && strcmp(t->peer, r->to) == 0) {
		*id = t->id;
		*found = true;
		return TOCSIN_OK;
	}
	if (t->draft == 0)
		return t->issued ? among_siblings(p, t, r->to, id, found) : TOCSIN_OK;
	struct finding f = { r->word, 0 };
	struct statement_row row;
	enum tocsin_err err = released_each(p->read, t->draft, is_released_to, &f);
	if (err != TOCSIN_OK || f.num == 0)
		return err;
	arena_reset(p->scratch);
	err = statement_by_num(p->read, f.num, p->scratch, &row);
	if (err == TOCSIN_OK) {
		*id = row.id;
		*found = true;
	}
	return err;
}

static int by_hash(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct hash));
}

static enum tocsin_err refer(struct plan *p, const struct target *t, size_t n, struct plan_recipient *r)
{
	enum tocsin_err err = TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++) {
		bool found, twice = false;
		struct hash id;
		err = meaning(p, &t[i], r, &id, &found);
		for (size_t k = 0; err == TOCSIN_OK && found && k < r->re_n; k++)
			twice = twice || hash_equal(&r->re[k], &id);
		if (err == TOCSIN_OK && found && !twice)
			r->re[r->re_n++] = id;
	}
	if (r->re_n > 1)
		qsort(r->re, r->re_n, sizeof *r->re, by_hash);
	return err;
}

/* The line NAME of ROW, which was sent open, or closed by us; empty when there is none. */
static enum tocsin_err line_of(const struct statement_row *row, const struct body *b, const char *name, struct bytes *value)
{
	struct text t = text_over(row->opened);
	struct bytes raw, position;
	const struct body_line *line = body_find(b, name);
	*value = line == NULL ? bytes_of(NULL, 0) : line->value;
	while (line == NULL && row->issued && !text_at_end(&t)) {
		struct body_line l;
		if (!text_line(&t, LIMIT_LINE + 16, &raw) || !text_word(&raw, &position) ||
			body_line_parse(raw, &l) != TOCSIN_OK)
			return fail(TOCSIN_BROKEN, "the stored openings of a statement are damaged");
		if (bytes_equal_str(l.name, name)) {
			*value = l.value;
			break;
		}
	}
	return TOCSIN_OK;
}

/* How far what ROW says may go. What does not say it to us may go nowhere but by name. */
static enum tocsin_err inherit(struct plan *p, const struct statement_row *row)
{
	struct note note;
	struct statement s;
	struct body body;
	struct bytes tlp, caveat;
	char word[20] = "";
	struct marking m = { 0 };
	if (row->body.n == 0)
		return TOCSIN_OK;
	enum tocsin_err err = note_parse(row->note, LIMIT_NOTE, &note);
	if (err == TOCSIN_OK)
		err = statement_parse(note.text, &s);
	if (err == TOCSIN_OK)
		err = body_parse(row->body, s.lines, false, p->scratch, &body);
	if (err != TOCSIN_OK)
		return fail_within(TOCSIN_BROKEN, "a stored statement");
	err = line_of(row, &body, "handling.tlp", &tlp);
	if (err == TOCSIN_OK)
		err = line_of(row, &body, "handling.caveat", &caveat);
	if (err != TOCSIN_OK || (tlp.n == 0 && strcmp(row->kind, "warning") != 0))
		return err;
	if (tlp.n > 2 && tlp.n - 2 < sizeof word)
		memcpy(word, tlp.p + 1, tlp.n - 2);
	if (!tlp_find(word, &m.tlp))
		m.tlp = TLP_RED;
	m.codes = caveat.n == 0 ? 0 : marking_codes(caveat);
	if (caveat.n > 0) {
		struct buf b;
		buf_init(&b, 4 * LIMIT_LINE);
		value_words(caveat, &b);
		m.caveat = arena_str(p->arena, buf_bytes(&b));
		buf_free(&b);
	}
	p->inherited = p->inherits ? marking_merge(p->inherited, m) : m;
	p->inherits = true;
	return TOCSIN_OK;
}

static enum tocsin_err see_targets(struct plan *p)
{
	struct target t[LIMIT_REFS] = { 0 };
	size_t n = 0;
	enum tocsin_err err = TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i < p->c.re_n; i++) {
		struct statement_row row;
		struct hash id;
		if (!hex_decode(bytes_str(p->c.re[i]), id.b, SHA256_SIZE))
			return fail(TOCSIN_BROKEN, "a stored draft has no whole ids");
		arena_reset(p->scratch);
		err = statement_by_id(p->read, &id, p->scratch, &row);
		if (err == TOCSIN_OK)
			err = inherit(p, &row);
		if (err == TOCSIN_OK) {
			t[n] = (struct target) { .id = id, .num = row.num, .issued = row.issued,
				.peer = arena_str(p->arena, bytes_str(row.peer)) };
			err = t[n].peer == NULL ? no_room() : released_from(p->read, row.num, p->scratch, &t[n].draft, NULL);
			n++;
		}
	}
	for (size_t i = 0; err == TOCSIN_OK && i < p->recipient_n; i++)
		err = refer(p, t, n, &p->recipient[i]);
	return err;
}

enum tocsin_err plan_level(const struct desk *d, struct snapshot *read, const struct hash *re, size_t n, enum tlp *level)
{
	struct plan p = { .desk = d, .read = read, .arena = arena_new(PLAN_SCRATCH), .scratch = arena_new(PLAN_SCRATCH) };
	enum tocsin_err err = p.arena == NULL || p.scratch == NULL ? no_room() : TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++) {
		struct statement_row row;
		arena_reset(p.scratch);
		err = statement_by_id(read, &re[i], p.scratch, &row);
		if (err == TOCSIN_OK)
			err = inherit(&p, &row);
	}
	*level = p.inherits ? p.inherited.tlp : TLP_CLEAR;
	arena_free(p.arena);
	arena_free(p.scratch);
	return err;
}

/* ---- the author's last word ---- */

static enum tocsin_err see_author(struct plan *p)
{
	struct draft_version_row row;
	enum tocsin_err err = draft_version_by(p->read, p->row->num, p->row->author, p->arena, &row);
	if (err != TOCSIN_OK || row.version >= p->row->version)
		return err;
	p->author = err == TOCSIN_OK ? arena_alloc(p->arena, sizeof *p->author) : NULL;
	if (err == TOCSIN_OK && p->author == NULL)
		err = no_room();
	if (err == TOCSIN_OK)
		err = composition_read(row.content, clock_now(), p->arena, p->author);
	if (err == TOCSIN_OK)
		err = plan_gather(p, p->author, &p->author_recipient, &p->author_recipient_n);
	return err == TOCSIN_OK ? plan_author(p) : err;
}

/* ---- all of it ---- */

/* What the releaser closes to R. */
static enum tocsin_err close_more(struct plan *p, const json_t *close, struct plan_recipient *r)
{
	const char *const keys[] = { "*", r->word };
	for (size_t k = 0; k < 2; k++) {
		const json_t *list = json_object_get(close, keys[k]);
		for (size_t i = 0; i < json_array_size(list); i++) {
			const char *word = json_string_value(json_array_get(list, i));
			const char *copy = word == NULL ? NULL : arena_str(p->arena, bytes_str(word));
			if (word == NULL)
				return fail(TOCSIN_BAD, "close is an object: recipients, or \"*\", each with a list of lines");
			if (copy == NULL || !plan_append(p->arena, &r->close, &r->close_n, &copy, 1))
				return no_room();
		}
	}
	return TOCSIN_OK;
}

static enum tocsin_err check_close(const struct plan *p, const json_t *close)
{
	json_t *j = (json_t *)(uintptr_t)close;
	for (void *it = json_object_iter(j); it != NULL; it = json_object_iter_next(j, it)) {
		const char *word = json_object_iter_key(it);
		bool found = strcmp(word, "*") == 0;
		for (size_t i = 0; i < p->recipient_n && !found; i++)
			found = strcmp(p->recipient[i].word, word) == 0;
		if (!json_is_array(json_object_iter_value(it)))
			return fail(TOCSIN_BAD, "close is an object: recipients, or \"*\", each with a list of lines");
		if (!found)
			return fail(TOCSIN_BAD, "there is no recipient %.200s to close lines to", word);
	}
	return TOCSIN_OK;
}

static enum tocsin_err see_fields(struct plan *p)
{
	p->files = arena_alloc(p->arena, sizeof *p->files);
	enum tocsin_err err = p->files == NULL ? no_room() : files_of_draft(p->read, p->row->num, p->arena, p->files);
	if (err != TOCSIN_OK)
		return err;
	size_t n = p->c.fields->n + p->files->n;
	if (n > DRAFT_FIELDS)
		return fail(TOCSIN_BAD, "more than %d fields and attachments", DRAFT_FIELDS);
	p->field = arena_alloc(p->arena, (n + 1) * sizeof *p->field);
	p->marking = arena_zalloc(p->arena, (n + 1) * sizeof *p->marking);
	if (p->field == NULL || p->marking == NULL)
		return no_room();
	memcpy(p->field, p->c.fields->field, p->c.fields->n * sizeof *p->field);
	memcpy(p->marking, p->c.marking, p->c.fields->n * sizeof *p->marking);
	for (size_t i = 0; i < p->files->n; i++)
		p->field[p->c.fields->n + i] = p->files->field[i];
	p->field_n = n;
	return TOCSIN_OK;
}

static enum tocsin_err see_duty(struct plan *p)
{
	p->duty = (struct determined_row) { .result = "", .ground = "", .account = "", .function = "" };
	enum tocsin_err err = determined_last(p->read, p->row->num, p->arena, &p->duty);
	if (err == TOCSIN_MISSING)
		p->duty = (struct determined_row) { .result = "", .ground = "", .account = "", .function = "" };
	return err == TOCSIN_MISSING ? TOCSIN_OK : err;
}

enum tocsin_err plan_make(const struct desk *d, struct snapshot *read, const struct draft_row *row, const json_t *close,
	const json_t *decided, struct arena *a, struct arena *scratch, struct plan *out)
{
	char level[32];
	*out = (struct plan) { .desk = d, .read = read, .arena = a, .scratch = scratch, .row = row };
	policy_text(d, "release.level", level, sizeof level);
	if (!tlp_find(level, &out->deflt))
		out->deflt = TLP_CLEAR;
	/* What was determined is known even of what cannot be planned. */
	enum tocsin_err err = see_duty(out);
	if (err == TOCSIN_OK)
		err = row->content.n == 0 ? fail(TOCSIN_MISSING, "what draft %s said is forgotten", row->id)
					  : composition_read(row->content, clock_now(), a, &out->c);
	if (err == TOCSIN_OK)
		err = see_fields(out);
	if (err == TOCSIN_OK)
		err = decided != NULL ? plan_gather_decided(out, decided) : plan_gather(out, &out->c, &out->recipient, &out->recipient_n);
	for (size_t i = 0; err == TOCSIN_OK && i < out->recipient_n; i++) {
		err = see_recipient(out, &out->recipient[i]);
		if (err == TOCSIN_OK)
			err = see_usual(out, &out->recipient[i]);
		if (err == TOCSIN_OK && close != NULL)
			err = close_more(out, close, &out->recipient[i]);
	}
	if (err == TOCSIN_OK && close != NULL)
		err = check_close(out, close);
	if (err == TOCSIN_OK)
		err = see_targets(out);
	return err == TOCSIN_OK ? see_author(out) : err;
}

void plan_ask(struct plan *p, const struct plan_recipient *r, struct handling_ask *ask)
{
	*ask = (struct handling_ask) { .kind = p->c.kind, .field = p->field, .field_n = p->field_n, .marking = p->marking,
		.inherited = p->inherits ? &p->inherited : NULL, .to = r->word, .named = r->named, .profile = r->profile,
		.deflt = p->deflt, .open = r->open, .open_n = r->open_n, .close = r->close, .close_n = r->close_n };
}

enum tocsin_err plan_preview(struct plan *p, size_t i, struct preview **out)
{
	arena_reset(p->scratch);
	struct handling_ask *ask = arena_alloc(p->scratch, sizeof *ask);
	*out = arena_alloc(p->scratch, sizeof **out);
	if (ask == NULL || *out == NULL)
		return no_room();
	plan_ask(p, &p->recipient[i], ask);
	return preview_make(ask, p->scratch, *out);
}

enum tocsin_err plan_overrides(struct plan *p, size_t i, const struct preview *v, bool *does)
{
	struct handling_ask ask = *v->ask;
	struct handling *h = arena_alloc(p->scratch, sizeof *h);
	ask.open_n = 0;
	*does = p->recipient[i].state == PEER_DISTRUSTED;
	enum tocsin_err err = h == NULL ? no_room() : handling_propose(&ask, h);
	for (size_t k = 0; err == TOCSIN_OK && k < h->n; k++)
		*does = *does || (v->handling.line[k].open && (h->line[k].why == HANDLING_ABOVE ||
			h->line[k].why == HANDLING_PROFILE_CLOSES || h->line[k].why == HANDLING_COMMUNITY));
	return err;
}
