#include "base/buf.h"

#include <stdarg.h>

#define FIRST_ROOM 64

void buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){ .max = max };
}

void buf_init_secret(struct buf *b, size_t max)
{
	*b = (struct buf){ .max = max, .secret = true };
}

/* Gives the memory back; the buffer keeps its kind and its maximum. */
static void release(struct buf *b)
{
	if (b->secret)
		bytes_wipe(b->p, b->room);
	free(b->p);
	*b = (struct buf){ .max = b->max, .secret = b->secret };
}

void buf_free(struct buf *b)
{
	release(b);
	*b = (struct buf){ 0 };
}

void buf_clear(struct buf *b)
{
	if (b->secret)
		bytes_wipe(b->p, b->n);
	b->n = 0;
	b->failed = false;
}

/* Makes room for N more bytes and, so that buf_detach() cannot fail, one NUL behind them. */
static bool reserve(struct buf *b, size_t n)
{
	if (b->failed)
		return false;
	size_t max = b->max < SIZE_MAX / 2 ? b->max : SIZE_MAX / 2;
	if (n > max - b->n) {
		b->failed = true;
		return false;
	}
	size_t need = b->n + n + 1;
	if (need <= b->room)
		return true;
	size_t room = b->room < FIRST_ROOM ? FIRST_ROOM : b->room > max / 2 ? max + 1 : b->room * 2;
	if (room < need)
		room = need;
	uint8_t *p;
	if (b->secret) {
		/* realloc would leave a copy behind. */
		p = malloc(room);
		if (p != NULL && b->n > 0)
			memcpy(p, b->p, b->n);
		if (p != NULL) {
			bytes_wipe(b->p, b->room);
			free(b->p);
		}
	} else {
		p = realloc(b->p, room);
	}
	if (p == NULL) {
		b->failed = true;
		return false;
	}
	b->p = p;
	b->room = room;
	return true;
}

uint8_t *buf_grow(struct buf *b, size_t n)
{
	if (!reserve(b, n))
		return NULL;
	uint8_t *p = b->p + b->n;
	b->n += n;
	return p;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
	uint8_t *to = buf_grow(b, n);
	if (to != NULL && n > 0)
		memcpy(to, p, n);
}

void buf_add_bytes(struct buf *b, struct bytes s)
{
	buf_add(b, s.p, s.n);
}

void buf_add_str(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_add_char(struct buf *b, char c)
{
	uint8_t *to = buf_grow(b, 1);
	if (to != NULL)
		*to = (uint8_t)c;
}

void buf_add_hex(struct buf *b, const void *p, size_t n)
{
	if (n > SIZE_MAX / 2 || !reserve(b, 2 * n)) {
		b->failed = true;
		return;
	}
	hex_encode(p, n, (char *)b->p + b->n);
	b->n += 2 * n;
}

void buf_add_base64(struct buf *b, const void *p, size_t n)
{
	if (n > SIZE_MAX / 2 || !reserve(b, BASE64_SIZE(n))) {
		b->failed = true;
		return;
	}
	b->n += base64_encode(p, n, true, (char *)b->p + b->n);
}

void buf_add_be16(struct buf *b, uint16_t v)
{
	uint8_t *to = buf_grow(b, 2);
	if (to != NULL)
		be16_put(to, v);
}

void buf_add_be32(struct buf *b, uint32_t v)
{
	uint8_t *to = buf_grow(b, 4);
	if (to != NULL)
		be32_put(to, v);
}

void buf_add_u64(struct buf *b, uint64_t v)
{
	char digits[20];
	size_t at = sizeof digits;
	do {
		digits[--at] = (char)('0' + v % 10);
		v /= 10;
	} while (v > 0);
	buf_add(b, digits + at, sizeof digits - at);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap, again;
	va_start(ap, fmt);
	va_copy(again, ap);
	int n = vsnprintf(NULL, 0, fmt, ap);
	if (n < 0)
		b->failed = true;
	else if (reserve(b, (size_t)n)) {
		vsnprintf((char *)b->p + b->n, (size_t)n + 1, fmt, again);
		b->n += (size_t)n;
	}
	va_end(again);
	va_end(ap);
}

enum tocsin_err buf_end(const struct buf *b, const char *what)
{
	if (b->failed)
		return fail(TOCSIN_BROKEN, "%s would be longer than its %zu bytes, or there is no memory for it", what, b->max);
	return TOCSIN_OK;
}

char *buf_detach(struct buf *b, size_t *n)
{
	if (!reserve(b, 0))
		return NULL;
	char *p = (char *)b->p;
	p[b->n] = '\0';
	if (n != NULL)
		*n = b->n;
	*b = (struct buf){ .max = b->max, .secret = b->secret };
	return p;
}
