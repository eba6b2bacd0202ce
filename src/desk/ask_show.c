/*
 * ask_show: requests for people: lists of who owes whom, and threads as trees.
 */
#include <stdlib.h>

#include "base/zone.h"
#include "desk/access.h"
#include "desk/ask.h"
#include "desk/policy.h"
#include "desk/standing.h"

#define ONE_ARENA (64u << 20)
#define NODES_MAX 256                   /* of one tree */
#define DEPTH_MAX 16
#define REFERRERS_MAX 256

struct showing {
	const struct desk *desk;
	struct snapshot *read;
	const struct view *view;
	struct zone *zone;
	char zone_name[ZONE_NAME + 1];
	struct arena *arena, *row;              /* row: of one statement at a time */
	int64_t seen[NODES_MAX];
	size_t n;
	bool cut;                               /* there is more than a tree shows */
};

static enum tocsin_err showing_open(struct showing *w, const struct desk *d, struct snapshot *read, const struct view *v)
{
	*w = (struct showing){ .desk = d, .read = read, .view = v, .arena = arena_new(1u << 20), .row = arena_new(ONE_ARENA) };
	policy_text(d, "zone", w->zone_name, sizeof w->zone_name);
	if (w->arena == NULL || w->row == NULL)
		return fail(TOCSIN_BROKEN, "no memory to show requests");
	if (zone_open(w->zone_name, &w->zone) == TOCSIN_OK)
		return TOCSIN_OK;
	/* The machine's zone files are gone: the times are right all the same. */
	memcpy(w->zone_name, "UTC", 4);
	return zone_open("UTC", &w->zone);
}

static void showing_close(struct showing *w)
{
	zone_free(w->zone);
	arena_free(w->arena);
	arena_free(w->row);
}

static void put_time(json_t *o, const char *key, int64_t t)
{
	char text[CLOCK_TEXT + 1] = "";
	if (t != 0)
		clock_format(t, text);
	json_object_set_new(o, key, json_string(text));
}

/* The id of NUM as hex if V sees it, otherwise "". */
static enum tocsin_err put_id(struct showing *w, json_t *o, const char *key, int64_t num, bool *seen)
{
	char hex[2 * SHA256_SIZE + 1] = "";
	bool whole;
	struct statement_row row;
	*seen = false;
	enum tocsin_err err = num == 0 ? TOCSIN_MISSING : access_sees(w->read, w->view, num, "", &whole);
	arena_reset(w->row);
	if (err == TOCSIN_OK)
		err = statement_by_num(w->read, num, w->row, &row);
	if (err == TOCSIN_OK) {
		*seen = true;
		hex_encode(row.id.b, SHA256_SIZE, hex);
	}
	json_object_set_new(o, key, json_string(hex));
	return err == TOCSIN_MISSING ? TOCSIN_OK : err;
}

static void span(int64_t t, char *out, size_t room)
{
	int64_t minutes = t <= 0 ? 0 : t / (60 * CLOCK_SECOND);
	if (minutes < 60)
		snprintf(out, room, "%lld min", (long long)minutes);
	else if (minutes < 48 * 60)
		snprintf(out, room, "%lld h", (long long)(minutes / 60));
	else
		snprintf(out, room, "%lld d", (long long)(minutes / (24 * 60)));
}

static void words_of(const struct ask_row *a, bool answered, int64_t now, char *out, size_t room)
{
	char s[32];
	if (strcmp(a->state, "withdrawn") == 0) {
		snprintf(out, room, "withdrawn");
	} else if (answered && a->due_at != 0 && a->closed_at > a->due_at) {
		span(a->closed_at - a->due_at, s, sizeof s);
		snprintf(out, room, "answered late by %s: %s", s, a->result);
	} else if (answered) {
		snprintf(out, room, "answered: %s", a->result);
	} else if (a->received_at == 0) {
		snprintf(out, room, "sent, no receipt yet");
	} else if (a->due_at != 0 && now > a->due_at) {
		span(now - a->due_at, s, sizeof s);
		snprintf(out, room, "no answer, overdue for %s", s);
	} else {
		span(a->due_at - now, s, sizeof s);
		snprintf(out, room, "open, due in %s", s);
	}
	size_t n = strlen(out);
	if (a->breach_at != 0)
		snprintf(out + n, room - n, "; breach recorded");
}

/* What V may know of A. */
static enum tocsin_err ask_json(struct showing *w, const struct ask_row *a, json_t **out)
{
	char words[200], local[ZONE_TEXT + 1] = "";
	bool answered = false, breached = false;
	json_t *o = json_object();
	enum tocsin_err err = put_id(w, o, "answer", a->answer, &answered);
	if (err == TOCSIN_OK)
		err = put_id(w, o, "breach", a->breach, &breached);
	struct ask_row told = *a;
	/* An answer that V does not see is none for it. */
	if (strcmp(a->state, "answered") == 0 && !answered)
		told.state = "open";
	if (!breached)
		told.breach_at = 0;
	words_of(&told, answered, clock_now(), words, sizeof words);
	if (a->due_at != 0)
		zone_format(w->zone, a->due_at, local);
	json_object_set_new(o, "partner", json_string(a->partner));
	json_object_set_new(o, "owed_by", json_string(a->ours ? a->partner : w->desk->name));
	json_object_set_new(o, "type", json_string(a->type));
	json_object_set_new(o, "state", json_string(told.state));
	json_object_set_new(o, "words", json_string(words));
	put_time(o, "received_at", a->received_at);
	put_time(o, "due_at", a->due_at);
	json_object_set_new(o, "due_local", json_string(local));
	json_object_set_new(o, "zone", json_string(w->zone_name));
	json_object_set_new(o, "extensions", json_integer((json_int_t)a->extensions));
	err = err == TOCSIN_OK ? put_id(w, o, "extended_by", a->extension, &breached) : err;
	json_object_set_new(o, "result", json_string(answered ? a->result : ""));
	put_time(o, "answered_at", answered ? a->closed_at : 0);
	json_object_set_new(o, "late_seconds", json_integer(answered && a->due_at != 0 && a->closed_at > a->due_at
		? (json_int_t)((a->closed_at - a->due_at) / CLOCK_SECOND) : 0));
	put_time(o, "breach_at", told.breach_at);
	if (err == TOCSIN_OK)
		*out = o;
	else
		json_decref(o);
	return err;
}

/* The statement NUM as a list shows it, with what is asked when it is a request. MISSING: V does not see it. */
static enum tocsin_err node_json(struct showing *w, int64_t num, const struct ask_row *a, json_t **out)
{
	struct statement_row row;
	json_t *o = NULL, *ask = NULL;
	arena_reset(w->row);
	enum tocsin_err err = statement_by_num(w->read, num, w->row, &row);
	if (err == TOCSIN_OK)
		err = desk_show(w->desk, w->read, w->view, &row, false, &o);
	if (err == TOCSIN_OK && a != NULL)
		err = ask_json(w, a, &ask);
	if (err != TOCSIN_OK) {
		json_decref(o);
		return err;
	}
	if (ask != NULL)
		json_object_set_new(o, "ask", ask);
	*out = o;
	return TOCSIN_OK;
}

/* ---- lists ---- */

struct listing {
	struct showing *w;
	const char *state, *partner;
	json_t *list;
	size_t limit;
	int64_t last;
	bool more;
	enum tocsin_err err;
};

static bool fits(const struct listing *l, const struct ask_row *a)
{
	bool open = strcmp(a->state, "open") == 0;
	if (l->partner != NULL && strcmp(l->partner, a->partner) != 0)
		return false;
	return strcmp(l->state, "all") == 0 || (strcmp(l->state, "open") == 0 && open) ||
		(strcmp(l->state, "owed-by-us") == 0 && open && !a->ours) || (strcmp(l->state, "owed-to-us") == 0 && open && a->ours) ||
		(strcmp(l->state, "breached") == 0 && a->breach_at != 0) || (strcmp(l->state, "answered") == 0 && strcmp(a->state, "answered") == 0);
}

static bool add(void *arg, const struct ask_row *a)
{
	struct listing *l = arg;
	json_t *o = NULL;
	bool whole;
	if (!fits(l, a))
		return true;
	l->err = access_sees(l->w->read, l->w->view, a->statement, "", &whole);
	/* Whoever sees the request and not its answer, or not the breach, finds it among the open ones only. */
	int64_t also = strcmp(l->state, "answered") == 0 ? a->answer : strcmp(l->state, "breached") == 0 ? a->breach : 0;
	if (l->err == TOCSIN_OK && also != 0)
		l->err = access_sees(l->w->read, l->w->view, also, "", &whole);
	if (l->err == TOCSIN_MISSING) {
		l->err = TOCSIN_OK;
		return true;
	}
	if (l->err == TOCSIN_OK && json_array_size(l->list) == l->limit) {
		l->more = true;
		return false;
	}
	if (l->err == TOCSIN_OK)
		l->err = node_json(l->w, a->statement, a, &o);
	if (l->err == TOCSIN_OK && json_array_append_new(l->list, o) != 0)
		l->err = fail(TOCSIN_BROKEN, "no memory for the requests");
	l->last = a->statement;
	return l->err == TOCSIN_OK;
}

static enum tocsin_err list_about(struct listing *l, int64_t about, int64_t before)
{
	int64_t nums[REFERRERS_MAX];
	size_t n = 0;
	enum tocsin_err err = ask_open_about(l->w->read, about, nums, REFERRERS_MAX, &n);
	bool go_on = true;
	while (err == TOCSIN_OK && go_on && n > 0) {
		struct ask_row a;
		if (nums[--n] >= before)
			continue;
		arena_reset(l->w->arena);
		err = ask_get(l->w->read, nums[n], l->w->arena, &a);
		go_on = err == TOCSIN_OK && add(l, &a);
	}
	return err;
}

enum tocsin_err ask_list(const struct desk *d, struct snapshot *read, const struct view *v, const char *state, const char *partner,
	int64_t about, size_t limit, int64_t *before, json_t **out)
{
	static const struct { const char *state; enum ask_list list, partner; } states[] = {
		{ "open", ASK_LIST_OPEN, ASK_LIST_PARTNER_OPEN }, { "owed-by-us", ASK_LIST_THEIRS, ASK_LIST_PARTNER_OPEN },
		{ "owed-to-us", ASK_LIST_OURS, ASK_LIST_PARTNER_OPEN }, { "breached", ASK_LIST_BREACHED, ASK_LIST_PARTNER },
		{ "answered", ASK_LIST_ANSWERED, ASK_LIST_PARTNER }, { "all", ASK_LIST_ALL, ASK_LIST_PARTNER },
	};
	struct showing w;
	size_t i = 0;
	while (i < sizeof states / sizeof *states && strcmp(states[i].state, state) != 0)
		i++;
	if (i == sizeof states / sizeof *states)
		return fail(TOCSIN_BAD, "state must be one of " ASK_STATES);
	struct listing l = { .w = &w, .state = state, .partner = partner, .list = json_array(), .limit = limit };
	int64_t from = *before == 0 ? INT64_MAX : *before;
	enum tocsin_err err = showing_open(&w, d, read, v);
	if (err == TOCSIN_OK && l.list == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for the requests");
	if (err == TOCSIN_OK && about != 0)
		err = list_about(&l, about, from);
	else if (err == TOCSIN_OK)
		err = asks_list(read, partner == NULL ? states[i].list : states[i].partner, partner, from, SIZE_MAX / 2, add, &l);
	if (err == TOCSIN_OK)
		err = l.err;
	showing_close(&w);
	*before = l.more ? l.last : 0;
	if (err == TOCSIN_OK)
		*out = l.list;
	else
		json_decref(l.list);
	return err;
}

/* ---- threads ---- */

static bool in_thread(const char *kind)
{
	return strcmp(kind, "request") == 0 || strcmp(kind, "answer") == 0;
}

static bool below_thread(const char *kind)
{
	return in_thread(kind) || strcmp(kind, "retraction") == 0 || strcmp(kind, "record") == 0;
}

/* Whether V sees NUM, and that it is of the thread. */
static enum tocsin_err belongs(struct showing *w, int64_t num, bool (*of)(const char *kind), bool *yes)
{
	bool whole;
	struct statement_row row;
	enum tocsin_err err = access_sees(w->read, w->view, num, "", &whole);
	*yes = false;
	arena_reset(w->row);
	if (err == TOCSIN_OK)
		err = statement_by_num(w->read, num, w->row, &row);
	if (err == TOCSIN_OK)
		*yes = of(row.kind);
	return err == TOCSIN_MISSING ? TOCSIN_OK : err;
}

/* Up from *NUM to the first question. */
static enum tocsin_err climb(struct showing *w, int64_t *num)
{
	enum tocsin_err err = TOCSIN_OK;
	bool went = true;
	for (int depth = 0; err == TOCSIN_OK && went && depth < DEPTH_MAX; depth++) {
		struct hash re[LIMIT_REFS];
		size_t n = 0;
		went = false;
		err = statement_refs(w->read, *num, re, &n);
		for (size_t i = 0; err == TOCSIN_OK && !went && i < n; i++) {
			int64_t up;
			err = statement_num(w->read, &re[i], &up);
			if (err == TOCSIN_OK)
				err = belongs(w, up, in_thread, &went);
			if (err == TOCSIN_OK && went)
				*num = up;
			else if (err == TOCSIN_MISSING)
				err = TOCSIN_OK;
		}
	}
	return err;
}

static enum tocsin_err tree(struct showing *w, int64_t num, int depth, json_t **out)
{
	int64_t nums[REFERRERS_MAX];
	size_t n = 0;
	struct ask_row a;
	struct hash id = { { 0 } };
	json_t *o = NULL, *below;
	w->seen[w->n++] = num;
	enum tocsin_err err = ask_get(w->read, num, w->arena, &a);
	if (err == TOCSIN_OK || err == TOCSIN_MISSING)
		err = node_json(w, num, err == TOCSIN_OK ? &a : NULL, &o);
	if (err != TOCSIN_OK)
		return err;
	below = json_array();
	json_object_set_new(o, "below", below);
	const char *hex = json_string_value(json_object_get(o, "id"));
	if (hex == NULL || !hex_decode(bytes_str(hex), id.b, SHA256_SIZE))
		err = fail(TOCSIN_BROKEN, "a statement without an id");
	else
		err = statement_re(w->read, &id, nums, REFERRERS_MAX, &n);
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++) {
		json_t *child = NULL;
		bool yes, again = false;
		for (size_t k = 0; k < w->n; k++)
			again = again || w->seen[k] == nums[i];
		err = again ? TOCSIN_OK : belongs(w, nums[i], below_thread, &yes);
		if (err != TOCSIN_OK || again || !yes)
			continue;
		if (depth == DEPTH_MAX || w->n == NODES_MAX) {
			w->cut = true;
			break;
		}
		err = tree(w, nums[i], depth + 1, &child);
		if (err == TOCSIN_OK)
			json_array_append_new(below, child);
	}
	if (err == TOCSIN_OK)
		*out = o;
	else
		json_decref(o);
	return err;
}

enum tocsin_err ask_thread(const struct desk *d, struct snapshot *read, const struct view *v, const struct statement_row *row,
	json_t **out)
{
	struct showing *w = calloc(1, sizeof *w);
	int64_t num = row->num;
	json_t *thread = NULL;
	enum tocsin_err err = w == NULL ? fail(TOCSIN_BROKEN, "no memory to show requests") : showing_open(w, d, read, v);
	if (err == TOCSIN_OK)
		err = climb(w, &num);
	if (err == TOCSIN_OK)
		err = tree(w, num, 0, &thread);
	if (err == TOCSIN_OK)
		*out = json_pack("{s:o, s:b}", "thread", thread, "cut", w->cut);
	if (w != NULL)
		showing_close(w);
	free(w);
	return err;
}
