/*
 * silence: after how long a gap a series of events is unusually silent, against its own past.
 *
 * A series is a list of times.  What comes within a day of a first event is one contact with it, so that a burst, or a
 * flood, counts once; the gaps between contacts are what is learnt from, the last ones most (half of the weight is that
 * of the last SILENCE_HALF).  A threshold is asked for by a rate of false alarms a year: the gap that would be passed so
 * often if nothing changed.  Where the past is long enough it is read off its own gaps; further out it goes on as a gamma
 * distribution does that was fitted to them, drawn towards chance (a Poisson process) as far as there is little to go by.
 * Up to a twentieth of the gaps, that fit nothing else, are taken for outages and not learnt from: one outage in the past
 * does not make it deaf.  What is not known: whether anything is learnt from what comes; a partner that sends something
 * empty once a day is never silent.
 *
 * Pure; times are microseconds in UTC.
 */
#ifndef TOCSIN_DOMAIN_SILENCE_H
#define TOCSIN_DOMAIN_SILENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SILENCE_TIMES 512               /* contacts that are looked at, the last ones */
#define SILENCE_LEAST 6                 /* gaps, below which too little is known */
#define SILENCE_HALF 40                 /* gaps */
#define SILENCE_DAY INT64_C(86400000000)

struct silence {
	size_t gaps;                    /* that were looked at, after bursts were merged */
	size_t outages;                 /* of them, not learnt from */
	bool known;                     /* false: fewer than SILENCE_LEAST, and nothing below but usual and longest is told */
	double usual, spread;           /* days: mean of what was learnt from, and standard deviation */
	double longest;                 /* days: of all */
	double threshold;               /* days: a gap that is longer is unusual */
	double per_year;                /* false alarms a year that were asked for */
	double chance;                  /* of one gap, to pass the threshold: per_year divided by gaps a year; at most a half */
	size_t passed;                  /* how many of the gaps passed the threshold */
	double passed_year;             /* the same a year of its past: the rate that this threshold has on it */
};

/* Of N times AT, ascending (what is not is taken as the time before it), for PER_YEAR > 0. */
void silence_of(const int64_t *at, size_t n, double per_year, struct silence *out);
/* The same of N lengths of TOOK (how long something took, in microseconds, the oldest first), of which there are so many
 * a YEAR; nothing is merged. */
void silence_of_waits(const int64_t *took, size_t n, double year, double per_year, struct silence *out);

#endif
