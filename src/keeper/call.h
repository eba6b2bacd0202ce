/*
 * call: what the keeper answers, and how calls and answers look on the pipe.
 *
 * Call:   uint32 big-endian length of what follows, op (1 byte), payload.
 * Answer: uint32 big-endian length of what follows, code (1 byte, enum tocsin_err), payload, or the sentence when
 * the code is not 0.
 *
 * Arrays have no count of their own: they fill the payload. The caller is not trusted: call_answer() checks every
 * length and parses whatever it is to sign, and nothing that it is given can make it read past the end, grow without
 * limit, or sign what is not ours.
 */
#ifndef TOCSIN_KEEPER_CALL_H
#define TOCSIN_KEEPER_CALL_H

#include "keeper/keys.h"

enum call_op {
	CALL_HELLO = 1,      /* -> keeper_public */
	CALL_SIGN,           /* (uint32 length, text)… -> 64 bytes each */
	CALL_CARD,           /* text -> 64 bytes */
	CALL_CHECKPOINT,     /* checkpoint text -> note */
	CALL_PUBLISHED,      /* checkpoint text -> nothing */
	CALL_LAST_PUBLISHED, /* -> checkpoint text */
	CALL_COSIGN,         /* uint64 time, text -> 72 bytes */
	CALL_UNWRAP,         /* (share, body)… -> (1 or 0, file key)… */
	CALL_PADDING,        /* uint64 log_n, uint64 first, uint32 n -> 32 bytes each */
	CALL_NEXT_LOG,       /* -> keeper_public */
	CALL_ROTATE,         /* -> keeper_public */
	CALL_DERIVE,         /* label -> 32 bytes */
	CALL_ONCE,           /* name -> keeper_once */
	CALL_ONCE_CARD,      /* card text -> 64 bytes */
	CALL_ONCE_SIGN,      /* statement text -> 64 bytes */
	CALL_ONCE_AUTHOR,    /* name, "\n", text -> 64 bytes */
};

#define CALL_HEAD 4                        /* the length */
#define CALL_MAX (2u << 20)                /* of a call or an answer behind its length */
#define CALL_TEXTS 256                     /* texts in one CALL_SIGN */
#define CALL_WRAPPED 4096                  /* stanzas in one CALL_UNWRAP */
#define CALL_ENTRIES 4096                  /* entries of one CALL_PADDING */
#define CALL_LABEL 64                      /* bytes of a label of CALL_DERIVE */
#define CALL_UNWRAPPED (1 + AGE_FILE_KEY)  /* an answer's share of one stanza */

/* Answers REQUEST (from its op on) with K into ANSWER (from its code on; emptied first). */
void call_answer(struct keys *k, struct bytes request, struct buf *answer);

#endif
