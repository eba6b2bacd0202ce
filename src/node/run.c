/*
 * run: everything that runs when a node serves, started in order and stopped in the reverse one.
 *
 * The keeper comes first, before any thread, and goes last: what is still being answered needs signatures.  Signals are
 * blocked in every thread and taken by the main one: SIGTERM and SIGINT drain and stop, SIGHUP reads the configuration
 * again for what can change while it runs, SIGCHLD tells that the keeper may be gone: without it nothing can be signed
 * or opened, so the node ends, and whoever manages it starts it again.
 */
#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/file.h"
#include "base/log.h"
#include "desk/cards.h"
#include "desk/directory.h"
#include "desk/follow.h"
#include "desk/forget.h"
#include "desk/forgotten.h"
#include "desk/policy.h"
#include "desk/release.h"
#include "desk/screening.h"
#include "net/http.h"
#include "node/folder.h"
#include "node/node.h"
#include "node/timer.h"
#include "publish/notify.h"
#include "publish/pager.h"
#include "serve/serve.h"

#define EXCHANGE_BODY (LIMIT_BATCH_BYTES + (64u << 10))
#define EXCHANGE_CONNECTIONS 2048
#define EXCHANGE_PER_ADDRESS 64
#define EXCHANGE_IDLE 60
#define CONNECTIONS_PER_PARTNER 4
#define BACKWARDS (5 * 60 * CLOCK_SECOND)

struct node {
	const char *dir;
	struct config config;
	int lock;
	struct desk desk;
	struct http_client *client;
	struct exchange *exchange;
	struct http_server *exchange_server;
	struct follow *follow;
	struct notify *notify;
	struct pager *pager;
	struct timer *timer;
	struct serve *serve;
	char token[FOLDER_TOKEN + 1];
	char socket[4096];
	char alarm[512];                /* what was found at the start that people must know */
};

static void set_level(const struct config *c)
{
	static const struct {
		const char *word;
		enum log_level level;
	} levels[] = { { "error", LOG_ERROR }, { "warn", LOG_WARN }, { "note", LOG_NOTE }, { "trace", LOG_TRACE } };
	for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
		if (strcmp(c->log_level, levels[i].word) == 0)
			log_level_set(levels[i].level);
}

/* ---- what must be right before anything runs ---- */

static enum tocsin_err start_keeper(struct node *n)
{
	struct buf passphrase;
	enum tocsin_err err = TOCSIN_OK;
	buf_init_secret(&passphrase, 1);
	if (keeper_wants_passphrase(n->dir))
		err = folder_passphrase(n->dir, &passphrase);
	if (err == TOCSIN_OK)
		err = keeper_start(n->dir, buf_bytes(&passphrase), &n->desk.keeper);
	buf_free(&passphrase);
	if (err == TOCSIN_OK && strcmp(keeper_public(n->desk.keeper)->name, n->config.name) != 0)
		err = fail(TOCSIN_REFUSED, "the keys in %s are those of %s, but tocsin.ini says %s", n->dir,
			keeper_public(n->desk.keeper)->name, n->config.name);
	return err;
}

/* A database that was put back does not know the cards that were signed since; the keeper's own chain does. */
static enum tocsin_err take_own_cards(struct node *n)
{
	char path[4096], name[LIMIT_NAME + 1];
	const char *what = "";
	struct buf chain;
	buf_init(&chain, LIMIT_CHAIN_BYTES);
	enum tocsin_err err = file_join(path, sizeof path, n->dir, "keys/own.cards");
	if (err == TOCSIN_OK)
		err = file_read(path, &chain);
	if (err == TOCSIN_OK && chain.n > 0) {
		err = cards_take(&n->desk, buf_bytes(&chain), false, name, &what);
		if (err == TOCSIN_OK && strcmp(what, "extended") == 0)
			log_say(LOG_WARN, "own cards taken in",
				"why=\"the database did not know the newest card of this node\"");
	}
	buf_free(&chain);
	return err == TOCSIN_MISSING ? TOCSIN_OK : err;
}

/* Keys that were made by a rotation whose card was never finished are of no use to anybody until a card lists them. */
static enum tocsin_err finish_rotation(struct node *n)
{
	const struct keeper_public *k = keeper_public(n->desk.keeper);
	const struct peer *self = directory_self(n->desk.directory);
	uint64_t seq;
	if (self == NULL)
		return fail(TOCSIN_BROKEN, "the database of %s holds no card of its own", n->dir);
	bool current = vkey_same(&self->card->sign[0], &k->sign) && strcmp(self->card->recipient[0], k->recipient) == 0;
	peer_release(self);
	if (current || !k->has_identity)
		return TOCSIN_OK;
	log_say(LOG_WARN, "card renewed", "why=\"the keys in use were not those of the last card\"");
	return cards_next(&n->desk, NULL, &seq);
}

static bool newest(void *arg, const struct statement_row *row)
{
	*(int64_t *)arg = row->known_at;
	return false;
}

/* The order of what this node knew must not run against its clock: it says so where people look. */
static enum tocsin_err check_clock(struct node *n)
{
	struct snapshot *r;
	int64_t last = 0, now = clock_now();
	struct statement_filter f = { .issued = -1, .limit = 1 };
	enum tocsin_err err = snapshot_open(n->desk.store, &r);
	if (err != TOCSIN_OK)
		return err;
	err = statement_list(r, &f, newest, &last);
	snapshot_close(r);
	if (err == TOCSIN_OK && now < last - BACKWARDS) {
		char was[CLOCK_TEXT + 1], is[CLOCK_TEXT + 1];
		clock_format(last, was);
		clock_format(now, is);
		snprintf(n->alarm, sizeof n->alarm,
			"the clock ran backwards: it is %s, but this node knew a statement at %s already; set the "
			"clock right and restart",
			is, was);
		log_say(LOG_ERROR, "clock backwards", "now=%s last=%s", is, was);
	}
	return err;
}

#define FORGOTTEN_KNOWN "forgotten file"

/* The list of what was forgotten belongs to the folder from the first start of a node that knows it. */
static enum tocsin_err find_forgotten(struct node *n, bool *known)
{
	struct snapshot *r;
	struct buf value;
	buf_init(&value, 64);
	enum tocsin_err err = snapshot_open(n->desk.store, &r);
	if (err == TOCSIN_OK) {
		err = meta_get(r, FORGOTTEN_KNOWN, &value);
		snapshot_close(r);
	}
	*known = err == TOCSIN_OK;
	buf_free(&value);
	return err == TOCSIN_MISSING ? TOCSIN_OK : err;
}

static enum tocsin_err note_forgotten(struct node *n)
{
	struct change *c = change_new();
	if (c != NULL)
		change_meta(c, FORGOTTEN_KNOWN, bytes_str("1"));
	return store_commit(n->desk.store, c, NULL, NULL);
}

/* A database that was put back from a copy forgets again, before anything is served. */
static enum tocsin_err open_forgotten(struct node *n)
{
	bool known = false;
	size_t again = 0;
	enum tocsin_err err = find_forgotten(n, &known);
	if (err == TOCSIN_OK)
		err = forgotten_open(n->dir, &n->desk.forgotten);
	if (err == TOCSIN_MISSING && known)
		return fail(TOCSIN_REFUSED,
			"%s/" FORGOTTEN_FILE " is missing: put its newest copy back; without it this node would serve again what it "
			"had to forget (when nothing was ever forgotten: printf 'tocsin/v1 forgotten\\n' >%s/" FORGOTTEN_FILE
			"; chmod 600 it)",
			n->dir, n->dir);
	if (err == TOCSIN_MISSING) {
		err = forgotten_create(n->dir);
		if (err == TOCSIN_OK)
			err = forgotten_open(n->dir, &n->desk.forgotten);
	}
	if (err == TOCSIN_OK && !known)
		err = note_forgotten(n);
	if (err == TOCSIN_OK)
		err = forget_again(&n->desk, &again);
	if (err == TOCSIN_OK && again > 0)
		log_say(LOG_WARN, "forgotten again", "n=%zu why=\"the database knew content that was to be forgotten\"", again);
	return err == TOCSIN_OK ? forget_scrub(&n->desk) : err;
}

static enum tocsin_err open_store(struct node *n)
{
	char path[4096];
	enum tocsin_err err = file_join(path, sizeof path, n->dir, NODE_DB);
	if (err == TOCSIN_OK && !file_exists(path))
		err = fail(TOCSIN_BROKEN,
			"%s is missing: put it back from a copy; without it this node does not know what it issued and "
			"accepted",
			path);
	if (err == TOCSIN_OK)
		err = store_open(path, &n->desk.store);
	if (err == TOCSIN_OK)
		err = serve_clock_restore(&n->desk);
	if (err == TOCSIN_OK)
		err = directory_open(n->desk.store, n->desk.name, &n->desk.directory);
	if (err == TOCSIN_OK)
		err = policy_open(n->desk.store, &n->desk.policy);
	if (err == TOCSIN_OK)
		err = screener_open(n->desk.store, n->desk.keeper, &n->desk.screener);
	if (err == TOCSIN_OK)
		err = open_forgotten(n);
	if (err == TOCSIN_OK)
		err = take_own_cards(n);
	if (err == TOCSIN_OK)
		err = finish_rotation(n);
	if (err == TOCSIN_OK)
		err = check_clock(n);
	return err;
}

/* ---- start ---- */

static enum tocsin_err start_exchange(struct node *n)
{
	const struct config *c = &n->config;
	const struct http_client_config client = { .ca_file = c->ca_file[0] != 0 ? c->ca_file : NULL,
		.plain_anywhere = c->exchange_plain,
		.max_per_host = CONNECTIONS_PER_PARTNER };
	const struct exchange_config exchange = {
		.workers = (unsigned)c->workers,
		.tick_seconds = (unsigned)c->tick,
		.partner_rate = (unsigned)c->partner_rate,
		.overdue_seconds = (unsigned)c->overdue,
		.resume_seconds = (unsigned)c->resume_wait,
		.retry_seconds = (unsigned)c->retry,
		.fetch_seconds = (unsigned)c->fetch,
		.cover = c->cover,
	};
	const struct http_server_config server = {
		.listen = c->exchange_listen,
		.cert = c->exchange_cert[0] != 0 ? c->exchange_cert : NULL,
		.key = c->exchange_key[0] != 0 ? c->exchange_key : NULL,
		.plain_anywhere = c->exchange_plain,
		.max_body = EXCHANGE_BODY,
		.max_connections = EXCHANGE_CONNECTIONS,
		.max_per_address = EXCHANGE_PER_ADDRESS,
		.idle_seconds = EXCHANGE_IDLE,
	};
	enum tocsin_err err = http_client_start(&client, &n->client);
	if (err == TOCSIN_OK)
		err = exchange_start(&n->desk, n->client, &exchange, &n->exchange);
	if (err == TOCSIN_OK && c->exchange_listen[0] != 0) {
		err = http_server_start(&server, exchange_handle, n->exchange, &n->exchange_server);
		if (err != TOCSIN_OK)
			err = fail_within(err, "[exchange] listen");
	}
	return err;
}

static enum tocsin_err start_desk(struct node *n)
{
	const struct config *c = &n->config;
	/* What cannot go on stands, and is an alarm; the node is needed nevertheless. */
	if (release_resume(&n->desk) != TOCSIN_OK)
		log_say(LOG_ERROR, "a release stands still", "why=\"%s\"", fail_sentence());
	enum tocsin_err err = follow_start(&n->desk, &n->follow);
	if (err == TOCSIN_OK)
		err = notify_start(&n->desk, c->notify_command, &n->notify);
	const struct pager_config pager = {
		.desk = &n->desk,
		.exchange = n->exchange,
		.mail_server = c->mail_server,
		.mail_from = c->mail_from,
		.mail_tls = c->mail_tls,
		.mail_user = c->mail_user,
		.mail_password_file = c->mail_password_file,
		.folder = c->notify_folder,
		.ca_file = c->notify_ca,
	};
	if (err == TOCSIN_OK)
		err = pager_start(&pager, &n->pager);
	if (err == TOCSIN_OK)
		err = timer_start(&n->desk, n->exchange, &n->timer);
	const struct serve_config serve = {
		.desk = &n->desk,
		.exchange = n->exchange,
		.notify = n->notify,
		.pager = n->pager,
		.follow = n->follow,
		.waits = timer_trouble,
		.waits_arg = n->timer,
		.dir = n->dir,
		.socket = n->socket,
		.listen = c->desk_listen,
		.cert = c->desk_cert,
		.key = c->desk_key,
		.plain = c->desk_plain,
		.token = n->token,
		.alarm = n->alarm,
	};
	return err == TOCSIN_OK ? serve_start(&serve, &n->serve) : err;
}

static enum tocsin_err node_start(struct node *n)
{
	enum tocsin_err err = config_load(n->dir, &n->config);
	if (err != TOCSIN_OK)
		return err;
	set_level(&n->config);
	memcpy(n->desk.name, n->config.name, strlen(n->config.name) + 1);
	n->desk.realm = realm_of_name(bytes_str(n->config.name));
	err = file_join(n->socket, sizeof n->socket, n->dir, NODE_SOCKET);
	if (err == TOCSIN_OK)
		err = folder_lock(n->dir, &n->lock);
	if (err == TOCSIN_OK)
		err = folder_read_token(n->dir, n->token);
	if (err == TOCSIN_OK)
		err = start_keeper(n);
	if (err == TOCSIN_OK)
		err = open_store(n);
	if (err == TOCSIN_OK)
		err = start_exchange(n);
	if (err == TOCSIN_OK)
		err = start_desk(n);
	if (err == TOCSIN_OK)
		err = folder_write_pid(n->dir);
	return err;
}

/* In the order in which nobody misses what is gone: first no new connections, then those who wait are answered, then
 * what answers them ends. */
static void node_stop(struct node *n)
{
	if (n->exchange_server != NULL)
		http_server_drain(n->exchange_server);
	if (n->serve != NULL)
		serve_drain(n->serve);
	serve_stop(n->serve);
	http_server_stop(n->exchange_server);
	timer_stop(n->timer);
	pager_stop(n->pager);
	notify_stop(n->notify);
	exchange_stop(n->exchange);
	follow_stop(n->follow);
	http_client_stop(n->client);
	screener_free(n->desk.screener);
	policy_free(n->desk.policy);
	directory_free(n->desk.directory);
	forgotten_close(n->desk.forgotten);
	store_close(n->desk.store);
	keeper_stop(n->desk.keeper);
	folder_unlock(n->dir, n->lock);
	bytes_wipe(n->token, sizeof n->token);
	config_free(&n->config);
}

/* ---- while it runs ---- */

/* What sd_notify(3) does, without its library. */
static void tell_manager(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	if (path == NULL || (path[0] != '/' && path[0] != '@') || strlen(path) >= sizeof to.sun_path)
		return;
	size_t n = strlen(path);
	memcpy(to.sun_path, path, n);
	if (to.sun_path[0] == '@')
		to.sun_path[0] = 0;
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 ||
		sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&to,
			(socklen_t)(offsetof(struct sockaddr_un, sun_path) + n)) < 0)
		log_say(LOG_WARN, "service manager not told", "why=\"%s\"", strerror(errno));
	if (fd >= 0)
		close(fd);
}

/* WHERE without its port, which may be 0, and the port that was bound. */
static void add_address(struct buf *out, const char *what, const char *scheme, const char *where, unsigned port)
{
	const char *colon = strrchr(where, ':');
	buf_printf(out, "%s %s://%.*s:%u, ", what, scheme, colon == NULL ? 0 : (int)(colon - where), where, port);
}

static void say_ready(const struct node *n)
{
	struct buf line;
	buf_init(&line, 8192);
	buf_printf(&line, "tocsin: %s serves: ", n->desk.name);
	if (n->exchange_server != NULL)
		add_address(&line, "exchange", n->config.exchange_cert[0] != 0 ? "https" : "http",
			n->config.exchange_listen, http_server_port(n->exchange_server));
	if (serve_port(n->serve) != 0)
		add_address(&line, "desk", n->config.desk_cert[0] != 0 ? "https" : "http", n->config.desk_listen,
			serve_port(n->serve));
	buf_printf(&line, "socket %s\n", n->socket);
	if (buf_end(&line, "the addresses") == TOCSIN_OK)
		fwrite(line.p, 1, line.n, stdout);
	fflush(stdout);
	buf_free(&line);
	tell_manager("READY=1");
}

/* What can change while it runs is the log's level and the certificates; the rest needs a restart. Nothing is touched
 * when the file is wrong. */
static void reload(struct node *n)
{
	struct config c;
	if (config_load(n->dir, &c) != TOCSIN_OK) {
		log_say(LOG_ERROR, "configuration not taken", "why=\"%s\"", fail_sentence());
		return;
	}
	set_level(&c);
	if (n->exchange_server != NULL && c.exchange_cert[0] != 0 &&
		http_server_renew(n->exchange_server, c.exchange_cert, c.exchange_key) != TOCSIN_OK)
		log_say(LOG_ERROR, "certificate not taken", "listener=exchange why=\"%s\"", fail_sentence());
	if (c.desk_cert[0] != 0 && serve_renew(n->serve, c.desk_cert, c.desk_key) != TOCSIN_OK)
		log_say(LOG_ERROR, "certificate not taken", "listener=desk why=\"%s\"", fail_sentence());
	log_say(LOG_NOTE, "configuration read again", "level=%s", c.log_level);
	config_free(&c);
}

/* OK: somebody wants it to stop. BROKEN: it cannot go on. */
static enum tocsin_err wait_for_end(struct node *n, const sigset_t *signals)
{
	enum tocsin_err err = TOCSIN_OK;
	for (bool more = true; more;) {
		int sig = 0;
		if (sigwait(signals, &sig) != 0)
			continue;
		if (sig == SIGHUP) {
			reload(n);
		} else if (sig != SIGCHLD) {
			log_say(LOG_NOTE, "stopping", "signal=%d", sig);
			more = false;
		} else if (!keeper_alive(n->desk.keeper)) {
			log_say(LOG_ERROR, "stopping", "why=\"the keeper is gone\"");
			err = fail(TOCSIN_BROKEN,
				"the process that holds the keys (%d) ended by itself: start the node again, and look "
				"into the system's log for why",
				keeper_pid(n->desk.keeper));
			more = false;
		}
	}
	tell_manager("STOPPING=1");
	return err;
}

/* Threads of ours and of libraries without stacks, arenas and descriptors that they do not need. */
static void modest(void)
{
	struct rlimit files;
	mallopt(M_ARENA_MAX, 2);
	/* Batches come and go: asking the kernel for each of their buffers anew costs more than filling them. */
	mallopt(M_MMAP_THRESHOLD, 4 << 20);
	mallopt(M_TRIM_THRESHOLD, 8 << 20);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0 && files.rlim_cur < files.rlim_max) {
		files.rlim_cur = files.rlim_max < 65536 ? files.rlim_max : 65536;
		setrlimit(RLIMIT_NOFILE, &files);
	}
}

enum tocsin_err node_run(const char *dir)
{
	sigset_t signals, before;
	struct node *n = calloc(1, sizeof *n);
	if (n == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a node");
	n->dir = dir;
	n->lock = -1;
	sigemptyset(&signals);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGHUP);
	sigaddset(&signals, SIGCHLD);
	pthread_sigmask(SIG_BLOCK, &signals, &before);
	signal(SIGPIPE, SIG_IGN);
	modest();
	enum tocsin_err err = node_start(n);
	if (err == TOCSIN_OK) {
		malloc_trim(0);
		say_ready(n);
		err = wait_for_end(n, &signals);
	}
	/* Stopping says things, too; what counts is why it did not start, or could not go on. */
	char sentence[512];
	snprintf(sentence, sizeof sentence, "%s", fail_sentence());
	node_stop(n);
	free(n);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return err == TOCSIN_OK ? TOCSIN_OK : fail(err, "%s", sentence);
}
