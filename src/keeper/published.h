/*
 * published: the file that remembers the last published checkpoint of each origin, "<origin> <size> <root hex>\n" a
 * line.
 *
 * It is not secret, but it is what keeps a node whose database was lost or set back from signing a second history.
 */
#ifndef TOCSIN_KEEPER_PUBLISHED_H
#define TOCSIN_KEEPER_PUBLISHED_H

#include "keeper/folder.h"
#include "keeper/keys.h"

/* FILE's lines into C (KEYS_ORIGINS of them); every origin is a log of node NAME, and there once. */
enum tocsin_err published_parse(struct bytes file, const char *name, struct checkpoint *c, size_t *n) MUST_USE;
/* No file means nothing was published yet. */
enum tocsin_err published_read(struct keys *k) MUST_USE;
enum tocsin_err published_write(const struct keys *k) MUST_USE;

/* Whether ORIGIN is "NAME/log/<n>". */
bool published_is_log_of(struct bytes origin, const char *name);

#endif
