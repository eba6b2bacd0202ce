/*
 * filter: the system calls that the keeper may make once its keys are loaded (seccomp).
 */
#ifndef TOCSIN_KEEPER_FILTER_H
#define TOCSIN_KEEPER_FILTER_H

#include "base/err.h"

/* Sanitizers make calls of their own. */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define FILTER_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define FILTER_SANITIZED 1
#endif
#endif
#ifndef FILTER_SANITIZED
#define FILTER_SANITIZED 0
#endif

/* Every other system call fails with EPERM from now on. A kernel without seccomp is no failure: the rest of the
 * confinement stands. */
enum tocsin_err filter_install(void) MUST_USE;

#endif
