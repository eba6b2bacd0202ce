/*
 * err: how a function says that it failed.
 *
 * A function that can fail returns enum tocsin_err.  Where the fault is detected, fail() keeps one sentence that
 * names the thing and tells what to do; the CLI, the API and a refusal on the wire show those words unchanged.
 * The sentence belongs to the calling thread and stands until its next fail().
 */
#ifndef TOCSIN_BASE_ERR_H
#define TOCSIN_BASE_ERR_H

#include "base/banned.h"

enum tocsin_err {
	TOCSIN_OK = 0,
	TOCSIN_BAD,      /* malformed: breaks a grammar or a limit */
	TOCSIN_REFUSED,  /* well-formed, but does not verify or is not allowed */
	TOCSIN_MISSING,  /* no such thing */
	TOCSIN_LATER,    /* not there yet: try again */
	TOCSIN_OFFLINE,  /* no node or peer to talk to */
	TOCSIN_BROKEN,   /* this machine failed: disk, memory, key file, database */
};

#define MUST_USE __attribute__((warn_unused_result))

/* Keeps the sentence made from FMT (at most 511 bytes, cut there) for this thread and returns CODE. */
enum tocsin_err fail(enum tocsin_err code, const char *fmt, ...) __attribute__((format(printf, 2, 3), cold));

/* Puts "PREFIX: " made from FMT before the kept sentence and returns CODE unchanged. */
enum tocsin_err fail_within(enum tocsin_err code, const char *fmt, ...) __attribute__((format(printf, 2, 3), cold));

/* The sentence of this thread's last failure; never NULL. Borrowed until the next fail(). */
const char *fail_sentence(void);

/* The name of CODE in lower case: "ok", "bad", "refused", "missing", "later", "offline", "broken". */
const char *err_name(enum tocsin_err code);

/* The exit status of a command that ended with CODE: 0, 1 (bad, refused, missing), 3 later, 4 offline, 5 broken. */
int err_exit(enum tocsin_err code);

#endif
