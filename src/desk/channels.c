#include "desk/channels.h"

#include <stdlib.h>

#include "base/random.h"
#include "base/text.h"
#include "desk/audit.h"
#include "desk/clocks.h"
#include "desk/pages.h"
#include "desk/policy.h"
#include "desk/rules.h"

#define LISTED_MAX 1000
#define SECRET 32
#define FACTS_ARENA (64u << 10)

static bool is_admin(const struct view *v)
{
	return v->everything || (v->roles & ROLE_ADMIN) != 0;
}

static enum tocsin_err check_who(const struct view *v, const char *account)
{
	if (is_admin(v) || strcmp(v->account, account) == 0)
		return TOCSIN_OK;
	return rule_refuse("channel.own", "the channels of %.*s are not yours", LIMIT_ACCOUNT, account);
}

/* ---- addresses ---- */

static enum tocsin_err check_hook(const struct desk *d, const char *address)
{
	static const char *const local[] = { "http://127.0.0.1:", "http://127.0.0.1/", "http://localhost:",
		"http://localhost/", "http://[::1]:", "http://[::1]/" };
	bool fine = strncmp(address, "https://", 8) == 0 && address[8] != 0 && address[8] != '/';
	for (size_t i = 0; d->realm == REALM_EXERCISE && i < sizeof local / sizeof *local; i++)
		fine = fine || strncmp(address, local[i], strlen(local[i])) == 0;
	for (const char *p = address; fine && *p != 0; p++)
		fine = *p > ' ' && *p <= '~' && *p != '"' && *p != '<' && *p != '>' && *p != '\\';
	/* Names and passwords in an address end up in logs; the signature tells who calls. */
	const char *slashes = strstr(address, "://");
	if (fine && strcspn(slashes + 3, "@") < strcspn(slashes + 3, "/?#"))
		fine = false;
	return fine ? TOCSIN_OK : rule_refuse("channel.https", "\"%.100s\" is not https://HOST/PATH", address);
}

static enum tocsin_err check_command(const char *address)
{
	size_t n = strlen(address);
	bool fine = n > 0 && n <= 100 && address[0] != '.' && address[0] != '-';
	for (size_t i = 0; fine && i < n; i++)
		fine = (address[i] >= 'a' && address[i] <= 'z') || (address[i] >= 'A' && address[i] <= 'Z') ||
			(address[i] >= '0' && address[i] <= '9') || strchr("._-", address[i]) != NULL;
	return fine ? TOCSIN_OK
		    : fail(TOCSIN_BAD, "\"%.100s\" is no name of a program: letters, digits, \".\", \"_\" and \"-\"", address);
}

enum tocsin_err channel_check(const struct desk *d, const char *kind, const char *address)
{
	if (strlen(address) > CHANNEL_ADDRESS)
		return fail(TOCSIN_BAD, "an address has at most %d bytes", CHANNEL_ADDRESS);
	if (strcmp(kind, "email") == 0)
		return text_is_mail(bytes_str(address))
			? TOCSIN_OK
			: fail(TOCSIN_BAD, "\"%.100s\" is no address for mail: NAME@HOST, in ASCII", address);
	if (strcmp(kind, "webhook") == 0)
		return check_hook(d, address);
	if (strcmp(kind, "command") == 0)
		return check_command(address);
	return fail(TOCSIN_BAD, "a channel is an email, a webhook or a command, not \"%.40s\"", kind);
}

/* ---- lists ---- */

static json_t *time_json(int64_t t)
{
	char text[CLOCK_TEXT + 1] = "";
	if (t != 0)
		clock_format(t, text);
	return json_string(text);
}

static json_t *channel_json(const struct channel_row *row)
{
	char quiet[12];
	json_t *o = json_object();
	quiet_format(row->quiet_from, row->quiet_until, quiet);
	json_object_set_new(o, "id", json_string(row->id));
	json_object_set_new(o, "account", json_string(row->account));
	json_object_set_new(o, "kind", json_string(row->kind));
	json_object_set_new(o, "address", json_string(row->address));
	json_object_set_new(o, "quiet", json_string(quiet));
	json_object_set_new(o, "added_at", time_json(row->added_at));
	json_object_set_new(o, "tested_at", time_json(row->tested_at == row->added_at ? 0 : row->tested_at));
	json_object_set_new(o, "well_at", time_json(row->well_at));
	json_object_set_new(o, "troubled_at", time_json(row->troubled_at));
	json_object_set_new(o, "trouble", json_string(row->trouble));
	return o;
}

static bool list_one(void *arg, const struct channel_row *row)
{
	return json_array_append_new(arg, channel_json(row)) == 0;
}

enum tocsin_err channels_list(const struct desk *d, struct snapshot *read, const struct view *v, const char *account,
	json_t **out)
{
	(void)d;
	enum tocsin_err err = account != NULL ? check_who(v, account) : TOCSIN_OK;
	if (err == TOCSIN_OK && account == NULL && !is_admin(v))
		err = rule_refuse("channel.own", "only your own channels are yours to see");
	if (err != TOCSIN_OK)
		return err;
	json_t *list = json_array();
	err = account != NULL ? channels_of(read, account, list_one, list)
			      : channels_all(read, 0, LISTED_MAX, list_one, list);
	if (err == TOCSIN_OK)
		*out = list;
	else
		json_decref(list);
	return err;
}

/* ---- adding ---- */

static bool count_one(void *arg, const struct channel_row *row)
{
	(void)row;
	++*(size_t *)arg;
	return true;
}

static enum tocsin_err check_add(const struct desk *d, const struct view *v, const char *account, const char *kind,
	const char *address)
{
	struct snapshot *read;
	size_t n = 0;
	bool active = true;
	enum tocsin_err err = check_who(v, account);
	if (err == TOCSIN_OK && strcmp(kind, "command") == 0 && !is_admin(v))
		err = rule_refuse("channel.command", "you may not choose what runs there");
	if (err == TOCSIN_OK)
		err = channel_check(d, kind, address);
	if (err == TOCSIN_OK)
		err = snapshot_open(d->store, &read);
	if (err != TOCSIN_OK)
		return err;
	/* While there are no accounts, whoever holds the socket is the operator. */
	if (strcmp(account, "operator") != 0 || !v->everything)
		err = page_account_active(read, account, &active);
	if (err == TOCSIN_OK && !active)
		err = fail(TOCSIN_MISSING, "there is no active account %.*s", LIMIT_ACCOUNT, account);
	if (err == TOCSIN_OK)
		err = channels_of(read, account, count_one, &n);
	if (err == TOCSIN_OK && n >= CHANNELS_MAX)
		err = rule_refuse("channel.limit", "%.*s has %d channels already", LIMIT_ACCOUNT, account, CHANNELS_MAX);
	snapshot_close(read);
	return err;
}

static void random_hex(size_t bytes, char *out)
{
	uint8_t b[SECRET];
	random_bytes(b, bytes);
	hex_encode(b, bytes, out);
	bytes_wipe(b, sizeof b);
}

enum tocsin_err channels_add(const struct desk *d, const struct view *v, const char *account, const char *kind,
	const char *address, const char *quiet, json_t **out)
{
	char id[PAGE_ID + 1], secret[2 * SECRET + 1] = "", subject[LIMIT_ACCOUNT + 1];
	struct channel_row row = { .id = id, .account = account, .kind = kind, .address = address, .trouble = "" };
	enum tocsin_err err = check_add(d, v, account, kind, address);
	if (err == TOCSIN_OK && !quiet_parse(quiet, &row.quiet_from, &row.quiet_until))
		err = fail(TOCSIN_BAD, "quiet hours are two different times of the day, such as 22:00-06:00, not \"%.40s\"", quiet);
	if (err != TOCSIN_OK)
		return err;
	random_hex(PAGE_ID / 2, id);
	if (strcmp(kind, "webhook") == 0)
		random_hex(SECRET, secret);
	row.secret = bytes_str(secret);
	row.added_at = row.tested_at = clock_now();
	snprintf(subject, sizeof subject, "%s", account);
	struct change *c = change_new();
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a channel");
	change_channel_add(c, &row);
	audit_add(c, v, "channel.add", subject, kind);
	err = store_commit(d->store, c, NULL, NULL);
	if (err == TOCSIN_LATER)
		err = fail(TOCSIN_REFUSED, "%s has this channel already", subject);
	if (err == TOCSIN_OK) {
		*out = channel_json(&row);
		if (secret[0] != 0)
			json_object_set_new(*out, "secret", json_string(secret));
	}
	bytes_wipe(secret, sizeof secret);
	return err;
}

/* ---- one ---- */

/* The channel ID that V may handle; the same sentence when it may not. */
static enum tocsin_err find(const struct desk *d, const struct view *v, const char *id, struct arena *a,
	struct channel_row *row)
{
	struct snapshot *read;
	enum tocsin_err err = snapshot_open(d->store, &read);
	if (err != TOCSIN_OK)
		return err;
	err = channel_by_id(read, id, a, row);
	snapshot_close(read);
	if (err == TOCSIN_OK && !is_admin(v) && strcmp(v->account, row->account) != 0)
		err = TOCSIN_MISSING;
	return err == TOCSIN_MISSING ? fail(TOCSIN_MISSING, "there is no channel %.40s", id) : err;
}

enum tocsin_err channels_remove(const struct desk *d, const struct view *v, const char *id)
{
	struct channel_row row;
	struct arena *a = arena_new(FACTS_ARENA);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for a channel") : find(d, v, id, a, &row);
	struct change *c = err == TOCSIN_OK ? change_new() : NULL;
	if (err == TOCSIN_OK && c == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for a channel");
	if (err == TOCSIN_OK) {
		change_channel_remove(c, row.num);
		audit_add(c, v, "channel.remove", row.account, row.kind);
		err = store_commit(d->store, c, NULL, NULL);
	}
	arena_free(a);
	return err;
}

/* A page through one channel, or, negative, through all others of the account. */
static void add_page(struct change *c, const char *account, const char *what, int64_t channel, int64_t now,
	char id[PAGE_ID + 1])
{
	random_hex(PAGE_ID / 2, id);
	change_page_add(c, &(struct page_row){ .id = id, .at = now, .what = what, .account = account, .channel = channel },
		false);
}

/* Whoever is not active any more is not paged; while there are no accounts, the operator is. */
static enum tocsin_err is_active(const struct desk *d, const char *account, bool *active)
{
	struct snapshot *read;
	*active = true;
	if (strcmp(account, "operator") == 0)
		return TOCSIN_OK;
	enum tocsin_err err = snapshot_open(d->store, &read);
	if (err != TOCSIN_OK)
		return err;
	err = page_account_active(read, account, active);
	snapshot_close(read);
	return err;
}

static enum tocsin_err test_one(const struct desk *d, const struct view *v, const struct channel_row *row, int64_t now,
	char page[PAGE_ID + 1])
{
	bool active;
	enum tocsin_err err = is_active(d, row->account, &active);
	if (err == TOCSIN_OK && !active && v != NULL)
		err = fail(TOCSIN_REFUSED, "the account %.*s is not active", LIMIT_ACCOUNT, row->account);
	if (err != TOCSIN_OK)
		return err;
	struct change *c = change_new();
	if (c == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a test");
	change_channel_tested(c, row->num, row->tested_at, now);
	if (active)
		add_page(c, row->account, v != NULL ? CHANNEL_TEST_ASKED : CHANNEL_TEST, row->num, now, page);
	if (v != NULL)
		audit_add(c, v, "channel.test", row->account, row->kind);
	return store_commit(d->store, c, NULL, NULL);
}

enum tocsin_err channels_test(const struct desk *d, const struct view *v, const char *id, char page[PAGE_ID + 1])
{
	struct channel_row row;
	struct arena *a = arena_new(FACTS_ARENA);
	enum tocsin_err err = a == NULL ? fail(TOCSIN_BROKEN, "no memory for a channel") : find(d, v, id, a, &row);
	if (err == TOCSIN_OK)
		err = test_one(d, v, &row, clock_now(), page);
	arena_free(a);
	return err;
}

/* ---- by themselves ---- */

bool channel_says_test(const char *what)
{
	return strcmp(what, CHANNEL_TEST) == 0 || strcmp(what, CHANNEL_TEST_ASKED) == 0;
}

struct oldest {
	struct arena *arena;
	struct channel_row row;
	bool found;
};

static bool take_oldest(void *arg, const struct channel_row *row)
{
	struct oldest *o = arg;
	const char *account = arena_str(o->arena, bytes_str(row->account)),
		   *kind = arena_str(o->arena, bytes_str(row->kind));
	o->row = *row;
	o->row.account = account;
	o->row.kind = kind;
	o->found = account != NULL && kind != NULL;
	return false;
}

enum tocsin_err channels_test_due(const struct desk *d, int64_t now, size_t max, int64_t *next)
{
	int64_t every = policy_int(d, "test.pager-every");
	enum tocsin_err err = TOCSIN_OK;
	*next = INT64_MAX;
	if (every == 0)
		return TOCSIN_OK;
	struct oldest o = { .arena = arena_new(FACTS_ARENA) };
	if (o.arena == NULL)
		return fail(TOCSIN_BROKEN, "no memory for the tests of channels");
	for (; err == TOCSIN_OK; max--) {
		struct snapshot *read;
		char page[PAGE_ID + 1];
		o.found = false;
		arena_reset(o.arena);
		err = snapshot_open(d->store, &read);
		if (err != TOCSIN_OK)
			break;
		err = channels_untested(read, INT64_MAX, 1, take_oldest, &o);
		snapshot_close(read);
		if (err != TOCSIN_OK || !o.found)
			break;
		*next = o.row.tested_at + every;
		if (*next > now)
			break;
		if (max == 0) {
			*next = now;
			break;
		}
		err = test_one(d, NULL, &o.row, now, page);
		if (err == TOCSIN_LATER)
			err = TOCSIN_OK;
	}
	arena_free(o.arena);
	return err;
}

void page_unreached(struct change *c, const struct page_row *page, int64_t now)
{
	char id[PAGE_ID + 1];
	if (page->clock != 0)
		clocks_hurry(c, page->clock, now);
	if (page->channel > 0 && channel_says_test(page->what))
		add_page(c, page->account, "a channel of yours does not work: see tocsin channel list", -page->channel, now, id);
}
