#include "domain/area.h"

#include "base/text.h"

#define DEGREE 1000000

/* A strict decimal number of degrees up to MOST, as millionths. */
static bool parse_degrees(struct bytes s, int32_t most, int32_t *out)
{
	bool minus = s.n > 0 && s.p[0] == '-';
	if (minus)
		s = bytes_of(s.p + 1, s.n - 1);
	const uint8_t *dot = s.n == 0 ? NULL : memchr(s.p, '.', s.n);
	struct bytes whole = bytes_of(s.p, dot == NULL ? s.n : (size_t)(dot - s.p));
	size_t digits = dot == NULL ? 0 : s.n - whole.n - 1;
	uint64_t degrees;
	if (!text_u64(whole, (uint64_t)most, &degrees) || (dot != NULL && (digits < 1 || digits > 6)))
		return false;
	int64_t v = (int64_t)degrees * DEGREE, unit = DEGREE;
	for (size_t i = 0; i < digits; i++) {
		uint8_t c = dot[1 + i];
		if (c < '0' || c > '9')
			return false;
		unit /= 10;
		v += (c - '0') * unit;
	}
	if (v > (int64_t)most * DEGREE || (minus && v == 0))
		return false;
	*out = (int32_t)(minus ? -v : v);
	return true;
}

static bool parse_point(struct bytes s, struct area_point *p)
{
	const uint8_t *comma = s.n == 0 ? NULL : memchr(s.p, ',', s.n);
	if (comma == NULL)
		return false;
	struct bytes lat = bytes_of(s.p, (size_t)(comma - s.p));
	struct bytes lon = bytes_of(comma + 1, s.n - lat.n - 1);
	return parse_degrees(lat, 90, &p->lat) && parse_degrees(lon, 180, &p->lon);
}

static bool same_point(const struct area_point *a, const struct area_point *b)
{
	return a->lat == b->lat && a->lon == b->lon;
}

/* On which side of the line from A to B point C is: -1, 0, 1. Products stay below 2.6e17. */
static int side(const struct area_point *a, const struct area_point *b, const struct area_point *c)
{
	int64_t v = ((int64_t)b->lon - a->lon) * ((int64_t)c->lat - a->lat) - ((int64_t)b->lat - a->lat) * ((int64_t)c->lon - a->lon);
	return (v > 0) - (v < 0);
}

/* C lies on the line through A and B: whether it is between them. */
static bool between(const struct area_point *a, const struct area_point *b, const struct area_point *c)
{
	int32_t lat0 = a->lat < b->lat ? a->lat : b->lat, lat1 = a->lat < b->lat ? b->lat : a->lat;
	int32_t lon0 = a->lon < b->lon ? a->lon : b->lon, lon1 = a->lon < b->lon ? b->lon : a->lon;
	return c->lat >= lat0 && c->lat <= lat1 && c->lon >= lon0 && c->lon <= lon1;
}

static bool sides_touch(const struct area_point *a, const struct area_point *b, const struct area_point *c,
	const struct area_point *d)
{
	int abc = side(a, b, c), abd = side(a, b, d), cda = side(c, d, a), cdb = side(c, d, b);
	if (abc != abd && cda != cdb)
		return true;
	return (abc == 0 && between(a, b, c)) || (abd == 0 && between(a, b, d)) || (cda == 0 && between(c, d, a)) ||
		(cdb == 0 && between(c, d, b));
}

/* A, B, C follow each other: the side B C runs back over the side A B. */
static bool turns_back(const struct area_point *a, const struct area_point *b, const struct area_point *c)
{
	return side(a, b, c) == 0 && (between(a, b, c) || between(b, c, a));
}

/* Whether a closed ring of N points (the last equal to the first) is simple. */
static bool is_simple(const struct area_point *p, size_t n)
{
	size_t sides = n - 1;
	for (size_t i = 0; i < sides; i++) {
		if (same_point(&p[i], &p[i + 1]) || turns_back(&p[i], &p[i + 1], &p[i + 2 < n ? i + 2 : 1]))
			return false;
		for (size_t j = i + 2; j < sides; j++) {
			bool neighbours = i == 0 && j == sides - 1;
			if (!neighbours && sides_touch(&p[i], &p[i + 1], &p[j], &p[j + 1]))
				return false;
		}
	}
	return true;
}

static enum tocsin_err parse_circle(struct bytes rest, struct area *a)
{
	struct bytes centre, metres;
	uint64_t v;
	if (!text_word(&rest, &centre) || !parse_point(centre, &a->point[0]) || !text_word(&rest, &metres) ||
		rest.n != 0 || !text_u64(metres, 20000000, &v) || v == 0)
		return fail(TOCSIN_BAD, "a circle is \"circle LAT,LON METRES\", for example \"circle 55.8258,37.3903 1500\"");
	a->shape = AREA_CIRCLE;
	a->n = 1;
	a->metres = (uint32_t)v;
	return TOCSIN_OK;
}

static enum tocsin_err parse_polygon(struct bytes rest, struct area *a)
{
	a->shape = AREA_POLYGON;
	for (a->n = 0; rest.n != 0; a->n++) {
		struct bytes point;
		if (a->n == AREA_POINTS)
			return fail(TOCSIN_BAD, "a polygon has at most %d points", AREA_POINTS);
		if (!text_word(&rest, &point) || !parse_point(point, &a->point[a->n]))
			return fail(TOCSIN_BAD,
				"point %zu of the polygon is no \"LAT,LON\" in decimal degrees with at most 6 digits behind the point", a->n + 1);
	}
	if (a->n < 4 || !same_point(&a->point[0], &a->point[a->n - 1]))
		return fail(TOCSIN_BAD, "a polygon has at least four points, and its last is its first again");
	if (!is_simple(a->point, a->n))
		return fail(TOCSIN_BAD, "the sides of the polygon cross or touch each other");
	return TOCSIN_OK;
}

/* A word of letters, digits and a few marks. */
static bool take_code(struct bytes *rest, char out[AREA_CODE + 1])
{
	struct bytes w;
	if (!text_word(rest, &w) || w.n > AREA_CODE)
		return false;
	for (size_t i = 0; i < w.n; i++) {
		uint8_t c = w.p[i];
		bool alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		if (!alnum && c != '.' && c != '-' && c != '_' && c != ':')
			return false;
	}
	memcpy(out, w.p, w.n);
	out[w.n] = '\0';
	return true;
}

static enum tocsin_err parse_geocode(struct bytes rest, struct area *a)
{
	if (!take_code(&rest, a->system) || !take_code(&rest, a->code) || rest.n != 0)
		return fail(TOCSIN_BAD, "a geocode is \"geocode SYSTEM CODE\", for example \"geocode ISO3166-2 RU-MOS\"");
	a->shape = AREA_GEOCODE;
	return TOCSIN_OK;
}

enum tocsin_err area_parse(struct bytes t, struct area *a)
{
	struct bytes word = { 0 };
	memset(a, 0, sizeof *a);
	bool words = text_word(&t, &word);
	if (words && bytes_equal_str(word, "circle"))
		return parse_circle(t, a);
	if (words && bytes_equal_str(word, "polygon"))
		return parse_polygon(t, a);
	if (words && bytes_equal_str(word, "geocode"))
		return parse_geocode(t, a);
	return fail(TOCSIN_BAD, "an area begins with circle, polygon or geocode");
}
