#include "keeper/published.h"

#include "base/file.h"

#define LINE_MAX_BYTES (LIMIT_KEY_NAME + 1 + 20 + 1 + 64)

bool published_is_log_of(struct bytes origin, const char *name)
{
	static const char log[] = "/log/";
	size_t n = strlen(name), behind = n + sizeof log - 1;
	uint64_t v;
	return origin.n > behind && memcmp(origin.p, name, n) == 0 && memcmp(origin.p + n, log, sizeof log - 1) == 0 &&
	       text_u64(bytes_of(origin.p + behind, origin.n - behind), INT64_MAX, &v) && v > 0;
}

enum tocsin_err published_parse(struct bytes file, const char *name, struct checkpoint *c, size_t *n)
{
	struct text t = text_over(file);
	struct bytes line, origin, size;
	*n = 0;
	while (!text_at_end(&t)) {
		if (*n == KEYS_ORIGINS)
			return fail(TOCSIN_BAD, "more than %d lines", KEYS_ORIGINS);
		struct checkpoint *one = &c[*n];
		memset(one, 0, sizeof *one);
		if (!text_line(&t, LINE_MAX_BYTES, &line) || !text_word(&line, &origin) || !text_word(&line, &size) ||
		    origin.n > LIMIT_KEY_NAME || !published_is_log_of(origin, name) || !text_u64(size, INT64_MAX, &one->size) ||
		    !hex_decode(line, one->root.b, sizeof one->root.b))
			return fail(TOCSIN_BAD, "line %zu is not \"<origin> <size> <root>\" of a log of %s", *n + 1, name);
		memcpy(one->origin, origin.p, origin.n);
		for (size_t i = 0; i < *n; i++)
			if (strcmp(c[i].origin, one->origin) == 0)
				return fail(TOCSIN_BAD, "%s is there twice", one->origin);
		++*n;
	}
	return TOCSIN_OK;
}

enum tocsin_err published_read(struct keys *k)
{
	char path[KEYFILE_PATH];
	struct buf file;
	enum tocsin_err err = file_join(path, sizeof path, k->folder, "published");
	if (err != TOCSIN_OK)
		return err;
	buf_init(&file, KEYFILE_MAX);
	err = file_read(path, &file);
	if (err == TOCSIN_MISSING) {
		k->published_n = 0;
		err = TOCSIN_OK;
	} else {
		if (err == TOCSIN_OK)
			err = published_parse(buf_bytes(&file), k->name, k->published, &k->published_n);
		if (err != TOCSIN_OK)
			err = fail_within(TOCSIN_BROKEN, "key file %s", path);
	}
	buf_free(&file);
	return err;
}

enum tocsin_err published_write(const struct keys *k)
{
	char path[KEYFILE_PATH];
	struct buf file;
	enum tocsin_err err = file_join(path, sizeof path, k->folder, "published");
	if (err != TOCSIN_OK)
		return err;
	buf_init(&file, KEYFILE_MAX);
	for (size_t i = 0; i < k->published_n; i++) {
		const struct checkpoint *c = &k->published[i];
		buf_printf(&file, "%s %llu ", c->origin, (unsigned long long)c->size);
		buf_add_hex(&file, c->root.b, sizeof c->root.b);
		buf_add_char(&file, '\n');
	}
	err = buf_end(&file, "published");
	if (err == TOCSIN_OK)
		err = file_replace(path, buf_bytes(&file), 0600);
	buf_free(&file);
	return err;
}
