/*
 * banned: calls that are never right here become compile errors.
 *
 * The system's headers that declare them are included first, so that including those later changes nothing.  Each macro
 * expands to a name that nobody declared; the name says what to use instead.
 */
#ifndef TOCSIN_BASE_BANNED_H
#define TOCSIN_BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#undef alloca
#undef asctime
#undef atoi
#undef atol
#undef atoll
#undef ctime
#undef gets
#undef gmtime
#undef localtime
#undef mktemp
#undef popen
#undef rand
#undef random
#undef sprintf
#undef srand
#undef strcat
#undef strcpy
#undef strncat
#undef strncpy
#undef strtok
#undef system
#undef tmpnam
#undef vsprintf

#define strcpy(...)     strcpy_is_banned_use_buf_or_memcpy
#define strcat(...)     strcat_is_banned_use_buf
#define strncpy(...)    strncpy_is_banned_use_buf_or_memcpy
#define strncat(...)    strncat_is_banned_use_buf
#define sprintf(...)    sprintf_is_banned_use_snprintf_or_buf_printf
#define vsprintf(...)   vsprintf_is_banned_use_vsnprintf
#define gets(...)       gets_is_banned_use_file_read
#define strtok(...)     strtok_is_banned_use_text_word
#define atoi(...)       atoi_is_banned_use_text_u64
#define atol(...)       atol_is_banned_use_text_u64
#define atoll(...)      atoll_is_banned_use_text_u64
#define rand(...)       rand_is_banned_use_random_below
#define srand(...)      srand_is_banned_use_random_below
#define random(...)     random_is_banned_use_random_below
#define alloca(...)     alloca_is_banned_use_arena
#define system(...)     system_is_banned_nothing_runs_a_shell
#define popen(...)      popen_is_banned_nothing_runs_a_shell
#define tmpnam(...)     tmpnam_is_banned_use_file_replace
#define mktemp(...)     mktemp_is_banned_use_file_replace
#define gmtime(...)     gmtime_is_banned_use_clock_format
#define localtime(...)  localtime_is_banned_times_are_UTC
#define ctime(...)      ctime_is_banned_use_clock_format
#define asctime(...)    asctime_is_banned_use_clock_format

#endif
