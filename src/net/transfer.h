/*
 * transfer: one request of a client and its answer, as a handle of libcurl.  No thread, no queue: client.c has those.
 */
#ifndef TOCSIN_NET_TRANSFER_H
#define TOCSIN_NET_TRANSFER_H

#include <curl/curl.h>

#include "net/client.h"

/* Trust anchors that are added to the system's. */
struct transfer_anchors;
enum tocsin_err transfer_anchors_read(const char *pem_file, struct transfer_anchors **out) MUST_USE;
void transfer_anchors_free(struct transfer_anchors *a);              /* safe on NULL */

/* The system's certificates, when it has them where libcurl was told, and A's (which may be NULL). */
CURLcode transfer_trust(CURL *easy, struct transfer_anchors *a);
/* A name or number that never leaves this machine. */
bool transfer_is_loopback(const char *host);

struct transfer {
	struct transfer *next;           /* the client's, while it waits */
	struct transfer *prev_open, *next_open;   /* the client's, while it is under way */
	char *method, *url, *type, *authorization, *signature;
	struct buf body, answer;
	unsigned timeout_ms;
	http_done *done;
	void *arg;
	bool too_large;
	CURL *easy;                      /* while it is under way */
	struct curl_slist *headers;
	char why[CURL_ERROR_SIZE];
};

/* Copies R and takes its body. NULL when out of memory; the body is R's then, still. */
struct transfer *transfer_new(const struct http_request *r, http_done *done, void *arg);
void transfer_free(struct transfer *t);
/* Prepares EASY (fresh or reset). BAD: the URL or method cannot be used; REFUSED: plain HTTP beyond loopback; BROKEN:
 * no memory. */
enum tocsin_err transfer_prepare(struct transfer *t, CURL *easy, bool plain_anywhere,
				 struct transfer_anchors *anchors) MUST_USE;
/* What became of it. The sentence is borrowed from T or from fail(). */
struct http_result transfer_result(struct transfer *t, CURL *easy, CURLcode code);

#endif
