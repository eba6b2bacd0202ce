#include "desk/screening.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/log.h"
#include "desk/audit.h"
#include "desk/profiles.h"
#include "desk/screening_part.h"
#include "store/rows_screen.h"

#define RULES_ARENA (1u << 20)

/* ---- in memory ---- */

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct hash));
}

enum tocsin_err screener_reserve(struct screener *s, size_t more)
{
	if (s->tag_n + more <= s->tag_room)
		return TOCSIN_OK;
	size_t room = 2 * (s->tag_n + more) + 64;
	pthread_rwlock_wrlock(&s->lock);
	struct hash *grown = realloc(s->tag, room * sizeof *grown);
	if (grown != NULL) {
		s->tag = grown;
		s->tag_room = room;
	}
	pthread_rwlock_unlock(&s->lock);
	return grown == NULL ? fail(TOCSIN_BROKEN, "no memory for the list of protected people") : TOCSIN_OK;
}

/* The first that is not before TAG. */
static size_t place_of(const struct screener *s, const struct hash *tag)
{
	size_t low = 0, high = s->tag_n;
	while (low < high) {
		size_t mid = (low + high) / 2;
		if (by_bytes(&s->tag[mid], tag) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

void screener_add_tag(struct screener *s, const struct hash *tag)
{
	pthread_rwlock_wrlock(&s->lock);
	size_t at = place_of(s, tag);
	memmove(s->tag + at + 1, s->tag + at, (s->tag_n - at) * sizeof *s->tag);
	s->tag[at] = *tag;
	s->tag_n++;
	pthread_rwlock_unlock(&s->lock);
}

static bool is_protected(void *arg, const struct hash *tag)
{
	const struct screener *s = arg;
	size_t at = place_of(s, tag);
	return at < s->tag_n && hash_equal(&s->tag[at], tag);
}

struct gathering {
	struct hash *tag;
	size_t n, room;
	bool failed;
};

static bool gather(void *arg, const struct hash *tag)
{
	struct gathering *g = arg;
	if (g->n == g->room) {
		size_t room = 2 * g->room + 64;
		struct hash *grown = realloc(g->tag, room * sizeof *grown);
		g->failed = grown == NULL;
		if (g->failed)
			return false;
		g->tag = grown;
		g->room = room;
	}
	g->tag[g->n++] = *tag;
	return true;
}

enum tocsin_err screener_reload_tags(struct screener *s, struct store *from)
{
	struct gathering g = { .room = 1 };
	struct snapshot *read = NULL;
	enum tocsin_err err = (g.tag = malloc(sizeof *g.tag)) == NULL ? fail(TOCSIN_BROKEN, "no memory for the list of protected people")
		: snapshot_open(from, &read);
	if (err == TOCSIN_OK)
		err = protected_tags(read, gather, &g);
	/* A list that stops short would let somebody through. */
	if (err == TOCSIN_OK && g.failed)
		err = fail(TOCSIN_BROKEN, "no memory for the list of protected people");
	snapshot_close(read);
	if (err != TOCSIN_OK) {
		free(g.tag);
		return err;
	}
	qsort(g.tag, g.n, sizeof *g.tag, by_bytes);
	pthread_rwlock_wrlock(&s->lock);
	free(s->tag);
	s->tag = g.tag;
	s->tag_n = g.n;
	s->tag_room = g.room;
	pthread_rwlock_unlock(&s->lock);
	return TOCSIN_OK;
}

static enum tocsin_err load_rules(struct store *from, struct screen_rules **out)
{
	struct door_rules_row row;
	struct snapshot *read = NULL;
	struct arena *a = arena_new(RULES_ARENA);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for the door's rules") : snapshot_open(from, &read);
	if (err == TOCSIN_OK)
		err = door_rules_get(read, a, &row);
	if (err == TOCSIN_OK)
		err = screen_rules_read(row.version == 0 ? screen_rules_default() : row.content, out);
	/* The node runs all the same: warnings pass, requests stay closed until there are rules that can be read. */
	if (err == TOCSIN_BAD) {
		log_say(LOG_ERROR, "the door's rules cannot be read", "why=\"%s\"", fail_sentence());
		err = TOCSIN_OK;
	}
	snapshot_close(read);
	arena_free(a);
	return err;
}

enum tocsin_err screener_open(struct store *s, struct keeper *k, struct screener **out)
{
	struct screener *n = calloc(1, sizeof *n);
	*out = NULL;
	if (n == NULL)
		return fail(TOCSIN_BROKEN, "no memory for the door's rules");
	pthread_rwlock_init(&n->lock, NULL);
	pthread_mutex_init(&n->setting, NULL);
	enum tocsin_err err = keeper_derive(k, "protected", n->sealing);
	if (err == TOCSIN_OK)
		err = keeper_derive(k, "protected tags", n->tagging);
	if (err == TOCSIN_OK)
		err = keeper_derive(k, "asked tags", n->asking);
	if (err == TOCSIN_OK)
		err = load_rules(s, &n->rules);
	if (err == TOCSIN_OK)
		err = screener_reload_tags(n, s);
	if (err != TOCSIN_OK) {
		screener_free(n);
		return err;
	}
	*out = n;
	return TOCSIN_OK;
}

void screener_free(struct screener *s)
{
	if (s == NULL)
		return;
	screen_rules_free(s->rules);
	free(s->tag);
	pthread_rwlock_destroy(&s->lock);
	pthread_mutex_destroy(&s->setting);
	bytes_wipe(s, sizeof *s);
	free(s);
}

/* ---- one request ---- */

struct looking {
	const struct followed *f;
	struct screen_request q;
	struct screen_record record;
	struct hash tag[SUBJECT_NAMES + 1];     /* of whom, and of what, it asks */
	size_t tag_n;                           /* of whom; the one of what is behind them */
	bool asks_words;
	bool fresh;                             /* nobody of them was asked about before */
	bool abroad;
};

static struct bytes without_quotes(struct bytes json)
{
	return json.n >= 2 && json.p[0] == '"' ? bytes_of(json.p + 1, json.n - 2) : json;
}

static enum tocsin_err take_request(struct looking *l)
{
	const struct followed *f = l->f;
	struct screen_field *field = arena_alloc(f->arena, (f->line_n + 1) * sizeof *field);
	struct screen_file *file = arena_alloc(f->arena, LIMIT_ATTACHMENTS * sizeof *file);
	struct body body;
	size_t n = 0;
	if (field == NULL || file == NULL)
		return fail(TOCSIN_BROKEN, "no memory to screen a request");
	for (size_t i = 0; i < f->line_n; i++)
		if (!f->line[i].closed)
			field[n++] = (struct screen_field) { f->line[i].name, f->line[i].value };
	l->q = (struct screen_request) { .kind = f->row->kind, .field = field, .field_n = n, .file = file, .at = f->row->known_at,
		.stranger = (f->row->marks & STATEMENT_MARK_STRANGER) != 0 };
	if (f->row->body.n == 0)
		return TOCSIN_OK;
	enum tocsin_err err = body_parse(f->row->body, f->statement->lines, false, f->arena, &body);
	if (err != TOCSIN_OK)
		return fail_within(TOCSIN_BROKEN, "a stored body");
	for (size_t i = 0; i < body.attachment_n; i++)
		file[l->q.file_n++] = (struct screen_file) { body.attachment[i].line_name, BYTES_LIT(""), body.attachment[i].content };
	return TOCSIN_OK;
}

/* Tags of the subjects, and one of the words of the question. */
static enum tocsin_err tag_request(struct looking *l, const uint8_t key[KEEPER_DERIVED])
{
	struct bytes name = { 0 }, question = { 0 };
	struct subject_keys keys = { .n = 0 };
	struct subject_text words;
	for (size_t i = 0; i < l->q.field_n; i++) {
		if (bytes_equal_str(l->q.field[i].name, "subject.name"))
			name = l->q.field[i].value;
		if (bytes_equal_str(l->q.field[i].name, "question"))
			question = l->q.field[i].value;
	}
	enum tocsin_err err = name.n == 0 ? TOCSIN_OK : subject_keys(name, l->f->arena, &keys);
	for (size_t i = 0; err == TOCSIN_OK && i < keys.n; i++)
		subject_tag(key, keys.key[i], &l->tag[l->tag_n++]);
	if (err != TOCSIN_OK || question.n == 0)
		return err;
	err = subject_words(question, l->f->arena, &words);
	if (err != TOCSIN_OK)
		return err;
	struct buf b;
	buf_init(&b, 2 * LIMIT_LINE);
	buf_add_str(&b, "question");
	for (size_t i = 0; i < words.n; i++) {
		buf_add_char(&b, ' ');
		buf_add_bytes(&b, words.word[i]);
	}
	err = buf_end(&b, "a question");
	/* In hex it is like no name. */
	struct hash whole = sha256(buf_bytes(&b));
	char hex[2 * SHA256_SIZE + 1];
	hex_encode(whole.b, SHA256_SIZE, hex);
	l->asks_words = true;
	subject_tag(key, bytes_str(hex), &l->tag[l->tag_n]);
	buf_free(&b);
	return err;
}

static int64_t first_day(int64_t at, int64_t window)
{
	int64_t day = (at - window) / ASKED_DAY + 1;
	return day > 1 ? day : 1;
}

/* The sums of the window before AT. */
static enum tocsin_err sum(const struct looking *l, int64_t window, struct asked_sum *out)
{
	return asked_sum(l->f->read, l->f->row->peer, first_day(l->q.at, window), l->q.at / ASKED_DAY, out);
}

static enum tocsin_err read_record(struct looking *l, const struct screen_windows *w)
{
	struct asked_sum year, quota, fishing, ever;
	struct profile profile;
	struct screen_record *r = &l->record;
	const char *peer = l->f->row->peer;
	enum tocsin_err err = sum(l, w->record, &year);
	if (err == TOCSIN_OK)
		err = sum(l, w->quota, &quota);
	if (err == TOCSIN_OK)
		err = sum(l, w->fishing, &fishing);
	if (err == TOCSIN_OK)
		err = asked_sum(l->f->read, peer, 0, 0, &ever);
	if (err == TOCSIN_OK)
		err = profiles_of(l->f->read, peer, l->f->arena, &profile);
	if (err != TOCSIN_OK)
		return err;
	l->fresh = l->tag_n > 0;
	for (size_t i = 0; err == TOCSIN_OK && i < l->tag_n + l->asks_words; i++) {
		int64_t n;
		err = asked_tagged(l->f->read, peer, &l->tag[i], l->q.at - w->fishing, &n);
		if (err == TOCSIN_OK && n > r->near)
			r->near = n;
		if (i < l->tag_n)
			l->fresh &= n == 0;
	}
	*r = (struct screen_record) { .requests = year.requests, .person_requests = year.person, .refused = year.refused,
		.warnings = ever.warnings, .abroad = year.abroad, .quota_used = quota.person + 1, .subjects = fishing.subjects + l->fresh,
		.near = r->near };
	memcpy(r->country, profile.country, sizeof r->country);
	for (size_t i = 0; i < l->q.field_n; i++) {
		struct bytes s = without_quotes(l->q.field[i].value);
		if (bytes_equal_str(l->q.field[i].name, "subject.nationality") && s.n == 2 && r->country[0] != 0)
			l->abroad = !bytes_equal_str(s, r->country);
	}
	return err;
}

/* The rules may be replaced while somebody still reads the findings. */
static enum tocsin_err keep_findings(struct arena *a, struct screening *s)
{
	for (size_t i = 0; i < s->n; i++) {
		s->finding[i].rule = arena_str(a, bytes_str(s->finding[i].rule));
		s->finding[i].text = arena_str(a, bytes_str(s->finding[i].text));
		if (s->finding[i].rule == NULL || s->finding[i].text == NULL)
			return fail(TOCSIN_BROKEN, "no memory to screen a request");
	}
	return TOCSIN_OK;
}

static void count(const struct looking *l, struct change *c, const struct screening *s)
{
	const struct statement_row *row = l->f->row;
	if (strcmp(row->kind, "warning") == 0) {
		if ((row->marks & STATEMENT_MARK_TEST) == 0)
			change_asked_day(c, row->peer, 0, &(struct asked_sum) { .warnings = 1 });
		return;
	}
	int64_t day = l->q.at / ASKED_DAY;
	change_asked(c, row->num, row->peer, day, s->person);
	change_asked_day(c, row->peer, day, &(struct asked_sum) { .requests = 1, .person = s->person,
		.abroad = s->person && l->abroad, .subjects = s->person && l->fresh });
	for (size_t i = 0; i < l->tag_n + l->asks_words; i++)
		change_asked_tag(c, row->peer, &l->tag[i], l->q.at, row->num);
}

enum tocsin_err screening_of(const struct followed *f, struct change *c, struct screening *out)
{
	struct screener *s = f->desk->screener;
	struct screen_windows w;
	bool asks = strcmp(f->row->kind, "request") == 0 || strcmp(f->row->kind, "warning") == 0;
	*out = (struct screening) { .verdict = SCREEN_PASS };
	if (f->row->issued || !asks)
		return TOCSIN_OK;
	if (s == NULL)
		return fail(TOCSIN_BROKEN, "the door's rules were not read: nothing can be screened");
	pthread_rwlock_rdlock(&s->lock);
	bool rules = s->rules != NULL;
	pthread_rwlock_unlock(&s->lock);
	if (!rules)
		return fail(TOCSIN_BROKEN, "the door's rules cannot be read: put others in their place (tocsin screen rules)");
	struct looking *l = arena_zalloc(f->arena, sizeof *l);
	if (l == NULL)
		return fail(TOCSIN_BROKEN, "no memory to screen a request");
	l->f = f;
	/* A warning counts as one that was given, and is looked at for a request in it; nothing else is asked of its sender. */
	bool request = strcmp(f->row->kind, "request") == 0;
	enum tocsin_err err = take_request(l);
	if (err == TOCSIN_OK && request)
		err = tag_request(l, s->asking);
	if (err != TOCSIN_OK)
		return err;
	pthread_rwlock_rdlock(&s->lock);
	screen_windows(s->rules, &w);
	err = request ? read_record(l, &w) : TOCSIN_OK;
	if (err == TOCSIN_OK)
		err = screen(s->rules, &l->q, &l->record, s->tagging, is_protected, s, f->arena, out);
	if (err == TOCSIN_OK)
		err = keep_findings(f->arena, out);
	pthread_rwlock_unlock(&s->lock);
	if (err == TOCSIN_OK)
		count(l, c, out);
	return err;
}

enum tocsin_err screening_record(const struct desk *d, struct snapshot *read, const char *peer, struct arena *a, json_t **out)
{
	struct asked_sum sum, ever;
	struct profile profile;
	struct screen_windows w = { .record = 365 * ASKED_DAY };
	int64_t now = clock_now();
	pthread_rwlock_rdlock(&d->screener->lock);
	if (d->screener->rules != NULL)
		screen_windows(d->screener->rules, &w);
	pthread_rwlock_unlock(&d->screener->lock);
	enum tocsin_err err = asked_sum(read, peer, first_day(now, w.record), now / ASKED_DAY, &sum);
	if (err == TOCSIN_OK)
		err = asked_sum(read, peer, 0, 0, &ever);
	if (err == TOCSIN_OK)
		err = profiles_of(read, peer, a, &profile);
	if (err != TOCSIN_OK)
		return err;
	*out = json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:s}", "requests", (json_int_t)sum.requests, "person", (json_int_t)sum.person,
		"refused", (json_int_t)sum.refused, "abroad", (json_int_t)sum.abroad, "subjects", (json_int_t)sum.subjects, "warnings",
		(json_int_t)ever.warnings, "country", profile.country);
	return *out == NULL ? fail(TOCSIN_BROKEN, "no memory for a record") : TOCSIN_OK;
}

void screening_decided(struct change *c, int64_t statement, bool refused)
{
	change_asked_refused(c, statement, refused);
}

/* ---- the rules, for people ---- */

enum tocsin_err screening_rules_json(const struct desk *d, json_t **out)
{
	struct door_rules_row row;
	char at[CLOCK_TEXT + 1] = "";
	json_t *rules = NULL;
	struct snapshot *read = NULL;
	struct arena *a = arena_new(RULES_ARENA);
	*out = NULL;
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for the door's rules") : snapshot_open(d->store, &read);
	if (err == TOCSIN_OK)
		err = door_rules_get(read, a, &row);
	if (err == TOCSIN_OK)
		err = json_parse(row.version == 0 ? screen_rules_default() : row.content, LIMIT_JSON, "the door's rules", &rules);
	if (err == TOCSIN_OK) {
		clock_format(row.changed_at, at);
		*out = json_pack("{s:I, s:o?, s:s, s:o}", "version", (json_int_t)row.version, "changed_at",
			row.version == 0 ? json_null() : json_string(at), "changed_by", row.changed_by, "rules", rules);
		if (*out == NULL)
			err = fail(TOCSIN_BROKEN, "no memory for the door's rules");
	}
	snapshot_close(read);
	arena_free(a);
	return err;
}

static enum tocsin_err put(const struct desk *d, const struct view *v, struct bytes text, int64_t before)
{
	char detail[60];
	struct screen_rules *fresh = NULL;
	enum tocsin_err err = screen_rules_read(text, &fresh);
	if (err != TOCSIN_OK)
		return err;
	struct change *c = change_new();
	if (c == NULL) {
		screen_rules_free(fresh);
		return fail(TOCSIN_BROKEN, "no memory for the door's rules");
	}
	struct screener *s = d->screener;
	pthread_mutex_lock(&s->setting);
	change_door_rules(c, before, text, v->account, clock_now());
	snprintf(detail, sizeof detail, "version %lld", (long long)before + 1);
	audit_add(c, v, "door.rules", "", detail);
	err = store_commit(d->store, c, NULL, NULL);
	if (err == TOCSIN_OK) {
		pthread_rwlock_wrlock(&s->lock);
		struct screen_rules *old = s->rules;
		s->rules = fresh;
		fresh = old;
		pthread_rwlock_unlock(&s->lock);
	}
	pthread_mutex_unlock(&s->setting);
	screen_rules_free(fresh);
	return err;
}

enum tocsin_err screening_rules_put(const struct desk *d, const struct view *v, const json_t *rules, int64_t before)
{
	struct buf text;
	buf_init(&text, LIMIT_JSON);
	json_write(&text, rules);
	enum tocsin_err err = buf_end(&text, "the door's rules");
	if (err == TOCSIN_OK)
		err = put(d, v, buf_bytes(&text), before);
	buf_free(&text);
	return err;
}
