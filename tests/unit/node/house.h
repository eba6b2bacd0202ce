/*
 * house: a whole node for a test: made by node_init in a folder of its own, run by node_run in a process of its own,
 * asked over its socket and its desk listener.
 */
#ifndef TOCSIN_TESTS_NODE_HOUSE_H
#define TOCSIN_TESTS_NODE_HOUSE_H

#include "../test.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/log.h"
#include "base/text.h"
#include "net/http.h"
#include "node/node.h"

#define HOUSE_PATH 200

struct house {
	char top[64], dir[HOUSE_PATH], name[64];
	unsigned exchange_port, desk_port;
	pid_t pid;                      /* 0: not running */
	char token[65];
};

#define broken(...) do { print_error(__VA_ARGS__); print_error("\n"); _fail(__FILE__, __LINE__); } while (0)
#define ok(err)                                                                                                        \
	do {                                                                                                           \
		enum tocsin_err ok_err = (err);                                                                        \
		if (ok_err != TOCSIN_OK)                                                                               \
			broken("%s: %s", err_name(ok_err), fail_sentence());                                           \
	} while (0)

static inline void house_path(const struct house *h, const char *name, char out[HOUSE_PATH + 64])
{
	snprintf(out, HOUSE_PATH + 64, "%s/%s", h->dir, name);
}

/* A port that was free just now. */
static inline unsigned house_free_port(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof at;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_true(fd >= 0 && bind(fd, (struct sockaddr *)&at, n) == 0 &&
		getsockname(fd, (struct sockaddr *)&at, &n) == 0);
	close(fd);
	return ntohs(at.sin_port);
}

/* Replaces the line of KEY in the configuration's first section that has it, or the commented one. */
static inline void house_set(const struct house *h, const char *section, const char *key, const char *value)
{
	char path[HOUSE_PATH + 64], line[400];
	struct buf text, out;
	house_path(h, "tocsin.ini", path);
	buf_init(&text, 1u << 20);
	buf_init(&out, 1u << 20);
	ok(file_read(path, &text));
	bool in = false, done = false;
	struct text t = text_over(buf_bytes(&text));
	struct bytes l;
	snprintf(line, sizeof line, "%s = %s\n", key, value);
	while (text_line(&t, 4096, &l)) {
		struct bytes bare = l.n > 0 && l.p[0] == ';' ? bytes_of(l.p + 1, l.n - 1) : l;
		size_t n = strlen(key);
		if (l.n > 0 && l.p[0] == '[')
			in = l.n == strlen(section) + 2 && memcmp(l.p + 1, section, strlen(section)) == 0;
		if (in && !done && bare.n > n + 1 && memcmp(bare.p, key, n) == 0 && bare.p[n] == ' ' &&
			bare.p[n + 1] == '=') {
			buf_add_str(&out, line);
			done = true;
		} else {
			buf_add_bytes(&out, l);
			buf_add_char(&out, '\n');
		}
	}
	assert_true(done);
	ok(file_replace(path, buf_bytes(&out), 0600));
	buf_free(&text);
	buf_free(&out);
}

/* A node's folder, not running. */
static inline void house_make(struct house *h, const char *name)
{
	char exchange[64], url[64], path[HOUSE_PATH + 64], node_name[64];
	memset(h, 0, sizeof *h);
	snprintf(h->top, sizeof h->top, "/tmp/tocsin-house-XXXXXX");
	assert_non_null(mkdtemp(h->top));
	snprintf(h->dir, sizeof h->dir, "%s/node", h->top);
	snprintf(h->name, sizeof h->name, "%s", name);
	h->exchange_port = house_free_port();
	snprintf(exchange, sizeof exchange, "127.0.0.1:%u", h->exchange_port);
	snprintf(url, sizeof url, "http://127.0.0.1:%u", h->exchange_port);
	snprintf(node_name, sizeof node_name, "%s", name);
	char desk[] = "127.0.0.1:0";
	struct config c = { .name = node_name, .exchange_listen = exchange, .desk_listen = desk };
	log_level_set(LOG_ERROR);
	ok(node_init(h->dir, &c, url, bytes_str("")));
	house_set(h, "exchange", "tick", "1");
	house_set(h, "exchange", "retry", "1");
	house_set(h, "exchange", "resume-wait", "0");
	house_set(h, "log", "level", "error");
	struct buf token;
	buf_init(&token, 256);
	house_path(h, NODE_TOKEN, path);
	ok(file_read_private(path, &token));
	assert_int_equal(token.n, 65);
	memcpy(h->token, token.p, 64);
	buf_free(&token);
}

static inline int house_remove_one(const char *path, const struct stat *st, int flag, struct FTW *at)
{
	(void)st;
	(void)flag;
	(void)at;
	return remove(path);
}

/* Asks over the Unix socket; the answer's status, 0 when nobody is there. */
static inline unsigned house_ask(const struct house *h, const char *method, const char *path, const char *type,
	struct bytes body, struct buf *out)
{
	char url[1200];
	unsigned status = 0;
	struct buf send;
	const struct http_client_config config = { .max_per_host = 1 };
	snprintf(url, sizeof url, "unix:%s/%s:%s", h->dir, NODE_SOCKET, path);
	buf_init(&send, 64u << 20);
	buf_add_bytes(&send, body);
	buf_init(out, 64u << 20);
	const struct http_request r = { .method = method,
		.url = url,
		.type = type,
		.body = body.n > 0 ? &send : NULL,
		.max_answer = 64u << 20,
		.timeout_ms = 100000 };
	enum tocsin_err err = http_ask(&config, &r, &status, out);
	buf_free(&send);
	return err == TOCSIN_OK ? status : 0;
}

/* Sends JSON (text; NULL: no body), gets JSON (owned). */
static inline json_t *house_json(
	const struct house *h, const char *method, const char *path, const char *send, unsigned want)
{
	struct buf out;
	json_t *j = NULL;
	unsigned status = house_ask(h, method, path, send != NULL ? "application/json" : NULL,
		send != NULL ? bytes_str(send) : bytes_str(""), &out);
	if (status != want)
		broken("%s %s: %u instead of %u: %.*s", method, path, status, want, (int)out.n, (const char *)out.p);
	ok(json_parse(buf_bytes(&out), 64u << 20, "the answer", &j));
	buf_free(&out);
	return j;
}

static inline const char *house_text(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));
	return s != NULL ? s : "";
}

/* Fails with CODE and a sentence in which WORDS occur. */
static inline void house_problem(const struct house *h, const char *method, const char *path, const char *send,
	unsigned status, const char *code, const char *words)
{
	json_t *j = house_json(h, method, path, send, status);
	assert_string_equal(house_text(j, "code"), code);
	assert_int_equal(json_integer_value(json_object_get(j, "status")), status);
	if (strstr(house_text(j, "detail"), words) == NULL)
		broken("\"%s\" does not say \"%s\"", house_text(j, "detail"), words);
	json_decref(j);
}

static inline void house_nap(int ms)
{
	struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };
	nanosleep(&t, NULL);
}

/* Runs the node; returns when it has said that it serves. False when it ended instead (its exit status in *STATUS, its
 * output in DIR/../out). */
static inline bool house_try_start(struct house *h, int *status)
{
	char out_path[HOUSE_PATH + 64];
	snprintf(out_path, sizeof out_path, "%s/out", h->top);
	unlink(out_path);
	fflush(NULL);
	h->pid = fork();
	assert_true(h->pid >= 0);
	if (h->pid == 0) {
		int fd = open(out_path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
		dup2(fd, 1);
		dup2(fd, 2);
		log_level_set(LOG_ERROR);
		enum tocsin_err err = node_run(h->dir);
		if (err != TOCSIN_OK)
			fprintf(stderr, "ended: %s\n", fail_sentence());
		exit(err_exit(err));
	}
	for (int i = 0; i < 3000; i++) {
		struct buf text;
		char *at;
		buf_init(&text, 1u << 20);
		if (file_read(out_path, &text) != TOCSIN_OK)
			buf_clear(&text);
		buf_add_char(&text, 0);
		if ((at = strstr((char *)text.p, " serves: ")) != NULL && strchr(at, '\n') != NULL) {
			at = strstr((char *)text.p, "desk http://127.0.0.1:");
			h->desk_port = at == NULL ? 0 : (unsigned)strtoul(at + 22, NULL, 10);
			buf_free(&text);
			return true;
		}
		buf_free(&text);
		if (waitpid(h->pid, status, WNOHANG) == h->pid) {
			h->pid = 0;
			return false;
		}
		house_nap(10);
	}
	broken("%s does not start", h->name);
	return false;
}

static inline void house_out(const struct house *h, struct buf *out)
{
	char path[HOUSE_PATH + 64];
	snprintf(path, sizeof path, "%s/out", h->top);
	buf_init(out, 1u << 20);
	ok(file_read(path, out));
	buf_add_char(out, 0);
}

static inline void house_start(struct house *h)
{
	int status;
	struct buf out;
	if (house_try_start(h, &status))
		return;
	house_out(h, &out);
	broken("%s ended: %s", h->name, (const char *)out.p);
}

/* It must not start, and say WORDS. */
static inline void house_fails(struct house *h, int exit_status, const char *words)
{
	int status;
	struct buf out;
	assert_false(house_try_start(h, &status));
	house_out(h, &out);
	if (strstr((const char *)out.p, words) == NULL)
		broken("\"%s\" does not say \"%s\"", (const char *)out.p, words);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), exit_status);
	buf_free(&out);
}

/* Stops it, and takes care that it ended well: a sanitizer that found something ends it otherwise. */
static inline void house_stop(struct house *h)
{
	int status = 0;
	struct buf out;
	if (h->pid == 0)
		return;
	assert_int_equal(kill(h->pid, SIGTERM), 0);
	assert_int_equal(waitpid(h->pid, &status, 0), h->pid);
	h->pid = 0;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		house_out(h, &out);
		broken("%s ended with %#x: %s", h->name, (unsigned)status, (const char *)out.p);
	}
}

static inline void house_free(struct house *h)
{
	house_stop(h);
	nftw(h->top, house_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Makes H hold the card of OTHER, whose folder is there: by the chain that its keeper keeps. */
static inline void house_introduce(const struct house *h, const struct house *other)
{
	char path[HOUSE_PATH + 64];
	struct buf chain, out;
	buf_init(&chain, LIMIT_CHAIN_BYTES);
	house_path(other, "keys/own.cards", path);
	ok(file_read(path, &chain));
	unsigned status = house_ask(h, "POST", "/api/v1/partners", "text/plain", buf_bytes(&chain), &out);
	if (status != 200)
		broken("%s does not take the card of %s: %.*s", h->name, other->name, (int)out.n, (const char *)out.p);
	buf_free(&chain);
	buf_free(&out);
}

/* Speaks to the desk listener as it is: HEAD is sent after "METHOD PATH", the whole answer into OUT. */
static inline void house_raw(const struct house *h, const char *request, struct buf *out)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons((uint16_t)h->desk_port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	uint8_t piece[4096];
	ssize_t n;
	assert_true(fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof at) == 0);
	assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
	buf_init(out, 1u << 20);
	while ((n = recv(fd, piece, sizeof piece, 0)) > 0)
		buf_add(out, piece, (size_t)n);
	buf_add_char(out, 0);
	close(fd);
}

#endif
