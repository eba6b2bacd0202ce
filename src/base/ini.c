#include "base/ini.h"

#include <ini.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"

#define LARGEST_FILE 65536

struct load {
	const char *path;
	const struct ini_key *keys;
	uint8_t *into;
	bool *seen;                   /* one for each of KEYS */
	struct text rest;             /* of the file */
	unsigned line;                /* the one that was last given to libinih */
	enum tocsin_err err;          /* the first failure; nothing is taken after it */
};

/* Libinih's fgets(). It takes lines of fewer than ROOM characters, so one that does not fit, or holds a NUL, ends the
 * reading here instead of being cut. */
static char *next_line(char *to, int room, void *stream)
{
	struct load *l = stream;
	if (l->err != TOCSIN_OK || text_at_end(&l->rest))
		return NULL;
	struct bytes rest = text_rest(&l->rest);
	const uint8_t *nl = memchr(rest.p, '\n', rest.n);
	size_t n = nl == NULL ? rest.n : (size_t)(nl - rest.p) + 1;
	l->line++;
	if (n + 1 > (size_t)room) {
		l->err = fail(TOCSIN_BAD, "%s line %u: longer than %d characters", l->path, l->line, room - 2);
		return NULL;
	}
	if (memchr(rest.p, '\0', n) != NULL || !text_is_utf8(bytes_of(rest.p, n))) {
		l->err = fail(TOCSIN_BAD, "%s line %u: not a line of text in UTF-8", l->path, l->line);
		return NULL;
	}
	memcpy(to, rest.p, n);
	to[n] = '\0';
	l->rest.p += n;
	return to;
}

/* Takes VALUE as WHERE says; a string is owned by the structure then. */
static enum tocsin_err set(void *field, const struct ini_key *k, const char *value, const char *where)
{
	struct bytes v = bytes_str(value);
	if (k->type == INI_STR) {
		if (v.n > INT64_MAX || (int64_t)v.n > k->max)
			return fail(TOCSIN_BAD, "%s: %s is longer than %lld bytes", where, k->key, (long long)k->max);
		char *copy = strdup(value);
		if (copy == NULL)
			return fail(TOCSIN_BROKEN, "%s: no memory for %s", where, k->key);
		*(char **)field = copy;
		return TOCSIN_OK;
	}
	if (k->type == INI_BOOL) {
		bool yes = strcmp(value, "yes") == 0 || strcmp(value, "true") == 0;
		if (!yes && strcmp(value, "no") != 0 && strcmp(value, "false") != 0)
			return fail(TOCSIN_BAD, "%s: %s must be yes or no", where, k->key);
		*(bool *)field = yes;
		return TOCSIN_OK;
	}
	bool minus = bytes_starts(v, "-");
	struct bytes magnitude = minus ? bytes_of(v.p + 1, v.n - 1) : v;
	uint64_t u;
	bool ok = text_u64(magnitude, INT64_MAX, &u) && !(minus && u == 0);
	int64_t n = !ok ? 0 : minus ? -(int64_t)u : (int64_t)u;
	if (!ok || n < k->min || n > k->max)
		return fail(TOCSIN_BAD, "%s: %s must be a number from %lld to %lld", where, k->key, (long long)k->min,
		            (long long)k->max);
	*(int64_t *)field = n;
	return TOCSIN_OK;
}

/* Libinih's handler: 1 goes on, 0 is an error. */
static int take(void *user, const char *section, const char *name, const char *value)
{
	struct load *l = user;
	if (l->err != TOCSIN_OK)
		return 0;
	size_t i = 0;
	bool section_known = false;
	for (; l->keys[i].section != NULL; i++) {
		if (strcmp(l->keys[i].section, section) != 0)
			continue;
		section_known = true;
		if (strcmp(l->keys[i].key, name) == 0)
			break;
	}
	const struct ini_key *k = &l->keys[i];
	if (!section_known)
		l->err = fail(TOCSIN_BAD, "%s line %u: %s: there is no section [%s]", l->path, l->line, name, section);
	else if (k->section == NULL)
		l->err = fail(TOCSIN_BAD, "%s line %u: %s: the section [%s] has no such key", l->path, l->line, name,
		              section);
	else if (l->seen[i])
		l->err = fail(TOCSIN_BAD, "%s line %u: %s is given twice", l->path, l->line, name);
	if (l->err != TOCSIN_OK)
		return 0;
	char where[256];
	snprintf(where, sizeof where, "%.200s line %u", l->path, l->line);
	l->seen[i] = true;
	l->err = set(l->into + k->offset, k, value, where);
	return l->err == TOCSIN_OK;
}

enum tocsin_err ini_load(const char *path, const struct ini_key *keys, void *into)
{
	size_t count = 0;
	while (keys[count].section != NULL)
		count++;
	struct load l = { .path = path, .keys = keys, .into = into, .seen = calloc(count + 1, sizeof(bool)) };
	struct buf file;
	buf_init(&file, LARGEST_FILE);
	if (l.seen == NULL) {
		l.err = fail(TOCSIN_BROKEN, "%s: no memory to read it", path);
		goto out;
	}
	l.err = file_read(path, &file);
	if (l.err == TOCSIN_MISSING)
		l.err = TOCSIN_OK;
	if (l.err != TOCSIN_OK)
		goto out;
	if (file.n > 0) {
		l.rest = text_over(buf_bytes(&file));
		int line = ini_parse_stream(next_line, &l, take, &l);
		/* It reads on behind a line that it does not understand, and returns the number of the first. */
		if (line != 0 && (l.err == TOCSIN_OK || (unsigned)line < l.line))
			l.err = fail(line < 0 ? TOCSIN_BROKEN : TOCSIN_BAD,
			             "%s line %d: neither a [section], nor key = value, nor a comment", path, line);
		if (l.err != TOCSIN_OK)
			goto out;
	}
	for (size_t i = 0; i < count; i++) {
		if (l.seen[i] || keys[i].deflt == NULL)
			continue;
		l.err = set(l.into + keys[i].offset, &keys[i], keys[i].deflt, "a default");
		if (l.err != TOCSIN_OK)
			goto out;
	}
out:
	if (l.err != TOCSIN_OK)
		ini_free(keys, into);
	buf_free(&file);
	free(l.seen);
	return l.err;
}

void ini_free(const struct ini_key *keys, void *into)
{
	for (; keys->section != NULL; keys++) {
		if (keys->type != INI_STR)
			continue;
		char **field = (char **)(void *)((uint8_t *)into + keys->offset);
		free(*field);
		*field = NULL;
	}
}
