/*
 * exposure_show: the ledger for who asks.
 */
#include <sodium.h>
#include <stdlib.h>

#include "desk/audit.h"
#include "desk/exposure.h"
#include "desk/standing_part.h"
#include "domain/subject.h"
#include "domain/vocabulary.h"
#include "store/rows_exposure.h"

#define ARENA (32u << 20)
#define WORDS_ARENA (16u << 20)
#define FIELDS 64                               /* that are named of one group */

struct group {
	const char *partner;
	struct hash subject, source;
	bool about, sourced;
	const char *field[FIELDS];
	size_t field_n;
	struct hash *fact;
	size_t fact_n, fact_room;
	size_t statements;
	int64_t statement, first_at, last_at;   /* statement: the last one that was looked at */
	const char *subject_words, *source_words;
};
struct telling {
	struct snapshot *read;
	const struct view *view;
	const struct exposure_ask *ask;
	struct hash subject, source;
	uint8_t key[KEEPER_DERIVED];
	struct arena *arena, *words;
	struct group *group;
	size_t n, rows;
	bool cut;
	int64_t statement;                      /* of the row before, and whether it is seen */
	bool seen, whole;
	struct hash open[EXPOSURE_SUBJECTS + 1];        /* of a statement that is not seen whole: the names that went out open */
	size_t open_n;
	enum tocsin_err err;
};

static enum tocsin_err no_room(void)
{
	return fail(TOCSIN_BROKEN, "no memory for what partners were told");
}

static bool is(struct bytes tag, const struct hash *h)
{
	return tag.n == SHA256_SIZE && memcmp(tag.p, h->b, SHA256_SIZE) == 0;
}

static const char *in_words(struct telling *s, struct bytes value)
{
	struct buf b;
	buf_init(&b, 4 * LIMIT_LINE);
	value_words(value, &b);
	const char *copy = b.failed ? NULL : arena_str(s->arena, buf_bytes(&b));
	buf_free(&b);
	return copy;
}

static const char *const names[] = { "subject.name", "target.who", "threat.actor" };

/* Reads statement NUM as the view sees it; *GONE: what it said is forgotten. */
static enum tocsin_err read_statement(struct telling *s, int64_t num, struct content *c, bool *gone)
{
	struct statement_row row;
	arena_reset(s->words);
	enum tocsin_err err = statement_by_num(s->read, num, s->words, &row);
	*gone = err != TOCSIN_OK || (row.marks & STATEMENT_MARK_FORGOTTEN) != 0 || row.body.n == 0;
	return *gone ? err : standing_content(&row, s->whole, s->words, c);
}

static enum tocsin_err read_open(struct telling *s, int64_t num)
{
	struct content c;
	bool gone;
	s->open_n = 0;
	enum tocsin_err err = read_statement(s, num, &c, &gone);
	for (size_t i = 0; err == TOCSIN_OK && !gone && i < sizeof names / sizeof *names; i++) {
		const struct body_line *l = standing_line(&c, names[i]);
		if (l != NULL)
			err = exposure_subjects(s->key, l->value, s->words, s->open, EXPOSURE_SUBJECTS, &s->open_n);
	}
	return err;
}

static bool is_open(const struct telling *s, struct bytes subject)
{
	for (size_t i = 0; i < s->open_n; i++)
		if (is(subject, &s->open[i]))
			return true;
	return false;
}

/* The words of G, from the statement NUM, which the view sees. */
static enum tocsin_err read_words(struct telling *s, struct group *g, int64_t num)
{
	struct content c;
	bool gone;
	enum tocsin_err err = read_statement(s, num, &c, &gone);
	if (err != TOCSIN_OK || gone)
		return err;
	for (size_t i = 0; err == TOCSIN_OK && g->about && g->subject_words[0] == 0 && i < 3; i++) {
		struct hash tag[EXPOSURE_SUBJECTS + 1];
		size_t n = 0;
		const struct body_line *l = standing_line(&c, names[i]);
		if (l != NULL)
			err = exposure_subjects(s->key, l->value, s->words, tag, EXPOSURE_SUBJECTS, &n);
		for (size_t k = 0; err == TOCSIN_OK && k < n; k++)
			if (hash_equal(&tag[k], &g->subject) && (g->subject_words = in_words(s, l->value)) == NULL)
				err = no_room();
	}
	const struct body_line *l = err == TOCSIN_OK && g->sourced ? standing_line(&c, "source.origin") : NULL;
	if (l != NULL && (g->source_words = in_words(s, l->value)) == NULL)
		err = no_room();
	return err;
}

static struct group *group_of(struct telling *s, const struct exposure_row *row)
{
	for (size_t i = 0; i < s->n; i++) {
		struct group *g = &s->group[i];
		if (strcmp(g->partner, row->partner) == 0 && g->about == (row->subject.n > 0) && g->sourced == (row->source.n > 0) &&
			(!g->about || is(row->subject, &g->subject)) && (!g->sourced || is(row->source, &g->source)))
			return g;
	}
	if (s->n == EXPOSURE_GROUPS) {
		s->cut = true;
		return NULL;
	}
	struct group *g = &s->group[s->n++];
	*g = (struct group) { .partner = arena_str(s->arena, bytes_str(row->partner)), .about = row->subject.n == SHA256_SIZE,
		.sourced = row->source.n == SHA256_SIZE, .last_at = row->at, .subject_words = "", .source_words = "" };
	if (g->about)
		memcpy(g->subject.b, row->subject.p, SHA256_SIZE);
	if (g->sourced)
		memcpy(g->source.b, row->source.p, SHA256_SIZE);
	s->err = g->partner == NULL ? no_room() : read_words(s, g, row->statement);
	return s->err == TOCSIN_OK ? g : NULL;
}

static bool add_fact(struct telling *s, struct group *g, const struct exposure_row *row)
{
	for (size_t i = 0; i < g->fact_n; i++)
		if (hash_equal(&g->fact[i], &row->fact))
			return true;
	if (g->fact_n == g->fact_room) {
		size_t room = g->fact_room * 2 + 16;
		struct hash *more = arena_alloc(s->arena, room * sizeof *more);
		if (more == NULL)
			return false;
		if (g->fact_n > 0)
			memcpy(more, g->fact, g->fact_n * sizeof *more);
		g->fact = more;
		g->fact_room = room;
	}
	g->fact[g->fact_n++] = row->fact;
	for (size_t i = 0; i < g->field_n; i++)
		if (strcmp(g->field[i], row->field) == 0)
			return true;
	if (g->field_n < FIELDS)
		g->field[g->field_n++] = arena_str(s->arena, bytes_str(row->field));
	return g->field[g->field_n - 1] != NULL;
}

static bool take(void *arg, const struct exposure_row *row)
{
	struct telling *s = arg;
	if (s->statement != row->statement) {
		s->statement = row->statement;
		enum tocsin_err err = access_sees(s->read, s->view, row->statement, "", &s->whole);
		s->seen = err == TOCSIN_OK;
		s->err = err == TOCSIN_MISSING ? TOCSIN_OK : err;
		if (s->seen && !s->whole)
			s->err = read_open(s, row->statement);
	}
	/* Who sees only the lines that went out open learns nothing of the others: not what it rests on or is about, nor
	 * that two rest on the same. */
	struct exposure_row shown = *row;
	if (s->seen && !s->whole) {
		shown.source = bytes_of(NULL, 0);
		if (!is_open(s, row->subject))
			shown.subject = bytes_of(NULL, 0);
	}
	if (!s->seen || s->err != TOCSIN_OK || (s->ask->partner != NULL && strcmp(s->ask->partner, row->partner) != 0) ||
		(s->ask->subject != NULL && !is(shown.subject, &s->subject)) ||
		(s->ask->source != NULL && !is(shown.source, &s->source)))
		return s->err == TOCSIN_OK;
	struct group *g = group_of(s, &shown);
	if (g == NULL)
		return s->err == TOCSIN_OK;
	/* Only what is seen is counted: what is not does not even show in where it ends. */
	if (++s->rows > EXPOSURE_ROWS) {
		s->cut = true;
		return false;
	}
	g->first_at = row->at;
	g->statements += g->statement != row->statement;
	g->statement = row->statement;
	if (!add_fact(s, g, &shown))
		s->err = no_room();
	return s->err == TOCSIN_OK;
}

static json_t *time_json(int64_t at)
{
	char text[CLOCK_TEXT + 1];
	clock_format(at, text);
	return json_string(text);
}

static enum tocsin_err answer(const struct telling *s, json_t **out)
{
	json_t *items = json_array();
	for (size_t i = 0; i < s->n; i++) {
		const struct group *g = &s->group[i];
		json_t *fields = json_array();
		for (size_t k = 0; k < g->field_n; k++)
			json_array_append_new(fields, json_string(g->field[k]));
		json_array_append_new(items, json_pack("{s:s, s:s, s:s, s:o, s:I, s:I, s:o, s:o}", "partner", g->partner, "subject",
			g->subject_words, "source", g->source_words, "fields", fields, "lines", (json_int_t)g->fact_n, "statements",
			(json_int_t)g->statements, "first_at", time_json(g->first_at), "last_at", time_json(g->last_at)));
	}
	*out = json_pack("{s:o, s:b}", "items", items, "cut", s->cut);
	return *out == NULL || json_array_size(items) != s->n ? no_room() : TOCSIN_OK;
}

static enum tocsin_err look(struct telling *s)
{
	struct buf key;
	const struct exposure_ask *ask = s->ask;
	enum tocsin_err err = TOCSIN_OK;
	if (ask->subject != NULL) {
		buf_init(&key, SUBJECT_KEY);
		err = subject_key(bytes_str(ask->subject), &key);
		if (err == TOCSIN_OK && key.n == 0)
			err = fail(TOCSIN_BAD, "\"%.100s\" is no name", ask->subject);
		if (err == TOCSIN_OK)
			subject_tag(s->key, buf_bytes(&key), &s->subject);
		buf_free(&key);
	}
	if (err == TOCSIN_OK && ask->source != NULL)
		err = exposure_source(s->key, bytes_str(ask->source), &s->source);
	if (err == TOCSIN_OK)
		err = exposure_list(s->read, ask->partner, ask->subject == NULL ? NULL : &s->subject, &s->source, EXPOSURE_LOOKED, take, s);
	if (err == TOCSIN_OK)
		err = s->err;
	return err;
}

enum tocsin_err exposure_show(const struct desk *d, const struct view *v, const struct exposure_ask *ask, json_t **out)
{
	char detail[600];
	if (ask->partner == NULL && ask->subject == NULL && ask->source == NULL)
		return fail(TOCSIN_BAD, "say of whom: partner, subject or source");
	struct telling s = { .view = v, .ask = ask, .arena = arena_new(ARENA), .words = arena_new(WORDS_ARENA),
		.group = calloc(EXPOSURE_GROUPS, sizeof *s.group), .err = TOCSIN_OK };
	enum tocsin_err err = s.arena == NULL || s.words == NULL || s.group == NULL ? no_room() : keeper_derive(d->keeper, "exposure", s.key);
	snprintf(detail, sizeof detail, "%s%s", ask->subject != NULL ? "of a subject " : "", ask->source != NULL ? "of a source" : "");
	if (err == TOCSIN_OK)
		err = snapshot_open(d->store, &s.read);
	if (err == TOCSIN_OK)
		err = look(&s);
	snapshot_close(s.read);
	/* That it was asked is written down before it is told. */
	if (err == TOCSIN_OK)
		err = audit_note(d, v, "exposure", ask->partner == NULL ? "" : ask->partner, detail);
	if (err == TOCSIN_OK)
		err = answer(&s, out);
	sodium_memzero(s.key, sizeof s.key);
	arena_free(s.arena);
	arena_free(s.words);
	free(s.group);
	return err;
}
