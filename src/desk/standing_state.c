/*
 * standing_state: how far a statement is with its recipient, what came of it as each side says, and what does not go
 * together.  Nothing here ends by itself: no answer is a state, too, with an age.
 */
#include <stdlib.h>

#include "desk/access.h"
#include "desk/contradiction.h"
#include "desk/standing_part.h"
#include "store/rows_keep.h"

#define STATE_ROWS 64                   /* of the newest answers, from which a list tells the state */
#define CONTRADICTIONS 64               /* shown */

/* ---- the state in words ---- */

static bool expects_answer(const char *kind)
{
	return strcmp(kind, "warning") == 0 || strcmp(kind, "request") == 0 || strcmp(kind, "retraction") == 0;
}

/* Somebody who acted has opened it, too: a later word of less does not take anything back. */
static int rank(const char *word)
{
	static const struct { const char *word; int rank; } ranks[] = {
		{ "opened", 1 }, { "thanked", 1 }, { "outcome", 1 }, { "needs-time", 1 }, { "assessed", 2 }, { "acting", 3 },
		{ "acted", 4 }, { "declined", 4 }, { "provided", 4 }, { "partly", 4 }, { "nothing-held", 4 },
	};
	for (size_t i = 0; i < sizeof ranks / sizeof *ranks; i++)
		if (strcmp(ranks[i].word, word) == 0)
			return ranks[i].rank;
	return 0;
}

static void age_words(int64_t age, char *out, size_t room)
{
	int64_t minutes = age <= 0 ? 0 : age / (60 * CLOCK_SECOND);
	if (minutes < 60)
		snprintf(out, room, "%lld min", (long long)minutes);
	else if (minutes < 48 * 60)
		snprintf(out, room, "%lld h", (long long)(minutes / 60));
	else
		snprintf(out, room, "%lld d", (long long)(minutes / (24 * 60)));
}

/* When the recipient's node accepted it; 0: not known that it has. */
static int64_t arrived_at(const struct statement_row *row, const json_t *out)
{
	int64_t t = 0;
	const char *text = json_string_value(json_object_get(json_object_get(out, "receipt"), "received_at"));
	if (!row->issued)
		return row->known_at;
	return text != NULL && clock_parse(bytes_str(text), &t) ? t : 0;
}

/* WORD: the furthest that was answered; NULL: nothing. */
static void put_state(struct showing *w, const struct statement_row *row, const char *word, json_t *out)
{
	const char *delivery = json_string_value(json_object_get(out, "delivery"));
	int64_t arrived = arrived_at(row, out);
	char state[128], age[32];
	if (delivery != NULL && strcmp(delivery, "own record") == 0)
		return;
	if (word != NULL) {
		snprintf(state, sizeof state, "%s", word);
	} else if (arrived == 0) {
		snprintf(state, sizeof state, "%s", delivery == NULL || strcmp(delivery, "waiting") == 0 ? "not delivered" :
			strcmp(delivery, "refused") == 0 ? "refused by its recipient's node" :
			strcmp(delivery, "closed") == 0 ? "delivery given up" :
			strcmp(delivery, "brokered") == 0 ? "by way of a broker" : "one-sided");
	} else if (!expects_answer(row->kind)) {
		snprintf(state, sizeof state, "%s", row->issued ? "delivered" : "accepted");
	} else {
		age_words(clock_now() - arrived, age, sizeof age);
		snprintf(state, sizeof state, row->issued ? "delivered, no answer for %s" : "accepted, not answered for %s", age);
		standing_put(w, out, "no_answer_since", standing_time(arrived));
	}
	standing_put(w, out, "state", json_string(state));
}

struct furthest {
	struct showing *w;
	char word[32];
	enum tocsin_err err;
};

/* Newest first. */
static bool furthest_row(void *arg, const struct derived_row *row)
{
	struct furthest *f = arg;
	bool whole;
	if (rank(row->word) <= rank(f->word))
		return true;
	if (!f->w->view->everything) {
		f->err = access_sees(f->w->read, f->w->view, row->num, "an answer", &whole);
		if (f->err == TOCSIN_MISSING) {
			f->err = TOCSIN_OK;
			return true;
		}
	}
	snprintf(f->word, sizeof f->word, "%s", row->word);
	return f->err == TOCSIN_OK;
}

enum tocsin_err standing_state(struct showing *w, const struct statement_row *row, json_t *out)
{
	struct furthest f = { .w = w, .err = TOCSIN_OK };
	enum tocsin_err err = derived_kind(
		w->read, row->num, strcmp(row->kind, "request") == 0 ? "answer" : "response", STATE_ROWS, furthest_row, &f);
	if (err == TOCSIN_OK)
		err = f.err;
	if (err == TOCSIN_OK)
		put_state(w, row, f.word[0] == 0 ? NULL : f.word, out);
	return err;
}

/* ---- what was said, each with who signed it and when ---- */

static const char *text_of(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));
	return s == NULL ? "" : s;
}

/* A word, or a list of them, with a space before and behind each. */
static const char *padded(struct arena *a, const json_t *words)
{
	struct buf b;
	buf_init(&b, 4096);
	if (json_is_string(words))
		buf_printf(&b, " %s ", json_string_value(words));
	for (size_t i = 0; json_is_array(words) && i < json_array_size(words); i++)
		buf_printf(&b, " %s ", json_string_value(json_array_get(words, i)));
	const char *s = b.failed ? NULL : arena_str(a, buf_bytes(&b));
	buf_free(&b);
	return s;
}

static int by_time(const void *a, const void *b)
{
	const struct said *x = a, *y = b;
	return x->at < y->at ? -1 : x->at > y->at;
}

/* ANSWERS as contradictions take them, in order of time; NULL when there is no memory. */
static struct said *said_of(struct showing *w, const json_t *answers, size_t *n)
{
	struct said *said = arena_zalloc(w->arena, (json_array_size(answers) + 1) * sizeof *said);
	const json_t *item;
	size_t i;
	*n = 0;
	json_array_foreach(answers, i, item) {
		struct said *s = said == NULL ? NULL : &said[*n];
		const char *claims = padded(w->arena, json_object_get(item, "record.claims"));
		if (s == NULL || claims == NULL)
			return NULL;
		*s = (struct said){ .kind = text_of(item, "kind"), .by = text_of(item, "from"), .stage = text_of(item, "stage"),
			.specific = text_of(item, "assessment.specific"), .outcome = text_of(item, "outcome"),
			.copy = text_of(item, "copy"), .result = text_of(item, "result"), .claims = claims };
		if (hex_decode(bytes_str(text_of(item, "id")), s->id.b, SHA256_SIZE) &&
			clock_parse(bytes_str(text_of(item, "at")), &s->at))
			(*n)++;
	}
	if (*n > 1)
		qsort(said, *n, sizeof *said, by_time);
	return said;
}

static void add_contradictions(struct showing *w, const struct told *t, const struct said *said, size_t n, json_t *out)
{
	struct contradiction found[CONTRADICTIONS];
	size_t k = contradiction_find(t, said, n, found, CONTRADICTIONS);
	json_t *list = json_array();
	for (size_t i = 0; i < k; i++) {
		struct buf sentence;
		json_t *o = json_object();
		buf_init(&sentence, 4096);
		contradiction_sentence(&found[i], t, said, &sentence);
		standing_put(w, o, "rule", json_string(contradiction_name(found[i].rule)));
		standing_put(w, o, "a", standing_hash(found[i].a == found[i].b ? &t->id : &said[found[i].a].id));
		standing_put(w, o, "b", standing_hash(&said[found[i].b].id));
		standing_put(w, o, "sentence", json_stringn((const char *)sentence.p, sentence.n));
		standing_append(w, list, o);
		buf_free(&sentence);
	}
	standing_put(w, out, "contradictions", list);
}

/* Whether I is what its side said last of what came of it. */
static bool said_last(const struct said *said, size_t n, size_t i)
{
	bool last = contradiction_outcome(&said[i]);
	for (size_t k = i + 1; k < n; k++)
		last = last && !(contradiction_outcome(&said[k]) && strcmp(said[k].by, said[i].by) == 0);
	return last;
}

/* Each side's, kept apart: a record of what somebody said about it is none. */
static void add_outcomes(struct showing *w, const struct said *said, size_t n, json_t *out)
{
	json_t *list = json_array();
	bool differ = false;
	for (size_t i = 0; i < n; i++) {
		if (said[i].outcome[0] == 0 || strcmp(said[i].kind, "record") == 0)
			continue;
		json_t *o = json_object();
		standing_put(w, o, "by", json_string(said[i].by));
		standing_put(w, o, "outcome", json_string(said[i].outcome));
		standing_put(w, o, "at", standing_time(said[i].at));
		standing_put(w, o, "id", standing_hash(&said[i].id));
		standing_append(w, list, o);
	}
	for (size_t i = 0; i < n; i++)
		for (size_t k = i + 1; k < n; k++)
			differ |= said_last(said, n, i) && said_last(said, n, k) && strcmp(said[i].outcome, said[k].outcome) != 0;
	standing_put(w, out, "outcomes", list);
	standing_put(w, out, "outcomes_differ", json_boolean(differ));
}

static void add_stage(struct showing *w, json_t *list, const char *stage, const char *by, int64_t at, const struct hash *id)
{
	json_t *o = json_object();
	standing_put(w, o, "stage", json_string(stage));
	standing_put(w, o, "by", json_string(by));
	standing_put(w, o, "at", standing_time(at));
	standing_put(w, o, "id", standing_hash(id));
	standing_append(w, list, o);
}

static const char *plain(struct arena *a, const struct body_line *l)
{
	const char *s = l == NULL || l->value.n < 2 || l->value.p[0] != '"' ? NULL
		: arena_str(a, bytes_of(l->value.p + 1, l->value.n - 2));
	return s == NULL ? "" : s;
}

void standing_said(struct showing *w, const struct statement_row *row, const struct content *c, const json_t *answers,
	json_t *out)
{
	size_t n;
	const struct said *said = said_of(w, answers, &n);
	struct told told = { .id = row->id, .from = c->s.from.name, .to = c->s.to.name, .arrived_at = arrived_at(row, out),
		.specificity = plain(w->arena, standing_line(c, "specificity")) };
	const char *word = "";
	json_t *stages = json_array();
	if (said == NULL) {
		w->lost = true;
		json_decref(stages);
		return;
	}
	/* What is addressed to its own maker has no other side. */
	if (party_same(&c->s.from, &c->s.to))
		told.arrived_at = 0;
	else if (told.arrived_at != 0)
		add_stage(w, stages, "delivered", told.to, told.arrived_at, &row->id);
	for (size_t i = 0; i < n; i++) {
		const char *stage = strcmp(said[i].kind, "answer") == 0 ? said[i].result : said[i].stage;
		if (stage[0] == 0 || strcmp(said[i].kind, "record") == 0)
			continue;
		add_stage(w, stages, stage, said[i].by, said[i].at, &said[i].id);
		if (rank(stage) >= rank(word))
			word = stage;
	}
	put_state(w, row, word[0] == 0 ? NULL : word, out);
	standing_put(w, out, "stages", stages);
	add_outcomes(w, said, n, out);
	add_contradictions(w, &told, said, n, out);
}
