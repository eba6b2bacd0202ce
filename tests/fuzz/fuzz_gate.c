/*
 * fuzz_gate: the gate gives one verdict however the bytes are cut, and never lets through a head with a bare line end,
 * a control character, or framing that can be read in two ways.  The last of these is checked by a second, simpler
 * reading of each head that was let through.
 */
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "net/gate.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_BODY ((size_t)4096)

static void check(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "fuzz_gate: %s\n", what);
	abort();
}

static bool is_field(struct bytes line, const char *name)
{
	size_t n = strlen(name);
	return line.n > n && line.p[n] == ':' && strncasecmp((const char *)line.p, name, n) == 0;
}

/* HEAD ends in CRLF CRLF and was let through. */
static void read_head_again(struct bytes head)
{
	unsigned hosts = 0, lengths = 0, encodings = 0, lines = 0;
	check(head.n >= 4 && head.n <= LIMIT_HTTP_HEAD && memcmp(head.p + head.n - 4, "\r\n\r\n", 4) == 0,
	      "a head does not end in an empty line");
	for (size_t i = 0; i + 2 < head.n; lines++) {
		const uint8_t *cr = memchr(head.p + i, '\r', head.n - i);
		check(cr != NULL && cr[1] == '\n', "a line ends in CR alone");
		struct bytes line = bytes_of(head.p + i, (size_t)(cr - (head.p + i)));
		for (size_t k = 0; k < line.n; k++)
			check((line.p[k] >= 0x20 || line.p[k] == '\t') && line.p[k] != 0x7f,
			      "a line holds a control character");
		if (lines > 0) {
			const uint8_t *colon = memchr(line.p, ':', line.n);
			check(colon != NULL && colon > line.p && colon[-1] != ' ' && colon[-1] != '\t' &&
				  line.p[0] != ' ' && line.p[0] != '\t',
			      "a field has no proper name");
			hosts += is_field(line, "host");
			lengths += is_field(line, "content-length");
			encodings += is_field(line, "transfer-encoding");
		}
		i += line.n + 2;
	}
	check(hosts == 1 && lengths + encodings <= 1, "a head has fields that contradict each other");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct gate *whole = gate_new(MAX_BODY), *pieces = gate_new(MAX_BODY), *steps = gate_new(MAX_BODY);
	check(whole != NULL && pieces != NULL && steps != NULL, "out of memory");
	unsigned requests = 0, sum = 0, heads = 0;
	enum tocsin_err e = gate_look(whole, bytes_of(data, size), &requests), f = TOCSIN_OK;

	/* Pieces whose sizes come from the bytes themselves. */
	for (size_t i = 0; i < size && f == TOCSIN_OK;) {
		size_t n = 1 + data[i] % 7;
		unsigned some;
		n = n < size - i ? n : size - i;
		f = gate_look(pieces, bytes_of(data + i, n), &some);
		sum += some;
		i += n;
	}
	check(e == f && requests == sum, "the verdict depends on the cuts");
	check(gate_between(whole) == gate_between(pieces) && gate_in_head(whole) == gate_in_head(pieces) &&
		  gate_status(whole) == gate_status(pieces),
	      "the state depends on the cuts");

	enum tocsin_err g = TOCSIN_OK;
	for (size_t i = 0, head = 0; i < size && g == TOCSIN_OK;) {
		size_t used;
		bool ended;
		if (gate_between(steps))
			head = i;
		g = gate_step(steps, bytes_of(data + i, size - i), &used, &ended);
		check(g != TOCSIN_OK || used > 0, "a step stands still");
		i += used;
		heads += ended;
		if (ended)
			read_head_again(bytes_of(data + head, i - head));
	}
	check(e == g && heads == requests, "the verdict depends on the steps");
	gate_free(whole);
	gate_free(pieces);
	gate_free(steps);
	return 0;
}
