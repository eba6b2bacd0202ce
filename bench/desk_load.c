/*
 * desk_load: fills the database of a node that does not run, as years of work would, for bench/desk.py.
 *
 *   desk_load DATABASE NAME UNITS ACCOUNTS FROM UNTIL
 *
 * Statements FROM to UNTIL of node NAME with 20 partners: six of ten came in (by policy unit.route they go to units), the
 * others were issued by unit u0, u1, … in turn, which sees their closed lines; two of ten answer another one.  Words are
 * spread as in any language, some of them Cyrillic and Chinese.  One draft for each 50 statements.  With FROM 0 each of
 * ACCOUNTS a0, a1, … gets a session whose token is the SHA-256 of its name.  Nothing is signed: only the exchange looks.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/random.h"
#include "desk/session.h"
#include "proof/body.h"
#include "store/rows_access.h"
#include "store/rows_draft.h"

#define BATCH 500
#define PARTNERS 20
#define WORDS 20000
#define YEAR (INT64_C(365) * 86400 * CLOCK_SECOND)
#define RING 4096                       /* earlier statements that may be answered */

struct earlier { struct hash id; unsigned partner; bool issued; };

static struct earlier ring[RING];
static double zipf[WORDS];
static const char *self;
static unsigned units;

static void die(const char *doing)
{
	fprintf(stderr, "desk_load: %s: %s\n", doing, fail_sentence());
	exit(1);
}

static void spread_words(void)
{
	double sum = 0;
	for (size_t i = 0; i < WORDS; i++)
		zipf[i] = sum += 1 / (double)(i + 2);
	for (size_t i = 0; i < WORDS; i++)
		zipf[i] /= sum;
}

static unsigned random_word(void)
{
	double at = random_below(1u << 30) / (double)(1u << 30);
	size_t low = 0, high = WORDS - 1;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (zipf[middle] < at)
			low = middle + 1;
		else
			high = middle;
	}
	return (unsigned)low;
}

/* A word for each number: syllables. */
static void add_word(struct buf *b, unsigned n, bool cyrillic)
{
	static const char *const latin[] = { "ba", "de", "ki", "lo", "mu", "na", "pe", "ri", "so", "tu", "va", "ze", "gra", "sti", "cho",
		"mar" };
	static const char *const russian[] = { "ба", "де", "ки", "ло", "му", "на", "пе", "ри", "со", "ту", "ва", "зе", "гра", "сти", "чо",
		"мар" };
	do {
		buf_add_str(b, (cyrillic ? russian : latin)[n % 16]);
		n /= 16;
	} while (n > 0);
}

static void add_words(struct buf *b, unsigned n, bool cyrillic)
{
	buf_add_char(b, '"');
	for (unsigned i = 0; i < n; i++) {
		if (i > 0)
			buf_add_char(b, ' ');
		add_word(b, random_word(), cyrillic);
	}
}

struct making {
	struct arena *arena;
	struct body_field field[16];
	size_t n;
};

static void add_field(struct making *m, const char *name, struct buf *value, bool open)
{
	m->field[m->n++] = (struct body_field) { name, bytes_of(arena_copy(m->arena, value->p, value->n), value->n), open };
	buf_clear(value);
}

static void words_field(struct making *m, const char *name, unsigned words, bool cyrillic, const char *behind, bool open)
{
	struct buf b;
	buf_init(&b, 65536);
	add_words(&b, words, cyrillic);
	buf_printf(&b, "%s\"", behind);
	add_field(m, name, &b, open);
	buf_free(&b);
}

static void set_field(struct making *m, const char *name, const char *value)
{
	m->field[m->n++] = (struct body_field) { name, bytes_str(value), true };
}

static void warning_fields(struct making *m, uint64_t i, int64_t now)
{
	static const char until[] = "\"%.20s\"";
	char behind[200], text[CLOCK_TEXT + 1];
	struct buf b;
	snprintf(behind, sizeof behind, " report%s%s%s", i % 20 == 3 ? " взрывчатка" : "", i % 20 == 7 ? " 水电站大坝" : "",
		i % 5000 == 503 ? " zebra" : "");
	words_field(m, "threat.summary", 18, i % 4 == 3, behind, true);
	words_field(m, "advice", 10, i % 4 == 3, "", true);
	words_field(m, "where.place", 2, i % 4 == 3, "", true);
	words_field(m, "threat.actor", 2, false, "", true);
	words_field(m, "source.origin", 6, false, "", false);
	set_field(m, "handling.tlp", "\"amber\"");
	set_field(m, "threat.harm", "[\"death\"]");
	/* One in 25 is not over. */
	clock_format(now + (i % 25 == 12 ? 30 : -30) * INT64_C(86400) * CLOCK_SECOND, text);
	buf_init(&b, 64);
	buf_printf(&b, until, text);
	add_field(m, "when.until", &b, true);
	buf_free(&b);
}

static void party_of(const char *name, struct party *p)
{
	struct hash h = sha256(bytes_str(name));
	snprintf(p->name, sizeof p->name, "%s", name);
	memcpy(p->fp, h.b, sizeof p->fp);
}

static void share_own(struct change *c, const char *kind, const char *peer, unsigned unit)
{
	char name[16], facet[300];
	snprintf(name, sizeof name, "u%u", unit);
	const char *const seen_by[] = { name, ACCESS_EVERY_UNIT };
	for (size_t i = 0; i < 2; i++) {
		change_share(c, seen_by[i], "", "", 0, true);
		snprintf(facet, sizeof facet, "kind %s", kind);
		change_share(c, seen_by[i], "", facet, 0, true);
		snprintf(facet, sizeof facet, "peer %s", peer);
		change_share(c, seen_by[i], "", facet, 0, true);
	}
}

static struct change *make(uint64_t i, uint64_t from, uint64_t count, struct arena *a)
{
	struct making m = { .arena = a };
	struct statement s = { .realm = realm_of_name(bytes_str(self)), .lines = 32 };
	const uint64_t have = i - from < RING ? i - from : RING;
	const struct earlier *about = have >= 100 && i % 10 < 2 ? &ring[(from + random_below((uint32_t)have)) % RING] : NULL;
	unsigned partner = about != NULL ? about->partner : random_below(PARTNERS);
	bool issued = about != NULL ? !about->issued : i % 10 < 6;
	char peer[64];
	struct buf body, opened, text, note;
	struct hash entry;
	int64_t now = clock_now(), at = now - YEAR + (int64_t)((double)YEAR * (double)i / (double)count) - 3600 * CLOCK_SECOND;
	snprintf(peer, sizeof peer, "p%u.%s", partner, strchr(self, '.') + 1);
	snprintf(s.kind, sizeof s.kind, "%s", about != NULL ? "response" : "warning");
	random_bytes(s.nonce, sizeof s.nonce);
	party_of(issued ? self : peer, &s.from);
	party_of(issued ? peer : self, &s.to);
	s.at = at / CLOCK_SECOND * CLOCK_SECOND;
	if (about != NULL) {
		s.lines = 16;
		s.re[0] = about->id;
		s.re_n = 1;
		set_field(&m, "stage", "\"acting\"");
		words_field(&m, "text", 12, i % 4 == 3, " report", true);
	} else {
		warning_fields(&m, i, now);
	}
	buf_init(&body, LIMIT_ENVELOPE);
	buf_init(&opened, LIMIT_ENVELOPE);
	buf_init(&text, LIMIT_STATEMENT_TEXT);
	buf_init(&note, LIMIT_NOTE);
	if (body_make(m.field, m.n, NULL, 0, s.lines, &body, &opened, &s.root) != TOCSIN_OK || statement_format(&s, &text) != TOCSIN_OK)
		die("making a statement");
	struct vkey key = { .type = NOTE_ED25519 };
	uint8_t sig[NOTE_SIGNATURE];
	snprintf(key.name, sizeof key.name, "%s", s.from.name);
	random_bytes(sig, sizeof sig);
	note_begin(&note, buf_bytes(&text));
	note_add_line(&note, &key, sig, sizeof sig);
	struct hash id = statement_id(buf_bytes(&text));
	struct change *c = change_new();
	if (c == NULL)
		die("making a change");
	/* What others keep closed of theirs is not here. */
	change_statement(c, &(struct statement_row) { .id = id, .at = s.at, .issued = issued, .kind = s.kind, .peer = peer,
		.note = buf_bytes(&note), .body = buf_bytes(&body), .opened = issued ? buf_bytes(&opened) : BYTES_LIT(""), .known_at = s.at,
		.re = s.re, .re_n = s.re_n });
	statement_entry(s.realm, issued ? ENTRY_ISSUED : ENTRY_ACCEPTED, &id, &entry);
	change_entry(c, &entry, "statement", &id);
	change_event(c, issued ? "statement issued" : "statement accepted", 0, peer);
	if (issued)
		share_own(c, s.kind, peer, partner % units);
	ring[i % RING] = (struct earlier) { id, partner, issued };
	buf_free(&body);
	buf_free(&opened);
	buf_free(&text);
	buf_free(&note);
	return c;
}

static void add_draft(struct store *s, uint64_t i)
{
	char id[DRAFT_ID + 1], unit[16], author[16];
	uint8_t raw[DRAFT_ID / 2];
	static const char content[] = "{\"fields\":{\"threat.summary\":\"A report\",\"handling.tlp\":\"amber\"}}";
	struct change *c = change_new();
	random_bytes(raw, sizeof raw);
	hex_encode(raw, sizeof raw, id);
	id[DRAFT_ID] = 0;
	snprintf(unit, sizeof unit, "u%u", (unsigned)(i / 50 % units));
	snprintf(author, sizeof author, "a%u", (unsigned)(i / 50 % units));
	if (c == NULL)
		die("making a draft");
	change_draft_add(c, &(struct draft_row) { .id = id, .kind = "warning", .unit = unit, .compartment = "", .author = author,
		.state = i % 100 == 0 ? "draft" : "released", .version = 1, .content = bytes_str(content), .created_at = clock_now(),
		.changed_at = clock_now(), .changed_by = author });
	if (store_commit(s, c, NULL, NULL) != TOCSIN_OK)
		die("adding a draft");
}

static void add_sessions(struct store *s, unsigned accounts)
{
	for (unsigned i = 0; i < accounts; i++) {
		char name[16], token[2 * SHA256_SIZE + 1];
		struct change *c = change_new();
		struct session_row row = { .account = name, .kind = SESSION_KIND, .label = "bench", .scopes = TOKEN_READ,
			.created_at = clock_real(), .used_at = clock_real(), .expires_at = clock_real() + 8 * 3600 * CLOCK_SECOND };
		snprintf(name, sizeof name, "a%u", i);
		struct hash secret = sha256(bytes_str(name));
		hex_encode(secret.b, SHA256_SIZE, token);
		if (c == NULL || !session_key(bytes_str(token), &row.id))
			die("making a session");
		change_session_add(c, &row);
		if (store_commit(s, c, NULL, NULL) != TOCSIN_OK)
			die("adding a session");
	}
}

static void own_scopes(struct store *s)
{
	struct change *c = change_new();
	if (c == NULL)
		die("making a change");
	for (unsigned i = 0; i < units; i++) {
		char name[16];
		snprintf(name, sizeof name, "u%u", i);
		change_scope_add(c, name, "");
	}
	change_scope_add(c, ACCESS_EVERY_UNIT, "");
	if (store_commit(s, c, NULL, NULL) != TOCSIN_OK)
		die("adding scopes");
}

struct last {
	pthread_mutex_t lock;
	pthread_cond_t over;
	bool done;
	enum tocsin_err err;
};

static void all_done(void *arg, const struct change_result *r, size_t n, const struct commit_info *info)
{
	struct last *l = arg;
	(void)info;
	pthread_mutex_lock(&l->lock);
	for (size_t i = 0; i < n; i++)
		if (r[i].err != TOCSIN_OK) {
			fprintf(stderr, "desk_load: %s\n", r[i].sentence);
			l->err = r[i].err;
		}
	l->done = true;
	pthread_cond_signal(&l->over);
	pthread_mutex_unlock(&l->lock);
}

static void submit(struct store *s, struct change **c, size_t n)
{
	struct last l = { .lock = PTHREAD_MUTEX_INITIALIZER, .over = PTHREAD_COND_INITIALIZER };
	store_submit(s, c, n, all_done, &l);
	pthread_mutex_lock(&l.lock);
	while (!l.done)
		pthread_cond_wait(&l.over, &l.lock);
	pthread_mutex_unlock(&l.lock);
	if (l.err != TOCSIN_OK)
		exit(1);
}

int main(int argc, char **argv)
{
	struct store *s;
	struct change *change[BATCH];
	struct arena *a = arena_new(16u << 20);
	if (argc != 7 || a == NULL) {
		fprintf(stderr, "usage: desk_load DATABASE NAME UNITS ACCOUNTS FROM UNTIL\n");
		return 2;
	}
	self = argv[2];
	units = (unsigned)strtoul(argv[3], NULL, 10);
	uint64_t from = strtoull(argv[5], NULL, 10), until = strtoull(argv[6], NULL, 10);
	spread_words();
	if (store_open(argv[1], &s) != TOCSIN_OK)
		die(argv[1]);
	own_scopes(s);
	if (from == 0)
		add_sessions(s, (unsigned)strtoul(argv[4], NULL, 10));
	for (uint64_t i = from; i < until;) {
		size_t n = 0;
		for (; i < until && n < BATCH; i++) {
			arena_reset(a);
			change[n++] = make(i, from, until, a);
			if (i % 50 == 0)
				add_draft(s, i);
		}
		submit(s, change, n);
	}
	store_close(s);
	arena_free(a);
	return 0;
}
