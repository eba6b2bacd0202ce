#include "net/transfer.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "base/banned.h"

#define CONNECT_MS 10000u
#define ANCHORS 64

struct transfer_anchors {
	X509 *certs[ANCHORS];
	size_t n;
};

/* ---- trust anchors ---- */

enum tocsin_err transfer_anchors_read(const char *pem_file, struct transfer_anchors **out)
{
	*out = NULL;
	ERR_clear_error();
	BIO *in = BIO_new_file(pem_file, "r");
	if (in == NULL) {
		ERR_clear_error();
		return fail(TOCSIN_BROKEN, "cannot read the certificates of %s", pem_file);
	}
	enum tocsin_err e = TOCSIN_OK;
	struct transfer_anchors *a = calloc(1, sizeof *a);
	X509 *cert;
	while (a != NULL && a->n < ANCHORS && (cert = PEM_read_bio_X509(in, NULL, NULL, NULL)) != NULL)
		a->certs[a->n++] = cert;
	if (a == NULL)
		e = fail(TOCSIN_BROKEN, "no memory for the certificates of %s", pem_file);
	else if (a->n == ANCHORS)
		e = fail(TOCSIN_BAD, "%s has more certificates than the %d that are taken", pem_file, ANCHORS - 1);
	else if (a->n == 0 || ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		e = fail(TOCSIN_BAD, "%s is not a PEM file of certificates", pem_file);
	ERR_clear_error();
	BIO_free(in);
	if (e != TOCSIN_OK) {
		transfer_anchors_free(a);
		return e;
	}
	*out = a;
	return TOCSIN_OK;
}

void transfer_anchors_free(struct transfer_anchors *a)
{
	for (size_t i = 0; a != NULL && i < a->n; i++)
		X509_free(a->certs[i]);
	free(a);
}

static CURLcode add_anchors(CURL *easy, void *context, void *arg)
{
	(void)easy;
	const struct transfer_anchors *a = arg;
	X509_STORE *store = SSL_CTX_get_cert_store(context);
	for (size_t i = 0; i < a->n; i++)
		if (X509_STORE_add_cert(store, a->certs[i]) != 1)
			return CURLE_SSL_CERTPROBLEM;
	return CURLE_OK;
}

/* ---- making and freeing ---- */

/* NULL stays NULL; *OK becomes false when out of memory. */
static char *copy(const char *s, bool *ok)
{
	char *p = s != NULL ? strdup(s) : NULL;
	*ok &= s == NULL || p != NULL;
	return p;
}

struct transfer *transfer_new(const struct http_request *r, http_done *done, void *arg)
{
	struct transfer *t = calloc(1, sizeof *t);
	if (t == NULL)
		return NULL;
	bool ok = true;
	t->method = copy(r->method, &ok);
	t->url = copy(r->url, &ok);
	t->type = copy(r->type, &ok);
	t->authorization = copy(r->authorization, &ok);
	t->signature = copy(r->signature, &ok);
	t->timeout_ms = r->timeout_ms;
	t->done = done;
	t->arg = arg;
	buf_init(&t->answer, r->max_answer);
	if (!ok) {
		transfer_free(t);
		return NULL;
	}
	if (r->body != NULL) {
		t->body = *r->body;
		*r->body = (struct buf){ .max = t->body.max, .secret = t->body.secret };
	}
	return t;
}

/* Frees S, which may be a secret. */
static void wipe(char *s)
{
	if (s != NULL)
		bytes_wipe(s, strlen(s));
	free(s);
}

void transfer_free(struct transfer *t)
{
	if (t == NULL)
		return;
	for (struct curl_slist *h = t->headers; h != NULL; h = h->next)
		bytes_wipe(h->data, strlen(h->data));
	curl_slist_free_all(t->headers);
	free(t->method);
	free(t->url);
	free(t->type);
	wipe(t->authorization);
	free(t->signature);
	buf_free(&t->body);
	buf_free(&t->answer);
	free(t);
}

/* ---- preparing ---- */

bool transfer_is_loopback(const char *host)
{
	struct in_addr v4;
	struct in6_addr v6;
	char bare[INET6_ADDRSTRLEN + 1];
	size_t n = strlen(host);
	if (strcmp(host, "localhost") == 0)      /* libcurl never asks the resolver for it */
		return true;
	if (inet_pton(AF_INET, host, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	if (n < 3 || n - 2 >= sizeof bare || host[0] != '[' || host[n - 1] != ']')
		return false;
	memcpy(bare, host + 1, n - 2);
	bare[n - 2] = '\0';
	return inet_pton(AF_INET6, bare, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

/* http and https only, and http:// to others than this machine only when that is allowed. */
static enum tocsin_err check_url(const char *text, bool plain_anywhere)
{
	enum tocsin_err e = TOCSIN_OK;
	char *scheme = NULL, *host = NULL;
	CURLU *url = curl_url();
	if (url == NULL)
		return fail(TOCSIN_BROKEN, "no memory to send to %s", text);
	if (curl_url_set(url, CURLUPART_URL, text, CURLU_DISALLOW_USER) != CURLUE_OK ||
	    curl_url_get(url, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK ||
	    curl_url_get(url, CURLUPART_HOST, &host, 0) != CURLUE_OK)
		e = fail(TOCSIN_BAD, "\"%s\" is not a URL to send to; write https://HOST/PATH", text);
	else if (strcmp(scheme, "https") != 0 && strcmp(scheme, "http") != 0)
		e = fail(TOCSIN_BAD, "\"%s\" is neither https nor http", text);
	else if (strcmp(scheme, "http") == 0 && !plain_anywhere && !transfer_is_loopback(host))
		e = fail(TOCSIN_REFUSED, "%s is plain HTTP beyond this machine; use https", text);
	curl_free(scheme);
	curl_free(host);
	curl_url_cleanup(url);
	return e;
}

/* "unix:PATH:/path": *SOCKET and *URL become owned. Any other URL: *URL is a copy, *SOCKET NULL. */
static enum tocsin_err split_unix(const char *text, char **socket, char **url)
{
	*socket = *url = NULL;
	if (strncmp(text, "unix:", 5) != 0) {
		*url = strdup(text);
		return *url != NULL ? TOCSIN_OK : fail(TOCSIN_BROKEN, "no memory to send to %s", text);
	}
	const char *path = strstr(text + 5, ":/");
	if (path == NULL || path == text + 5)
		return fail(TOCSIN_BAD, "\"%s\" is not unix:SOCKET:/PATH", text);
	path++;
	size_t n = strlen(path) + sizeof "http://localhost";
	*socket = strndup(text + 5, (size_t)(path - 1 - (text + 5)));
	*url = malloc(n);
	if (*socket == NULL || *url == NULL) {
		free(*socket);
		free(*url);
		*socket = *url = NULL;
		return fail(TOCSIN_BROKEN, "no memory to send to %s", text);
	}
	snprintf(*url, n, "http://localhost%s", path);
	return TOCSIN_OK;
}

static bool add_header(struct transfer *t, const char *name, const char *value)
{
	size_t n = strlen(name) + strlen(value) + 3;
	char *line = malloc(n);
	if (line == NULL)
		return false;
	/* "Name:" alone tells libcurl to send no such field. */
	snprintf(line, n, "%s:%s%s", name, value[0] != '\0' ? " " : "", value);
	struct curl_slist *longer = curl_slist_append(t->headers, line);
	wipe(line);
	if (longer != NULL)
		t->headers = longer;
	return longer != NULL;
}

static size_t receive(char *p, size_t one, size_t n, void *arg)
{
	struct transfer *t = arg;
	buf_add(&t->answer, p, one * n);
	t->too_large = t->answer.failed;
	return t->too_large ? 0 : one * n;
}

static bool has_line_end(const char *s)
{
	return s != NULL && strpbrk(s, "\r\n") != NULL;
}

/* The method and the body. */
static bool prepare_body(struct transfer *t, CURL *easy)
{
	bool post = strcmp(t->method, "POST") == 0, get = strcmp(t->method, "GET") == 0;
	CURLcode e = CURLE_OK;
	if (strcmp(t->method, "HEAD") == 0)
		return curl_easy_setopt(easy, CURLOPT_NOBODY, 1L) == CURLE_OK;
	if (post || t->body.n > 0) {
		e |= curl_easy_setopt(easy, CURLOPT_POST, 1L);
		e |= curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->body.n);
		e |= curl_easy_setopt(easy, CURLOPT_POSTFIELDS, t->body.n > 0 ? (const char *)t->body.p : "");
	}
	if (!post && !(get && t->body.n == 0))
		e |= curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, t->method);
	return e == CURLE_OK;
}

CURLcode transfer_trust(CURL *easy, struct transfer_anchors *anchors)
{
	CURLcode e = CURLE_OK;
	const curl_version_info_data *info = curl_version_info(CURLVERSION_NOW);
	if (info->age >= CURLVERSION_SEVENTH && info->cainfo != NULL && access(info->cainfo, R_OK) != 0)
		e |= curl_easy_setopt(easy, CURLOPT_CAINFO, NULL);
	if (anchors != NULL) {
		e |= curl_easy_setopt(easy, CURLOPT_SSL_CTX_FUNCTION, add_anchors);
		e |= curl_easy_setopt(easy, CURLOPT_SSL_CTX_DATA, anchors);
	}
	return e;
}

enum tocsin_err transfer_prepare(struct transfer *t, CURL *easy, bool plain_anywhere, struct transfer_anchors *anchors)
{
	char *socket = NULL, *url = NULL;
	enum tocsin_err err = split_unix(t->url, &socket, &url);
	if (err == TOCSIN_OK)
		err = check_url(url, plain_anywhere);
	if (err == TOCSIN_OK && (has_line_end(t->type) || has_line_end(t->authorization) || has_line_end(t->signature)))
		err = fail(TOCSIN_BAD, "a header for %s would hold a line end", t->url);
	if (err != TOCSIN_OK)
		goto end;
	unsigned connect = t->timeout_ms < CONNECT_MS ? t->timeout_ms : CONNECT_MS;
	bool ok = add_header(t, "Expect", "") &&
		  (t->type == NULL ? add_header(t, "Content-Type", "") : add_header(t, "Content-Type", t->type)) &&
		  (t->authorization == NULL || add_header(t, "Authorization", t->authorization)) &&
		  (t->signature == NULL || add_header(t, "Tocsin-Signature", t->signature)) &&
		  prepare_body(t, easy);
	CURLcode e = CURLE_OK;
	e |= curl_easy_setopt(easy, CURLOPT_URL, url);
	e |= curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, socket);
	e |= curl_easy_setopt(easy, CURLOPT_PRIVATE, t);
	e |= curl_easy_setopt(easy, CURLOPT_HTTPHEADER, t->headers);
	e |= curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, receive);
	e |= curl_easy_setopt(easy, CURLOPT_WRITEDATA, t);
	e |= curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, t->why);
	e |= curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
	e |= curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	e |= curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
	e |= curl_easy_setopt(easy, CURLOPT_PROXY, "");                  /* nor one from the environment */
	e |= curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	e |= curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	e |= curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)t->timeout_ms);
	e |= curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)connect);
	e |= curl_easy_setopt(easy, CURLOPT_MAXFILESIZE_LARGE,
			      t->answer.max > 0 ? (curl_off_t)t->answer.max : (curl_off_t)1);
	e |= curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	e |= transfer_trust(easy, anchors);
	if (!ok || e != CURLE_OK)
		err = fail(TOCSIN_BROKEN, "cannot prepare a request to %s: out of memory", t->url);
end:
	free(socket);
	free(url);
	return err;
}

struct http_result transfer_result(struct transfer *t, CURL *easy, CURLcode code)
{
	struct http_result r = { .err = TOCSIN_OK, .sentence = "" };
	if (t->too_large || code == CURLE_FILESIZE_EXCEEDED) {
		r.err = fail(TOCSIN_BAD, "the answer of %s is larger than the %zu bytes that it may have", t->url,
			     t->answer.max);
	} else if (code != CURLE_OK) {
		r.err = fail(TOCSIN_OFFLINE, "no answer from %s: %s", t->url,
			     t->why[0] != '\0' ? t->why : curl_easy_strerror(code));
	} else {
		long status = 0;
		curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
		r.status = (unsigned)status;
		r.body = buf_bytes(&t->answer);
	}
	if (r.err != TOCSIN_OK)
		r.sentence = fail_sentence();
	return r;
}
