/* checkpoint: what parses, as a text or as a note's text, is written back byte for byte. */
#include <stdlib.h>

#include "proof/checkpoint.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct bytes text)
{
	struct checkpoint c;
	struct buf again;
	if (checkpoint_parse(text, &c) != TOCSIN_OK)
		return;
	buf_init(&again, LIMIT_NOTE);
	checkpoint_format(&c, &again);
	if (again.failed || !bytes_equal(buf_bytes(&again), text))
		abort();
	buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* The generator's point is a sound key for any name; no input is signed by it. */
	static const uint8_t base[32] = { 0x58, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
		0x66, 0x66,
		0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66 };
	struct note n;
	check(bytes_of(data, size));
	if (note_parse(bytes_of(data, size), LIMIT_CHECKPOINT_NOTE, &n) == TOCSIN_OK) {
		struct checkpoint c;
		struct vkey k;
		uint64_t time;
		check(n.text);
		if (vkey_make("north.example/log/1", NOTE_ED25519, base, &k) != TOCSIN_OK)
			abort();
		if (checkpoint_open(n.all, &k, &c) == TOCSIN_OK)
			abort();
		/* Take the first line's name and id for a witness's, so that its blob is looked at. */
		k.type = NOTE_COSIGNATURE;
		memcpy(k.name, n.sig[0].name.p, n.sig[0].name.n);
		k.name[n.sig[0].name.n] = '\0';
		k.id = n.sig[0].id;
		if (cosignature_verify(&n, &k, &time) != TOCSIN_REFUSED)
			abort();
	}
	return 0;
}
