/*
 * buf: bytes that grow, up to a maximum that is given when the buffer is made.
 *
 * A buffer that would outgrow its maximum or the memory becomes *failed*: it stays as it was, every later append does
 * nothing, and buf_end() reports it.  So a writer appends without checking and asks once at the end.
 */
#ifndef TOCSIN_BASE_BUF_H
#define TOCSIN_BASE_BUF_H

#include "base/bytes.h"

struct buf {
	uint8_t *p;
	size_t n;
	size_t room;
	size_t max;
	bool failed;
	bool secret;     /* wiped whenever its memory is given back */
};

void buf_init(struct buf *b, size_t max);
void buf_init_secret(struct buf *b, size_t max);
void buf_free(struct buf *b);                        /* safe on a zeroed buf; leaves it zeroed */
void buf_clear(struct buf *b);                       /* empty again, keeps max and memory, not failed */

void buf_add(struct buf *b, const void *p, size_t n);
void buf_add_bytes(struct buf *b, struct bytes s);
void buf_add_str(struct buf *b, const char *s);
void buf_add_char(struct buf *b, char c);
void buf_add_hex(struct buf *b, const void *p, size_t n);
void buf_add_base64(struct buf *b, const void *p, size_t n);      /* padded */
void buf_add_be16(struct buf *b, uint16_t v);
void buf_add_be32(struct buf *b, uint32_t v);
void buf_add_u64(struct buf *b, uint64_t v);                      /* decimal */
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Room for N bytes at the end, already counted; the caller fills them. NULL when failed. */
uint8_t *buf_grow(struct buf *b, size_t n);

static inline struct bytes buf_bytes(const struct buf *b) { return (struct bytes){ b->p, b->n }; }
/* TOCSIN_OK, or BROKEN with a sentence that names WHAT when the buffer failed. */
enum tocsin_err buf_end(const struct buf *b, const char *what) MUST_USE;
/* Returns owned memory (free()), with a NUL behind its N bytes; the buffer is empty then. NULL when failed. */
char *buf_detach(struct buf *b, size_t *n);

#endif
