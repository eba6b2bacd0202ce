/*
 * vectors: what the makers of vectors share: a file of valid and invalid examples, each text also as a seed of a
 * corpus.
 */
#ifndef TOCSIN_TESTS_VECTORS_H
#define TOCSIN_TESTS_VECTORS_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/text.h"
#include "proof/checkpoint.h"

static const char *dir;

struct vectors {
	const char *name;            /* of the JSON file */
	const char *target;          /* of the fuzz corpus; NULL for none */
	json_t *all, *valid, *invalid;
	int seeds;
};

static inline void die(const char *what)
{
	fprintf(stderr, "make_vectors: %s: %s\n", what, strerror(errno));
	exit(1);
}

static inline void write_file(const char *path, struct bytes b)
{
	FILE *f = fopen(path, "wb");
	if (f == NULL || fwrite(b.p, 1, b.n, f) != b.n || fclose(f) != 0)
		die(path);
}

static inline struct vectors begin(const char *name, const char *target, const char *about)
{
	struct vectors v = { name, target, json_object(), json_array(), json_array(), 0 };
	json_object_set_new(v.all, "about", json_string(about));
	json_object_set_new(v.all, "valid", v.valid);
	json_object_set_new(v.all, "invalid", v.invalid);
	return v;
}

static inline void end(struct vectors *v)
{
	char path[1024];
	struct buf b;
	buf_init(&b, 1 << 20);
	json_write_pretty(&b, v->all);
	snprintf(path, sizeof path, "%s/vectors/%s.json", dir, v->name);
	write_file(path, buf_bytes(&b));
	buf_free(&b);
	json_decref(v->all);
}

/* PREFIX is put in front of a body's seed: its number of lines. */
static inline void seed(struct vectors *v, const char *kind, struct bytes prefix, struct bytes text)
{
	char path[1024];
	struct buf b;
	if (v->target == NULL)
		return;
	buf_init(&b, 1 << 20);
	buf_add_bytes(&b, prefix);
	buf_add_bytes(&b, text);
	snprintf(path, sizeof path, "%s/fuzz/corpus/%s", dir, v->target);
	mkdir(path, 0755);
	snprintf(path, sizeof path, "%s/fuzz/corpus/%s/%s-%02d", dir, v->target, kind, v->seeds++);
	write_file(path, buf_bytes(&b));
	buf_free(&b);
}

static inline json_t *str(struct bytes b)
{
	json_t *j = json_stringn((const char *)b.p, b.n);
	if (j == NULL)
		die("a text is not UTF-8");
	return j;
}

static inline json_t *hex(const void *p, size_t n)
{
	char h[512];
	hex_encode(p, n, h);
	return json_string(h);
}

static inline json_t *hashes(const struct merkle_proof *p)
{
	json_t *a = json_array();
	for (size_t i = 0; i < p->n; i++)
		json_array_append_new(a, hex(p->h[i].b, SHA256_SIZE));
	return a;
}

static inline json_t *key(const struct vkey *k)
{
	char text[NOTE_VKEY_MAX];
	vkey_format(k, text);
	return json_string(text);
}

static inline json_t *valid(struct vectors *v, const char *field, struct bytes text)
{
	json_t *o = json_object();
	json_object_set_new(o, field, str(text));
	json_array_append_new(v->valid, o);
	seed(v, "valid", bytes_of("\x10", v->target != NULL && strcmp(v->target, "body") == 0), text);
	return o;
}

static inline json_t *invalid(struct vectors *v, const char *why, const char *field, struct bytes text)
{
	json_t *o = json_object();
	json_object_set_new(o, "why", json_string(why));
	json_object_set_new(o, field, str(text));
	json_array_append_new(v->invalid, o);
	seed(v, "invalid", bytes_of("\x10", v->target != NULL && strcmp(v->target, "body") == 0), text);
	return o;
}

/* TEXT with its first FROM replaced by TO, as an invalid example. */
static inline json_t *spoil(
	struct vectors *v, const char *why, const char *field, struct bytes text, const char *from, const char *to)
{
	const uint8_t *at = memmem(text.p, text.n, from, strlen(from));
	struct buf b;
	if (at == NULL)
		die(from);
	buf_init(&b, 1 << 20);
	buf_add(&b, text.p, (size_t)(at - text.p));
	buf_add_str(&b, to);
	buf_add(&b, at + strlen(from), text.n - (size_t)(at - text.p) - strlen(from));
	json_t *o = invalid(v, why, field, buf_bytes(&b));
	buf_free(&b);
	return o;
}

static inline void must(enum tocsin_err err)
{
	if (err != TOCSIN_OK) {
		fprintf(stderr, "make_vectors: %s\n", fail_sentence());
		exit(1);
	}
}

#endif
