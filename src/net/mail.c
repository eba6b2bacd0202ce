#include "net/mail.h"

#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "net/transfer.h"

#define CONNECT_MS 10000L
#define BEHIND_MS 5000L

static void make_url(const struct mail_server *s, const char *from, char *out, size_t room)
{
	const char *at = strrchr(from, '@');
	snprintf(out, room, "%s://%s/%s", s->tls == MAIL_IMPLICIT ? "smtps" : "smtp", s->host_port,
		at != NULL ? at + 1 : "localhost");
}

enum tocsin_err mail_server_check(const struct mail_server *s)
{
	char url[512];
	char *host = NULL, *port = NULL, *path = NULL, *user = NULL, *query = NULL;
	CURLU *u = curl_url();
	if (u == NULL)
		return fail(TOCSIN_BROKEN, "no memory for the mail server's address");
	make_url(s, "x@x", url, sizeof url);
	bool ok = strlen(s->host_port) < 300 && curl_url_set(u, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
		curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
		curl_url_get(u, CURLUPART_PORT, &port, 0) == CURLUE_OK &&
		curl_url_get(u, CURLUPART_PATH, &path, 0) == CURLUE_OK && strcmp(path, "/x") == 0 &&
		curl_url_get(u, CURLUPART_USER, &user, 0) == CURLUE_NO_USER &&
		curl_url_get(u, CURLUPART_QUERY, &query, 0) == CURLUE_NO_QUERY;
	enum tocsin_err err = TOCSIN_OK;
	if (!ok)
		err = fail(TOCSIN_BAD, "\"%.100s\" is no mail server: write HOST:PORT", s->host_port);
	else if (s->tls == MAIL_PLAIN && !transfer_is_loopback(host))
		err = fail(TOCSIN_REFUSED, "mail without TLS goes to a server on this machine only, not to %s", host);
	curl_free(host);
	curl_free(port);
	curl_free(path);
	curl_free(user);
	curl_free(query);
	curl_url_cleanup(u);
	return err;
}

#define SOCKETS 8                       /* that libcurl has open at a time, while it tries addresses */

struct sending {
	struct bytes rest;
	const atomic_bool *stop;
	int64_t deadline;               /* monotonic */
	bool late;
	int fd[SOCKETS];                /* -1: none */
};

static size_t give(char *out, size_t one, size_t n, void *arg)
{
	struct sending *r = arg;
	size_t room = one * n, k = room < r->rest.n ? room : r->rest.n;
	if (k > 0)
		memcpy(out, r->rest.p, k);
	r->rest = bytes_of(r->rest.p + k, r->rest.n - k);
	return k;
}

static int go_on(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	struct sending *r = arg;
	(void)a;
	(void)b;
	(void)c;
	(void)d;
	r->late = r->late || clock_mono() >= r->deadline;
	if (!atomic_load(r->stop) && !r->late)
		return 0;
	/* libcurl says QUIT before it gives up, and would wait for the answer of a server that gives none. */
	for (size_t i = 0; i < SOCKETS; i++)
		if (r->fd[i] >= 0)
			shutdown(r->fd[i], SHUT_RDWR);
	return 1;
}

static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *at)
{
	struct sending *r = arg;
	(void)purpose;
	int fd = socket(at->family, at->socktype | SOCK_CLOEXEC, at->protocol);
	for (size_t i = 0; fd >= 0 && i < SOCKETS; i++)
		if (r->fd[i] < 0) {
			r->fd[i] = fd;
			return fd;
		}
	if (fd >= 0)
		close(fd);
	return CURL_SOCKET_BAD;
}

static int close_socket(void *arg, curl_socket_t fd)
{
	struct sending *r = arg;
	for (size_t i = 0; i < SOCKETS; i++)
		if (r->fd[i] == fd)
			r->fd[i] = -1;
	return close(fd);
}

static size_t ignore(char *p, size_t one, size_t n, void *arg)
{
	(void)p;
	(void)arg;
	return one * n;
}

static CURLcode prepare(CURL *easy, const struct mail_server *s, const char *url, const char *from,
	struct curl_slist *to, struct sending *r, struct transfer_anchors *anchors, char *why)
{
	CURLcode e = CURLE_OK;
	e |= curl_easy_setopt(easy, CURLOPT_URL, url);
	e |= curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	e |= curl_easy_setopt(easy, CURLOPT_USE_SSL, (long)(s->tls == MAIL_PLAIN ? CURLUSESSL_NONE : CURLUSESSL_ALL));
	e |= curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	e |= curl_easy_setopt(easy, CURLOPT_MAIL_FROM, from);
	e |= curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, to);
	if (s->user != NULL && s->user[0] != 0) {
		e |= curl_easy_setopt(easy, CURLOPT_USERNAME, s->user);
		e |= curl_easy_setopt(easy, CURLOPT_PASSWORD, s->password != NULL ? s->password : "");
	}
	e |= curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
	e |= curl_easy_setopt(easy, CURLOPT_READFUNCTION, give);
	e |= curl_easy_setopt(easy, CURLOPT_READDATA, r);
	e |= curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)r->rest.n);
	e |= curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, ignore);
	e |= curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, go_on);
	e |= curl_easy_setopt(easy, CURLOPT_XFERINFODATA, r);
	e |= curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
	e |= curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, why);
	e |= curl_easy_setopt(easy, CURLOPT_PROXY, "");
	e |= curl_easy_setopt(easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	e |= curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
	e |= curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	e |= curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, r);
	e |= curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, close_socket);
	e |= curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, r);
	/* Behind our own deadline, which go_on sees to. */
	e |= curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)s->timeout_ms + BEHIND_MS);
	e |= curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	e |= transfer_trust(easy, anchors);
	return e;
}

static enum tocsin_err outcome(
	const struct mail_server *s, const struct sending *r, CURL *easy, CURLcode e, const char *why)
{
	long code = 0;
	if (e == CURLE_OK)
		return TOCSIN_OK;
	if (r->late || atomic_load(r->stop))
		return fail(TOCSIN_OFFLINE, "the mail server %s did not take it within %u seconds", s->host_port, s->timeout_ms / 1000);
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &code);
	/* A login that is refused is a mistake in our configuration, not in the address. */
	bool never = code >= 500 && code <= 599 && e != CURLE_LOGIN_DENIED && e != CURLE_USE_SSL_FAILED;
	return fail(never ? TOCSIN_REFUSED : TOCSIN_OFFLINE, "the mail server %s %s: %s", s->host_port,
		never ? "refuses it" : "did not take it", why[0] != 0 ? why : curl_easy_strerror(e));
}

enum tocsin_err mail_send(const struct mail_server *s, const char *from, const char *to, struct bytes message,
	const atomic_bool *stop)
{
	char url[1024], sender[TEXT_MAIL + 3], recipient[TEXT_MAIL + 3], why[CURL_ERROR_SIZE] = "";
	struct sending r = { .rest = message, .stop = stop, .deadline = clock_mono() + (int64_t)s->timeout_ms * 1000 };
	struct transfer_anchors *anchors = NULL;
	struct curl_slist *list = NULL;
	CURL *easy = NULL;
	for (size_t i = 0; i < SOCKETS; i++)
		r.fd[i] = -1;
	if (!text_is_mail(bytes_str(from)) || !text_is_mail(bytes_str(to)))
		return fail(TOCSIN_REFUSED, "\"%.100s\" is no address for mail", text_is_mail(bytes_str(from)) ? to : from);
	enum tocsin_err err = mail_server_check(s);
	if (err == TOCSIN_OK && s->ca_file != NULL)
		err = transfer_anchors_read(s->ca_file, &anchors);
	if (err != TOCSIN_OK)
		return err;
	make_url(s, from, url, sizeof url);
	snprintf(sender, sizeof sender, "<%s>", from);
	snprintf(recipient, sizeof recipient, "<%s>", to);
	easy = curl_easy_init();
	list = curl_slist_append(NULL, recipient);
	if (easy == NULL || list == NULL || prepare(easy, s, url, sender, list, &r, anchors, why) != CURLE_OK)
		err = fail(TOCSIN_BROKEN, "no memory for a mail");
	if (err == TOCSIN_OK)
		err = outcome(s, &r, easy, curl_easy_perform(easy), why);
	curl_easy_cleanup(easy);
	curl_slist_free_all(list);
	transfer_anchors_free(anchors);
	return err;
}
