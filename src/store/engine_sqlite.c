/*
 * engine_sqlite: SQLite in WAL mode. Only it and search_sqlite.c know SQLite.
 *
 * Durability: synchronous=FULL fsyncs the WAL at every commit, before sqlite3_step() of COMMIT returns.  A commit that
 * fails (disk full, I/O error) is rolled back: its frames are not in the WAL index, so no reader sees them and the next
 * commit overwrites them.
 */
#include "store/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/banned.h"
#include "store/search_sqlite.h"

#define PAGE_SIZE "16384"
#define WRITER_CACHE_KIB "8192"
#define READER_CACHE_KIB "2048"
#define WAL_PAGES "1000"                        /* 16 MiB: larger ones were not faster, and a start has to read it */
#define WAL_KEEP_BYTES "67108864"
#define CHECK_ALL_BYTES (INT64_C(256) << 20)
#define BUSY_MS 10000                           /* only a copying command or a reader in recovery holds a lock */

struct engine_db {
	char *path;
	bool readonly;
	int lock;                                   /* the lead: an flock on PATH.lock */
	sqlite3 *db;                                /* the writer's */
	sqlite3_stmt *begin, *begin_read, *commit, *rollback;
	sqlite3_stmt *write[WRITE_COUNT];
	sqlite3_stmt *known, *position;
};

struct engine_reader {
	struct engine_db *owner;
	sqlite3 *db;
	sqlite3_stmt *begin, *pin, *end;
	sqlite3_stmt *read[READ_COUNT];
	bool busy[READ_COUNT];                      /* the kept statement of that query is in use by a cursor */
};

struct engine_cursor {
	struct engine_reader *reader;
	sqlite3_stmt *stmt;
	enum sql_read q;
	bool kept;
};

/* What went wrong, and what to do about it. */
static enum tocsin_err broken(const char *path, sqlite3 *db, const char *doing)
{
	int code = db == NULL ? SQLITE_NOMEM : sqlite3_extended_errcode(db);
	const char *what = db == NULL ? "out of memory" : sqlite3_errmsg(db);
	switch (code & 0xff) {
	case SQLITE_FULL:
		return fail(TOCSIN_BROKEN, "%s: %s: the disk is full; make room, then try again", path, doing);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return fail(TOCSIN_BROKEN,
		        "%s: %s: the database is damaged (%s); stop the node and restore it from a backup", path, doing,
		        what);
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return fail(TOCSIN_BROKEN, "%s: %s: another program holds the database locked; end it, then try again",
		        path, doing);
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
	case SQLITE_READONLY:
		return fail(TOCSIN_BROKEN,
		        "%s: %s: cannot be opened (%s); check that it exists and belongs to this user", path, doing,
		        what);
	default:
		return fail(TOCSIN_BROKEN, "%s: %s: %s (SQLite %d); look at the disk, its space and its quota", path,
		        doing, what, code);
	}
}

static bool prepare(sqlite3 *db, const char *sql, sqlite3_stmt **out)
{
	return sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL) == SQLITE_OK;
}

static enum tocsin_err connect_to(const char *path, int flags, const char *pragmas, sqlite3 **out)
{
	sqlite3 *db = NULL;
	if (sqlite3_open_v2(path, &db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE, NULL) != SQLITE_OK)
		goto err;
	sqlite3_extended_result_codes(db, 1);
	sqlite3_busy_timeout(db, BUSY_MS);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, (int *)NULL);
	if (sqlite3_exec(db, pragmas, NULL, NULL, NULL) != SQLITE_OK)
		goto err;
	*out = db;
	return TOCSIN_OK;
err:;
	enum tocsin_err err = broken(path, db, "opening it");
	sqlite3_close(db);
	return err;
}

static enum tocsin_err lead(struct engine_db *db)
{
	char name[4096];
	int n = snprintf(name, sizeof name, "%s.lock", db->path);
	if (n < 0 || (size_t)n >= sizeof name)
		return fail(TOCSIN_BAD, "%s: the path is too long", db->path);
	db->lock = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (db->lock < 0)
		return fail(TOCSIN_BROKEN, "%s: cannot be opened: %s; check the folder's owner and permissions", name,
		        strerror(errno));
	if (flock(db->lock, LOCK_EX | LOCK_NB) != 0)
		return fail(
		        TOCSIN_BROKEN, "%s: another process is using this database; stop that node first", db->path);
	return TOCSIN_OK;
}

static enum tocsin_err create(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return fail(TOCSIN_BROKEN, "%s: cannot be made: %s", path, strerror(errno));
	close(fd);
	sqlite3 *db = NULL;
	enum tocsin_err err = connect_to(path, SQLITE_OPEN_READWRITE,
	        "PRAGMA page_size=" PAGE_SIZE
	        "; PRAGMA encoding='UTF-8'; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL",
	        &db);
	sqlite3_close(db);
	return err;
}

static void db_close(struct engine_db *db)
{
	if (db == NULL)
		return;
	for (size_t i = 0; i < WRITE_COUNT; i++)
		sqlite3_finalize(db->write[i]);
	sqlite3_finalize(db->begin);
	sqlite3_finalize(db->begin_read);
	sqlite3_finalize(db->commit);
	sqlite3_finalize(db->rollback);
	sqlite3_finalize(db->known);
	sqlite3_finalize(db->position);
	sqlite3_close(db->db);
	if (db->lock >= 0)
		close(db->lock);
	free(db->path);
	free(db);
}

static enum tocsin_err db_open(const char *path, bool readonly, struct engine_db **out)
{
	struct engine_db *db = calloc(1, sizeof *db);
	if (db == NULL || (db->path = strdup(path)) == NULL) {
		free(db);
		return fail(TOCSIN_BROKEN, "%s: out of memory", path);
	}
	db->lock = -1;
	db->readonly = readonly;
	enum tocsin_err err = TOCSIN_OK;
	if (access(path, F_OK) != 0)
		err = fail(TOCSIN_MISSING, "%s: there is no such database; make the node first (tocsin init)", path);
	if (err == TOCSIN_OK && !readonly)
		err = lead(db);
	if (err == TOCSIN_OK)
		err = connect_to(path, readonly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE,
		        readonly ? "PRAGMA query_only=ON; PRAGMA cache_size=-" READER_CACHE_KIB
		                 : "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cell_size_check=ON; "
		                   "PRAGMA secure_delete=ON; "
		                   "PRAGMA temp_store=MEMORY;"
		                   " PRAGMA cache_size=-" WRITER_CACHE_KIB "; PRAGMA wal_autocheckpoint=" WAL_PAGES ";"
		                   " PRAGMA journal_size_limit=" WAL_KEEP_BYTES,
		        &db->db);
	if (err == TOCSIN_OK && !readonly &&
	        (!prepare(db->db, "BEGIN IMMEDIATE", &db->begin) || !prepare(db->db, "BEGIN", &db->begin_read) ||
	                !prepare(db->db, "COMMIT", &db->commit) || !prepare(db->db, "ROLLBACK", &db->rollback)))
		err = broken(path, db->db, "opening it");
	if (err != TOCSIN_OK) {
		db_close(db);
		return err;
	}
	*out = db;
	return TOCSIN_OK;
}

/* Runs one PRAGMA quick_check; anything but "ok" is damage. */
static enum tocsin_err quick_check(struct engine_db *db, const char *sql)
{
	sqlite3_stmt *s = NULL;
	if (!prepare(db->db, sql, &s))
		return broken(db->path, db->db, "checking it");
	enum tocsin_err err = TOCSIN_OK;
	int rc = sqlite3_step(s);
	if (rc != SQLITE_ROW)
		err = broken(db->path, db->db, "checking it");
	else if (strcmp((const char *)sqlite3_column_text(s, 0), "ok") != 0)
		err = fail(TOCSIN_BROKEN, "%s: the database is damaged (%s); restore it from a backup", db->path,
		        sqlite3_column_text(s, 0));
	sqlite3_finalize(s);
	return err;
}

static enum tocsin_err check(struct engine_db *db)
{
	struct stat st;
	if (stat(db->path, &st) != 0)
		return fail(TOCSIN_BROKEN, "%s: cannot be read: %s", db->path, strerror(errno));
	if (st.st_size <= CHECK_ALL_BYTES)
		return quick_check(db, "PRAGMA quick_check(1)");
	static const char *const tables[] = { "meta", "card", "partner", "partner_group", "witness", "peer_log",
		"witnessed", "log_origin", "prefix_tail", "restoring", "resuming" };
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		char sql[64];
		snprintf(sql, sizeof sql, "PRAGMA quick_check(%s)", tables[i]);
		enum tocsin_err err = quick_check(db, sql);
		if (err != TOCSIN_OK)
			return err;
	}
	return TOCSIN_OK;
}

static bool bind(sqlite3_stmt *s, const struct sql_arg *args, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct sql_arg *a = &args[i];
		int rc;
		if (a->type == 't')
			rc = sqlite3_bind_text64(
			        s, (int)i + 1, (const char *)a->b.p, a->b.n, SQLITE_STATIC, SQLITE_UTF8);
		else if (a->type == 'b' && a->b.n == 0)
			rc = sqlite3_bind_zeroblob(s, (int)i + 1, 0);           /* a NULL pointer would bind NULL */
		else if (a->type == 'b' || a->type == 'S')
			rc = sqlite3_bind_blob64(s, (int)i + 1, a->b.p, a->b.n, SQLITE_STATIC);
		else
			rc = sqlite3_bind_int64(s, (int)i + 1, a->i);
		if (rc != SQLITE_OK)
			return false;
	}
	return true;
}

static enum tocsin_err run(struct engine_db *db, const struct store_op *op, bool *touched_one)
{
	sqlite3_stmt **s = &db->write[op->q];
	if (*s == NULL && !prepare(db->db, search_sqlite_write(op->q), s))
		return broken(db->path, db->db, sql_writes[op->q].name);
	enum tocsin_err err = TOCSIN_OK;
	if (!bind(*s, op->arg, op->arg_n) || sqlite3_step(*s) != SQLITE_DONE)
		err = broken(db->path, db->db, sql_writes[op->q].name);
	else if (op->must != NULL)
		*touched_one = sqlite3_changes(db->db) == 1;
	sqlite3_reset(*s);
	return err;
}

static enum tocsin_err step(struct engine_db *db, sqlite3_stmt *s, const char *doing)
{
	enum tocsin_err err = sqlite3_step(s) == SQLITE_DONE ? TOCSIN_OK : broken(db->path, db->db, doing);
	sqlite3_reset(s);
	return err;
}

/* Some errors have ended the transaction already. */
static void roll_back(struct engine_db *db)
{
	if (!sqlite3_get_autocommit(db->db)) {
		sqlite3_step(db->rollback);
		sqlite3_reset(db->rollback);
	}
}

static enum tocsin_err apply(struct engine_db *db, struct store_op *const *ops, size_t n, size_t *failed)
{
	enum tocsin_err err = step(db, db->begin, "beginning a transaction");
	if (err != TOCSIN_OK)
		return err;
	for (size_t i = 0; i < n && err == TOCSIN_OK; i++) {
		bool one = true;
		err = run(db, ops[i], &one);
		if (err == TOCSIN_OK && !one) {
			*failed = i;
			err = TOCSIN_LATER;
		}
	}
	if (err == TOCSIN_OK)
		err = step(db, db->commit, "committing");
	if (err != TOCSIN_OK)
		roll_back(db);
	return err;
}

static enum tocsin_err script(struct engine_db *db, const char *sql, struct store_op *const *ops, size_t n)
{
	enum tocsin_err err = step(db, db->begin, "beginning a transaction");
	if (err != TOCSIN_OK)
		return err;
	if (sqlite3_exec(db->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		err = broken(db->path, db->db, "changing the schema");
	for (size_t i = 0; i < n && err == TOCSIN_OK; i++) {
		bool one;
		err = run(db, ops[i], &one);
	}
	if (err == TOCSIN_OK)
		err = step(db, db->commit, "committing");
	if (err != TOCSIN_OK)
		roll_back(db);
	return err;
}

static enum tocsin_err look_up(struct engine_db *db, struct engine_key *keys, size_t n, uint64_t log_n)
{
	if ((db->known == NULL && !prepare(db->db, sql_reads[READ_STATEMENT_KNOWN].text, &db->known)) ||
	    (db->position == NULL && !prepare(db->db, sql_reads[READ_LOG_POSITION].text, &db->position)))
		return broken(db->path, db->db, "looking up statements");
	/* All in one transaction: outside of one, each would lock and unlock the database. */
	enum tocsin_err err = step(db, db->begin_read, "beginning to read");
	for (size_t i = 0; i < n && err == TOCSIN_OK; i++) {
		struct engine_key *k = &keys[i];
		const struct sql_arg by_at[] = { { .type = 'i', .i = k->at },
			{ .type = 'b', .b = hash_bytes(&k->id) } };
		int rc = bind(db->known, by_at, 2) ? sqlite3_step(db->known) : SQLITE_ERROR;
		k->found = rc == SQLITE_ROW;
		k->again = false;
		if (k->found) {
			k->num = sqlite3_column_int64(db->known, 0);
			k->log_n = (uint64_t)sqlite3_column_int64(db->known, 1);
			k->log_index = (uint64_t)sqlite3_column_int64(db->known, 2);
		} else if (rc != SQLITE_DONE) {
			err = broken(db->path, db->db, "looking up statements");
		}
		sqlite3_reset(db->known);
		if (err != TOCSIN_OK || !k->found || k->log_n == log_n)
			continue;
		const struct sql_arg by_id[] = { { .type = 'b', .b = hash_bytes(&k->id) },
			{ .type = 'i', .i = (int64_t)log_n } };
		rc = bind(db->position, by_id, 2) ? sqlite3_step(db->position) : SQLITE_ERROR;
		k->again = rc == SQLITE_ROW;
		if (k->again)
			k->again_index = (uint64_t)sqlite3_column_int64(db->position, 0);
		else if (rc != SQLITE_DONE)
			err = broken(db->path, db->db, "looking up statements");
		sqlite3_reset(db->position);
	}
	if (err == TOCSIN_OK)
		err = step(db, db->commit, "looking up statements");
	if (err != TOCSIN_OK)
		roll_back(db);
	return err;
}

static void reader_close(struct engine_reader *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < READ_COUNT; i++)
		sqlite3_finalize(r->read[i]);
	sqlite3_finalize(r->begin);
	sqlite3_finalize(r->pin);
	sqlite3_finalize(r->end);
	sqlite3_close(r->db);
	free(r);
}

static enum tocsin_err reader_open(struct engine_db *db, struct engine_reader **out)
{
	struct engine_reader *r = calloc(1, sizeof *r);
	if (r == NULL)
		return fail(TOCSIN_BROKEN, "%s: out of memory", db->path);
	r->owner = db;
	enum tocsin_err err = connect_to(db->path, SQLITE_OPEN_READONLY,
	        "PRAGMA query_only=ON; PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY;"
	        " PRAGMA cache_size=-" READER_CACHE_KIB,
	        &r->db);
	if (err == TOCSIN_OK &&
	        (!prepare(r->db, "BEGIN", &r->begin) || !prepare(r->db, "SELECT 1 FROM meta LIMIT 1", &r->pin) ||
	                !prepare(r->db, "COMMIT", &r->end)))
		err = broken(db->path, r->db, "opening it");
	if (err != TOCSIN_OK) {
		reader_close(r);
		return err;
	}
	*out = r;
	return TOCSIN_OK;
}

static void end(struct engine_reader *r)
{
	if (!sqlite3_get_autocommit(r->db)) {
		sqlite3_step(r->end);
		sqlite3_reset(r->end);
	}
}

static enum tocsin_err begin(struct engine_reader *r)
{
	/* BEGIN alone sees nothing yet: the first read fixes the moment. */
	int rc = sqlite3_step(r->begin);
	if (rc == SQLITE_DONE)
		rc = sqlite3_step(r->pin);
	enum tocsin_err err =
	        rc == SQLITE_ROW || rc == SQLITE_DONE ? TOCSIN_OK : broken(r->owner->path, r->db, "beginning to read");
	sqlite3_reset(r->begin);
	sqlite3_reset(r->pin);
	if (err != TOCSIN_OK)
		end(r);
	return err;
}

static void finish(struct engine_cursor *c)
{
	if (c == NULL)
		return;
	if (c->kept) {
		sqlite3_reset(c->stmt);
		sqlite3_clear_bindings(c->stmt);
		c->reader->busy[c->q] = false;
	} else {
		sqlite3_finalize(c->stmt);
	}
	free(c);
}

static enum tocsin_err query(
        struct engine_reader *r, enum sql_read q, const struct sql_arg *args, size_t n, struct engine_cursor **out)
{
	struct engine_cursor *c = calloc(1, sizeof *c);
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "%s: out of memory", r->owner->path);
	c->reader = r;
	c->q = q;
	/* The same query inside itself gets a statement of its own. */
	if (r->busy[q]) {
		if (!prepare(r->db, search_sqlite_read(q), &c->stmt))
			goto err;
	} else {
		if (r->read[q] == NULL && !prepare(r->db, search_sqlite_read(q), &r->read[q]))
			goto err;
		c->stmt = r->read[q];
		c->kept = true;
		r->busy[q] = true;
	}
	if (!bind(c->stmt, args, n))
		goto err;
	*out = c;
	return TOCSIN_OK;
err:;
	enum tocsin_err err = broken(r->owner->path, r->db, sql_reads[q].name);
	finish(c);
	return err;
}

static enum tocsin_err next(struct engine_cursor *c)
{
	int rc = sqlite3_step(c->stmt);
	if (rc == SQLITE_ROW)
		return TOCSIN_OK;
	if (rc == SQLITE_DONE)
		return TOCSIN_MISSING;
	return broken(c->reader->owner->path, c->reader->db, sql_reads[c->q].name);
}

static int64_t col_int(const struct engine_cursor *c, int col)
{
	return sqlite3_column_int64(c->stmt, col);
}

static struct bytes col_bytes(const struct engine_cursor *c, int col)
{
	const void *p = sqlite3_column_blob(c->stmt, col);
	return bytes_of(p, p == NULL ? 0 : (size_t)sqlite3_column_bytes(c->stmt, col));
}

static const char *col_text(const struct engine_cursor *c, int col)
{
	const unsigned char *p = sqlite3_column_text(c->stmt, col);
	return p == NULL ? "" : (const char *)p;
}

static enum tocsin_err back_up(struct engine_db *db, const char *path)
{
	/* A connection of its own: the copy is one long read, which neither waits for the writer nor holds it up. */
	sqlite3 *from = NULL, *to = NULL;
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return fail(TOCSIN_BROKEN, "%s: cannot be made: %s", path, strerror(errno));
	enum tocsin_err err = connect_to(db->path, SQLITE_OPEN_READONLY, "PRAGMA query_only=ON", &from);
	if (err == TOCSIN_OK)
		err = connect_to(path, SQLITE_OPEN_READWRITE, "PRAGMA synchronous=FULL", &to);
	if (err == TOCSIN_OK) {
		sqlite3_backup *b = sqlite3_backup_init(to, "main", from, "main");
		if (b != NULL)
			sqlite3_backup_step(b, -1);
		if (b == NULL || sqlite3_backup_finish(b) != SQLITE_OK)
			err = broken(path, to, "writing the copy");
	}
	sqlite3_close(to);
	sqlite3_close(from);
	if (err == TOCSIN_OK && fsync(fd) != 0)
		err = fail(TOCSIN_BROKEN, "%s: cannot be made durable: %s", path, strerror(errno));
	close(fd);
	if (err != TOCSIN_OK)
		unlink(path);
	return err;
}

/* Of what was deleted, secure_delete overwrote the pages; older ones of the same pages wait in the log in front of the
 * database, which ends here. */
static enum tocsin_err scrub(struct engine_db *db)
{
	sqlite3 *own = NULL;
	int left = 0, moved = 0;
	enum tocsin_err err = connect_to(db->path, SQLITE_OPEN_READWRITE, "PRAGMA synchronous=FULL", &own);
	if (err != TOCSIN_OK)
		return err;
	int rc = sqlite3_wal_checkpoint_v2(own, NULL, SQLITE_CHECKPOINT_TRUNCATE, &left, &moved);
	if (rc == SQLITE_BUSY)
		err = fail(TOCSIN_LATER, "%s: somebody reads what was there before; what is deleted leaves the disk later", db->path);
	else if (rc != SQLITE_OK)
		err = broken(db->path, own, "overwriting what was deleted");
	sqlite3_close(own);
	return err;
}

const struct store_engine store_engine_sqlite = {
	.name = "sqlite",
	.bytes = "BLOB",
	.bigint = "INTEGER",
	.create = create,
	.open = db_open,
	.close = db_close,
	.check = check,
	.script = script,
	.apply = apply,
	.look_up = look_up,
	.reader_open = reader_open,
	.reader_close = reader_close,
	.begin = begin,
	.end = end,
	.query = query,
	.next = next,
	.col_int = col_int,
	.col_bytes = col_bytes,
	.col_text = col_text,
	.finish = finish,
	.search_schema = search_sqlite_schema,
	.write_text = search_sqlite_write,
	.read_text = search_sqlite_read,
	.search_asked = search_sqlite_asked,
	.back_up = back_up,
	.scrub = scrub,
};
