#include "desk/issue.h"

#include <stdlib.h>

#include "base/random.h"
#include "desk/accept.h"
#include "desk/ask.h"
#include "desk/broker.h"
#include "desk/contact.h"
#include "desk/directory.h"
#include "desk/unnamed.h"
#include "domain/kind.h"
#include "store/rows_keep.h"

#define ISSUE_MAX 1024
#define ISSUE_BYTES (256u << 20)        /* bodies and openings of one call: it and the writer hold them all at once */
#define ISSUE_PLAIN (LIMIT_ENVELOPE / 2) /* note and body with their pad: the next power of two would not fit, sealed */
#define ISSUE_PAD 7                     /* the empty line between, "pad ", at least one zero, the end of the line */

/* One release on its way to a change. */
struct making {
	struct statement statement;
	struct hash id;
	struct buf body, opened, text, note;
	struct body_field more, *field;         /* of a request: the period that is added, and all fields with it */
	struct unnamed *once;                   /* NULL: it is written under our own name */
	const char *via;
};

static void making_free(struct making *m, size_t n)
{
	for (size_t i = 0; m != NULL && i < n; i++) {
		buf_free(&m[i].body);
		buf_free(&m[i].opened);
		buf_free(&m[i].text);
		buf_free(&m[i].note);
		free(m[i].field);
		unnamed_free(m[i].once);
	}
	free(m);
}

/* The recipient of a release as a party. Distrust does not end the duty to warn. */
static enum tocsin_err find_party(const struct desk *d, const char *to, struct party *p)
{
	const struct peer *peer = directory_find(d->directory, to);
	if (peer == NULL)
		return fail(TOCSIN_REFUSED, "%s is not a partner: add its card first (tocsin partner add)", to);
	card_party(peer->card, p);
	peer_release(peer);
	return TOCSIN_OK;
}

/* Under our own name, or a name for once: a fresh one when that was asked for, and that of what it is about. */
static enum tocsin_err who_speaks(const struct desk *d, const struct issue *issue, const struct issue_release *r, int64_t at,
	struct snapshot *read, struct making *m)
{
	m->via = r->via;
	enum tocsin_err err = unnamed_again(d, read, issue->re, issue->re_n, r->to, r->via, &m->once);
	if (err == TOCSIN_OK && m->once == NULL && r->unnamed)
		err = r->via == NULL ? fail(TOCSIN_BROKEN, "without our name nothing goes straight") : unnamed_make(d, r->via, at, &m->once);
	if (err == TOCSIN_OK && m->once != NULL) {
		m->via = m->once->broker;
		err = unnamed_rule(d, r->field, r->field_n, r->file, r->file_n);
	}
	return err;
}

/* Body, root and text of one release. */
static enum tocsin_err make_text(const struct desk *d, const struct kind *kind, const struct issue *issue,
	const struct issue_release *r, const struct party *self, int64_t at, struct snapshot *read, struct making *m)
{
	struct statement *s = &m->statement;
	struct issue_release whole;
	char within[24];
	bool dangling, added = false;
	buf_init(&m->body, LIMIT_ENVELOPE);
	buf_init(&m->opened, LIMIT_ENVELOPE);
	buf_init(&m->text, LIMIT_STATEMENT_TEXT);
	buf_init(&m->note, LIMIT_NOTE);
	enum tocsin_err err = find_party(d, r->to, &s->to);
	if (err == TOCSIN_OK)
		err = contact_rule(d, kind, r);
	if (err == TOCSIN_OK)
		err = ask_closing(read, kind->name, issue->re, issue->re_n, r);
	/* A request that names no time says within which it is to be answered. */
	if (err == TOCSIN_OK && strcmp(kind->name, "request") == 0) {
		whole = *r;
		err = r->field_n < DRAFT_FIELDS ? ask_complete(d, r, at, within, &m->more, &added)
						: fail(TOCSIN_BAD, "a request has at most %d fields", DRAFT_FIELDS - 1);
	}
	if (err == TOCSIN_OK && added) {
		m->field = calloc(r->field_n + 1, sizeof *m->field);
		if (m->field == NULL)
			return fail(TOCSIN_BROKEN, "no memory for a request");
		memcpy(m->field, r->field, r->field_n * sizeof *m->field);
		m->field[r->field_n] = m->more;
		whole.field = m->field;
		whole.field_n++;
		r = &whole;
	}
	if (err == TOCSIN_OK && r->via != NULL)
		err = broker_check(d, r->via, r->to);
	if (err == TOCSIN_OK)
		err = who_speaks(d, issue, r, at, read, m);
	if (err != TOCSIN_OK)
		return err;
	s->realm = d->realm;
	memcpy(s->kind, kind->name, strlen(kind->name) + 1);
	random_bytes(s->nonce, sizeof s->nonce);
	s->from = m->once != NULL ? m->once->party : *self;
	s->at = at;
	if (issue->re_n > 0)
		memcpy(s->re, issue->re, issue->re_n * sizeof *issue->re);
	s->re_n = issue->re_n;
	s->lines = body_lines_for(kind->lines, r->field_n);
	if (s->lines == 0)
		return fail(TOCSIN_BAD, "a %s has room for at most %d fields", kind->name, LIMIT_LINES);
	err = body_make(r->field, r->field_n, r->file, r->file_n, s->lines, &m->body, &m->opened, &s->root);
	if (err == TOCSIN_OK)
		err = statement_format(s, &m->text);
	if (err == TOCSIN_OK)
		err = buf_end(&m->text, "a statement");
	if (err == TOCSIN_OK)
		err = desk_rule(read, s, &dangling);
	if (err == TOCSIN_OK)
		m->id = statement_id(buf_bytes(&m->text));
	return err;
}

/* All releases; who wants to send much to many does it in several calls. */
static enum tocsin_err make_all(const struct desk *d, const struct kind *kind, const struct issue *issue,
	const struct party *self, int64_t at, struct making *m)
{
	struct snapshot *read = NULL;
	size_t bytes = 0;
	enum tocsin_err err = snapshot_open(d->store, &read);
	for (size_t i = 0; err == TOCSIN_OK && i < issue->n; i++) {
		err = make_text(d, kind, issue, &issue->release[i], self, at, read, &m[i]);
		bytes += m[i].body.n + m[i].opened.n;
		if (err == TOCSIN_OK && bytes > ISSUE_BYTES)
			err = fail(TOCSIN_BAD,
				"this is more than %u MiB for %zu recipients together; attach less, or send it to fewer at a time",
				ISSUE_BYTES >> 20, issue->n);
	}
	snapshot_close(read);
	return err;
}

/* The note of one release. */
static enum tocsin_err end_note(const struct desk *d, struct making *m, const struct vkey *key, const uint8_t sig[NOTE_SIGNATURE])
{
	note_begin(&m->note, buf_bytes(&m->text));
	note_add_line(&m->note, key, sig, NOTE_SIGNATURE);
	enum tocsin_err err = buf_end(&m->note, "a statement's note");
	if (err == TOCSIN_OK && strcmp(m->statement.to.name, d->name) != 0 && m->note.n + m->body.n + ISSUE_PAD > ISSUE_PLAIN)
		err = fail(TOCSIN_BAD, "note and body are larger than the %u bytes that fit into an envelope; attach less", ISSUE_PLAIN);
	return err;
}

static enum tocsin_err sign_all(const struct desk *d, struct making *m, size_t n)
{
	struct bytes *texts = calloc(n, sizeof *texts);
	uint8_t (*sigs)[NOTE_SIGNATURE] = calloc(n, sizeof *sigs), sig[NOTE_SIGNATURE];
	enum tocsin_err err = TOCSIN_OK;
	size_t own = 0;
	if (texts == NULL || sigs == NULL)
		err = fail(TOCSIN_BROKEN, "no memory to sign %zu statements", n);
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++)
		if (m[i].once == NULL)
			texts[own++] = buf_bytes(&m[i].text);
	const struct keeper_public *keys = NULL;
	while (err == TOCSIN_OK && own > 0 && keys != keeper_public(d->keeper)) {
		/* Keys that are changed in between sign under another name than the one that was looked up. */
		keys = keeper_public(d->keeper);
		err = keeper_sign(d->keeper, texts, own, sigs);
	}
	for (size_t i = 0, k = 0; err == TOCSIN_OK && i < n; i++) {
		if (m[i].once != NULL)
			err = keeper_once_sign(d->keeper, buf_bytes(&m[i].text), sig);
		if (err == TOCSIN_OK)
			err = m[i].once != NULL ? end_note(d, &m[i], &m[i].once->keys.sign, sig) : end_note(d, &m[i], &keys->sign, sigs[k++]);
	}
	free(texts);
	free(sigs);
	return err;
}

static struct change *make_change(const struct desk *d, const struct making *m, int urgency, int64_t now)
{
	struct change *c = change_new();
	if (c == NULL)
		return NULL;
	const struct statement *s = &m->statement;
	struct statement_row row = {
		.id = m->id, .at = s->at, .issued = true, .kind = s->kind, .peer = s->to.name,
		.note = buf_bytes(&m->note), .body = buf_bytes(&m->body), .opened = buf_bytes(&m->opened),
		.known_at = now, .re = s->re, .re_n = s->re_n,
	};
	struct hash entry;
	change_statement(c, &row);
	if (m->once != NULL)
		unnamed_keep(d, m->once, &m->id, c, now, &entry);
	else
		statement_entry(d->realm, ENTRY_ISSUED, &m->id, &entry);
	change_entry(c, &entry, "issued", &m->id);
	if (strcmp(s->to.name, d->name) != 0)
		change_outbox(c, s->to.name, urgency, now);
	if (m->via != NULL)
		broker_send(c, m->via, s->to.name, 0);
	change_event(c, "statement issued", 0, s->kind);
	return c;
}

/* Takes the changes; numbers into RESULTS. */
static enum tocsin_err commit_changes(const struct desk *d, struct change **changes, size_t n, struct issue_result *results)
{
	struct change_result *r = calloc(n, sizeof *r);
	enum tocsin_err err = r == NULL ? fail(TOCSIN_BROKEN, "no memory for %zu statements", n) : TOCSIN_OK;
	if (err == TOCSIN_OK)
		store_commit_each(d->store, changes, n, r, NULL);
	for (size_t i = 0; i < n; i++)
		if (r == NULL) {
			change_free(changes[i]);
		} else {
			results[i].num = r[i].num;
			if (err == TOCSIN_OK && r[i].err != TOCSIN_OK)
				err = fail(r[i].err, "%s", r[i].sentence);
		}
	free(r);
	return err;
}

/* Whether release I has others of its group beside it. */
static bool in_company(const struct issue *issue, size_t i)
{
	const struct issue_release *r = issue->release;
	return (i > 0 && r[i - 1].group == r[i].group) || (i + 1 < issue->n && r[i + 1].group == r[i].group);
}

static enum tocsin_err commit_all(const struct desk *d, const struct issue *issue, const struct making *m, int64_t now,
	struct issue_result *results)
{
	/* Who is to be told when one of them is withdrawn. */
	uint64_t batch;
	random_bytes(&batch, sizeof batch);
	struct change **changes = calloc(issue->n, sizeof *changes);
	enum tocsin_err err = changes == NULL ? fail(TOCSIN_BROKEN, "no memory for %zu statements", issue->n) : TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i < issue->n; i++) {
		changes[i] = make_change(d, &m[i], issue->release[i].urgency, now);
		if (changes[i] == NULL) {
			err = fail(TOCSIN_BROKEN, "no memory for %zu statements", issue->n);
			break;
		}
		if (in_company(issue, i))
			change_together(changes[i], (int64_t)((batch + issue->release[i].group) & INT64_MAX));
		results[i].id = m[i].id;
		memcpy(results[i].to, m[i].statement.to.name, sizeof results[i].to);
		if (issue->with != NULL)
			issue->with(issue->arg, i, changes[i]);
	}
	if (err == TOCSIN_OK) {
		err = commit_changes(d, changes, issue->n, results);
	} else if (changes != NULL) {
		for (size_t i = 0; i < issue->n; i++)
			change_free(changes[i]);
	}
	free(changes);
	return err;
}

enum tocsin_err desk_issue(const struct desk *d, const struct issue *issue, struct issue_result *results)
{
	const struct kind *kind = kind_find(issue->kind);
	if (kind == NULL)
		return fail(TOCSIN_BAD, "there is no kind of statement called %s", issue->kind);
	if (issue->n == 0)
		return fail(TOCSIN_REFUSED, "nobody to send to: an empty audience reaches nobody");
	if (issue->n > ISSUE_MAX || issue->re_n > LIMIT_REFS)
		return fail(TOCSIN_BAD, "at most %d recipients and %d references at a time", ISSUE_MAX, LIMIT_REFS);
	int64_t now = clock_now();
	struct party self;
	const struct peer *own = directory_self(d->directory);
	if (own == NULL)
		return fail(TOCSIN_BROKEN, "this node has no card of its own");
	card_party(own->card, &self);
	peer_release(own);

	struct making *m = calloc(issue->n, sizeof *m);
	enum tocsin_err err = m == NULL ? fail(TOCSIN_BROKEN, "no memory for %zu statements", issue->n)
					: make_all(d, kind, issue, &self, now - now % CLOCK_SECOND, m);
	if (err == TOCSIN_OK)
		err = sign_all(d, m, issue->n);
	for (size_t i = 0; err == TOCSIN_OK && issue->check != NULL && i < issue->n; i++)
		err = issue->check(issue->arg, i, buf_bytes(&m[i].note), buf_bytes(&m[i].body));
	if (err == TOCSIN_OK)
		err = commit_all(d, issue, m, now, results);
	making_free(m, issue->n);
	return err;
}

/* ---- audiences ---- */

struct audience {
	struct arena *arena;
	const char **name;
	size_t n, room;
	size_t came;                            /* with those that came twice */
	enum tocsin_err err;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted, each once. */
static void audience_sort(struct audience *a)
{
	size_t kept = 0;
	qsort(a->name, a->n, sizeof *a->name, by_name);
	for (size_t i = 0; i < a->n; i++)
		if (kept == 0 || strcmp(a->name[kept - 1], a->name[i]) != 0)
			a->name[kept++] = a->name[i];
	a->n = kept;
}

/* Groups may overlap: it is full only when so many differ. */
static bool audience_add(void *arg, const char *name)
{
	struct audience *a = arg;
	a->came++;
	if (a->n == a->room)
		audience_sort(a);
	const char *copy = arena_str(a->arena, bytes_str(name));
	if (copy == NULL)
		a->err = fail(TOCSIN_BROKEN, "no memory for an audience");
	else if (a->n == a->room)
		a->err = fail(TOCSIN_BAD, "at most %d recipients at a time", ISSUE_MAX);
	else
		a->name[a->n++] = copy;
	return a->err == TOCSIN_OK;
}

enum tocsin_err desk_audience(const struct desk *d, const char *const *words, size_t n, struct arena *a,
	const char ***names, size_t *names_n)
{
	struct audience all = { .arena = a };
	/* No more than it needs: most warnings go to one. */
	for (size_t i = 0; i < n && all.room < ISSUE_MAX; i++)
		all.room = words[i][0] == '@' ? ISSUE_MAX : all.room + 1;
	all.name = arena_alloc(a, all.room * sizeof *all.name);
	if (all.name == NULL)
		return fail(TOCSIN_BROKEN, "no memory for an audience");
	struct snapshot *read = NULL;
	enum tocsin_err err = TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++) {
		size_t before = all.came;
		if (words[i][0] != '@')
			(void)audience_add(&all, words[i]);
		else if (read != NULL || (err = snapshot_open(d->store, &read)) == TOCSIN_OK)
			err = group_members(read, words[i] + 1, audience_add, &all);
		if (err == TOCSIN_OK)
			err = all.err;
		if (err == TOCSIN_OK && all.came == before)
			err = fail(TOCSIN_REFUSED, "the group %s has no members: an empty audience reaches nobody", words[i]);
	}
	snapshot_close(read);
	if (err == TOCSIN_OK && all.n == 0)
		err = fail(TOCSIN_REFUSED, "nobody to send to: an empty audience reaches nobody");
	if (err != TOCSIN_OK)
		return err;
	audience_sort(&all);
	*names = all.name;
	*names_n = all.n;
	return TOCSIN_OK;
}
