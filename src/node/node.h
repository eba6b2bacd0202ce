/*
 * node: one organisation's instance: its folder, and everything that runs when it serves.
 *
 * DIR (mode 0700): tocsin.ini, keys/ (the keeper's), tocsin.db (the store's), desk.token (the desk listener's),
 * run/tocsin.sock (the API), run/pid, forgotten (the desk's list of what
 * was forgotten).
 */
#ifndef TOCSIN_NODE_NODE_H
#define TOCSIN_NODE_NODE_H

#include "base/bytes.h"
#include "node/config.h"

#define NODE_DB "tocsin.db"
#define NODE_SOCKET "run/tocsin.sock"
#define NODE_TOKEN "desk.token"

/* Makes DIR: configuration, keys (sealed when PASSPHRASE is not empty), database, first card with URL (may be NULL).
 * REFUSED when DIR is there and not empty; cleans up after itself when it fails. C gives name and listen addresses;
 * others may be NULL. */
enum tocsin_err node_init(const char *dir, const struct config *c, const char *url, struct bytes passphrase) MUST_USE;

/* Serves until SIGTERM or SIGINT; then drains and stops. Fails when it cannot start. */
enum tocsin_err node_run(const char *dir) MUST_USE;

#endif
