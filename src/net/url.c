#include "net/url.h"

#include "base/text.h"
#include "base/banned.h"

static int hex_value(uint8_t c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

/* Decodes S into memory of A. In a path '+' is itself, and '/' must not be hidden. */
static enum tocsin_err decode(struct arena *a, struct bytes s, bool in_path, const char **out)
{
	uint8_t *p = arena_alloc(a, s.n + 1);
	if (p == NULL)
		return fail(TOCSIN_BROKEN, "no memory for the request's target");
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];
		if (c == '%') {
			if (s.n - i < 3 || hex_value(s.p[i + 1]) < 0 || hex_value(s.p[i + 2]) < 0)
				return fail(TOCSIN_BAD,
					    "the request's target has a '%%' without two hex digits behind it");
			c = (uint8_t)(hex_value(s.p[i + 1]) * 16 + hex_value(s.p[i + 2]));
			i += 2;
			if (in_path && (c == '/' || c == '\\'))
				return fail(TOCSIN_BAD, "the request's path hides a slash in a percent-encoding");
		} else if (c == '+' && !in_path) {
			c = ' ';
		}
		p[n++] = c;
	}
	p[n] = 0;
	if (!text_is_clean(bytes_of(p, n)))
		return fail(TOCSIN_BAD, "the request's target does not decode to clean UTF-8 text");
	*out = (const char *)p;
	return TOCSIN_OK;
}

static bool has_dot_segment(const char *path)
{
	for (const char *at = path; (at = strchr(at, '/')) != NULL;) {
		size_t n = strcspn(++at, "/");
		if ((n == 1 && at[0] == '.') || (n == 2 && at[0] == '.' && at[1] == '.'))
			return true;
	}
	return false;
}

static enum tocsin_err read_parameter(struct arena *a, struct bytes s, struct url *out)
{
	if (s.n == 0)
		return TOCSIN_OK;
	if (out->n == URL_PARAMETERS)
		return fail(TOCSIN_BAD, "the request's query has more than %d parameters", URL_PARAMETERS);
	const uint8_t *equals = memchr(s.p, '=', s.n);
	size_t n = equals != NULL ? (size_t)(equals - s.p) : s.n;
	struct bytes value = equals != NULL ? bytes_of(equals + 1, s.n - n - 1) : bytes_of(s.p + s.n, 0);
	enum tocsin_err e = decode(a, bytes_of(s.p, n), false, &out->query[out->n].name);
	if (e == TOCSIN_OK)
		e = decode(a, value, false, &out->query[out->n].value);
	if (e != TOCSIN_OK)
		return e;
	for (size_t i = 0; i < out->n; i++)
		if (strcmp(out->query[i].name, out->query[out->n].name) == 0)
			return fail(TOCSIN_BAD, "the request's query has the parameter \"%s\" twice",
				    out->query[i].name);
	out->n++;
	return TOCSIN_OK;
}

enum tocsin_err url_read(struct arena *a, struct bytes target, struct url *out)
{
	out->n = 0;
	const uint8_t *mark = target.n > 0 ? memchr(target.p, '?', target.n) : NULL;
	size_t n = mark != NULL ? (size_t)(mark - target.p) : target.n;
	if (n == 0 || target.p[0] != '/')
		return fail(TOCSIN_BAD, "the request's path does not begin with '/'");
	enum tocsin_err e = decode(a, bytes_of(target.p, n), true, &out->path);
	if (e != TOCSIN_OK)
		return e;
	if (has_dot_segment(out->path))
		return fail(TOCSIN_BAD, "the request's path has a \".\" or \"..\" in it");
	if (mark == NULL)
		return TOCSIN_OK;
	struct bytes rest = bytes_of(mark + 1, target.n - n - 1);
	for (;;) {
		const uint8_t *and = rest.n > 0 ? memchr(rest.p, '&', rest.n) : NULL;
		size_t size = and != NULL ? (size_t)(and - rest.p) : rest.n;
		e = read_parameter(a, bytes_of(rest.p, size), out);
		if (e != TOCSIN_OK || and == NULL)
			return e;
		rest = bytes_of(and + 1, rest.n - size - 1);
	}
}
