/*
 * note: C2SP signed notes and verifier keys.
 *
 * A parsed note borrows the bytes it was parsed from.  Signatures by unknown keys are kept as lines and ignored; a known key whose
 * signature fails makes the note invalid.
 */
#ifndef TOCSIN_PROOF_NOTE_H
#define TOCSIN_PROOF_NOTE_H

#include "base/buf.h"
#include "base/limits.h"

enum note_type { NOTE_ED25519 = 0x01, NOTE_COSIGNATURE = 0x04, NOTE_MLDSA44 = 0x06 };

#define NOTE_SIGNATURE 64
#define NOTE_COSIGNATURE_BLOB 72              /* time, signature */
#define NOTE_VKEY_MAX 300                     /* a vkey as text */

struct vkey {
	char name[LIMIT_KEY_NAME + 1];
	uint8_t type;                             /* NOTE_ED25519 or NOTE_COSIGNATURE */
	uint32_t id;
	uint8_t pub[32];
};

struct note_sig {
	struct bytes line;                        /* the whole line without \n */
	struct bytes name;
	uint32_t id;
	struct bytes base64;                      /* canonical; keyid and blob */
};

struct note {
	struct bytes all;
	struct bytes text;                        /* up to and with the \n before the empty line */
	struct note_sig sig[LIMIT_SIGNATURES];
	size_t n;
};

/* BAD unless the key name, id and type agree and the key is a canonical point of the prime-order subgroup. */
enum tocsin_err vkey_parse(struct bytes text, struct vkey *k) MUST_USE;
enum tocsin_err vkey_make(const char *name, enum note_type type, const uint8_t pub[32], struct vkey *k) MUST_USE;
void vkey_format(const struct vkey *k, char out[NOTE_VKEY_MAX]);
bool vkey_same(const struct vkey *a, const struct vkey *b);       /* name, type and key */

/* A key name by the rule of signed-note: clean UTF-8 without any Unicode space or "+", 1 to LIMIT_KEY_NAME bytes. */
bool vkey_name_ok(struct bytes name);

/* Parses all of B, at most MAX bytes, 1 to LIMIT_SIGNATURES signatures. */
enum tocsin_err note_parse(struct bytes b, size_t max, struct note *n) MUST_USE;
/* Splits the note that ALL begins with from what follows: a text without an empty line, the empty line, one or more lines that begin with
 * the em dash. Only for our own formats, whose texts hold no empty line; the note still must be parsed. BAD when there is no such note. */
enum tocsin_err note_split(struct bytes all, struct bytes *note, struct bytes *rest) MUST_USE;
/* OK: signed by K (type 0x01). MISSING: no line of K. REFUSED: a line of K that fails. */
enum tocsin_err note_verify(const struct note *n, const struct vkey *k) MUST_USE;
/* The signature by K as a line "— name base64\n". BLOB is 64 bytes, or 72 for a cosignature. */
void note_add_line(struct buf *out, const struct vkey *k, const uint8_t *blob, size_t n);
/* TEXT, the empty line; then signature lines are added with note_add_line. */
void note_begin(struct buf *out, struct bytes text);
/* The blob behind the key id of SIG into OUT (at most MAX); false when it does not fit. */
bool note_blob(const struct note_sig *sig, uint8_t *out, size_t max, size_t *n);

/* Ed25519 over MSG by the acceptance rule of PROTOCOL section 1. */
bool note_ed25519_ok(const uint8_t pub[32], struct bytes msg, const uint8_t sig[64]);

#endif
