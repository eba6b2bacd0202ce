/*
 * folder: the keys folder itself: who may look into it, and which logs it holds keys of.
 */
#ifndef TOCSIN_KEEPER_FOLDER_H
#define TOCSIN_KEEPER_FOLDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* MISSING when there is no FOLDER, REFUSED when group or others may read or enter it or it is somebody else's. */
enum tocsin_err folder_check(const char *folder, bool *empty) MUST_USE;
/* The highest n of a log-<n>.pem or log-<n>.pem.age; BROKEN when there is none. */
enum tocsin_err folder_last_log(const char *folder, uint64_t *n) MUST_USE;

#endif
