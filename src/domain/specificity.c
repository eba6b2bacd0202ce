#include "domain/specificity.h"

#include <inttypes.h>

#include "base/clock.h"
#include "base/text.h"
#include "domain/area.h"
#include "domain/vocabulary.h"

#define METRES_PER_DEGREE 111195        /* of a meridian: 6,371 km * pi / 180 */
#define DEGREE 1000000
#define MOST_METRES 20037508            /* half the way around */
#define MOST_HOURS 99999999

static const struct body_field *find(const struct body_field *f, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (f[i].open && strcmp(f[i].name, name) == 0)
			return &f[i];
	return NULL;
}

/* The words of the table that VALUE has, in the table's order. */
static size_t add_words(const char *name, const struct body_field *f, struct buf *out)
{
	const struct field *is = field_for("warning", name);
	size_t found = 0;
	for (size_t i = 0; f != NULL && is->words[i] != NULL; i++) {
		char quoted[64];
		snprintf(quoted, sizeof quoted, "\"%s\"", is->words[i]);
		if (memmem(f->value.p, f->value.n, quoted, strlen(quoted)) != NULL)
			buf_printf(out, "%s%s", found++ == 0 ? "" : "+", is->words[i]);
	}
	return found;
}

static int64_t absolute(int64_t v)
{
	return v < 0 ? -v : v;
}

/* The cosine of DEGREES millionths, in millionths, by steps of a degree: the radius is a size, not a survey. */
static int64_t cosine(int64_t latitude)
{
	static const int32_t by_five[] = { 1000000, 996195, 984808, 965926, 939693, 906308, 866025, 819152, 766044, 707107,
		642788, 573576, 500000, 422618, 342020, 258819, 173648, 87156, 0 };
	int64_t at = absolute(latitude), i = at / (5 * DEGREE), rest = at % (5 * DEGREE);
	if (i >= 18)
		return 0;
	return by_five[i] + (by_five[i + 1] - by_five[i]) * rest / (5 * DEGREE);
}

static int64_t root(int64_t v)
{
	int64_t low = 0, high = 3037000499;
	while (low < high) {
		int64_t middle = low + (high - low + 1) / 2;
		if (middle <= v / middle)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

static int64_t polygon_radius(const struct area *a)
{
	int64_t lat0 = a->point[0].lat, lat1 = lat0, lon0 = a->point[0].lon, lon1 = lon0;
	for (size_t i = 1; i < a->n; i++) {
		lat0 = a->point[i].lat < lat0 ? a->point[i].lat : lat0;
		lat1 = a->point[i].lat > lat1 ? a->point[i].lat : lat1;
		lon0 = a->point[i].lon < lon0 ? a->point[i].lon : lon0;
		lon1 = a->point[i].lon > lon1 ? a->point[i].lon : lon1;
	}
	int64_t high = (lat1 - lat0) * METRES_PER_DEGREE / DEGREE;
	int64_t wide = (lon1 - lon0) * METRES_PER_DEGREE / DEGREE * cosine((lat0 + lat1) / 2) / DEGREE;
	int64_t r = root(high * high + wide * wide) / 2;
	return r < 1 ? 1 : r > MOST_METRES ? MOST_METRES : r;
}

/* The largest radius of the areas in VALUE, one or a list; 0 when all are codes. *CODE: there is one. */
static int64_t largest(struct bytes value, bool *code)
{
	int64_t most = 0;
	*code = false;
	json_t *j = json_from_value(value);
	size_t n = json_is_array(j) ? json_array_size(j) : 1;
	for (size_t i = 0; i < n; i++) {
		const char *s = json_string_value(json_is_array(j) ? json_array_get(j, i) : j);
		struct area a;
		if (s == NULL || area_parse(bytes_str(s), &a) != TOCSIN_OK)
			continue;
		int64_t r = a.shape == AREA_CIRCLE ? a.metres : a.shape == AREA_POLYGON ? polygon_radius(&a) : 0;
		*code |= a.shape == AREA_GEOCODE;
		most = r > most ? r : most;
	}
	json_decref(j);
	return most > MOST_METRES ? MOST_METRES : most;
}

static bool time_of(const struct body_field *f, int64_t *t)
{
	return f != NULL && f->value.n == CLOCK_TEXT + 2 && clock_parse(bytes_of(f->value.p + 1, CLOCK_TEXT), t);
}

static void add_when(const struct body_field *f, size_t n, struct buf *out)
{
	const int64_t hour = 3600 * CLOCK_SECOND;
	int64_t from = 0, until = 0;
	bool has_from = time_of(find(f, n, "when.from"), &from), has_until = time_of(find(f, n, "when.until"), &until);
	if (has_from && has_until) {
		int64_t hours = until <= from ? 1 : (until - from + hour - 1) / hour;
		buf_printf(out, "%" PRId64 "h", hours > MOST_HOURS ? MOST_HOURS : hours);
	} else {
		buf_add_str(out, has_from ? "from" : has_until ? "until" : find(f, n, "when.words") != NULL ? "words" : "none");
	}
}

void specificity_make(const struct body_field *f, size_t n, struct buf *out)
{
	buf_printf(out, "who=%s what=", find(f, n, "threat.actor") != NULL ? "said" : "none");
	if (add_words("threat.harm", find(f, n, "threat.harm"), out) == 0)
		buf_add_str(out, find(f, n, "threat.summary") != NULL ? "said" : "none");
	buf_add_str(out, " target=");
	size_t kinds = add_words("target.kind", find(f, n, "target.kind"), out);
	bool named = find(f, n, "target.who") != NULL;
	buf_printf(out, "%s%s where=", kinds > 0 && named ? "+" : "", named ? "named" : kinds == 0 ? "none" : "");
	bool code = false;
	const struct body_field *area = find(f, n, "where.area");
	int64_t metres = area == NULL ? 0 : largest(area->value, &code);
	if (metres > 0)
		buf_printf(out, "%" PRId64 "m", metres);
	else
		buf_add_str(out, code ? "code" : find(f, n, "where.place") != NULL ? "place" : "none");
	buf_add_str(out, " when=");
	add_when(f, n, out);
	buf_printf(out, " how=%s", find(f, n, "threat.method") != NULL ? "said" : "none");
}

enum tocsin_err specificity_value(const struct body_field *f, size_t n, struct arena *a, struct bytes *out)
{
	struct buf b;
	buf_init(&b, 1024);
	buf_add_char(&b, '"');
	specificity_make(f, n, &b);
	buf_add_char(&b, '"');
	enum tocsin_err err = buf_end(&b, "a vector of specificity");
	if (err == TOCSIN_OK) {
		*out = bytes_of(arena_copy(a, b.p, b.n), b.n);
		if (out->p == NULL)
			err = fail(TOCSIN_BROKEN, "no memory for a vector of specificity");
	}
	buf_free(&b);
	return err;
}

/* ---- reading ---- */

static bool in(struct bytes s, const char *const *words)
{
	for (size_t i = 0; words[i] != NULL; i++)
		if (bytes_equal_str(s, words[i]))
			return true;
	return false;
}

/* A number of 1 to MOST with UNIT behind it. */
static bool is_number(struct bytes s, char unit, uint64_t most)
{
	uint64_t v;
	return s.n > 1 && s.p[s.n - 1] == (uint8_t)unit && text_u64(bytes_of(s.p, s.n - 1), most, &v) && v > 0;
}

/* Words of the field NAME in the table's order, each once, joined with "+", and perhaps LAST behind them. */
static bool is_joined(struct bytes s, const char *name, const char *last)
{
	const struct field *f = field_for("warning", name);
	size_t next = 0;
	while (s.n > 0) {
		const uint8_t *plus = memchr(s.p, '+', s.n);
		struct bytes word = bytes_of(s.p, plus == NULL ? s.n : (size_t)(plus - s.p));
		if (last != NULL && plus == NULL && bytes_equal_str(word, last))
			return true;
		while (f->words[next] != NULL && !bytes_equal_str(word, f->words[next]))
			next++;
		if (f->words[next++] == NULL)
			return false;
		if (plus == NULL)
			return true;
		s = bytes_of(plus + 1, s.n - word.n - 1);
	}
	return false;
}

static bool value_ok(const char *key, struct bytes v)
{
	static const char *const said[] = { "said", "none", NULL }, *const none[] = { "none", NULL },
		*const where[] = { "code", "place", "none", NULL }, *const when[] = { "from", "until", "words", "none", NULL };
	if (strcmp(key, "what") == 0)
		return in(v, said) || is_joined(v, "threat.harm", NULL);
	if (strcmp(key, "target") == 0)
		return in(v, none) || is_joined(v, "target.kind", "named");
	if (strcmp(key, "where") == 0)
		return in(v, where) || is_number(v, 'm', MOST_METRES);
	if (strcmp(key, "when") == 0)
		return in(v, when) || is_number(v, 'h', MOST_HOURS);
	return in(v, said);
}

static const char *const keys[] = { "who", "what", "target", "where", "when", "how" };

bool specificity_ok(struct bytes vector)
{
	struct bytes word;
	for (size_t i = 0; i < 6; i++) {
		size_t n = strlen(keys[i]);
		if (!text_word(&vector, &word) || !bytes_starts(word, keys[i]) || word.n <= n + 1 || word.p[n] != '=' ||
			!value_ok(keys[i], bytes_of(word.p + n + 1, word.n - n - 1)))
			return false;
	}
	return vector.n == 0;
}

static void add_with_commas(struct buf *out, struct bytes digits)
{
	for (size_t i = 0; i < digits.n; i++) {
		if (i > 0 && (digits.n - i) % 3 == 0)
			buf_add_char(out, ',');
		buf_add_char(out, (char)digits.p[i]);
	}
}

static void add_value_words(const char *key, struct bytes v, struct buf *out)
{
	static const struct { const char *key, *value, *words; } of[] = {
		{ "who", "said", "the actor is said" }, { "what", "said", "in a summary only" }, { "where", "code", "an area by its code" },
		{ "where", "place", "a place by name, without an area" }, { "when", "from", "a beginning without an end" },
		{ "when", "until", "an end without a beginning" }, { "when", "words", "in words only" },
		{ "how", "said", "the method is said" },
	};
	if (bytes_equal_str(v, "none")) {
		buf_add_str(out, "not said");
		return;
	}
	for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
		if (strcmp(of[i].key, key) == 0 && bytes_equal_str(v, of[i].value)) {
			buf_add_str(out, of[i].words);
			return;
		}
	}
	if (v.p[0] >= '0' && v.p[0] <= '9') {
		buf_add_str(out, strcmp(key, "where") == 0 ? "within " : "a window of ");
		add_with_commas(out, bytes_of(v.p, v.n - 1));
		buf_add_str(out, strcmp(key, "where") == 0 ? " m" : v.n == 2 && v.p[0] == '1' ? " hour" : " hours");
		return;
	}
	for (size_t i = 0; i < v.n; i++) {
		if (v.p[i] == '+')
			buf_add_str(out, ", ");
		else
			buf_add_char(out, v.p[i] == '-' ? ' ' : (char)v.p[i]);
	}
}

void specificity_words(struct bytes vector, struct buf *out)
{
	static const char *const labels[] = { "Who", "What", "Target", "Where", "When", "How" };
	struct bytes word;
	for (size_t i = 0; i < 6 && text_word(&vector, &word); i++) {
		size_t n = strlen(keys[i]) + 1;
		buf_printf(out, "%s%s: ", i == 0 ? "" : " ", labels[i]);
		add_value_words(keys[i], bytes_of(word.p + n, word.n - n), out);
		buf_add_char(out, '.');
	}
}
