/*
 * header: writing the header of an age file (age.md, "Header"); reading it is in age.h.
 */
#ifndef TOCSIN_SEAL_HEADER_H
#define TOCSIN_SEAL_HEADER_H

#include "seal/age.h"

void header_begin(struct buf *out);
/* "-> TYPE ARG…" and BODY, wrapped. ARGS are already text. */
void header_stanza(struct buf *out, const char *type, const struct bytes *args, size_t n, struct bytes body);
/* The MAC line. The header is what OUT holds from START on. */
void header_end(struct buf *out, size_t start, const uint8_t key[AGE_FILE_KEY]);

#endif
