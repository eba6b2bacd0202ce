/*
 * init: making a node's folder.
 */
#include <sys/stat.h>

#include "base/file.h"
#include "base/text.h"
#include "desk/cards.h"
#include "desk/forgotten.h"
#include "node/folder.h"
#include "node/node.h"

static enum tocsin_err write_config(const char *dir, const struct config *c)
{
	char path[4096];
	struct buf text;
	buf_init(&text, 65536);
	config_write(c, &text);
	enum tocsin_err err = buf_end(&text, "the configuration");
	if (err == TOCSIN_OK)
		err = file_join(path, sizeof path, dir, "tocsin.ini");
	if (err == TOCSIN_OK)
		err = file_create(path, buf_bytes(&text), 0600);
	buf_free(&text);
	/* What was given may not fit the file's grammar: better now than at the first start. */
	struct config check;
	if (err == TOCSIN_OK && (err = config_load(dir, &check)) == TOCSIN_OK)
		config_free(&check);
	return err;
}

/* The database, and the first card in it. */
static enum tocsin_err make_store(const char *dir, const struct config *c, const char *url, struct keeper *k)
{
	char path[4096];
	uint64_t seq;
	struct desk d = { .keeper = k, .realm = realm_of_name(bytes_str(c->name)) };
	memcpy(d.name, c->name, strlen(c->name) + 1);
	const char *const urls[] = { url };
	struct card_fill fill = { .url = urls, .url_n = url != NULL };
	enum tocsin_err err = file_join(path, sizeof path, dir, NODE_DB);
	if (err == TOCSIN_OK)
		err = store_create(path, keeper_public(k)->log.name, keeper_public(k)->log_n);
	if (err == TOCSIN_OK)
		err = store_open(path, &d.store);
	if (err == TOCSIN_OK)
		err = cards_next(&d, &fill, &seq);
	store_close(d.store);
	return err;
}

static enum tocsin_err fill_folder(const char *dir, const struct config *c, const char *url, struct bytes passphrase)
{
	char path[4096];
	struct keeper *k = NULL;
	enum tocsin_err err = write_config(dir, c);
	if (err == TOCSIN_OK)
		err = file_join(path, sizeof path, dir, "run");
	if (err == TOCSIN_OK)
		err = file_mkdir(path, 0700);
	if (err == TOCSIN_OK)
		err = folder_make_token(dir);
	if (err == TOCSIN_OK)
		err = keeper_init(dir, c->name, passphrase);
	if (err == TOCSIN_OK)
		err = keeper_start(dir, passphrase, &k);
	if (err == TOCSIN_OK)
		err = make_store(dir, c, url, k);
	keeper_stop(k);
	return err == TOCSIN_OK ? forgotten_create(dir) : err;
}

enum tocsin_err node_init(const char *dir, const struct config *c, const char *url, struct bytes passphrase)
{
	bool there, empty;
	if (c->name == NULL || !text_is_name(bytes_str(c->name)))
		return fail(TOCSIN_BAD,
			"a node's name is a lower-case DNS name of at least two labels, as north.example, or "
			"north.exercise for exercises");
	if (url != NULL && !card_url_ok(bytes_str(url)))
		return fail(TOCSIN_BAD,
			"%.200s is no address for a card: https://HOST or http://HOST, without a slash at its end",
			url);
	enum tocsin_err err = folder_look(dir, &there, &empty);
	if (err == TOCSIN_OK && there && !empty)
		err = fail(TOCSIN_REFUSED, "%s is there and not empty: a node is made in a folder of its own", dir);
	if (err == TOCSIN_OK && !there)
		err = file_mkdir(dir, 0700);
	if (err != TOCSIN_OK)
		return err;
	if (there && chmod(dir, 0700) != 0)
		return fail(TOCSIN_BROKEN, "%s does not belong to this user", dir);
	err = fill_folder(dir, c, url, passphrase);
	if (err != TOCSIN_OK)
		folder_remove(dir, there);
	return err;
}
