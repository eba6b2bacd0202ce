/*
 * runner: runs a program of the operator's, without a shell, arguments, or anything of the node's environment.
 *
 * It gets /dev/null as input and output, PATH, LANG and the settings that are given, a process group of its own, and 30
 * seconds; then it and all that it started is killed.
 */
#ifndef TOCSIN_PUBLISH_RUNNER_H
#define TOCSIN_PUBLISH_RUNNER_H

#include <stdatomic.h>

#include "base/err.h"

#define RUNNER_SETTINGS 16
struct runner_setting {
	const char *name, *value;
};
/* Runs COMMAND (a whole path) with the N settings, waits for its end: OK when it ended with 0, otherwise OFFLINE (it may
 * work later) or MISSING (there is no such program) with a sentence. STOP: the node stops; the program gets 5 seconds
 * more. */
enum tocsin_err runner_run(const char *command, const struct runner_setting *settings, size_t n,
	const atomic_bool *stop) MUST_USE;

#endif
