/*
 * silence_show: what is usual of each partner, and who is silent, for who asks; and people's answer to it.
 */
#include <sodium.h>
#include <stdlib.h>

#include "desk/ask.h"
#include "desk/audit.h"
#include "desk/lead.h"
#include "desk/policy.h"
#include "desk/silence.h"
#include "desk/silence_part.h"
#include "domain/subject.h"

#define ARENA (8u << 20)
#define CASE_ARENA (1u << 20)
#define ITEMS 2000
#define SCOPES 256                              /* for who sees everything */
#define CASES 50                                /* requests, and leads, of one partner */
#define ID 12                                   /* hex digits */
#define REASON_MAX 1000

struct shown {
	const struct desk *desk;
	const struct view *view;
	struct snapshot *read;
	struct arena *arena, *other;
	uint8_t key[KEEPER_DERIVED];
	struct silence_row row[ITEMS];
	size_t n;
	bool cut, full;
	int64_t now, per_year;
};

static enum tocsin_err no_room(void)
{
	return fail(TOCSIN_BROKEN, "no memory for what partners have not sent");
}

static bool take(void *arg, const struct silence_row *row)
{
	struct shown *w = arg;
	w->cut = w->n == ITEMS;
	if (w->cut)
		return false;
	w->full = !silence_copy(w->arena, row, &w->row[w->n]);
	w->n += !w->full;
	return !w->full;
}

static enum tocsin_err open_shown(const struct desk *d, const struct view *v, const char *partner, struct shown **out)
{
	int64_t scope[SCOPES];
	size_t n = v->scope_n;
	struct shown *w = calloc(1, sizeof *w);
	*out = w;
	if (w == NULL)
		return no_room();
	*w = (struct shown) { .desk = d, .view = v, .arena = arena_new(ARENA), .other = arena_new(CASE_ARENA), .now = clock_now(),
		.per_year = policy_int(d, "silence.false-alarms") };
	enum tocsin_err err = w->arena == NULL || w->other == NULL ? no_room() : keeper_derive(d->keeper, "silence", w->key);
	if (err == TOCSIN_OK)
		err = snapshot_open(d->store, &w->read);
	if (err == TOCSIN_OK && v->everything)
		err = silence_scopes(w->read, scope, SCOPES, &n);
	else
		memcpy(scope, v->scope, n * sizeof *scope);
	for (size_t i = 0; err == TOCSIN_OK && i < n && !w->cut; i++) {
		err = silence_list(w->read, scope[i], partner, ITEMS + 1, take, w);
		if (err == TOCSIN_OK && w->full)
			err = no_room();
	}
	return err;
}

static void close_shown(struct shown *w)
{
	if (w == NULL)
		return;
	snapshot_close(w->read);
	arena_free(w->arena);
	arena_free(w->other);
	sodium_memzero(w->key, sizeof w->key);
	free(w);
}

static enum tocsin_err id_of(const struct shown *w, const struct silence_row *row, char out[ID + 1])
{
	struct buf b;
	struct hash tag;
	buf_init(&b, 1024);
	buf_printf(&b, "silence %s/%s %s %s", row->unit, row->compartment, row->partner, row->topic);
	enum tocsin_err err = buf_end(&b, "a silence");
	if (err == TOCSIN_OK) {
		subject_tag(w->key, buf_bytes(&b), &tag);
		hex_encode(tag.b, ID / 2, out);
	}
	buf_free(&b);
	return err;
}

/* ---- in the middle of what ---- */

struct cases {
	struct shown *w;
	json_t *leads;
	enum tocsin_err err;
};

static bool take_lead(void *arg, const struct lead_row *row)
{
	struct cases *k = arg;
	bool is = false;
	k->err = access_belongs(k->w->read, k->w->view, row->unit, row->compartment, &is);
	if (k->err == TOCSIN_OK && is)
		json_array_append_new(k->leads, json_string(row->id));
	return k->err == TOCSIN_OK;
}

/* Open requests and leads with PARTNER that the view sees. */
static enum tocsin_err cases_of(struct shown *w, const char *partner, json_t *requests, json_t *leads)
{
	int64_t num[CASES];
	size_t n = 0;
	struct cases k = { .w = w, .leads = leads };
	enum tocsin_err err = ask_open_with(w->read, partner, num, CASES, &n);
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++) {
		struct statement_row row;
		char hex[2 * SHA256_SIZE + 1];
		bool whole;
		err = access_sees(w->read, w->view, num[i], "", &whole);
		if (err == TOCSIN_MISSING) {
			err = TOCSIN_OK;
			continue;
		}
		arena_reset(w->other);
		if (err == TOCSIN_OK)
			err = statement_by_num(w->read, num[i], w->other, &row);
		if (err == TOCSIN_OK) {
			hex_encode(row.id.b, SHA256_SIZE, hex);
			json_array_append_new(requests, json_string(hex));
		}
	}
	if (err == TOCSIN_OK)
		err = lead_open_with(w->read, partner, CASES, take_lead, &k);
	return err == TOCSIN_OK ? k.err : err;
}

/* ---- one of them ---- */

static json_t *time_json(int64_t at)
{
	char text[CLOCK_TEXT + 1] = "";
	if (at > 0)
		clock_format(at, text);
	return json_string(text);
}

static json_t *seconds(double days)
{
	return json_integer((json_int_t)(days * 86400));
}

static json_t *rate(double a_year)
{
	char text[32];
	snprintf(text, sizeof text, "%.2f", a_year);
	return json_string(text);
}

static void say(struct buf *b, const struct silence_row *row, const struct silence *s, int64_t now, const char *state)
{
	double ago = (double)(now - row->last_at) / (double)SILENCE_DAY;
	buf_printf(b, "%s for %.1f days", strcmp(state, "silent") == 0 ? "silent" : "nothing", ago < 0 ? 0 : ago);
	if (!s->known) {
		buf_printf(b, "; too little is known to say what is usual: %zu gaps, %d are needed", s->gaps, SILENCE_LEAST);
		return;
	}
	buf_printf(b, "; usually something comes every %.1f days, silence is unusual after %.1f", s->usual, s->threshold);
	buf_printf(b, ", which was passed in %zu of %zu gaps", s->passed, s->gaps);
}

static void say_cases(struct buf *b, size_t requests, size_t leads)
{
	if (requests + leads == 0)
		return;
	buf_add_str(b, "; in the middle of ");
	if (requests > 0)
		buf_printf(b, "%zu request%s", requests, requests == 1 ? "" : "s");
	if (leads > 0)
		buf_printf(b, "%s%zu lead%s", requests > 0 ? " and " : "", leads, leads == 1 ? "" : "s");
}

static enum tocsin_err item(struct shown *w, const struct silence_row *row, json_t *items)
{
	struct silence s;
	struct buf words;
	char id[ID + 1];
	/* Off: what is usual is told as for one a year, and nobody is called silent. */
	enum tocsin_err err = silence_usual(w->read, row, w->per_year > 0 ? w->per_year : 1, &s);
	if (err == TOCSIN_OK)
		err = id_of(w, row, id);
	if (err != TOCSIN_OK)
		return err;
	/* Nobody is told of what the inspectors see of all units together: that is judged here. */
	bool all = strcmp(row->unit, ACCESS_EVERY_UNIT) == 0;
	int64_t unusual = silence_unusual_at(row, &s);
	bool silent = row->noticed_at != 0 || (all && w->per_year > 0 && unusual <= w->now);
	const char *state = silent ? "silent" : s.known ? "heard" : "unknown";
	json_t *requests = json_array(), *leads = json_array();
	if (silent)
		err = cases_of(w, row->partner, requests, leads);
	buf_init(&words, 1000);
	say(&words, row, &s, w->now, state);
	say_cases(&words, json_array_size(requests), json_array_size(leads));
	buf_add_char(&words, 0);
	if (err == TOCSIN_OK)
		err = buf_end(&words, "a silence");
	if (err != TOCSIN_OK) {
		json_decref(requests);
		json_decref(leads);
		buf_free(&words);
		return err;
	}
	json_t *o = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:o, s:o}", "id", id, "partner", row->partner, "topic", row->topic,
		"unit", row->unit, "compartment", row->compartment, "state", state, "words", (const char *)words.p, "requests", requests,
		"leads", leads);
	buf_free(&words);
	json_t *more = o == NULL ? NULL : json_pack("{s:o, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:o, s:o, s:o, s:s, s:s, s:o, s:I}",
		"last_at", time_json(row->last_at), "gaps", (json_int_t)s.gaps, "outages", (json_int_t)s.outages, "usual", seconds(s.usual),
		"spread", seconds(s.spread), "longest", seconds(s.longest), "threshold", seconds(s.known ? s.threshold : 0), "unusual_at",
		time_json(s.known ? unusual : 0), "false_alarms", rate(s.per_year), "passed", (json_int_t)s.passed, "passed_year",
		rate(s.known ? s.passed_year : 0), "noticed_at", time_json(row->noticed_at), "acked_at", time_json(row->acked_at), "acked_by",
		row->acked_by, "reason", row->reason, "ended_at", time_json(row->ended_at), "notices", (json_int_t)row->notices);
	if (more == NULL || json_object_update(o, more) != 0 || json_array_append(items, o) != 0)
		err = no_room();
	json_decref(more);
	json_decref(o);
	return err;
}

enum tocsin_err silence_show(const struct desk *d, const struct view *v, const char *partner, json_t **out)
{
	struct shown *w;
	json_t *items = json_array();
	enum tocsin_err err = items == NULL ? no_room() : TOCSIN_OK;
	if (err == TOCSIN_OK) {
		err = open_shown(d, v, partner, &w);
		for (size_t i = 0; err == TOCSIN_OK && i < w->n; i++)
			err = item(w, &w->row[i], items);
		if (err == TOCSIN_OK && (*out = json_pack("{s:O, s:b}", "items", items, "cut", w->cut)) == NULL)
			err = no_room();
		close_shown(w);
	}
	json_decref(items);
	return err;
}

enum tocsin_err silence_ack(const struct desk *d, const struct view *v, const char *id, const char *reason)
{
	struct shown *w;
	char one[ID + 1];
	const struct silence_row *row = NULL;
	struct change *c = NULL;
	/* Inspectors read it; who acts on it acknowledges it. */
	enum tocsin_err err = access_may(v, RIGHT_REQUEST);
	if (err != TOCSIN_OK)
		return err;
	if (reason == NULL || reason[strspn(reason, " \t\n")] == 0 || strlen(reason) > REASON_MAX)
		return fail(TOCSIN_BAD, "say why in 1 to %d bytes", REASON_MAX);
	err = open_shown(d, v, NULL, &w);
	for (size_t i = 0; err == TOCSIN_OK && i < w->n && row == NULL; i++) {
		err = id_of(w, &w->row[i], one);
		if (err == TOCSIN_OK && strcmp(one, id) == 0)
			row = &w->row[i];
	}
	if (err == TOCSIN_OK && row == NULL)
		err = fail(TOCSIN_MISSING, "there is no silence %.40s", id);
	if (err == TOCSIN_OK && row->noticed_at == 0)
		err = fail(TOCSIN_BAD, "%s is not silent: there is nothing to acknowledge", row->partner);
	if (err == TOCSIN_OK && row->acked_at != 0)
		err = fail(TOCSIN_BAD, "somebody else has acknowledged that %s is silent: %s", row->partner, row->acked_by);
	if (err == TOCSIN_OK && (c = change_new()) == NULL)
		err = no_room();
	if (err == TOCSIN_OK) {
		change_silence_ack(c, row, w->now, v->function, reason);
		audit_add(c, v, "silence.acknowledged", row->partner, "");
		err = store_commit(d->store, c, NULL, NULL);
	}
	close_shown(w);
	return err;
}
