/*
 * load: gives warnings to a node through its API, and measures. Everything a desk would do is paid for: JSON, checks, salts, signatures, both logs, both disks, receipts.
 *
 *   load rate SOCKET PARTNER N     N warnings with 2 kB bodies, 256 a call, four callers, each with at most two calls' receipts outstanding;
 *                                  prints seconds from the first call until the outbox is empty
 *   load single SOCKET PARTNER N   N warnings one after the other; prints the median milliseconds from the call until its verified receipt is durable
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/random.h"
#include "net/http.h"

#define BATCH 256
#define CALLS 4

static struct http_client *client;       /* one for all callers: connections are kept */

struct asked {
	pthread_mutex_t lock;
	pthread_cond_t done;
	bool over, ok;
	unsigned status;
	struct buf answer;
};

static void answered(void *arg, const struct http_result *r)
{
	struct asked *a = arg;
	pthread_mutex_lock(&a->lock);
	a->ok = r->err == TOCSIN_OK && r->status < 300;
	a->status = r->status;
	buf_add_bytes(&a->answer, r->body);
	a->over = true;
	pthread_cond_signal(&a->done);
	pthread_mutex_unlock(&a->lock);
}

static bool ask(const char *socket, const char *method, const char *path, struct buf *body, json_t **out)
{
	char url[4096];
	struct asked a = { .lock = PTHREAD_MUTEX_INITIALIZER, .done = PTHREAD_COND_INITIALIZER };
	buf_init(&a.answer, 16u << 20);
	snprintf(url, sizeof url, "unix:%s:%s", socket, path);
	const struct http_request r = { .method = method, .url = url, .type = body == NULL ? NULL : "application/json", .body = body, .max_answer = 16u << 20, .timeout_ms = 120000 };
	http_client_send(client, &r, answered, &a);
	pthread_mutex_lock(&a.lock);
	while (!a.over)
		pthread_cond_wait(&a.done, &a.lock);
	pthread_mutex_unlock(&a.lock);
	bool ok = a.ok && json_parse(buf_bytes(&a.answer), 16u << 20, "the answer", out) == TOCSIN_OK;
	if (!ok)
		fprintf(stderr, "load: %s %s: %u %.*s\n", method, path, a.status, (int)a.answer.n, a.answer.n == 0 ? "" : (const char *)a.answer.p);
	buf_free(&a.answer);
	return ok;
}

/* One warning of about 2 kB as the desk gets it: ten fields, the rest of 32 lines is padding. */
static void add_item(struct buf *b, const char *partner, unsigned serial)
{
	static const char words[] = "A vehicle was seen near the place twice in a week, at the hours at which the crowd is largest; those who saw it are sure. ";
	buf_printf(b, "{\"kind\":\"warning\",\"to\":[\"%s\"],\"fields\":{\"threat.summary\":\"%u %s%s%s\",\"handling.tlp\":\"red\",\"threat.harm\":[\"death\",\"injury\"],", partner, serial, words, words, words);
	buf_add_str(b, "\"where.place\":{\"en\":\"Harbour gate 4\",\"ru\":\"Ворота 4\",\"authoritative\":\"en\"},\"when.from\":\"2026-05-01T00:00:00Z\",\"when.until\":\"2031-05-03T00:00:00Z\",");
	buf_add_str(b, "\"likelihood\":\"likely\",\"confidence\":\"moderate\",\"source.origin\":\"a source\",\"urgency\":\"routine\"}}");
}

struct caller {
	const char *socket, *partner;
	unsigned first, n;
	bool ok;
	char last[80];          /* id of the last statement */
};

/* Until the statement ID ("": none yet) has its receipt. */
static bool wait_receipt(const char *socket, const char *id)
{
	char path[200];
	json_t *shown = NULL;
	if (id[0] == 0)
		return true;
	snprintf(path, sizeof path, "/api/v1/statements/%s?wait=60", id);
	bool ok = ask(socket, "GET", path, NULL, &shown) && strcmp(json_string_value(json_object_get(shown, "delivery")), "waiting") != 0;
	json_decref(shown);
	return ok;
}

static void *call_all(void *arg)
{
	struct caller *c = arg;
	c->ok = true;
	for (unsigned done = 0; c->ok && done < c->n; done += BATCH) {
		struct buf b;
		json_t *answer = NULL;
		buf_init(&b, 4u << 20);
		buf_add_str(&b, "{\"items\":[");
		for (unsigned i = done; i < done + BATCH && i < c->n; i++) {
			if (i > done)
				buf_add_char(&b, ',');
			add_item(&b, c->partner, c->first + i);
		}
		buf_add_str(&b, "]}");
		c->ok = ask(c->socket, "POST", "/api/v1/statements", &b, &answer);
		/* The receipts of the batch before are waited for, so that a caller has two batches under way at most. */
		c->ok = c->ok && wait_receipt(c->socket, c->last);
		const json_t *results = json_object_get(answer, "results");
		const char *id = json_string_value(json_object_get(json_array_get(results, json_array_size(results) - 1), "id"));
		if (id != NULL)
			snprintf(c->last, sizeof c->last, "%s", id);
		json_decref(answer);
		buf_free(&b);
	}
	c->ok = c->ok && wait_receipt(c->socket, c->last);
	return NULL;
}

/* Waiting deliveries to PARTNER, or -1. */
static long long waiting(const char *socket, const char *partner)
{
	json_t *status = NULL, *p;
	long long n = -1;
	size_t i;
	if (!ask(socket, "GET", "/api/v1/status", NULL, &status))
		return -1;
	json_array_foreach(json_object_get(status, "partners"), i, p)
		if (strcmp(json_string_value(json_object_get(p, "name")), partner) == 0)
			n = json_integer_value(json_object_get(p, "waiting"));
	json_decref(status);
	return n;
}

static int rate(const char *socket, const char *partner, unsigned n)
{
	pthread_t thread[CALLS];
	struct caller caller[CALLS];
	int64_t start = clock_mono();
	for (unsigned i = 0; i < CALLS; i++) {
		caller[i] = (struct caller){ .socket = socket, .partner = partner, .first = i * (n / CALLS), .n = n / CALLS };
		if (pthread_create(&thread[i], NULL, call_all, &caller[i]) != 0)
			return 1;
	}
	for (unsigned i = 0; i < CALLS; i++) {
		pthread_join(thread[i], NULL);
		if (!caller[i].ok)
			return 1;
	}
	long long left;
	while ((left = waiting(socket, partner)) > 0)
		usleep(20000);
	printf("%.4f\n", (double)(clock_mono() - start) / 1e6);
	return left == 0 ? 0 : 1;
}

static int by_value(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return x < y ? -1 : x > y;
}

static bool one(const char *socket, const char *partner, unsigned serial, int64_t *took)
{
	struct buf b;
	json_t *answer = NULL;
	buf_init(&b, 65536);
	buf_add_str(&b, "{\"items\":[");
	add_item(&b, partner, serial);
	buf_add_str(&b, "]}");
	int64_t start = clock_mono();
	bool ok = ask(socket, "POST", "/api/v1/statements", &b, &answer);
	if (ok) {
		const char *id = json_string_value(json_object_get(json_array_get(json_object_get(answer, "results"), 0), "id"));
		ok = id != NULL && wait_receipt(socket, id);
	}
	*took = clock_mono() - start;
	json_decref(answer);
	buf_free(&b);
	return ok;
}

static int single(const char *socket, const char *partner, unsigned n)
{
	int64_t *took = calloc(n, sizeof *took);
	if (took == NULL)
		return 1;
	for (unsigned i = 0; i < n; i++) {
		if (!one(socket, partner, i, &took[i]))
			return 1;
		usleep(2000);
	}
	qsort(took, n, sizeof *took, by_value);
	printf("%.3f\n", (double)took[n / 2] / 1e3);
	free(took);
	return 0;
}

int main(int argc, char **argv)
{
	if (argc != 5)
		return 2;
	const struct http_client_config config = { .max_per_host = 2 * CALLS };
	if (http_client_start(&config, &client) != TOCSIN_OK)
		return 1;
	unsigned n = (unsigned)strtoul(argv[4], NULL, 10);
	int status = strcmp(argv[1], "rate") == 0 ? rate(argv[2], argv[3], n) : single(argv[2], argv[3], n);
	http_client_stop(client);
	return status;
}
