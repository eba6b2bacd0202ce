/*
 * kit: a node's keys in a folder or in memory, and the texts that its keeper signs, for the tests of this folder.
 */
#ifndef TOCSIN_TESTS_KIT_H
#define TOCSIN_TESTS_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka.h needs the four above it. */
#include <cmocka.h>
/* Ours is in base/err.h. */
#undef fail
#include <dirent.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "keeper/call.h"
#include "keeper/keeper.h"

#define KIT_NAME "north.example"

struct kit {
	char dir[64];                        /* a fresh folder, for DIR/keys */
};

static inline void kit_path(const struct kit *k, const char *name, char out[128])
{
	snprintf(out, 128, "%s/keys/%s", k->dir, name);
}

static inline int kit_setup(void **state)
{
	struct kit *k = calloc(1, sizeof *k);
	if (k == NULL)
		return -1;
	snprintf(k->dir, sizeof k->dir, "/tmp/tocsin-keeper-XXXXXX");
	*state = k;
	return mkdtemp(k->dir) == NULL ? -1 : 0;
}

static inline int kit_teardown(void **state)
{
	struct kit *k = *state;
	char path[512];
	snprintf(path, sizeof path, "%s/keys", k->dir);
	chmod(path, 0700);
	DIR *d = opendir(path);
	for (struct dirent *e; d != NULL && (e = readdir(d)) != NULL;) {
		snprintf(path, sizeof path, "%s/keys/%.255s", k->dir, e->d_name);
		if (e->d_name[0] != '.')
			unlink(path);
	}
	if (d != NULL)
		closedir(d);
	snprintf(path, sizeof path, "%s/keys", k->dir);
	rmdir(path);
	int err = rmdir(k->dir);
	free(k);
	return err;
}

static inline void kit_make(const struct kit *k)
{
	assert_int_equal(keeper_init(k->dir, KIT_NAME, bytes_of(NULL, 0)), TOCSIN_OK);
}

static inline struct keeper *kit_start(const struct kit *k)
{
	struct keeper *keeper;
	enum tocsin_err err = keeper_start(k->dir, bytes_of(NULL, 0), &keeper);
	if (err != TOCSIN_OK)
		print_error("%s\n", fail_sentence());
	assert_int_equal(err, TOCSIN_OK);
	return keeper;
}

static inline void kit_put(const struct kit *k, const char *name, const char *content, mode_t mode)
{
	char path[128];
	kit_path(k, name, path);
	assert_int_equal(file_replace(path, bytes_str(content), mode), TOCSIN_OK);
}

/* A statement's text from NAME with the fingerprint of IDENTITY, appended. */
static inline void kit_statement(struct buf *out, const char *prefix, const char *name, const uint8_t identity[32],
	unsigned nonce)
{
	struct party p;
	char fp[2 * STATEMENT_FP + 1];
	party_fp(identity, p.fp);
	hex_encode(p.fp, sizeof p.fp, fp);
	buf_printf(out, "%s warning\nnonce %032x\nfrom %s %s\nto %s %s\nat 2024-03-06T09:12:00Z\nlines 32\nroot %064x\n",
		prefix, nonce, name, fp,
		name, fp, 7);
}

static inline struct checkpoint kit_checkpoint(const char *origin, uint64_t size, uint8_t root)
{
	struct checkpoint c = { .size = size };
	snprintf(c.origin, sizeof c.origin, "%s", origin);
	memset(c.root.b, root, sizeof c.root.b);
	return c;
}

#endif
