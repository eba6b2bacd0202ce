#include <stdio.h>

#include "base/text.h"
#include "proof/checkpoint.h"

#define N_MAX (MERKLE_SIZE_MAX >> TILE_HEIGHT)   /* no log has a tile behind this one */

/* Takes one group of three digits from T. */
static bool take_group(struct text *t, uint64_t *v)
{
	if (t->end - t->p < 3)
		return false;
	*v = 0;
	for (int i = 0; i < 3; i++) {
		if (t->p[i] < '0' || t->p[i] > '9')
			return false;
		*v = *v * 10 + (uint64_t)(t->p[i] - '0');
	}
	t->p += 3;
	return true;
}

bool tile_path_parse(struct bytes path, struct tile_path *t)
{
	struct text c = text_over(path);
	uint64_t v, n = 0;
	if (path.n >= TILE_PATH || !text_literal(&c, "tile/"))
		return false;
	t->level = 0;
	t->entries = text_literal(&c, "entries/");
	if (!t->entries) {
		const uint8_t *slash = memchr(c.p, '/', (size_t)(c.end - c.p));
		if (slash == NULL || !text_u64(bytes_of(c.p, (size_t)(slash - c.p)), 63, &v))
			return false;
		t->level = (unsigned)v;
		c.p = slash + 1;
	}
	for (bool first = true;; first = false) {
		bool more = text_literal(&c, "x");
		if (!take_group(&c, &v) || (more && !text_literal(&c, "/")))
			return false;
		if (more && first && v == 0)                                 /* "x000/001" is another name of "001" */
			return false;
		if (n > (N_MAX - v) / 1000)
			return false;
		n = n * 1000 + v;
		if (!more)
			break;
	}
	t->n = n;
	t->width = TILE_WIDTH;
	if (text_literal(&c, ".p/")) {
		if (!text_u64(text_rest(&c), TILE_WIDTH - 1, &v) || v == 0)
			return false;
		t->width = (unsigned)v;
		return true;
	}
	return text_at_end(&c);
}

void tile_path_format(const struct tile_path *t, char out[TILE_PATH])
{
	char groups[40], *g = groups + sizeof groups;
	uint64_t n = t->n;
	/* The number is written from its end: three digits, then "xNNN/" in front as long as anything is left. */
	*--g = '\0';
	for (bool last = true; last || n > 0; last = false, n /= 1000) {
		unsigned v = (unsigned)(n % 1000);
		if (!last)
			*--g = '/';
		*--g = (char)('0' + v % 10);
		*--g = (char)('0' + v / 10 % 10);
		*--g = (char)('0' + v / 100);
		if (!last)
			*--g = 'x';
	}
	int used = t->entries ? snprintf(out, TILE_PATH, "tile/entries/%s", g)
		: snprintf(out, TILE_PATH, "tile/%u/%s", t->level, g);
	if (t->width < TILE_WIDTH && used > 0 && used < TILE_PATH)
		snprintf(out + used, TILE_PATH - (size_t)used, ".p/%u", t->width);
}
