#include "domain/silence.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

#define YEAR 365.25                     /* days */
#define CHANCE 0.57721566490153286      /* ln of the mean less the mean ln, of gaps that come by chance alone */
#define PRIOR 4.0                       /* gaps of chance that are added to what was seen of the shape */
#define SHORTEST (1.0 / 1440)           /* days: as short as a gap counts */
#define OUTAGE 0.001                    /* outages are so rare that of a thousand histories one would have them by chance */
#define OWN 4.0                         /* so many gaps beyond it, and the past's own quantile is trusted */
#define TRUST 20.0                      /* gaps, at which it weighs as much as the fit */

/* ---- the gamma distribution, its scale known no better than from the sum of the gaps ---- */

/* The continued fraction of the incomplete beta function (Lentz). */
static double fraction(double a, double b, double x)
{
	const double tiny = 1e-300;
	double c = 1, d = 1 - (a + b) * x / (a + 1), h;
	d = 1 / (fabs(d) < tiny ? tiny : d);
	h = d;
	for (int m = 1; m <= 300; m++) {
		double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
		double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
		d = 1 + even * d;
		c = 1 + even / c;
		d = 1 / (fabs(d) < tiny ? tiny : d);
		c = fabs(c) < tiny ? tiny : c;
		h *= d * c;
		d = 1 + odd * d;
		c = 1 + odd / c;
		d = 1 / (fabs(d) < tiny ? tiny : d);
		c = fabs(c) < tiny ? tiny : c;
		h *= d * c;
		if (fabs(d * c - 1) < 1e-12)
			break;
	}
	return h;
}

/* I_x(a, b). */
static double beta_below(double a, double b, double x)
{
	if (x <= 0 || x >= 1)
		return x <= 0 ? 0 : 1;
	double front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x));
	return x < (a + 1) / (a + b + 2) ? front * fraction(a, b, x) / a : 1 - front * fraction(b, a, 1 - x) / b;
}

struct fit {
	double shape, mean, n;          /* n: gaps by their weight */
};

/* The chance that the next gap is longer than T. */
static double beyond(const struct fit *f, double t)
{
	return 1 - beta_below(f->shape, f->shape * f->n, t / (t + f->mean * f->n));
}

/* The gap that is passed with the chance P. */
static double passed_with(const struct fit *f, double p)
{
	double low = 0, high = f->mean;
	while (beyond(f, high) > p && high < 1e6 * f->mean)
		high *= 2;
	for (int i = 0; i < 40; i++) {
		double middle = (low + high) / 2;
		if (beyond(f, middle) > p)
			low = middle;
		else
			high = middle;
	}
	return high;
}

/* ---- gaps ---- */

struct gap {
	double days, weight;
};

static int by_length(const void *a, const void *b)
{
	double x = ((const struct gap *)a)->days, y = ((const struct gap *)b)->days;
	return x < y ? -1 : x > y;
}

/* Of GAP, shortest first, all but the last SKIP. */
static struct fit fit_to(const struct gap *gap, size_t n)
{
	double weight = 0, squares = 0, sum = 0, logs = 0;
	for (size_t i = 0; i < n; i++) {
		weight += gap[i].weight;
		squares += gap[i].weight * gap[i].weight;
		sum += gap[i].weight * gap[i].days;
		logs += gap[i].weight * log(gap[i].days);
	}
	struct fit f = { .mean = sum / weight, .n = weight * weight / squares };
	double s = log(f.mean) - logs / weight;
	/* Few gaps look more alike than they are. */
	s = (s * f.n * f.n / (f.n > 2 ? f.n - 1 : 1) + PRIOR * CHANCE) / (f.n + PRIOR);
	f.shape = (3 - s + sqrt((s - 3) * (s - 3) + 24 * s)) / (12 * s);
	return f;
}

/* How many of GAP, from the longest on, fit nothing that the others say. */
static size_t outages(const struct gap *gap, size_t n)
{
	size_t most = n / 20 + (n >= 10), found = 0;
	for (size_t k = 1; k <= most; k++) {
		struct fit f = fit_to(gap, n - most);
		/* The shortest of the K longest: are they all beyond what would be? */
		if (beyond(&f, gap[n - k].days) * (double)n < OUTAGE)
			found = k;
		else
			break;
	}
	return found;
}

/* The gap that is passed by the weight P of GAP, between the two that are nearest to it. */
static double own(const struct gap *gap, size_t n, double p)
{
	double weight = 0, behind = 0;
	for (size_t i = 0; i < n; i++)
		weight += gap[i].weight;
	for (size_t i = n; i-- > 0;) {
		double here = behind + gap[i].weight / weight;
		if (here >= p && i + 1 < n)
			return gap[i].days + (gap[i + 1].days - gap[i].days) * (here - p) / (here - behind);
		if (here >= p)
			return gap[i].days;
		behind = here;
	}
	return gap[0].days;
}

static double threshold(const struct gap *gap, size_t n, double p)
{
	struct fit f = fit_to(gap, n);
	double fitted = passed_with(&f, p);
	/* Where the past has too few beyond it, from where it has enough the fit goes on. */
	double from = OWN / (f.n + 1), start = p > from ? p : from > 0.5 ? 0.5 : from;
	double seen = own(gap, n, start) * fitted / passed_with(&f, start);
	double trust = f.n / (f.n + TRUST);
	return pow(fitted, 1 - trust) * pow(seen, trust);
}

/* GAP in the order of time, of which there are YEAR a year (0: as many as it says); none is shorter than FLOOR, and what they
 * are longer than that is what is fitted. */
static void judge(struct gap *gap, size_t n, double floor, double year, double per_year, struct silence *out)
{
	double weight = 0, sum = 0, squares = 0, days = (double)n * floor;
	*out = (struct silence) { .gaps = n, .per_year = per_year };
	for (size_t i = 0; i < n; i++) {
		gap[i].weight = exp2(-(double)(n - 1 - i) / SILENCE_HALF);
		gap[i].days = fmax(gap[i].days - floor, SHORTEST);
		days += gap[i].days;
	}
	qsort(gap, n, sizeof *gap, by_length);
	if (n > 0)
		out->longest = gap[n - 1].days + floor;
	out->outages = n >= SILENCE_LEAST ? outages(gap, n) : 0;
	size_t learnt = n - out->outages;
	for (size_t i = 0; i < learnt; i++) {
		weight += gap[i].weight;
		sum += gap[i].weight * gap[i].days;
		squares += gap[i].weight * gap[i].days * gap[i].days;
	}
	if (learnt > 0)
		out->usual = sum / weight + floor;
	out->known = n >= SILENCE_LEAST;
	if (!out->known)
		return;
	out->spread = sqrt(fmax(squares / weight - (out->usual - floor) * (out->usual - floor), 0));
	if (year <= 0)
		year = YEAR / out->usual;
	out->chance = fmin(per_year / year, 0.5);
	out->threshold = threshold(gap, learnt, out->chance) + floor;
	for (size_t i = 0; i < n; i++)
		out->passed += gap[i].days + floor > out->threshold;
	out->passed_year = (double)out->passed / (days / YEAR);
}

void silence_of(const int64_t *at, size_t n, double per_year, struct silence *out)
{
	struct gap gap[SILENCE_TIMES];
	size_t gaps = 0;
	int64_t last = 0;
	bool first = true;
	for (size_t i = 0; i < n; i++) {
		if (first) {
			last = at[i];
			first = false;
			continue;
		}
		/* What lies before it, after a clock was put back, is one contact with it. */
		if (at[i] < last || (uint64_t)at[i] - (uint64_t)last < (uint64_t)SILENCE_DAY)
			continue;
		if (gaps == SILENCE_TIMES) {
			memmove(gap, gap + 1, (SILENCE_TIMES - 1) * sizeof *gap);
			gaps--;
		}
		gap[gaps++].days = (double)((uint64_t)at[i] - (uint64_t)last) / (double)SILENCE_DAY;
		last = at[i];
	}
	judge(gap, gaps, 1, 0, per_year, out);
}

void silence_of_waits(const int64_t *took, size_t n, double year, double per_year, struct silence *out)
{
	struct gap gap[SILENCE_TIMES];
	size_t skip = n > SILENCE_TIMES ? n - SILENCE_TIMES : 0;
	for (size_t i = skip; i < n; i++)
		gap[i - skip].days = (double)took[i] / (double)SILENCE_DAY;
	judge(gap, n - skip, 0, year, per_year, out);
}
