/*
 * search_sqlite: full text in SQLite: FTS5.
 *
 * One row a part: rowid is twice the statement's number, one more for the part of all its lines.  Terms come ready from
 * domain/terms.h, so the tokenizer only takes apart at spaces: it is "ascii", which leaves bytes above 0x7f alone.  Scopes
 * ("s:12", or "s:all"), kind ("k:warning") and partner ("p:south.example") are terms, too; what people ask for holds no colon, so
 * nobody can ask for these.
 *
 * What is deleted (SQLite 3.40): the row goes from search_content at once, and secure_delete overwrites it there.  The
 * index keeps the old entry, marked as deleted, in a segment until that is merged with the newer one that says so; FTS5's
 * own secure-delete came with 3.42.  'optimize' merges all segments into one, which drops what is marked, and deletes the
 * old ones' pages, which secure_delete overwrites.
 */
#include "store/search_sqlite.h"

#include "base/banned.h"
#include "store/rows_search.h"

/* The scopes that find part PART (0 alone, 1 open, 2 whole) of statement $1. */
#define SCOPES(part) "CASE WHEN " part " <> 1 THEN 's:all' ELSE '' END || COALESCE((SELECT group_concat(' s:' || scope, '') FROM" \
	" shared WHERE shared.num = $1 AND facet = '' AND (" part " = 0 OR whole = " part " - 1)), '')"

const char search_sqlite_schema[] =
	"CREATE VIRTUAL TABLE search USING fts5(scopes, facets, words, columnsize=0, tokenize=\"ascii tokenchars ':.-'\");\n";

const char *search_sqlite_write(enum sql_write q)
{
	switch (q) {
	case WRITE_SEARCH_ADD:
		return "INSERT INTO search (rowid, scopes, facets, words) SELECT $1 * 2 + ($2 = 2), " SCOPES("$2")
			", 'k:' || kind || ' p:' || peer, $3 FROM statement WHERE num = $1 AND (marks & 8) = 0";
	case WRITE_SEARCH_SHARED:
		return "UPDATE search SET scopes = CASE WHEN rowid = $1 * 2 + 1 THEN " SCOPES("2")
			" WHEN EXISTS (SELECT 1 FROM search_content WHERE id = $1 * 2 + 1) THEN " SCOPES("1") " ELSE " SCOPES("0")
			" END WHERE rowid IN ($1 * 2, $1 * 2 + 1)";
	case WRITE_SEARCH_DROP:
		return "DELETE FROM search WHERE rowid IN ($1 * 2, $1 * 2 + 1)";
	case WRITE_SEARCH_TIDY:
		return "INSERT INTO search (search) VALUES ('optimize')";
	default:
		return sql_writes[q].text;
	}
}

const char *search_sqlite_read(enum sql_read q)
{
	return q != READ_SEARCH ? sql_reads[q].text :
		"SELECT rowid / 2, rowid % 2 FROM search WHERE search MATCH $1 AND rowid >= $2 * 2 AND rowid < $3 * 2"
		" ORDER BY rowid DESC LIMIT $4";
}

static void add_phrase(const struct asked_words *w, const struct phrase *p, struct buf *out)
{
	buf_add_str(out, " AND \"");
	for (size_t i = p->first; i < p->first + p->n; i++) {
		if (i > p->first)
			buf_add_char(out, ' ');
		terms_add(&w->terms, i, out);
	}
	buf_add_char(out, '"');
}

/* A kind or a name; of what is none, nothing but its letters. */
static void add_facet(char letter, const char *word, struct buf *out)
{
	buf_printf(out, " AND \"%c:", letter);
	for (; *word != '\0'; word++)
		if ((*word >= 'a' && *word <= 'z') || (*word >= '0' && *word <= '9') || *word == '.' || *word == '-')
			buf_add_char(out, *word);
	buf_add_char(out, '"');
}

void search_sqlite_asked(const struct search_ask *ask, struct buf *out)
{
	buf_add_str(out, ask->everything ? "(\"s:all\"" : "(\"s:none\"");
	for (size_t i = 0; i < ask->scope_n && !ask->everything; i++)
		buf_printf(out, " OR \"s:%lld\"", (long long)ask->scope[i]);
	buf_add_char(out, ')');
	if (ask->kind != NULL)
		add_facet('k', ask->kind, out);
	if (ask->peer != NULL)
		add_facet('p', ask->peer, out);
	for (size_t i = 0; i < ask->words->n; i++)
		add_phrase(ask->words, &ask->words->phrase[i], out);
}
