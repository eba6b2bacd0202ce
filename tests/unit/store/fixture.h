/*
 * fixture: a database in a folder of its own, and changes to fill it, for the tests of store.
 */
#ifndef TOCSIN_TEST_STORE_FIXTURE_H
#define TOCSIN_TEST_STORE_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "test.h"

#include "store/log.h"
#include "store/rows.h"

#define ORIGIN "north.example/log/1"
#define AT(i) (INT64_C(1700000000000000) + (int64_t)(i) * CLOCK_SECOND)

struct fixture {
	char dir[64];
	char path[80];
	struct store *s;
};

/* err as a test result, with the sentence in the output when it is another one. */
#define assert_err(want, call) \
	do { \
		enum tocsin_err got_ = (call); \
		if (got_ != (want)) \
			print_message("# %s: %s\n", err_name(got_), fail_sentence()); \
		assert_int_equal(got_, want); \
	} while (0)
#define assert_ok(call) assert_err(TOCSIN_OK, call)

static inline struct fixture *fixture_new(void)
{
	struct fixture *f = calloc(1, sizeof *f);
	assert_non_null(f);
	snprintf(f->dir, sizeof f->dir, "/tmp/tocsin-store-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->path, sizeof f->path, "%s/db", f->dir);
	assert_ok(store_create(f->path, ORIGIN, 1));
	return f;
}

static inline void fixture_free(struct fixture *f)
{
	static const char *const ends[] = { "", "-wal", "-shm", ".lock", ".copy", ".copy-wal", ".copy-shm",
		".copy.lock" };
	store_close(f->s);
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		char name[128];
		snprintf(name, sizeof name, "%s%s", f->path, ends[i]);
		unlink(name);
	}
	rmdir(f->dir);
	free(f);
}

static inline int fixture_open(void **state)
{
	struct fixture *f = fixture_new();
	assert_ok(store_open(f->path, &f->s));
	*state = f;
	return 0;
}

static inline int fixture_close(void **state)
{
	fixture_free(*state);
	return 0;
}

static inline void reopen(struct fixture *f)
{
	store_close(f->s);
	f->s = NULL;
	assert_ok(store_open(f->path, &f->s));
}

/* The id and the log entry of statement I. */
static inline struct hash id_of(uint64_t i)
{
	return sha256(bytes_of(&i, sizeof i));
}

static inline struct hash entry_of(uint64_t i)
{
	struct hash id = id_of(i);
	return sha256(hash_bytes(&id));
}

/* A change with statement I, its entry, an outbox row and an event. */
static inline struct change *statement_change(uint64_t i)
{
	struct change *c = change_new();
	assert_non_null(c);
	char note[64], body[64];
	snprintf(note, sizeof note, "note %llu", (unsigned long long)i);
	snprintf(body, sizeof body, "body %llu", (unsigned long long)i);
	struct hash entry = entry_of(i);
	struct statement_row row = { .id = id_of(i),
		.at = AT(i),
		.issued = true,
		.kind = "warning",
		.peer = "south.example",
		.note = bytes_str(note),
		.body = bytes_str(body),
		.opened = bytes_str("0 x"),
		.known_at = AT(i) };
	change_statement(c, &row);
	change_entry(c, &entry, NULL, NULL);
	change_outbox(c, "south.example", 1, AT(i));
	change_event(c, "warning issued", 0, "south.example");
	return c;
}

static inline void add_statement(struct fixture *f, uint64_t i)
{
	struct change_result r;
	assert_ok(store_commit(f->s, statement_change(i), &r, NULL));
	assert_false(r.duplicate);
}

/* Commits N entries that belong to no statement: entry_of(FROM) and on. */
static inline void add_entries(struct fixture *f, uint64_t from, size_t n)
{
	struct change *c = change_new();
	assert_non_null(c);
	for (size_t i = 0; i < n; i++) {
		struct hash e = entry_of(from + i);
		change_entry(c, &e, "padding", NULL);
	}
	assert_ok(store_commit(f->s, c, NULL, NULL));
}

static inline struct snapshot *look(struct fixture *f)
{
	struct snapshot *r;
	assert_ok(snapshot_open(f->s, &r));
	return r;
}

static inline enum tocsin_err commit(struct fixture *f, struct change *c)
{
	return store_commit(f->s, c, NULL, NULL);
}

static inline struct change *fresh(void)
{
	struct change *c = change_new();
	assert_non_null(c);
	return c;
}

static inline void add_partner(struct fixture *f, const char *name)
{
	struct change *c = fresh();
	change_partner_put(c,
	        &(struct partner_row){ .name = name,
	                .state = "unconfirmed",
	                .reason = "",
	                .quorum = 2,
	                .added_at = 5,
	                .changed_at = 6 });
	assert_ok(commit(f, c));
}

#endif
