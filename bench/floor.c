/*
 * floor: what the arithmetic alone allows: one Ed25519 signature, one verification and three X25519 multiplications a warning, on two threads. Prints warnings a second.
 * With an argument "hash N": seconds that hashing N entries and their tree alone takes (the floor of log check). With "fdatasync DIR": milliseconds, median of 400 appends of 4 KiB.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "proof/merkle.h"

#define SECONDS 2
#define MESSAGE 600

static void *work(void *arg)
{
	unsigned char pk[32], sk[64], sig[64], message[MESSAGE] = { 0 }, scalar[32], point[32], out[32];
	uint64_t *done = arg;
	crypto_sign_keypair(pk, sk);
	randombytes_buf(scalar, sizeof scalar);
	crypto_scalarmult_base(point, scalar);
	for (int64_t end = clock_mono() + SECONDS * CLOCK_SECOND; clock_mono() < end; (*done)++) {
		be64_put(message, *done);
		crypto_sign_detached(sig, NULL, message, sizeof message, sk);
		if (crypto_sign_verify_detached(sig, message, sizeof message, pk) != 0)
			abort();
		for (int i = 0; i < 3; i++) {
			if (crypto_scalarmult(out, scalar, point) != 0)
				abort();
			scalar[0] ^= out[0];
		}
	}
	return NULL;
}

static int arithmetic(void)
{
	pthread_t thread[2];
	uint64_t done[2] = { 0 };
	for (int i = 0; i < 2; i++)
		if (pthread_create(&thread[i], NULL, work, &done[i]) != 0)
			return 1;
	for (int i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
	printf("%.0f\n", (double)(done[0] + done[1]) / SECONDS);
	return 0;
}

static int hash(uint64_t n)
{
	int64_t start = clock_mono();
	struct merkle_edge edge;
	char entry[64];
	memset(entry, 'a', sizeof entry);
	merkle_edge_init(&edge);
	for (uint64_t i = 0; i < n; i++) {
		be64_put((uint8_t *)entry, i);
		struct hash leaf = merkle_leaf(bytes_of(entry, sizeof entry));
		merkle_edge_add(&edge, &leaf);
	}
	struct hash root = merkle_edge_root(&edge);
	printf("%.4f\n", (double)(clock_mono() - start) / 1e6 + 0.0 * root.b[0]);
	return 0;
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return x < y ? -1 : x > y;
}

static int sync_cost(const char *dir)
{
	enum { TIMES = 400 };
	static int64_t took[TIMES];
	char path[4096], block[4096] = { 1 };
	if (file_join(path, sizeof path, dir, "fdatasync.tmp") != TOCSIN_OK)
		return 1;
	int fd = open(path, O_CREAT | O_TRUNC | O_WRONLY, 0600);
	if (fd < 0)
		return 1;
	for (int i = 0; i < TIMES; i++) {
		int64_t start = clock_mono();
		if (write(fd, block, sizeof block) != sizeof block || fdatasync(fd) != 0)
			return 1;
		took[i] = clock_mono() - start;
	}
	close(fd);
	unlink(path);
	qsort(took, TIMES, sizeof took[0], by_value);
	printf("%.3f\n", (double)took[TIMES / 2] / 1e3);
	return 0;
}

int main(int argc, char **argv)
{
	if (sodium_init() < 0)
		return 1;
	if (argc == 3 && strcmp(argv[1], "hash") == 0)
		return hash(strtoull(argv[2], NULL, 10));
	if (argc == 3 && strcmp(argv[1], "fdatasync") == 0)
		return sync_cost(argv[2]);
	return arithmetic();
}
