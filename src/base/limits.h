/*
 * limits: every size that something from outside may have, in one place (PROTOCOL, "Limits").
 */
#ifndef TOCSIN_BASE_LIMITS_H
#define TOCSIN_BASE_LIMITS_H

#define LIMIT_NAME              200         /* a node's name */
#define LIMIT_KEY_NAME          232         /* name and "/log/<n>" */
#define LIMIT_STATEMENT_TEXT    4096
#define LIMIT_NOTE              65536       /* any signed note */
#define LIMIT_SIGNATURES        64          /* signature lines of one note */
#define LIMIT_CARD_TEXT         16384
#define LIMIT_CARD_CHAIN        1024        /* cards in one chain */
#define LIMIT_CHAIN_BYTES       (4u << 20)  /* a card chain as a file */
#define LIMIT_STRANGER_CARDS    64          /* cards in the chain of a node that is no partner */
#define LIMIT_STRANGER_CHAIN    (256 << 10) /* their bytes */
#define LIMIT_STRANGER_ENVELOPE (64 << 10)  /* what such a node sends */
#define LIMIT_COSIGNERS         4           /* "by" lines */
#define LIMIT_REFS              16          /* "re" lines */
#define LIMIT_LINES             2048        /* lines of one body */
#define LIMIT_LINE              65536       /* one line of a body */
#define LIMIT_ATTACHMENTS       16
#define LIMIT_ENVELOPE          (4u << 20)  /* age file */
#define LIMIT_BATCH_COUNT       1024
#define LIMIT_BATCH_BYTES       (8u << 20)
#define LIMIT_ANSWER_BYTES      (8u << 20)
#define LIMIT_PROOF_HASHES      63
#define LIMIT_CHECKPOINT_NOTE   16384
#define LIMIT_AGE_HEADER        65536
#define LIMIT_AGE_STANZAS       64
#define LIMIT_EVIDENCE_BYTES    (64u << 20) /* a whole bundle */
#define LIMIT_EVIDENCE_FILES    256
#define LIMIT_JSON              (1u << 20)  /* one API body, one warning file */
#define LIMIT_HTTP_HEAD         16384       /* request line and header fields */

#endif
