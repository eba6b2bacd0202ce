/*
 * screen_try: the door's rules on a test bench: made-up requests, what becomes of each, and whether that was expected.
 *
 *   {"rules": the rules, or without it those that are there from the beginning,
 *    "protected": [names], "records": {FROM: {"requests": 12, "country": "AA", ...}},
 *    "cases": [{"name", "kind": "request", "from", "at", "stranger", "fields": {...}, "files": [{"name", "text"}],
 *               "expect": {"verdict", "rules": exactly these, "with": these at least, "without": none of these}}]}
 *
 * Pure.
 */
#ifndef TOCSIN_DOMAIN_SCREEN_TRY_H
#define TOCSIN_DOMAIN_SCREEN_TRY_H

#include "domain/screen.h"

#define TRY_CASES 1000
#define TRY_PROTECTED 10000

/* GIVEN on the bench; NOW is when a case without a time came. *OUT: {"items": [{"name", "verdict", "person", "findings":
 * [{"rule", "verdict", "facts", "text"}], "as_expected"}], "as_expected", "not"}, returned owned. BAD with a sentence. */
enum tocsin_err screen_try(json_t *given, int64_t now, json_t **out) MUST_USE;

#endif
