/*
 * tocsin verify: checks a bundle of evidence, a folder or a ustar archive, by the cards that its user names.
 *
 * It needs no node, no network and no database.  What it reads was made by others: regular files only, nothing
 * through a symbolic link inside the bundle, and
 * never more than the limits say.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/tar.h"
#include "base/text.h"
#include "commands/command.h"
#include "domain/breach.h"
#include "domain/evidence.h"
#include "domain/tendered.h"

#define CARDS_MOST 64
#define ARENA_MOST (512u << 20)
#define FOLDER "witnesses"

struct bundle {
	struct evidence_file file[LIMIT_EVIDENCE_FILES];
	char name[LIMIT_EVIDENCE_FILES][sizeof FOLDER "/" + NAME_MAX];
	struct buf content[LIMIT_EVIDENCE_FILES];
	size_t n, bytes;
	struct buf archive;
};

struct arguments {
	const char *path;
	const char *card[CARDS_MOST];
	size_t card_n;
	const char *shown_name, *shown_field;
	const char *answer;                    /* that contradicts a breach, perhaps */
	bool json;
};

static int usage_verify(const char *why)
{
	fprintf(stderr, "tocsin: verify: %s\nusage: tocsin verify PATH --card FILE... [--shown-to NAME FIELD] [--answer PATH] [--json]\n",
		why);
	return EXIT_USAGE;
}

static int take_arguments(int argc, char **argv, struct arguments *a)
{
	/* behind "--card FILE" more card files may follow, as a shell's pattern gives them */
	bool plain = false, cards = false;
	for (int i = 1; i < argc; i++) {
		int left = argc - i - 1;
		if (!plain && strcmp(argv[i], "--") == 0) {
			plain = true;
		} else if (!plain && strcmp(argv[i], "--json") == 0) {
			a->json = true;
		} else if (!plain && strcmp(argv[i], "--card") == 0) {
			if (left < 1 || a->card_n == CARDS_MOST)
				return usage_verify(left < 1 ? "--card needs a file" : "too many card files");
			a->card[a->card_n++] = argv[++i];
			cards = true;
		} else if (!plain && strcmp(argv[i], "--shown-to") == 0) {
			if (left < 2 || a->shown_name != NULL)
				return usage_verify("--shown-to needs a name and a field, once");
			a->shown_name = argv[++i];
			a->shown_field = argv[++i];
			cards = false;
		} else if (!plain && strcmp(argv[i], "--answer") == 0) {
			if (left < 1 || a->answer != NULL)
				return usage_verify("--answer needs a bundle, once");
			a->answer = argv[++i];
			cards = false;
		} else if (!plain && argv[i][0] == '-') {
			return usage_verify("there is no such option");
		} else if (a->path != NULL && cards && a->card_n < CARDS_MOST) {
			a->card[a->card_n++] = argv[i];
		} else if (a->path != NULL) {
			return usage_verify("one bundle at a time");
		} else {
			a->path = argv[i];
		}
	}
	return a->path == NULL ? usage_verify("which bundle?") : EXIT_DONE;
}

/* The regular file NAME of the folder DIR becomes the next of B, called as SHOWN. */
static enum tocsin_err read_file(struct bundle *b, int dir, const char *name, const char *shown)
{
	struct stat st;
	if (!text_is_clean(bytes_str(name)))
		return fail(TOCSIN_BAD, "the bundle holds a file whose name is no plain text");
	if (b->n == LIMIT_EVIDENCE_FILES)
		return fail(TOCSIN_BAD, "the bundle has more than %d files", LIMIT_EVIDENCE_FILES);
	/* NONBLOCK: a pipe that somebody put there must not keep us waiting. */
	int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return errno == ELOOP ? fail(TOCSIN_BAD, "%.120s is a symbolic link: a bundle holds regular files only",
			shown) :
			fail(TOCSIN_BROKEN, "cannot open %.120s: %s", shown, strerror(errno));
	enum tocsin_err err = TOCSIN_OK;
	struct buf *content = &b->content[b->n];
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		err = fail(TOCSIN_BAD, "%.120s is not a regular file: a bundle holds regular files only", shown);
	buf_init(content, LIMIT_EVIDENCE_BYTES - b->bytes);
	while (err == TOCSIN_OK) {
		uint8_t chunk[16384];
		ssize_t got = read(fd, chunk, sizeof chunk);
		if (got == 0)
			break;
		if (got < 0 && errno != EINTR)
			err = fail(TOCSIN_BROKEN, "cannot read %.120s: %s", shown, strerror(errno));
		if (got > 0)
			buf_add(content, chunk, (size_t)got);
		if (content->failed)
			err = fail(TOCSIN_BAD, "the bundle is larger than %u bytes", LIMIT_EVIDENCE_BYTES);
	}
	close(fd);
	snprintf(b->name[b->n], sizeof b->name[0], "%s", shown);
	b->file[b->n] = (struct evidence_file){ b->name[b->n], buf_bytes(content) };
	b->bytes += content->n;
	b->n++;
	return err;
}

/* All files of the folder behind FD, which is taken; BELOW: it is the one of the witnesses. */
static enum tocsin_err read_folder(struct bundle *b, int fd, bool below)
{
	enum tocsin_err err = TOCSIN_OK;
	DIR *d = fdopendir(fd);
	if (d == NULL) {
		close(fd);
		return fail(TOCSIN_BROKEN, "cannot read the bundle's folder: %s", strerror(errno));
	}
	for (struct dirent *e; err == TOCSIN_OK && (e = readdir(d)) != NULL;) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		if (!below && strcmp(e->d_name, FOLDER) == 0) {
			int inner = openat(dirfd(d), FOLDER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
			err = inner < 0 ? fail(TOCSIN_BAD, FOLDER " is not a folder of the bundle") : read_folder(b, inner, true);
			continue;
		}
		char shown[sizeof b->name[0]];
		snprintf(shown, sizeof shown, "%s%s", below ? FOLDER "/" : "", e->d_name);
		err = read_file(b, dirfd(d), e->d_name, shown);
	}
	closedir(d);
	return err;
}

static enum tocsin_err read_archive(struct bundle *b, const char *path)
{
	struct tar_file *file = calloc(TAR_FILES, sizeof *file);
	if (file == NULL)
		return fail(TOCSIN_BROKEN, "no memory to read %s", path);
	/* Headers and padding on top of what the files may have. */
	buf_init(&b->archive, LIMIT_EVIDENCE_BYTES + (1u << 20));
	enum tocsin_err err = file_read(path, &b->archive);
	size_t n = 0;
	if (err == TOCSIN_OK)
		err = tar_read(buf_bytes(&b->archive), file, &n);
	for (; err == TOCSIN_OK && b->n < n; b->n++) {
		snprintf(b->name[b->n], sizeof b->name[0], "%s", file[b->n].name);
		b->file[b->n] = (struct evidence_file){ b->name[b->n], file[b->n].content };
	}
	free(file);
	return err;
}
_Static_assert(TAR_FILES <= LIMIT_EVIDENCE_FILES, "an archive's files fit into a bundle");

static enum tocsin_err read_bundle(struct bundle *b, const char *path)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0)
		return read_folder(b, fd, false);
	return errno == ENOTDIR ? read_archive(b, path) : fail(errno == ENOENT ? TOCSIN_MISSING : TOCSIN_BROKEN,
		"cannot open %s: %s", path, strerror(errno));
}

static void free_bundle(struct bundle *b)
{
	for (size_t i = 0; i < LIMIT_EVIDENCE_FILES; i++)
		buf_free(&b->content[i]);
	buf_free(&b->archive);
	free(b);
}

static enum tocsin_err read_cards(const struct arguments *a, struct buf *card, struct bytes *trusted)
{
	for (size_t i = 0; i < a->card_n; i++) {
		buf_init(&card[i], LIMIT_CHAIN_BYTES);
		enum tocsin_err err = file_read(a->card[i], &card[i]);
		if (err != TOCSIN_OK)
			return err;
		trusted[i] = buf_bytes(&card[i]);
	}
	return TOCSIN_OK;
}

static void tell_text(const struct arguments *a, const struct evidence_verdict *v, const char *shown)
{
	struct buf out;
	buf_init(&out, 2 * LIMIT_EVIDENCE_BYTES);
	evidence_print(v, &out);
	print_text("%.*s", (int)out.n, (const char *)out.p);
	if (shown != NULL)
		print_text("\n%s to %s: %s\n", a->shown_field, a->shown_name, shown);
	buf_free(&out);
}

static void tell_json(const struct arguments *a, const struct evidence_verdict *v, const char *shown)
{
	json_t *j = evidence_json(v);
	if (shown != NULL) {
		json_t *o = json_object();
		json_object_set_new(o, "name", json_string(a->shown_name));
		json_object_set_new(o, "field", json_string(a->shown_field));
		json_object_set_new(o, "result", json_string(shown));
		json_object_set_new(j, "shown_to", o);
	}
	print_json(j);
	json_decref(j);
}

/* The check itself; what it cannot even begin with is an error of its own, not a verdict. */
static enum tocsin_err run(const char *path, size_t card_n, struct bundle *b, const struct bytes *trusted,
	struct arena *arena, struct evidence_verdict *v)
{
	struct evidence e;
	enum tocsin_err err = read_bundle(b, path);
	if (err == TOCSIN_MISSING || err == TOCSIN_BROKEN)
		return err;
	if (err == TOCSIN_OK)
		err = evidence_take(b->file, b->n, &e);
	if (err == TOCSIN_OK)
		err = evidence_check(&e, trusted, card_n, arena, v);
	if (err == TOCSIN_BROKEN)
		return err;
	if (err != TOCSIN_OK) {
		char *sentence = arena_str(arena, bytes_str(fail_sentence()));
		memset(v, 0, sizeof *v);
		v->refused = true;
		v->sentence = sentence == NULL ? "it does not verify" : sentence;
	}
	return TOCSIN_OK;
}

/* ---- folders of bundles: a breach, a tender ---- */

static bool has_part(const char *path, const char *name)
{
	char part[4096];
	return file_join(part, sizeof part, path, name) == TOCSIN_OK && file_exists(part);
}

static bool is_breach(const char *path)
{
	return has_part(path, "request") && has_part(path, "record");
}

static bool is_tendered(const char *path)
{
	return has_part(path, "statement") && has_part(path, "tender");
}

/* Checks the bundle NAME of the folder (NULL: at PATH itself) into V. */
static enum tocsin_err run_part(const struct arguments *a, const char *path, const char *name, const struct bytes *trusted,
	struct arena *arena, struct evidence_verdict *v)
{
	char part[4096];
	struct bundle *b = calloc(1, sizeof *b);
	enum tocsin_err err = b == NULL ? fail(TOCSIN_BROKEN, "no memory to verify %s", path)
		: name == NULL ? TOCSIN_OK : file_join(part, sizeof part, path, name);
	if (err == TOCSIN_OK)
		err = run(name == NULL ? path : part, a->card_n, b, trusted, arena, v);
	/* What V says of it borrows from its files. */
	for (size_t i = 0; err == TOCSIN_OK && i < v->line_n; i++) {
		v->line[i].value.p = arena_copy(arena, v->line[i].value.p, v->line[i].value.n);
		if (v->line[i].value.p == NULL)
			err = fail(TOCSIN_BROKEN, "no memory to verify %s", path);
	}
	if (b != NULL)
		free_bundle(b);
	return err;
}

static int verify_breach(const struct arguments *a, const struct bytes *trusted, struct arena *arena)
{
	struct evidence_verdict request, record, extension, answer;
	struct breach_verdict v;
	bool extended = has_part(a->path, "extension");
	enum tocsin_err err = run_part(a, a->path, "request", trusted, arena, &request);
	if (err == TOCSIN_OK)
		err = run_part(a, a->path, "record", trusted, arena, &record);
	if (err == TOCSIN_OK && extended)
		err = run_part(a, a->path, "extension", trusted, arena, &extension);
	if (err == TOCSIN_OK && a->answer != NULL)
		err = run_part(a, a->answer, NULL, trusted, arena, &answer);
	if (err != TOCSIN_OK)
		return complain(err);
	const struct breach b = { &request, &record, extended ? &extension : NULL, a->answer != NULL ? &answer : NULL };
	breach_check(&b, &v);
	if (a->json) {
		json_t *j = breach_json(&v);
		json_object_set_new(j, "request", evidence_json(&request));
		json_object_set_new(j, "record", evidence_json(&record));
		print_json(j);
		json_decref(j);
	} else {
		struct buf out;
		buf_init(&out, 65536);
		breach_print(&v, &out);
		print_text("%.*s", (int)out.n, (const char *)out.p);
		buf_free(&out);
	}
	return v.ok ? EXIT_DONE : EXIT_REFUSED;
}

static int verify_tendered(const struct arguments *a, const struct bytes *trusted, struct arena *arena)
{
	struct tendered t = { .custody_n = 0 };
	struct tendered_verdict v;
	char name[32];
	struct evidence_verdict *part = arena_zalloc(arena, (TENDERED_WORDS + 2) * sizeof *part);
	enum tocsin_err err = part == NULL ? fail(TOCSIN_BROKEN, "no memory to verify %s", a->path)
		: run_part(a, a->path, "statement", trusted, arena, &part[0]);
	if (err == TOCSIN_OK)
		err = run_part(a, a->path, "tender", trusted, arena, &part[1]);
	for (size_t i = 0; err == TOCSIN_OK && i < TENDERED_WORDS; i++) {
		snprintf(name, sizeof name, "custody-%zu", i + 1);
		if (!has_part(a->path, name))
			break;
		err = run_part(a, a->path, name, trusted, arena, &part[i + 2]);
		t.custody[t.custody_n++] = &part[i + 2];
	}
	if (err != TOCSIN_OK)
		return complain(err);
	t.statement = &part[0];
	t.tender = &part[1];
	tendered_check(&t, &v);
	if (a->json) {
		json_t *j = tendered_json(&v);
		json_object_set_new(j, "statement", evidence_json(t.statement));
		json_object_set_new(j, "tender", evidence_json(t.tender));
		print_json(j);
		json_decref(j);
	} else {
		struct buf out;
		buf_init(&out, 65536);
		tendered_print(&v, &out);
		print_text("%.*s", (int)out.n, (const char *)out.p);
		buf_free(&out);
	}
	return v.ok ? EXIT_DONE : EXIT_REFUSED;
}

int command_verify(int argc, char **argv)
{
	struct arguments a = { 0 };
	struct evidence_verdict v = { 0 };
	struct buf card[CARDS_MOST] = { 0 };
	struct bytes trusted[CARDS_MOST];
	int status = take_arguments(argc, argv, &a);
	if (status != EXIT_DONE)
		return status;
	struct bundle *b = calloc(1, sizeof *b);
	struct arena *arena = arena_new(ARENA_MOST);
	enum tocsin_err err = b == NULL || arena == NULL ? fail(TOCSIN_BROKEN, "no memory to verify %s", a.path) :
		read_cards(&a, card, trusted);
	bool breach = err == TOCSIN_OK && is_breach(a.path), tendered = err == TOCSIN_OK && !breach && is_tendered(a.path);
	if (err == TOCSIN_OK && !breach && a.answer != NULL)
		err = fail(TOCSIN_BAD, "--answer is for a folder of tocsin breach: %s is none", a.path);
	if (err == TOCSIN_OK && (breach || tendered) && a.shown_name != NULL)
		err = fail(TOCSIN_BAD, "--shown-to is for one bundle: %s is a folder of several", a.path);
	if (err == TOCSIN_OK && !breach && !tendered)
		err = run(a.path, a.card_n, b, trusted, arena, &v);
	if (err == TOCSIN_OK && breach) {
		status = verify_breach(&a, trusted, arena);
	} else if (err == TOCSIN_OK && tendered) {
		status = verify_tendered(&a, trusted, arena);
	} else if (err == TOCSIN_OK) {
		const char *shown = a.shown_name == NULL ? NULL : evidence_shown(&v, a.shown_name, a.shown_field);
		if (a.json)
			tell_json(&a, &v, shown);
		else
			tell_text(&a, &v, shown);
		status = v.ok && (shown == NULL || strcmp(shown, "told") == 0) ? EXIT_DONE : EXIT_REFUSED;
	} else {
		status = complain(err);
	}
	for (size_t i = 0; i < a.card_n; i++)
		buf_free(&card[i]);
	if (b != NULL)
		free_bundle(b);
	arena_free(arena);
	return status;
}
