/*
 * random: the kernel's randomness, stretched with ChaCha20 by blocks, a new key each 128 kB (a body takes 900 bytes in 32
 * salts; the kernel's own would cost more than hashing them).  Each thread has its own block, used bytes are wiped, a
 * fork never shares one.
 */
#ifndef TOCSIN_BASE_RANDOM_H
#define TOCSIN_BASE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

void random_bytes(void *p, size_t n);               /* never fails: ends the process when the kernel gives none */
uint32_t random_below(uint32_t n);                  /* uniform in 0 .. n-1; n > 0 */
void random_shuffle(uint32_t *items, size_t n);

#endif
