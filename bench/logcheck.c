/*
 * logcheck: makes a database FILE whose log has N entries, through the store's own writer; `tocsin log check` then checks it.
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/random.h"
#include "store/log.h"
#include "store/store.h"

#define EACH 8192

int main(int argc, char **argv)
{
	struct store *s = NULL;
	if (argc != 3 || sodium_init() < 0)
		return 2;
	uint64_t n = strtoull(argv[2], NULL, 10);
	enum tocsin_err err = store_create(argv[1], "bench.exercise/log/1", 1);
	if (err == TOCSIN_OK)
		err = store_open(argv[1], &s);
	for (uint64_t done = 0; err == TOCSIN_OK && done < n;) {
		struct change *c = change_new();
		if (c == NULL)
			return 1;
		for (int i = 0; i < EACH && done < n; i++, done++) {
			struct hash entry;
			random_bytes(entry.b, sizeof entry.b);
			change_entry(c, &entry, "padding", &entry);
		}
		err = store_commit(s, c, NULL, NULL);
	}
	store_close(s);
	if (err != TOCSIN_OK)
		fprintf(stderr, "logcheck: %s\n", fail_sentence());
	return err != TOCSIN_OK;
}
