/*
 * silence: what the notices of silence are worth.
 *
 *   silence             on made-up histories of five years, from fixed seeds: for each rate that is asked for, the false alarms a
 *                       partner a year that come on unbroken histories, and how long a stop stays unnoticed; beside it
 *                       the same for a fixed month, and for mean and three deviations
 *   silence FILE [RATE] a history, a line each "PARTNER TOPIC TIME" (UTC): what would have been said, and when
 *
 * Nothing is learnt from what was not yet there: at each contact the threshold is made from those before it.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "domain/silence.h"

#define DAYS 1826                       /* five years */
#define LEARN 365                       /* days before anything is counted */
#define TIMES 20000
#define SERIES 100
#define STOPS 4                         /* for each history, at different times */
#define YEAR 365.25

/* ---- numbers from a seed ---- */

static uint64_t state;

static double uniform(void)
{
	state += 0x9e3779b97f4a7c15u;
	uint64_t z = state;
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return ((double)((z ^ (z >> 31)) >> 11) + 0.5) / 9007199254740992.0;
}

static double chance_gap(double mean)
{
	return -mean * log(uniform());
}

static double normal(void)
{
	return sqrt(-2 * log(uniform())) * cos(2 * M_PI * uniform());
}

/* ---- histories, in days ---- */

struct history {
	double at[TIMES];
	size_t n;
};

static void add(struct history *h, double at)
{
	if (at >= 0 && at < DAYS && h->n < TIMES)
		h->at[h->n++] = at;
}

static int by_time(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

static void weekly(struct history *h)
{
	for (double t = 7 * uniform(); t < DAYS; t += 7)
		add(h, t + normal());
}

/* One in ten is left out, and a day is a day more or less. */
static void weekly_gaps(struct history *h)
{
	for (double t = 7 * uniform(); t < DAYS; t += 7)
		if (uniform() > 0.1)
			add(h, t + 1.5 * normal());
}

static void poisson(struct history *h, double mean)
{
	for (double t = chance_gap(mean); t < DAYS; t += chance_gap(mean))
		add(h, t);
}

static void poisson_week(struct history *h)
{
	poisson(h, 7);
}

static void poisson_often(struct history *h)
{
	poisson(h, 2);
}

static void poisson_month(struct history *h)
{
	poisson(h, 30);
}

static void rare(struct history *h)
{
	poisson(h, YEAR / 6);
}

/* Cases: each is a handful of messages in a few days, and then nothing for a month or so. */
static void bursty(struct history *h)
{
	for (double t = chance_gap(25); t < DAYS; t += chance_gap(25)) {
		int n = 2 + (int)(6 * uniform());
		double at = t;
		for (int i = 0; i < n; i++) {
			add(h, at);
			at += chance_gap(1.2);
		}
	}
}

/* Office days, and half as much in July and August. */
static void seasonal(struct history *h)
{
	for (int day = 0; day < DAYS; day++) {
		double of_year = fmod(day, YEAR), rate = 0.5;
		if (day % 7 >= 5)
			rate = 0;
		if (of_year >= 181 && of_year < 243)
			rate /= 2;
		if (uniform() < rate)
			add(h, day + 0.3 + 0.4 * uniform());
	}
}

/* From every four days to every sixteen. */
static void drifting(struct history *h)
{
	for (double t = 0; t < DAYS;) {
		t += 4 * pow(4, t / DAYS) * (0.5 + uniform());
		add(h, t);
	}
}

/* Weekly, and away for seven weeks in the second year. */
static void outage(struct history *h)
{
	for (double t = 7 * uniform(); t < DAYS; t += 7)
		if (t < 500 || t > 550)
			add(h, t + normal());
}

struct sort {
	const char *name;
	void (*make)(struct history *h);
	bool broken;                    /* it has an outage, which is no false alarm */
};
static const struct sort sorts[] = {
	{ "weekly, give or take a day", weekly, false },
	{ "weekly, one in ten left out", weekly_gaps, false },
	{ "weekly, one outage", outage, true },
	{ "by chance, every 2 days", poisson_often, false },
	{ "by chance, every week", poisson_week, false },
	{ "by chance, every month", poisson_month, false },
	{ "by chance, 6 a year", rare, false },
	{ "bursts, every 25 days", bursty, false },
	{ "office days, quiet summer", seasonal, false },
	{ "slowing down, 4 to 16 days", drifting, false },
};
#define SORTS (sizeof sorts / sizeof *sorts)

/* ---- who decides ---- */

/* Days after the last of the N contacts AT; infinite when nothing can be said. */
typedef double decider(const int64_t *at, size_t n, double per_year);

static double ours(const int64_t *at, size_t n, double per_year)
{
	struct silence s;
	size_t skip = n > SILENCE_TIMES ? n - SILENCE_TIMES : 0;
	silence_of(at + skip, n - skip, per_year, &s);
	return s.known ? s.threshold : INFINITY;
}

static double month(const int64_t *at, size_t n, double per_year)
{
	(void)at;
	(void)per_year;
	return n == 0 ? INFINITY : 30;
}

static double sigma(const int64_t *at, size_t n, double per_year)
{
	double sum = 0, squares = 0;
	(void)per_year;
	if (n < 3)
		return INFINITY;
	for (size_t i = 1; i < n; i++) {
		double gap = (double)(at[i] - at[i - 1]) / (double)SILENCE_DAY;
		sum += gap;
		squares += gap * gap;
	}
	double mean = sum / (double)(n - 1);
	return mean + 3 * sqrt(fmax(squares / (double)(n - 1) - mean * mean, 0));
}

/* ---- what comes of it ---- */

struct curve {
	double alarms, years;
	double delay[SERIES * STOPS];   /* from the stop on; what was never noticed is infinite */
	size_t n;
};

/* The contacts of H, and the threshold that stood behind each. */
static size_t run(const struct history *h, decider *decide, double per_year, int64_t *at, double *limit)
{
	size_t n = 0;
	for (size_t i = 0; i < h->n; i++) {
		int64_t t = (int64_t)(h->at[i] * (double)SILENCE_DAY);
		if (n > 0 && t - at[n - 1] < SILENCE_DAY)
			continue;
		at[n++] = t;
		limit[n - 1] = decide(at, n, per_year);
	}
	return n;
}

static void count(const struct history *h, const struct sort *sort, const int64_t *at, const double *limit, size_t n, struct curve *c)
{
	(void)h;
	for (size_t i = 0; i + 1 < n; i++) {
		double from = (double)at[i] / (double)SILENCE_DAY, gap = (double)(at[i + 1] - at[i]) / (double)SILENCE_DAY;
		bool away = sort->broken && from < 500 && from + gap > 550;
		c->alarms += from >= LEARN && gap > limit[i] && !away;
	}
	c->years += (DAYS - LEARN) / YEAR;
	for (int k = 0; k < STOPS; k++) {
		double stop = 2 * YEAR + uniform() * (DAYS - 2 * YEAR);
		size_t last = 0;
		while (last + 1 < n && (double)at[last + 1] / (double)SILENCE_DAY < stop)
			last++;
		double noticed = (double)at[last] / (double)SILENCE_DAY + limit[last];
		c->delay[c->n++] = n == 0 ? INFINITY : noticed > stop ? noticed - stop : 0;
	}
}

static void measure(const struct sort *sort, decider *decide, double per_year, struct curve *c)
{
	static struct history h;
	static int64_t at[TIMES];
	static double limit[TIMES];
	state = 0x746f6373696e;
	*c = (struct curve) { .n = 0 };
	for (int i = 0; i < SERIES; i++) {
		h.n = 0;
		sort->make(&h);
		qsort(h.at, h.n, sizeof *h.at, by_time);
		size_t n = run(&h, decide, per_year, at, limit);
		count(&h, sort, at, limit, n, c);
	}
	qsort(c->delay, c->n, sizeof *c->delay, by_time);
}

static void print(const char *name, const struct curve *c)
{
	printf("  %-24s %8.2f %12.1f %12.1f\n", name, c->alarms / c->years, c->delay[c->n / 2], c->delay[c->n * 9 / 10]);
	fflush(stdout);
}

static int curves(void)
{
	static struct curve c;
	static const double rates[] = { 0.25, 0.5, 1, 2, 4 };
	int bad = 0;
	printf("%d histories of %d years each, from fixed seeds, thresholds from the past only\n", SERIES, DAYS / 365);
	for (size_t i = 0; i < SORTS; i++) {
		printf("%-26s %8s %12s %12s\n", sorts[i].name, "false/yr", "median days", "90 % days");
		for (size_t k = 0; k < sizeof rates / sizeof *rates; k++) {
			char name[40];
			snprintf(name, sizeof name, "asked for %.2f a year", rates[k]);
			measure(&sorts[i], ours, rates[k], &c);
			print(name, &c);
			/* The one that is promised. */
			if (i < 2 && rates[k] == 1)
				bad += c.delay[c.n / 2] > 21 || c.delay[c.n * 9 / 10] > 21;
		}
		measure(&sorts[i], month, 1, &c);
		print("30 days", &c);
		measure(&sorts[i], sigma, 1, &c);
		print("mean + 3 deviations", &c);
	}
	printf("a weekly channel that stops is noticed within 21 days at 1 false alarm a year: %s\n", bad == 0 ? "yes" : "NO");
	return bad != 0;
}

/* ---- a history from a file ---- */

struct line {
	char partner[256], topic[128];
	int64_t at;
};

static int by_series(const void *a, const void *b)
{
	const struct line *x = a, *y = b;
	int order = strcmp(x->partner, y->partner);
	order = order == 0 ? strcmp(x->topic, y->topic) : order;
	return order != 0 ? order : x->at < y->at ? -1 : x->at > y->at;
}

static size_t read_lines(FILE *f, struct line **out)
{
	char text[600], time[64];
	size_t n = 0, room = 0;
	for (size_t number = 1; fgets(text, sizeof text, f) != NULL; number++) {
		if (n == room) {
			struct line *more = realloc(*out, (room = 2 * room + 64) * sizeof **out);
			if (more == NULL)
				return 0;
			*out = more;
		}
		struct line *l = &(*out)[n];
		if (sscanf(text, "%255s %127s %63s", l->partner, l->topic, time) != 3 || !clock_parse(bytes_str(time), &l->at)) {
			fprintf(stderr, "line %zu is not PARTNER TOPIC TIME, with a time such as 2024-03-06T09:12:00Z\n", number);
			return 0;
		}
		n++;
	}
	return n;
}

/* One series, whose budget is PER_YEAR. */
static void tell(const struct line *l, size_t n, double per_year)
{
	static int64_t at[TIMES];
	char when[32], until[32];
	struct silence s = { .known = false };
	size_t k = 0, said = 0;
	printf("%s %s, %.2f false alarms a year\n", l->partner, l->topic, per_year);
	for (size_t i = 0; i <= n && k < TIMES; i++) {
		if (i < n && k > 0 && l[i].at - at[k - 1] < SILENCE_DAY)
			continue;
		size_t skip = k > SILENCE_TIMES ? k - SILENCE_TIMES : 0;
		silence_of(at + skip, k - skip, per_year, &s);
		int64_t due = k == 0 || !s.known ? INT64_MAX : at[k - 1] + (int64_t)(s.threshold * (double)SILENCE_DAY);
		if (i == n || l[i].at > due) {
			if (due == INT64_MAX)
				break;
			clock_format(due, when);
			if (i < n)
				clock_format(l[i].at, until);
			printf("  %s  silent for %.1f days; usually %.1f (spread %.1f)%s%s\n", when, s.threshold, s.usual, s.spread,
				i < n ? "; came again " : "; nothing since", i < n ? until : "");
			said++;
		}
		if (i < n)
			at[k++] = l[i].at;
	}
	if (!s.known)
		printf("  too little is known: %zu gaps, %d are needed\n", s.gaps, SILENCE_LEAST);
	else
		printf("  %zu contacts, %zu times silent, threshold now %.1f days, passed %.2f times a year of its past, %zu outages\n",
			k, said, s.threshold, s.passed_year, s.outages);
}

static int from_file(const char *path, double rate)
{
	struct line *l = NULL;
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
	if (f == NULL) {
		perror(path);
		return 1;
	}
	size_t n = read_lines(f, &l);
	qsort(l, n, sizeof *l, by_series);
	for (size_t first = 0, end; first < n; first = end) {
		/* The budget of a partner is divided among its topics. */
		size_t topics = 0;
		for (size_t i = 0; i < n; i++)
			if (strcmp(l[i].partner, l[first].partner) == 0)
				topics += i == 0 || strcmp(l[i].partner, l[i - 1].partner) != 0 || strcmp(l[i].topic, l[i - 1].topic) != 0;
		for (end = first; end < n && strcmp(l[end].partner, l[first].partner) == 0 && strcmp(l[end].topic, l[first].topic) == 0;)
			end++;
		tell(l + first, end - first, rate / (double)topics);
	}
	free(l);
	if (f != stdin)
		fclose(f);
	return n == 0;
}

int main(int argc, char **argv)
{
	if (argc == 1)
		return curves();
	return from_file(argv[1], argc > 2 ? strtod(argv[2], NULL) : 1);
}
