#include "net/gate.h"

#include <strings.h>

#include "base/banned.h"

#define CHUNK_DIGITS 8
#define WORD 24                          /* longer than any name or value that is compared */

enum state {
	BETWEEN, METHOD, TARGET, VERSION, REQUEST_LF,
	FIELD_START, FIELD_NAME, VALUE_START, VALUE, FIELD_LF, HEAD_LF,
	BODY,
	CHUNK_SIZE, CHUNK_SIZE_LF, CHUNK_DATA, CHUNK_END_CR, CHUNK_END_LF, LAST_CR, LAST_LF,
	REFUSED
};

enum field { OTHER, HOST, LENGTH, ENCODING };

/* The first bytes of something; SIZE counts all of it. */
struct word {
	char p[WORD];
	size_t size;
};

struct gate {
	enum state state;
	enum field field;
	size_t max_body;
	size_t head;                     /* bytes of this head so far */
	size_t body;                     /* bytes of this chunked body so far, the open chunk counted whole */
	size_t left;                     /* bytes still to come of a body with a length, or of the open chunk */
	unsigned fields, hosts, lengths, encodings, digits;
	bool old;                        /* HTTP/1.0 */
	unsigned status;
	const char *why;
	struct word name, value;
};

struct gate *gate_new(size_t max_body)
{
	struct gate *g = calloc(1, sizeof *g);
	if (g != NULL)
		g->max_body = max_body;
	return g;
}

void gate_free(struct gate *g)
{
	free(g);
}

bool gate_between(const struct gate *g)
{
	return g->state == BETWEEN;
}

bool gate_in_head(const struct gate *g)
{
	return g->state > BETWEEN && g->state <= HEAD_LF;
}

unsigned gate_status(const struct gate *g)
{
	return g->status;
}

/* tchar of RFC 9110, 5.6.2. */
static bool is_token(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c != 0 && memchr("!#$%&'*+-.^_`|~", c, 15) != NULL);
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* What a host with a port is written with: names, IPv4, [IPv6]. */
static bool is_host(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) ||
	       (c != 0 && memchr(".-_:[]", c, 6) != NULL);
}

static void word_add(struct word *w, uint8_t c)
{
	if (w->size < sizeof w->p)
		w->p[w->size] = (char)c;
	w->size++;
}

static bool word_is(const struct word *w, const char *s)
{
	return w->size == strlen(s) && w->size <= sizeof w->p && strncasecmp(w->p, s, w->size) == 0;
}

/* Keeps the verdict, so that it stands for whatever comes behind. */
static enum state refuse(struct gate *g, unsigned status, const char *why)
{
	g->status = status;
	g->why = why;
	return REFUSED;
}

static enum state name_end(struct gate *g)
{
	g->field = OTHER;
	g->value.size = 0;
	if (word_is(&g->name, "host")) {
		g->field = HOST;
		if (++g->hosts > 1)
			return refuse(g, 400, "the request has two Host fields; send exactly one");
	} else if (word_is(&g->name, "content-length")) {
		g->field = LENGTH;
		g->left = 0;
		if (++g->lengths > 1)
			return refuse(g, 400, "the request has two Content-Length fields; send at most one");
	} else if (word_is(&g->name, "transfer-encoding")) {
		g->field = ENCODING;
		if (++g->encodings > 1)
			return refuse(g, 400, "the request has two Transfer-Encoding fields; send at most one");
	}
	if (g->lengths > 0 && g->encodings > 0)
		return refuse(g, 400, "the request has both Content-Length and Transfer-Encoding; send one of them");
	return VALUE_START;
}

/* A byte of a field's value, blanks in front already dropped. */
static enum state value_byte(struct gate *g, uint8_t c)
{
	if ((c < 0x20 && c != '\t') || c == 0x7f)
		return refuse(g, 400,
			      "a header field holds a control character or a bare line end; end lines with CR LF and "
			      "send no controls");
	bool blank = c == ' ' || c == '\t';
	switch (g->field) {
	case OTHER:
		break;
	case HOST:
		if (!blank && !is_host(c))
			return refuse(g, 400, "the Host field holds a character that no host name has");
		if (g->value.size > 0 && blank)
			return refuse(g, 400, "the Host field holds a blank; send one host name");
		word_add(&g->value, c);
		break;
	case LENGTH:
		/* Blanks behind the digits are allowed by RFC 9112, 5; nobody needs them here, and a list or a sign
		 * looks just like them. */
		if (!is_digit(c))
			return refuse(g, 400, "Content-Length is not a plain decimal number; send digits only");
		word_add(&g->value, c);
		if (g->left > (SIZE_MAX - 9) / 10)
			return refuse(g, 413, "the body is larger than this server takes");
		g->left = g->left * 10 + (size_t)(c - '0');
		break;
	case ENCODING:
		word_add(&g->value, c);
		break;
	}
	return VALUE;
}

static enum state value_end(struct gate *g)
{
	if (g->field == HOST && g->value.size == 0)
		return refuse(g, 400, "the Host field is empty; name the host");
	if (g->field == LENGTH && g->value.size == 0)
		return refuse(g, 400, "Content-Length is empty; send digits");
	if (g->field == ENCODING && !word_is(&g->value, "chunked"))
		return refuse(g, 400, "Transfer-Encoding is not \"chunked\" alone; no other coding is taken");
	return FIELD_LF;
}

static enum state head_end(struct gate *g)
{
	if (g->hosts != 1)
		return refuse(g, 400, "the request has no Host field; send exactly one");
	if (g->encodings > 0 && g->old)
		return refuse(g, 400, "an HTTP/1.0 request has Transfer-Encoding; send a Content-Length, or HTTP/1.1");
	if (g->encodings > 0) {
		g->body = g->left = g->digits = 0;
		return CHUNK_SIZE;
	}
	if (g->lengths == 0 || g->left == 0)
		return BETWEEN;
	if (g->left > g->max_body)
		return refuse(g, 413, "the body is larger than this server takes");
	return BODY;
}

static enum state version_end(struct gate *g)
{
	/* The version is case-sensitive (RFC 9112, 2.3). */
	bool whole = g->value.size == 8;
	g->old = whole && memcmp(g->value.p, "HTTP/1.0", 8) == 0;
	if (!g->old && !(whole && memcmp(g->value.p, "HTTP/1.1", 8) == 0))
		return refuse(g, 400, "the request line does not end in HTTP/1.1 or HTTP/1.0");
	return REQUEST_LF;
}

/* One byte of a head. */
static enum state head_byte(struct gate *g, uint8_t c)
{
	if (++g->head > LIMIT_HTTP_HEAD)
		return refuse(g, 431, "the request's head is larger than this server takes");
	switch (g->state) {
	case BETWEEN:
		g->fields = g->hosts = g->lengths = g->encodings = 0;
		g->left = 0;
		g->name.size = 0;
		__attribute__((fallthrough));
	case METHOD:
		if (c == ' ' && g->name.size > 0) {
			g->value.size = 0;
			return TARGET;
		}
		if (c < 'A' || c > 'Z' || g->name.size == GATE_METHOD)
			return refuse(g, 400,
				      "the request does not begin with a method in capital letters and one space");
		word_add(&g->name, c);
		return METHOD;
	case TARGET:
		if (g->value.size == 0 && c != '/')
			return refuse(g, 400, "the request's target does not begin with '/'");
		if (c == ' ') {
			g->value.size = 0;
			return VERSION;
		}
		if (c <= 0x20 || c >= 0x7f || c == '#')
			return refuse(g, 400, "the request's target holds a character that must be percent-encoded");
		word_add(&g->value, c);
		return TARGET;
	case VERSION:
		if (c == '\r')
			return version_end(g);
		word_add(&g->value, c);
		return g->value.size > 8 ? refuse(g, 400, "the request line does not end in HTTP/1.1 or HTTP/1.0")
					 : VERSION;
	case REQUEST_LF:
	case FIELD_LF:
		return c == '\n' ? FIELD_START : refuse(g, 400, "a line of the head ends in CR without LF");
	case FIELD_START:
		if (c == '\r')
			return HEAD_LF;
		if (++g->fields > GATE_FIELDS)
			return refuse(g, 431, "the request has more header fields than this server takes");
		g->name.size = 0;
		__attribute__((fallthrough));
	case FIELD_NAME:
		if (c == ':' && g->name.size > 0)
			return name_end(g);
		if (!is_token(c))
			return refuse(g, 400, "a header field does not begin with a name and a colon right behind it");
		word_add(&g->name, c);
		return FIELD_NAME;
	case VALUE_START:
		if (c == ' ' || c == '\t')
			return VALUE_START;
		__attribute__((fallthrough));
	case VALUE:
		return c == '\r' ? value_end(g) : value_byte(g, c);
	case HEAD_LF:
		return c == '\n' ? head_end(g) : refuse(g, 400, "the head ends in CR without LF");
	default:
		return refuse(g, 400, "the request is malformed");
	}
}

static int hex_digit(uint8_t c)
{
	return is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* One byte of chunked framing (RFC 9112, 7.1, without extensions and trailers). */
static enum state chunk_byte(struct gate *g, uint8_t c)
{
	switch (g->state) {
	case CHUNK_SIZE:
		if (c == '\r' && g->digits > 0)
			return CHUNK_SIZE_LF;
		if (hex_digit(c) < 0 || ++g->digits > CHUNK_DIGITS)
			return refuse(g, 400, "a chunk does not begin with its size in hex digits and CR LF");
		g->left = g->left * 16 + (size_t)hex_digit(c);
		return CHUNK_SIZE;
	case CHUNK_SIZE_LF:
		if (c != '\n')
			return refuse(g, 400, "a chunk's size ends in CR without LF");
		if (g->left > g->max_body - g->body)
			return refuse(g, 413, "the body is larger than this server takes");
		g->body += g->left;
		return g->left > 0 ? CHUNK_DATA : LAST_CR;
	case CHUNK_END_CR:
		return c == '\r' ? CHUNK_END_LF : refuse(g, 400, "a chunk is longer than its size");
	case CHUNK_END_LF:
		g->digits = 0;
		return c == '\n' ? CHUNK_SIZE : refuse(g, 400, "a chunk does not end in CR LF");
	case LAST_CR:
		return c == '\r' ? LAST_LF
				 : refuse(g, 400, "there is something behind the last chunk; no trailers are taken");
	case LAST_LF:
		return c == '\n' ? BETWEEN : refuse(g, 400, "the last chunk does not end in CR LF");
	default:
		return refuse(g, 400, "the request is malformed");
	}
}

enum tocsin_err gate_step(struct gate *g, struct bytes b, size_t *used, bool *head_ended)
{
	size_t i = 0;
	*head_ended = false;
	while (i < b.n && g->state != REFUSED) {
		enum state before = g->state;
		if (before == BODY || before == CHUNK_DATA) {
			size_t n = b.n - i < g->left ? b.n - i : g->left;
			g->left -= n;
			i += n;
			if (g->left == 0)
				g->state = before == BODY ? BETWEEN : CHUNK_END_CR;
		} else if (before <= HEAD_LF) {
			if (before == BETWEEN)
				g->head = 0;
			g->state = head_byte(g, b.p[i]);
			if (g->state == REFUSED)
				break;
			i++;
			if (before == HEAD_LF) {
				*head_ended = true;
				break;
			}
		} else {
			g->state = chunk_byte(g, b.p[i]);
			if (g->state == REFUSED)
				break;
			i++;
		}
		if (g->state == BETWEEN)
			break;
	}
	*used = i;
	return g->state == REFUSED ? fail(TOCSIN_BAD, "%s", g->why) : TOCSIN_OK;
}

enum tocsin_err gate_look(struct gate *g, struct bytes b, unsigned *requests)
{
	*requests = 0;
	do {
		size_t used;
		bool head_ended;
		enum tocsin_err e = gate_step(g, b, &used, &head_ended);
		if (e != TOCSIN_OK)
			return e;
		*requests += head_ended;
		b.p += used;
		b.n -= used;
	} while (b.n > 0);
	return TOCSIN_OK;
}
