/* evidence: a bundle (as a tar file) proves nothing to who names nobody; to who names the bundle's own cards only
 * what its level says; and refused is refused. */
#include <stdlib.h>

#include "base/tar.h"
#include "base/text.h"
#include "domain/evidence.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok)
{
	if (!ok)
		abort();
}

static void check(const struct evidence *e, const struct bytes *trusted, size_t n, struct arena *a)
{
	struct evidence_verdict v;
	struct buf out;
	enum tocsin_err err = evidence_check(e, trusted, n, a, &v);
	require(v.refused == (err != TOCSIN_OK));
	require(v.sentence != NULL);
	require(!v.ok || (n > 0 && v.sender_trusted && v.level != EVIDENCE_NONE));
	require(v.level < EVIDENCE_RECEIVED || (v.ok && v.recipient_trusted && e->receipt.p != NULL));
	require(v.level < EVIDENCE_WITNESSED || (v.quorum_k > 0 && v.quorum_count >= v.quorum_k &&
		v.receipt_witnessed > 0));
	require(v.refused || v.line_n + v.closed_n + v.kept_back_n == v.statement.lines);
	for (size_t i = 0; i < v.line_n; i++) {
		const char *shown = evidence_shown(&v, v.statement.to.name, v.line[i].name);
		require(strcmp(shown, "told") != 0 || (v.line[i].told && v.level >= EVIDENCE_RECEIVED));
		require(strcmp(shown, "withheld") != 0 || (!v.line[i].told && v.ok));
	}
	buf_init(&out, 64u << 20);
	evidence_print(&v, &out);
	require(!out.failed && text_is_utf8(buf_bytes(&out)));
	buf_free(&out);
	json_t *j = evidence_json(&v);
	require(json_object_size(j) == 22);
	json_decref(j);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct tar_file tar[TAR_FILES];
	static struct evidence_file file[TAR_FILES];
	struct evidence e;
	size_t n = 0, trusted_n = 0;
	struct bytes trusted[40];
	struct arena *a = arena_new(32u << 20);
	if (a == NULL || tar_read(bytes_of(data, size), tar, &n) != TOCSIN_OK)
		goto out;
	for (size_t i = 0; i < n; i++)
		file[i] = (struct evidence_file){ tar[i].name, tar[i].content };
	if (evidence_take(file, n, &e) != TOCSIN_OK)
		goto out;
	check(&e, NULL, 0, a);
	trusted[trusted_n++] = e.sender;
	if (e.recipient.p != NULL)
		trusted[trusted_n++] = e.recipient;
	for (size_t i = 0; i < e.witness_n; i++)
		trusted[trusted_n++] = e.witness[i].cards;
	arena_reset(a);
	check(&e, trusted, trusted_n, a);
	arena_reset(a);
	check(&e, trusted, 1, a);
out:
	arena_free(a);
	return 0;
}
