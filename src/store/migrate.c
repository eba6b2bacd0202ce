/*
 * migrate: the schema and its versions. meta's "schema" holds the number of the last script that was run; each script
 * and its number are one transaction.
 */
#include <stdlib.h>

#include "base/banned.h"
#include "store/inside.h"

static const char schema_1[] =
#include "store/schema-1.inc"
;

static const char schema_2[] =
#include "store/schema-2.inc"
;

static const char schema_3[] =
#include "store/schema-3.inc"
;

static const char *const scripts[] = { schema_1, schema_2, schema_3 };
#define NEWEST (sizeof scripts / sizeof *scripts)
#define SEARCH_SINCE 1                          /* the script behind which the engine's own for search is run */

static bool is_word(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* SCRIPT with the words BYTES and BIGINT replaced by the engine's types, and OWN, which is the engine's, into OUT. */
static enum tocsin_err write_types(const struct store_engine *e, const char *script, const char *own, struct buf *out)
{
	for (const char *p = script; *p != 0; ) {
		size_t n = 0;
		while (is_word(p[n]))
			n++;
		if (n == 5 && memcmp(p, "BYTES", 5) == 0)
			buf_add_str(out, e->bytes);
		else if (n == 6 && memcmp(p, "BIGINT", 6) == 0)
			buf_add_str(out, e->bigint);
		else
			buf_add(out, p, n > 0 ? n : 1);
		p += n > 0 ? n : 1;
	}
	buf_add_str(out, own);
	buf_add_char(out, 0);
	return buf_end(out, "a schema script");
}

/* The schema's number as a reader sees it; 0 for an empty database. */
static enum tocsin_err version(const struct store_engine *e, struct engine_db *db, const char *path, uint64_t *v)
{
	struct engine_reader *r;
	enum tocsin_err err = e->reader_open(db, &r);
	if (err != TOCSIN_OK)
		return err;
	struct engine_cursor *c = NULL;
	const struct sql_arg key = { .type = 't', .b = BYTES_LIT("schema") };
	*v = 0;
	err = e->query(r, READ_META, &key, 1, &c);
	if (err == TOCSIN_OK)
		err = e->next(c);
	if (err == TOCSIN_OK) {
		if (!text_u64(e->col_bytes(c, 0), 1000000, v))
			err = fail(TOCSIN_BROKEN,
			        "%s: its schema's number cannot be read; restore the database from a backup", path);
	} else if (err == TOCSIN_MISSING) {
		err = fail(TOCSIN_BROKEN, "%s: it has no schema's number; restore the database from a backup", path);
	}
	if (c != NULL)
		e->finish(c);
	e->reader_close(r);
	return err;
}

static enum tocsin_err run_from(
        const struct store_engine *e, struct engine_db *db, uint64_t from, struct store_op *const *ops, size_t n)
{
	struct arena *a = arena_new(65536);
	if (a == NULL)
		return fail(TOCSIN_BROKEN, "out of memory");
	enum tocsin_err err = TOCSIN_OK;
	for (uint64_t v = from; v < NEWEST && err == TOCSIN_OK; v++) {
		struct buf sql;
		buf_init(&sql, 1u << 20);
		err = write_types(e, scripts[v], v == SEARCH_SINCE ? e->search_schema : "", &sql);
		struct store_op *all[16];
		const char *number = arena_printf(a, "%llu", (unsigned long long)v + 1);
		all[0] = number == NULL ? NULL : store_op_make(a, NULL, WRITE_META_PUT, "schema", bytes_str(number));
		size_t k = 1;
		for (size_t i = 0; v == 0 && i < n && k < sizeof all / sizeof *all; i++)
			all[k++] = ops[i];
		if (err == TOCSIN_OK && all[0] == NULL)
			err = fail(TOCSIN_BROKEN, "out of memory");
		if (err == TOCSIN_OK)
			err = e->script(db, (const char *)sql.p, all, k);
		buf_free(&sql);
	}
	arena_free(a);
	return err;
}

enum tocsin_err migrate_new(const struct store_engine *e, struct engine_db *db, struct store_op *const *ops, size_t n)
{
	return run_from(e, db, 0, ops, n);
}

enum tocsin_err migrate(const struct store_engine *e, struct engine_db *db, const char *path, bool readonly)
{
	uint64_t v;
	enum tocsin_err err = version(e, db, path, &v);
	if (err == TOCSIN_OK && v > NEWEST)
		err = fail(TOCSIN_BROKEN,
		        "%s: it was written by a newer version of this program (schema %llu, known up to %zu); use "
		        "that one",
		        path, (unsigned long long)v, NEWEST);
	if (err == TOCSIN_OK && v < NEWEST && readonly)
		err = fail(TOCSIN_BROKEN,
		        "%s: it was written by an older version of this program; start the node once to bring it up to "
		        "date",
		        path);
	if (err == TOCSIN_OK && v == 0)
		err = fail(TOCSIN_BROKEN, "%s: its schema's number cannot be read; restore the database from a backup",
		        path);
	if (err == TOCSIN_OK && v < NEWEST)
		err = run_from(e, db, v, NULL, 0);
	return err;
}
