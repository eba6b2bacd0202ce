#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "commands/command.h"
#include "net/http.h"
#include "node/node.h"

#define ANSWER_MAX (64u << 20)
#define ASK_TIMEOUT_MS (90u * 60 * 1000)

void client_quote(struct buf *path, const char *s)
{
	for (; *s != 0; s++) {
		unsigned char c = (unsigned char)*s;
		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("-._~", c) != NULL)
			buf_add_char(path, (char)c);
		else
			buf_printf(path, "%%%02X", c);
	}
}

static enum tocsin_err code_of(const char *name)
{
	for (enum tocsin_err e = TOCSIN_BAD; e <= TOCSIN_BROKEN; e++)
		if (strcmp(err_name(e), name) == 0)
			return e;
	return TOCSIN_BROKEN;
}

/* Turns a problem document into the failure that it tells. */
static enum tocsin_err take_problem(unsigned status, struct bytes body)
{
	json_t *problem = NULL;
	if (json_parse(body, LIMIT_JSON, "the node's answer", &problem) != TOCSIN_OK)
		return fail(TOCSIN_BROKEN, "the node answered %u and nothing that can be read", status);
	enum tocsin_err err = fail(code_of(text_of(problem, "code")), "%s", text_of(problem, "detail"));
	json_decref(problem);
	return err;
}

/* "Bearer TOKEN" into OUT (secret), from --token-file, TOCSIN_TOKEN_FILE or TOCSIN_TOKEN; empty when none is given. */
static enum tocsin_err authorization(const struct context *x, struct buf *out)
{
	const char *file = x->token_file != NULL ? x->token_file : getenv("TOCSIN_TOKEN_FILE"), *token = getenv("TOCSIN_TOKEN");
	buf_init_secret(out, 4096);
	if (x->anonymous)
		return TOCSIN_OK;
	buf_add_str(out, "Bearer ");
	const size_t before = out->n;
	if (file != NULL && file[0] != 0) {
		enum tocsin_err err = file_read_private(file, out);
		if (err != TOCSIN_OK)
			return err;
	} else if (token != NULL) {
		buf_add_str(out, token);
	}
	while (out->n > before && out->p[out->n - 1] == '\n')
		out->n--;
	if (out->n == before && file != NULL && file[0] != 0)
		return fail(TOCSIN_BAD, "%s holds no token", file);
	if (out->n == before)
		out->n = 0;
	for (size_t i = before; i < out->n; i++)
		if (out->p[i] < 0x21 || out->p[i] > 0x7e)
			return fail(TOCSIN_BAD, "the token must be one word, as tocsin login gave it");
	if (out->n > 0)
		buf_add_char(out, 0);
	return buf_end(out, "the token");
}

enum tocsin_err client_ask(const struct context *x, const char *method, const char *path, const char *type, struct buf *body, struct buf *out)
{
	char file[4096];
	enum tocsin_err err = file_join(file, sizeof file, x->dir, NODE_SOCKET);
	if (err != TOCSIN_OK)
		return err;
	struct buf url;
	buf_init(&url, 16384);
	buf_printf(&url, "unix:%s:%s", file, path);
	err = buf_end(&url, "the address of an operation");
	char *url_text = err == TOCSIN_OK ? buf_detach(&url, NULL) : NULL;
	if (url_text == NULL) {
		buf_free(&url);
		return err != TOCSIN_OK ? err : fail(TOCSIN_BROKEN, "out of memory");
	}
	struct buf bearer;
	err = authorization(x, &bearer);
	if (err != TOCSIN_OK) {
		buf_free(&bearer);
		free(url_text);
		return err;
	}
	const struct http_client_config config = { .max_per_host = 1 };
	const struct http_request request = { .authorization = bearer.n > 0 ? (const char *)bearer.p : NULL, .method = method, .url = url_text, .type = type, .body = body,
		.max_answer = ANSWER_MAX, .timeout_ms = ASK_TIMEOUT_MS };
	unsigned status = 0;
	err = http_ask(&config, &request, &status, out);
	buf_free(&bearer);
	if (err == TOCSIN_OFFLINE && !file_exists(file))
		err = fail(TOCSIN_OFFLINE, "no node is running on %s: start it with tocsin -d %s serve", x->dir, x->dir);
	free(url_text);
	if (err == TOCSIN_OK && (status < 200 || status > 299))
		err = take_problem(status, buf_bytes(out));
	return err;
}

enum tocsin_err client_json(const struct context *x, const char *method, const char *path, const json_t *send, json_t **out)
{
	struct buf body, answer;
	buf_init(&body, LIMIT_JSON);
	buf_init(&answer, ANSWER_MAX);
	if (send != NULL)
		json_write(&body, send);
	enum tocsin_err err = buf_end(&body, "what is sent to the node");
	if (err == TOCSIN_OK)
		err = client_ask(x, method, path, send == NULL ? NULL : "application/json", send == NULL ? NULL : &body, &answer);
	if (err == TOCSIN_OK)
		err = json_parse(buf_bytes(&answer), ANSWER_MAX, "the node's answer", out);
	buf_free(&body);
	buf_free(&answer);
	return err;
}

enum tocsin_err client_about(const struct context *x, const char *method, const char *prefix, const char *name, const char *suffix, json_t *send, json_t **out)
{
	struct buf path;
	buf_init(&path, 4096);
	buf_add_str(&path, prefix);
	client_quote(&path, name);
	buf_add_str(&path, suffix);
	enum tocsin_err err = buf_end(&path, "a name");
	buf_add_char(&path, 0);
	if (err == TOCSIN_OK)
		err = client_json(x, method, (const char *)path.p, send, out);
	buf_free(&path);
	json_decref(send);
	return err;
}

enum tocsin_err fetch_statement(const struct context *x, const char *id, json_t **out)
{
	struct buf path;
	buf_init(&path, 4096);
	buf_add_str(&path, "/api/v1/statements/");
	client_quote(&path, id);
	enum tocsin_err err = buf_end(&path, "an id");
	buf_add_char(&path, 0);
	if (err == TOCSIN_OK)
		err = client_json(x, "GET", (const char *)path.p, NULL, out);
	buf_free(&path);
	return err;
}

enum tocsin_err read_json(const char *file, json_t **out)
{
	struct buf text;
	buf_init(&text, LIMIT_JSON);
	enum tocsin_err err = file_read(file, &text);
	if (err == TOCSIN_OK)
		err = json_parse(buf_bytes(&text), LIMIT_JSON, strcmp(file, "-") == 0 ? "standard input" : file, out);
	if (err == TOCSIN_OK && !json_is_object(*out)) {
		json_decref(*out);
		err = fail(TOCSIN_BAD, "%s must hold one JSON object", file);
	}
	buf_free(&text);
	return err;
}
