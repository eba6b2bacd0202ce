/*
 * command: what the subcommands share: the table, arguments, the way to the node, printing.
 *
 * A command is one file and one row of the table in main.c, which is both dispatcher and help.  Each returns the process's exit status: 0 done, 1 refused or not verified,
 * 2 wrong usage, 3 not there yet, 4 no node to talk to, 5 the node failed.
 */
#ifndef TOCSIN_COMMANDS_COMMAND_H
#define TOCSIN_COMMANDS_COMMAND_H

#include "base/buf.h"
#include "base/json.h"

enum { EXIT_DONE = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2, EXIT_LATER = 3, EXIT_NO_NODE = 4, EXIT_BROKEN = 5 };

struct context {
	const char *dir;             /* -d DIR, TOCSIN_DIR, or "." */
	bool json;                   /* --json */
	const char *token_file;      /* --token-file FILE, otherwise TOCSIN_TOKEN_FILE, TOCSIN_TOKEN; NULL: not given */
	bool anonymous;              /* ask as nobody, whatever token there is */
};

struct command {
	const char *name;
	const char *arguments;       /* as in the help */
	const char *help;            /* one line */
	int (*run)(const struct context *x, int argc, char **argv);      /* argv[0] is the name */
};
extern const struct command commands[];                                  /* ends with name NULL */

/* ---- arguments (args.c) ---- */
enum option_type { OPTION_FLAG, OPTION_ONE, OPTION_MANY };
#define OPTION_MAX 1024
struct words {
	const char *word[OPTION_MAX];
	size_t n;
};
struct option {
	const char *name;            /* "--to" */
	enum option_type type;
	void *into;                  /* bool *, const char **, struct words * */
};
/* Sorts ARGV (from 1 on) into OPTIONS (ends with name NULL) and PLAIN words, between MIN and MAX of them. False after one sentence on standard error: usage. "--" ends the options. */
bool args_take(int argc, char **argv, const struct option *options, struct words *plain, size_t min, size_t max);
/* Splits LIST, "a,b", in place into words of OUT (borrowed). */
bool args_commas(char *list, struct words *out);
int usage(const char *command);                                          /* prints the command's usage, EXIT_USAGE */

/* ---- the node (client.c) ---- */
/* Asks the node of X over its Unix socket. BODY may be NULL, TYPE then too. OK: an answer with status 2xx is in OUT. Otherwise the problem's sentence is kept by fail(), with its code. */
enum tocsin_err client_ask(const struct context *x, const char *method, const char *path, const char *type, struct buf *body, struct buf *out) MUST_USE;
/* The same with JSON both ways; SEND may be NULL and is not taken. *OUT is returned owned. */
enum tocsin_err client_json(const struct context *x, const char *method, const char *path, const json_t *send, json_t **out) MUST_USE;
/* The same for the path PREFIX NAME SUFFIX, NAME being quoted; SEND is taken. */
enum tocsin_err client_about(const struct context *x, const char *method, const char *prefix, const char *name, const char *suffix, json_t *send, json_t **out) MUST_USE;
/* Appends S to a path or query, percent-encoded. */
void client_quote(struct buf *path, const char *s);

/* ---- secrets (secret.c) ---- */
/* A password: the first line of FILE ("-": standard input), otherwise from the terminal, without echo, twice when TWICE. WHAT asks for it. OUT is secret and ends with NUL. */
enum tocsin_err secret_ask(const char *file, const char *what, bool twice, struct buf *out) MUST_USE;
/* Prints TOKEN, or keeps it in FILE (mode 0600; replaces it) and says so on standard error. */
enum tocsin_err secret_give(const char *file, const char *token) MUST_USE;

/* ---- printing (print.c) ---- */
/* Standard output; text of others is made safe for a terminal: controls and direction overrides become '?'. */
void print_text(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void print_json(const json_t *j);                                        /* pretty, with a newline */
/* A JSON field as words: strings as they are, languages with the authoritative one first, lists with commas. */
void print_value(const json_t *value, struct buf *out);
const char *text_of(const json_t *o, const char *key);                   /* "" when absent or no string */
/* The kept sentence on standard error as "tocsin: …", and the exit status of ERR. */
int complain(enum tocsin_err err);
/* The end of a command: ANSWER (taken) as JSON where that is asked for, otherwise LINE, unless it is NULL. */
int print_answer(const struct context *x, enum tocsin_err err, json_t *answer, const char *line);
/* Reads a JSON object from FILE ("-": standard input). */
enum tocsin_err read_json(const char *file, json_t **out) MUST_USE;

/* ---- evidence.c ---- */
/* The bundle of the statement ID, as an archive, of all its lines or of those that ONLY and REVEAL name (NULL: none given);
 * and an archive into the folder OUT, which must not be there. */
enum tocsin_err evidence_fetch(const struct context *x, const char *id, const char *only, const char *reveal, struct buf *archive) MUST_USE;
enum tocsin_err evidence_unpack(const char *out, struct bytes archive) MUST_USE;

/* ---- tendered.c ---- */
/* What proves that ID was handed to a broker into the folder OUT, which must not be there. */
enum tocsin_err evidence_tender(const struct context *x, const char *id, const char *out, const char *only, const char *reveal) MUST_USE;

/* ---- commands, one file each ---- */
int command_init(const struct context *x, int argc, char **argv);
int command_serve(const struct context *x, int argc, char **argv);
int command_card(const struct context *x, int argc, char **argv);
int command_status(const struct context *x, int argc, char **argv);
int command_partner(const struct context *x, int argc, char **argv);
int command_group(const struct context *x, int argc, char **argv);
int command_witness(const struct context *x, int argc, char **argv);
int command_stranger(const struct context *x, int argc, char **argv);
int command_warn(const struct context *x, int argc, char **argv);
int command_respond(const struct context *x, int argc, char **argv);
int command_retract(const struct context *x, int argc, char **argv);
int command_forget(const struct context *x, int argc, char **argv);
int command_door(const struct context *x, int argc, char **argv);
int command_lead(const struct context *x, int argc, char **argv);
int command_hold(const struct context *x, int argc, char **argv);
int command_correction(const struct context *x, int argc, char **argv);
int command_retention(const struct context *x, int argc, char **argv);
int command_reach(const struct context *x, int argc, char **argv);
int command_close(const struct context *x, int argc, char **argv);
int command_record(const struct context *x, int argc, char **argv);
int command_ask(const struct context *x, int argc, char **argv);
int command_answer(const struct context *x, int argc, char **argv);
int command_breach(const struct context *x, int argc, char **argv);
int command_list(const struct context *x, int argc, char **argv);
int command_search(const struct context *x, int argc, char **argv);
int command_show(const struct context *x, int argc, char **argv);
int command_evidence(const struct context *x, int argc, char **argv);
int command_log(const struct context *x, int argc, char **argv);
int command_audit(const struct context *x, int argc, char **argv);
int command_share(const struct context *x, int argc, char **argv);
int command_carry(const struct context *x, int argc, char **argv);
int command_seal(const struct context *x, int argc, char **argv);
int command_unseal(const struct context *x, int argc, char **argv);
int command_policy(const struct context *x, int argc, char **argv);
int command_protected(const struct context *x, int argc, char **argv);
int command_screen(const struct context *x, int argc, char **argv);
int command_author(const struct context *x, int argc, char **argv);
int command_broker(const struct context *x, int argc, char **argv);
int command_clocks(const struct context *x, int argc, char **argv);
int command_exposure(const struct context *x, int argc, char **argv);
int command_silence(const struct context *x, int argc, char **argv);
int command_ack(const struct context *x, int argc, char **argv);
int command_hand(const struct context *x, int argc, char **argv);
int command_clock(const struct context *x, int argc, char **argv);
int command_channel(const struct context *x, int argc, char **argv);
int command_page(const struct context *x, int argc, char **argv);
int command_draft(const struct context *x, int argc, char **argv);
int command_propose(const struct context *x, int argc, char **argv);
int command_release(const struct context *x, int argc, char **argv);
int command_refuse(const struct context *x, int argc, char **argv);
int command_review(const struct context *x, int argc, char **argv);
int command_determine(const struct context *x, int argc, char **argv);
int command_contact(const struct context *x, int argc, char **argv);
int command_script(const struct context *x, int argc, char **argv);
int command_sheet(const struct context *x, int argc, char **argv);
int command_delivered(const struct context *x, int argc, char **argv);
int command_attachment(const struct context *x, int argc, char **argv);
int command_login(const struct context *x, int argc, char **argv);
int command_logout(const struct context *x, int argc, char **argv);
int command_whoami(const struct context *x, int argc, char **argv);
int command_account(const struct context *x, int argc, char **argv);
int command_unit(const struct context *x, int argc, char **argv);
int command_handover(const struct context *x, int argc, char **argv);
int command_verify(int argc, char **argv);                               /* needs no node */

int man_print(void);                                                     /* the manual page, as roff (man.c) */
/* Sends statements and prints their ids; with WAIT_SECONDS >= 0 waits for the receipts (issue.c). SEND is taken. */
int issue_statement(const struct context *x, json_t *send, long wait_seconds);
/* The same for the node's ANSWER (taken), which has them as "results". */
int issued(const struct context *x, json_t *answer, long wait_seconds);
/* Sends KIND with FIELDS (taken) about the statement ID to the other party of it (issue.c). */
int issue_about(const struct context *x, const char *kind, const char *id, json_t *fields, long wait_seconds);
/* Puts TEXT into FIELDS under NAME unless it is NULL. */
void put_text(json_t *fields, const char *name, const char *text);
/* The words as a list of strings, returned owned. */
json_t *json_words(const struct words *w);
/* Sends the files FILE[:TYPE] of FILES to the node's stage and puts their ids into SEND as "attach"; in its open and close the Nth of them is called
 * attachment.N until then (attach.c). */
enum tocsin_err attach_files(const struct context *x, const struct words *files, json_t *send) MUST_USE;
struct attached {
	char path[4096];
	const char *name;            /* the end of path */
	const char *type;
	struct buf content;          /* to be freed in any case */
};
/* FILE, or FILE:TYPE: what stands behind the last colon is a type when it is one that may be attached. */
enum tocsin_err attach_open(const char *word, struct attached *out) MUST_USE;
/* GETs PATH into the new file OUT, says so, and gives the exit status. */
int attach_save(const struct context *x, const char *path, const char *out);
/* draft attach ID FILE[:TYPE], draft detach ID NAME, draft file ID NAME --out FILE; argv[0] is the second word (draft_file.c). */
int draft_file(const struct context *x, int argc, char **argv);
/* One file with its bytes. */
enum tocsin_err attach_bytes(const struct context *x, const char *name, const char *type, struct bytes content, json_t *send) MUST_USE;
/* Takes SEND, as issue_statement does, after the FILES were attached. */
int issue_with_files(const struct context *x, json_t *send, const struct words *files, long wait_seconds);
/* A whole number of seconds, or -1 for NULL; false after a sentence. */
bool seconds_of(const char *text, long *seconds);
/* TEXT (90s, 15m, 8h or 30d; NULL: nothing) into O as "seconds"; false after a sentence. */
bool set_duration(json_t *o, const char *text);
/* The operation VERB ("", "/release", "?state=…") of draft ID (NULL: of all of them) (draft.c). */
enum tocsin_err ask_draft(const struct context *x, const char *method, const char *id, const char *verb, const json_t *send, json_t **out) MUST_USE;
/* Prints the draft ANSWER (taken), or why there is none. */
int finish_draft(const struct context *x, enum tocsin_err err, json_t *answer);
/* What was written (taken), a draft or the fields of a warning alone, as a draft with one more audience unless TO is empty. */
json_t *draft_of(json_t *given, const struct words *to, const struct words *open, const struct words *close);
/* Whether an account asks, on a desk that has some. */
bool has_account(const struct context *x);
/* SEND (taken), as issue_statement takes it, as a draft: proposed, or released when policy lets this account alone. */
int send_by_draft(const struct context *x, json_t *send, const struct words *attach, long seconds);
/* VERSION (NULL: none) into SEND; false after a sentence. */
bool put_version(json_t *send, const char *version);
/* The statement ID (or a prefix) as the node shows it. */
enum tocsin_err fetch_statement(const struct context *x, const char *id, json_t **out) MUST_USE;

#endif
