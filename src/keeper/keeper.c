/* keeper: the handle of the keeper's process, for every thread of the node. */
#include "keeper/keeper.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "keeper/call.h"
#include "keeper/process.h"
#include "keeper/wire.h"

/* Seconds until a silent keeper counts as gone; a start under a passphrase takes a few. */
#define PATIENCE 60
#define GRACE_MS 5000                      /* for the child to end by itself */

/* Public halves as they were: who asked before a rotation still reads what it was given. */
struct snapshot {
	struct keeper_public pub;
	struct snapshot *older;
};

struct keeper {
	pthread_mutex_t lock;                  /* one call at a time */
	int fd;
	pid_t pid;
	atomic_bool gone;
	_Atomic(struct snapshot *) now;
};

static enum tocsin_err folder_of(const char *dir, char out[KEYFILE_PATH])
{
	return file_join(out, KEYFILE_PATH, dir, "keys");
}

enum tocsin_err keeper_init(const char *dir, const char *name, struct bytes passphrase)
{
	char folder[KEYFILE_PATH];
	enum tocsin_err err = folder_of(dir, folder);
	if (err == TOCSIN_OK)
		err = file_mkdir(dir, 0700);
	return err == TOCSIN_OK ? keys_create(folder, name, passphrase) : err;
}

bool keeper_wants_passphrase(const char *dir)
{
	char folder[KEYFILE_PATH];
	return folder_of(dir, folder) == TOCSIN_OK && keys_sealed(folder);
}

static enum tocsin_err gone(struct keeper *k)
{
	atomic_store(&k->gone, true);
	return fail(TOCSIN_BROKEN, "the keeper (process %d), which holds the keys, is gone: start the node again",
		(int)k->pid);
}

/* What an answer says: its payload is what ANSWER holds behind the code. */
static enum tocsin_err read_code(const struct buf *answer)
{
	uint8_t code = answer->p[0];
	if (code == TOCSIN_OK)
		return TOCSIN_OK;
	return fail(code <= TOCSIN_BROKEN ? (enum tocsin_err)code : TOCSIN_BROKEN, "%.*s", (int)(answer->n - 1),
		(const char *)answer->p + 1);
}

static bool adopt(struct keeper *k, const struct buf *answer)
{
	struct snapshot *s = answer->n - 1 == sizeof s->pub ? calloc(1, sizeof *s) : NULL;
	if (s == NULL)
		return false;
	memcpy(&s->pub, answer->p + 1, sizeof s->pub);
	s->older = atomic_load(&k->now);
	atomic_store(&k->now, s);
	return true;
}

/* Sends REQUEST; ANSWER gets the code and a payload of PAYLOAD bytes (SIZE_MAX: whatever comes). */
static enum tocsin_err call(struct keeper *k, const struct buf *request, size_t payload, struct buf *answer)
{
	enum tocsin_err err = buf_end(request, "call to the keeper");
	if (err != TOCSIN_OK)
		return err;
	pthread_mutex_lock(&k->lock);
	if (atomic_load(&k->gone) || !wire_send(k->fd, buf_bytes(request)) || !wire_receive(k->fd, answer))
		err = gone(k);
	else
		err = read_code(answer);
	/* Under the lock, so that snapshots follow each other as the keys did. */
	if (err == TOCSIN_OK && (request->p[0] == CALL_NEXT_LOG || request->p[0] == CALL_ROTATE) && !adopt(k, answer))
		err = fail(TOCSIN_BROKEN, "out of memory for the new keys: start the node again");
	pthread_mutex_unlock(&k->lock);
	if (err == TOCSIN_OK && payload != SIZE_MAX && answer->n - 1 != payload)
		err = fail(TOCSIN_BROKEN, "the keeper answered %zu bytes where %zu belong", answer->n - 1, payload);
	return err;
}

static void begin(struct buf *request, struct buf *answer, enum call_op op)
{
	buf_init(request, CALL_MAX);
	buf_init_secret(answer, CALL_MAX);
	buf_add_char(request, (char)op);
}

static void end(struct buf *request, struct buf *answer)
{
	buf_free(request);
	buf_free(answer);
}

enum tocsin_err keeper_start(const char *dir, struct bytes passphrase, struct keeper **out)
{
	char folder[KEYFILE_PATH];
	int fd[2];
	*out = NULL;
	enum tocsin_err err = folder_of(dir, folder);
	if (err != TOCSIN_OK)
		return err;
	if (sodium_init() < 0)
		return fail(TOCSIN_BROKEN, "libsodium does not start");
	struct keeper *k = calloc(1, sizeof *k);
	if (k == NULL)
		return fail(TOCSIN_BROKEN, "out of memory for the keeper");
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd) != 0) {
		free(k);
		return fail(TOCSIN_BROKEN, "cannot make the keeper's pipe: %s", strerror(errno));
	}
	pid_t self = getpid();
	k->pid = fork();
	if (k->pid == 0)
		process_run(fd[1], self, folder, passphrase);
	int why = errno;
	close(fd[1]);
	k->fd = fd[0];
	pthread_mutex_init(&k->lock, NULL);
	if (k->pid < 0) {
		err = fail(TOCSIN_BROKEN, "cannot fork the keeper: %s", strerror(why));
		keeper_stop(k);
		return err;
	}
	struct timeval patience = { .tv_sec = PATIENCE };
	struct buf answer;
	buf_init_secret(&answer, CALL_MAX);
	if (setsockopt(k->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0 ||
	    setsockopt(k->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0)
		err = fail(TOCSIN_BROKEN, "cannot set up the keeper's pipe: %s", strerror(errno));
	else if (!wire_receive(k->fd, &answer))
		err = fail(TOCSIN_BROKEN, "the keeper ended before it could say why");
	else if ((err = read_code(&answer)) == TOCSIN_OK && !adopt(k, &answer))
		err = fail(TOCSIN_BROKEN, "the keeper's first answer is not understood");
	buf_free(&answer);
	if (err != TOCSIN_OK) {
		keeper_stop(k);
		return err;
	}
	*out = k;
	return TOCSIN_OK;
}

/* Waits for the child, which ends when the pipe does; one that does not is killed. */
static void reap(pid_t pid)
{
	static const struct timespec pause = { .tv_nsec = 2000000 };
	for (int ms = 0; ms < GRACE_MS; ms += 2) {
		pid_t got = waitpid(pid, NULL, WNOHANG);
		if (got == pid || (got < 0 && errno != EINTR))
			return;
		nanosleep(&pause, NULL);
	}
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		continue;
}

void keeper_stop(struct keeper *k)
{
	if (k == NULL)
		return;
	close(k->fd);
	if (k->pid > 0)
		reap(k->pid);
	for (struct snapshot *s = atomic_load(&k->now), *older; s != NULL; s = older) {
		older = s->older;
		free(s);
	}
	pthread_mutex_destroy(&k->lock);
	free(k);
}

const struct keeper_public *keeper_public(const struct keeper *k)
{
	return &atomic_load(&k->now)->pub;
}

int keeper_pid(const struct keeper *k)
{
	return (int)k->pid;
}

bool keeper_alive(struct keeper *k)
{
	siginfo_t info = { 0 };
	if (atomic_load(&k->gone))
		return false;
	if (waitid(P_PID, (id_t)k->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid != 0) {
		atomic_store(&k->gone, true);
		return false;
	}
	return true;
}

/* ---- calls ---- */

static enum tocsin_err sign_some(struct keeper *k, const struct bytes *texts, size_t n, uint8_t (*sig)[NOTE_SIGNATURE])
{
	struct buf request, answer;
	begin(&request, &answer, CALL_SIGN);
	for (size_t i = 0; i < n; i++) {
		buf_add_be32(&request, (uint32_t)texts[i].n);
		buf_add_bytes(&request, texts[i]);
	}
	enum tocsin_err err = call(k, &request, n * NOTE_SIGNATURE, &answer);
	if (err == TOCSIN_OK)
		memcpy(sig, answer.p + 1, n * NOTE_SIGNATURE);
	end(&request, &answer);
	return err;
}

enum tocsin_err keeper_sign(struct keeper *k, const struct bytes *texts, size_t n, uint8_t (*sig)[NOTE_SIGNATURE])
{
	for (size_t i = 0; i < n; i++)
		if (texts[i].n > LIMIT_STATEMENT_TEXT)
			return fail(TOCSIN_BAD, "a statement has at most %d bytes", LIMIT_STATEMENT_TEXT);
	enum tocsin_err err = TOCSIN_OK;
	for (size_t i = 0, part; i < n && err == TOCSIN_OK; i += part) {
		part = n - i < CALL_TEXTS ? n - i : CALL_TEXTS;
		err = sign_some(k, texts + i, part, sig + i);
	}
	return err;
}

enum tocsin_err keeper_sign_card(struct keeper *k, struct bytes text, uint8_t sig[NOTE_SIGNATURE])
{
	struct buf request, answer;
	begin(&request, &answer, CALL_CARD);
	buf_add_bytes(&request, text);
	enum tocsin_err err = call(k, &request, NOTE_SIGNATURE, &answer);
	if (err == TOCSIN_OK)
		memcpy(sig, answer.p + 1, NOTE_SIGNATURE);
	end(&request, &answer);
	return err;
}

enum tocsin_err keeper_checkpoint(struct keeper *k, const struct checkpoint *c, struct buf *note)
{
	struct buf request, answer;
	begin(&request, &answer, CALL_CHECKPOINT);
	checkpoint_format(c, &request);
	enum tocsin_err err = call(k, &request, SIZE_MAX, &answer);
	if (err == TOCSIN_OK) {
		buf_add(note, answer.p + 1, answer.n - 1);
		err = buf_end(note, "checkpoint note");
	}
	end(&request, &answer);
	return err;
}

enum tocsin_err keeper_published(struct keeper *k, const struct checkpoint *c)
{
	struct buf request, answer;
	begin(&request, &answer, CALL_PUBLISHED);
	checkpoint_format(c, &request);
	enum tocsin_err err = call(k, &request, 0, &answer);
	end(&request, &answer);
	return err;
}

enum tocsin_err keeper_last_published(struct keeper *k, struct checkpoint *c)
{
	struct buf request, answer;
	begin(&request, &answer, CALL_LAST_PUBLISHED);
	enum tocsin_err err = call(k, &request, SIZE_MAX, &answer);
	if (err == TOCSIN_OK)
		err = checkpoint_parse(bytes_of(answer.p + 1, answer.n - 1), c);
	end(&request, &answer);
	return err;
}

enum tocsin_err keeper_cosign(struct keeper *k, struct bytes text, uint64_t time, uint8_t blob[NOTE_COSIGNATURE_BLOB])
{
	struct buf request, answer;
	uint8_t at[8];
	be64_put(at, time);
	begin(&request, &answer, CALL_COSIGN);
	buf_add(&request, at, sizeof at);
	buf_add_bytes(&request, text);
	enum tocsin_err err = call(k, &request, NOTE_COSIGNATURE_BLOB, &answer);
	if (err == TOCSIN_OK)
		memcpy(blob, answer.p + 1, NOTE_COSIGNATURE_BLOB);
	end(&request, &answer);
	return err;
}

static enum tocsin_err unwrap_some(struct keeper *k, struct keeper_unwrap *u, size_t n)
{
	struct buf request, answer;
	begin(&request, &answer, CALL_UNWRAP);
	for (size_t i = 0; i < n; i++)
		buf_add(&request, &u[i].wrapped, sizeof u[i].wrapped);
	enum tocsin_err err = call(k, &request, n * CALL_UNWRAPPED, &answer);
	for (size_t i = 0; i < n && err == TOCSIN_OK; i++) {
		const uint8_t *one = answer.p + 1 + i * CALL_UNWRAPPED;
		u[i].ok = one[0] == 1;
		memcpy(u[i].key, one + 1, AGE_FILE_KEY);
	}
	end(&request, &answer);
	return err;
}

enum tocsin_err keeper_unwrap(struct keeper *k, struct keeper_unwrap *u, size_t n)
{
	enum tocsin_err err = TOCSIN_OK;
	for (size_t i = 0; i < n; i++)
		u[i].ok = false;
	for (size_t i = 0, part; i < n && err == TOCSIN_OK; i += part) {
		part = n - i < CALL_WRAPPED ? n - i : CALL_WRAPPED;
		err = unwrap_some(k, u + i, part);
	}
	return err;
}

static enum tocsin_err padding_some(struct keeper *k, uint64_t log_n, uint64_t first, struct hash *entries, size_t n)
{
	struct buf request, answer;
	uint8_t at[16];
	be64_put(at, log_n);
	be64_put(at + 8, first);
	begin(&request, &answer, CALL_PADDING);
	buf_add(&request, at, sizeof at);
	buf_add_be32(&request, (uint32_t)n);
	enum tocsin_err err = call(k, &request, n * sizeof *entries, &answer);
	if (err == TOCSIN_OK)
		memcpy(entries, answer.p + 1, n * sizeof *entries);
	end(&request, &answer);
	return err;
}

enum tocsin_err keeper_padding(struct keeper *k, uint64_t log_n, uint64_t first, struct hash *entries, size_t n)
{
	enum tocsin_err err = TOCSIN_OK;
	for (size_t i = 0, part; i < n && err == TOCSIN_OK; i += part) {
		part = n - i < CALL_ENTRIES ? n - i : CALL_ENTRIES;
		err = padding_some(k, log_n, first + i, entries + i, part);
	}
	return err;
}

enum tocsin_err keeper_derive(struct keeper *k, const char *label, uint8_t key[KEEPER_DERIVED])
{
	struct buf request, answer;
	begin(&request, &answer, CALL_DERIVE);
	buf_add_str(&request, label);
	enum tocsin_err err = call(k, &request, KEEPER_DERIVED, &answer);
	if (err == TOCSIN_OK)
		memcpy(key, answer.p + 1, KEEPER_DERIVED);
	end(&request, &answer);
	return err;
}

enum tocsin_err keeper_once(struct keeper *k, const char *name, struct keeper_once *out)
{
	struct buf request, answer;
	begin(&request, &answer, CALL_ONCE);
	buf_add_str(&request, name);
	enum tocsin_err err = call(k, &request, sizeof *out, &answer);
	if (err == TOCSIN_OK)
		memcpy(out, answer.p + 1, sizeof *out);
	end(&request, &answer);
	return err;
}

/* A signature of the text TEXT; NAME goes before it where that is not NULL. */
static enum tocsin_err once(struct keeper *k, enum call_op op, const char *name, struct bytes text, uint8_t sig[NOTE_SIGNATURE])
{
	struct buf request, answer;
	begin(&request, &answer, op);
	if (name != NULL) {
		buf_add_str(&request, name);
		buf_add_char(&request, '\n');
	}
	buf_add_bytes(&request, text);
	enum tocsin_err err = call(k, &request, NOTE_SIGNATURE, &answer);
	if (err == TOCSIN_OK)
		memcpy(sig, answer.p + 1, NOTE_SIGNATURE);
	end(&request, &answer);
	return err;
}

enum tocsin_err keeper_once_card(struct keeper *k, struct bytes text, uint8_t sig[NOTE_SIGNATURE])
{
	return once(k, CALL_ONCE_CARD, NULL, text, sig);
}

enum tocsin_err keeper_once_sign(struct keeper *k, struct bytes text, uint8_t sig[NOTE_SIGNATURE])
{
	return once(k, CALL_ONCE_SIGN, NULL, text, sig);
}

enum tocsin_err keeper_once_author(struct keeper *k, const char *name, struct bytes text, uint8_t sig[NOTE_SIGNATURE])
{
	return once(k, CALL_ONCE_AUTHOR, name, text, sig);
}

static enum tocsin_err change(struct keeper *k, enum call_op op)
{
	struct buf request, answer;
	begin(&request, &answer, op);
	enum tocsin_err err = call(k, &request, sizeof(struct keeper_public), &answer);
	end(&request, &answer);
	return err;
}

enum tocsin_err keeper_next_log(struct keeper *k)
{
	return change(k, CALL_NEXT_LOG);
}

enum tocsin_err keeper_rotate(struct keeper *k)
{
	return change(k, CALL_ROTATE);
}
