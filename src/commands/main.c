/*
 * tocsin: one program; this table of subcommands is dispatcher and help.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "api/operation.h"
#include "commands/command.h"
#include "desk/rules.h"

static int help(const struct context *x, int argc, char **argv);

static int verify(const struct context *x, int argc, char **argv)
{
	/* verify takes --json itself: it works without a node and without this table. */
	char **all = calloc((size_t)argc + 2, sizeof *all);
	if (all == NULL)
		return EXIT_BROKEN;
	memcpy(all, argv, (size_t)argc * sizeof *all);
	static char json[] = "--json";
	if (x->json)
		all[argc++] = json;
	int status = command_verify(argc, all);
	free(all);
	return status;
}

const struct command commands[] = {
	{ "init", "DIR --name NAME [--exchange HOST:PORT] [--desk HOST:PORT] [--url URL] [--passphrase-file FILE]", "make a node", command_init },
	{ "serve", "", "run the node", command_serve },
	{ "status", "", "what the node is doing, and what is wrong", command_status },
	{ "card", "[rotate] [--url URL]... [--duty TEXT]...", "print this node's card chain, or make the next card with fresh keys", command_card },
	{ "partner", "add FILE | confirm NAME [--safety NUMBER] | distrust NAME --reason TEXT | quorum NAME K | profile NAME [FILE.json] "
		"| match NAME [--key-file FILE | --new | --end] | vouch NAME --to PARTNER | list | show NAME",
		"the nodes that this one talks to", command_partner },
	{ "contact", "add NAME FILE.json | list | show NAME | remove NAME", "people without a node, who are told by voice or paper", command_contact },
	{ "stranger", "list | show NAME | adopt NAME | drop NAME --reason TEXT", "nodes that are no partners and have introduced themselves", command_stranger },
	{ "group", "add GROUP NAME... | remove GROUP [NAME...] | list", "partners that are warned together", command_group },
	{ "witness", "add NAME | remove NAME | list", "partners that cosign our log and count for receipts", command_witness },
	{ "warn", "--to NAME|@GROUP|contact:NAME... [--attach FILE[:TYPE]]... [--close FIELD,...] [--open FIELD,...] [--re ID]... [--public TEXT | --not-public WHY] "
		"[--confirm FIELD]... [--confirm-audience] [--wait SECONDS] FILE.json",
		"send a warning; prints an id a recipient; on a desk with accounts it is drafted and proposed", command_warn },
	{ "draft", "add [--to NAME|@GROUP|contact:NAME... [--open FIELD,...] [--close FIELD,...]] [--re ID]... [--attach FILE[:TYPE]]... [--public TEXT | --not-public WHY] "
		"[--propose [--confirm FIELD]... [--confirm-audience]] [--reason TEXT] FILE.json | edit ID --version N FILE.json | show ID | list [--state STATE] | withdraw ID --reason TEXT | "
		"attach ID FILE[:TYPE] [--version N] | detach ID NAME [--version N] | file ID NAME --out FILE",
		"write a warning, and see what each recipient would see", command_draft },
	{ "determine", "ID --credible yes|no|doubt --specific ... --impending ... --harm ... [--words TEXT] [--result met|not-met|waived] [--ground WORD] [--reason TEXT]",
		"whether there is a duty to warn: the four tests", command_determine },
	{ "propose", "ID [--version N] [--confirm FIELD]... [--confirm-audience] [--reason TEXT]", "ask for the release of a draft", command_propose },
	{ "release", "ID --version N [--close [NAME=]FIELD,...]... [--confirm FIELD]... [--confirm-audience] [--override WHY] [--reason TEXT]",
		"release a draft that another one proposed: one statement a recipient", command_release },
	{ "refuse", "ID --version N --reason TEXT", "do not release a draft", command_refuse },
	{ "review", "ID --approve|--object --reason TEXT", "review what one person released alone", command_review },
	{ "respond", "ID --stage STAGE [--text T] [--reason T] [--question T] [--outcome WORD] [--specific WORD] [--copy WORD] [--open-request TEXT] [--attach FILE[:TYPE]]... [--wait SECONDS]",
		"answer a warning, in stages", command_respond },
	{ "ask", "PARTNER --type TYPE --question T --purpose T --legal-basis T [--about ID] "
		"[--urgency U --grounds T] [--due TIME] [--at-hand] [--link T --subject NAME [--subject-role R]] [--offence T] [--evidence T] [--tlp TLP] [--file FILE.json] "
		"[--attach FILE] [--wait SECONDS] [--confirm RULE] [--confirm-audience] | "
		"list [--state STATE] [--partner NAME] [--about ID] [--before NEXT] | show ID",
		"ask a partner; list who owes whom an answer; show a question with all that came of it", command_ask },
	{ "answer", "ID --result RESULT [--text T] [--ground GROUND --reason T] [--due TIME] [--wait SECONDS] | ID --withheld --reason T", "answer a request, or the question of a response", command_answer },
	{ "breach", "ID --out DIR", "the evidence that a request had no answer in time", command_breach },
	{ "retract", "ID --reason TEXT [--wait SECONDS]", "withdraw a statement, from everyone who got it or an update of it", command_retract },
	{ "reach", "ID", "how far a retraction got, with each of those who are to learn of it", command_reach },
	{ "close", "ID --outcome WORD [--reason TEXT] [--open-request TEXT] [--wait SECONDS]", "end a warning", command_close },
	{ "record", "[call|meeting] FILE.json | mail FILE.eml [--keys FILE] [--text TEXT] [--to NAME...] [--re ID]... [--attach FILE[:TYPE]]... [--wait SECONDS]",
		"write down a call, a meeting, a public remark, or keep a mail; gpg checks its signature with the keys in FILE", command_record },
	{ "script", "ID [--language TAG]", "what to say on the telephone, to who has no node or sends no receipt", command_script },
	{ "sheet", "ID [--language TAG] [--html]", "one page to hand over", command_sheet },
	{ "delivered", "ID --by telephone|in-person|paper|mail|other --person WHO --at TIME [--words TEXT] [--read-back TEXT | --no-read-back] [--code-ok] [--scan FILE]",
		"write down that somebody was told by voice or on paper", command_delivered },
	{ "forget", "propose ID --reason TEXT | agree PROPOSAL | object PROPOSAL --reason TEXT | list", "forget content: proposed by one, agreed by another; the stub still proves", command_forget },
	{ "door", "list [--decided] | show ID | pass ID [--read] [--reason TEXT] | refuse ID --ground WORD --reason TEXT | withdraw ID",
		"what is held until people have decided: requests about a person, and what screening stops", command_door },
	{ "hold", "ID --reason TEXT | ID --release | list", "a legal hold: what is held is not forgotten", command_hold },
	{ "lead", "list [--closed] [--mine] [--limit N] | show ID | open STATEMENT (--for 30d | --until TIME) [--compartment NAME] [--words TEXT] | assign ID ACCOUNT | "
		"assess ID --words TEXT (--for 30d | --until TIME) | step ID checked|interviewed|told|searched|other --words TEXT [--person WHO] [--at TIME] | "
		"review ID --words TEXT (--for 30d | --until TIME) | close ID --finding unfounded|resolved|passed-on|no-further-action|other --words TEXT [--open-request WHY] | "
		"reopen ID --words TEXT (--for 30d | --until TIME)",
		"tips about people and plots, until somebody has found something out about them", command_lead },
	{ "retention", "[list | keep ID --until TIME --reason TEXT]", "how long content is kept, and what is over its time", command_retention },
	{ "correction", "open --who WORDS --checked WORDS --asks correct|delete|restrict --name NAME... | list | show CASE | find CASE | "
		"propose CASE ID --what correct|delete|restrict|keep --reason TEXT [--ground TEXT] [--set FIELD=TEXT...] | agree PROPOSAL | "
		"refuse PROPOSAL --reason TEXT | close CASE [--discreet] | reply CASE",
		"somebody asks to be corrected or deleted: what is held, what becomes of it, who is told, and the reply", command_correction },
	{ "list", "[--in|--out] [--peer NAME] [--kind KIND] [--limit N]", "statements, newest first", command_list },
	{ "search", "WORD... [--kind KIND] [--peer NAME] [--limit N]", "statements by words of the lines that you may read, newest first; several words in quotation marks as they stand", command_search },
	{ "show", "ID", "one statement, its lines, its receipt, its answers", command_show },
	{ "share", "ID UNIT [--compartment NAME] [--whole]", "let another unit see a statement; --whole: the lines that were sent closed, too", command_share },
	{ "attachment", "ID NAME --out FILE", "save an attachment; NAME is its line or the file's name", command_attachment },
	{ "evidence", "ID --out PATH [--only FIELD,...] [--reveal FIELD,...] [--tender]",
		"write a bundle that proves a statement offline: a folder, or a file that ends in .tar; --tender: that it was handed to a broker, and what that said", command_evidence },
	{ "verify", "PATH --card FILE... [--shown-to NAME FIELD] [--answer PATH]", "check a bundle, or a folder of tocsin breach or tocsin evidence --tender; needs no node and no network", verify },
	{ "log", "status | check | account", "this node's own log: check every hash, account for every entry", command_log },
	{ "audit", "list [--who ACCOUNT] [--subject ID] [--after TIME] [--limit N] | check", "who read, exported, decided or was refused what; whether anything of it is missing", command_audit },
	{ "carry", "out NAME --out FILE | in FILE [--answer FILE]", "exchange with a node that has no network", command_carry },
	{ "seal", "-r RECIPIENT...", "age: standard input to standard output", command_seal },
	{ "unseal", "-i FILE", "age: standard input to standard output", command_unseal },
	{ "clocks", "[--mine] [--all] | --about ID | --draft ID", "what runs out next, and whose it is; of a statement or a draft all that ever ran", command_clocks },
	{ "ack", "CLOCK", "acknowledge a clock: nobody else is paged about it", command_ack },
	{ "hand", "CLOCK --to ACCOUNT", "give a clock to somebody else of its unit", command_hand },
	{ "policy", "[list | set NAME VALUE | preset NAME]", "what this organisation has decided: periods, who needs a second person, its time zone", command_policy },
	{ "screen", "rules [FILE] | default | --try FILE | calendar [add WHAT FROM UNTIL [--country CC] [--place WORDS] | remove WHAT]",
		"the door's rules: those that hold, others in their place, a test bench for them that needs no node, and the dates near which requests are held", command_screen },
	{ "protected", "add NAME... --kind KIND [--note TEXT] | list | remove ID | import FILE",
		"the people whom no request may reach: refugee, journalist, defender, opponent, own-source, other; several NAMEs are spellings of one", command_protected },
	{ "screen", "--try FILE | default", "the door's rules: a test bench for them, which needs no node; those that are there from the beginning", command_screen },
	{ "author", "ID --to PARTNER", "prove to a partner that we wrote what was sent without our name (unnamed:BROKER:NAME)", command_author },
	{ "broker", "list [--after TENDER]", "what is held here for others, sealed", command_broker },
	{ "channel", "add email|webhook|command ADDRESS [--quiet HH:MM-HH:MM] [--account NAME] | list [--account NAME | --all] | remove ID | test ID", "the ways by which one is paged", command_channel },
	{ "page", "[list] [--limit N] [--before ID] [--account NAME] | ack ID", "what one was paged about; acknowledging it stops the others", command_page },
	{ "clock", "TIME", "set the clock of an exercise node", command_clock },
	{ "login", "NAME [--password-file FILE] [--code CODE] [--label TEXT] [--save FILE]", "log in; prints a token, or keeps it in a file", command_login },
	{ "logout", "", "end the session", command_logout },
	{ "whoami", "", "who asks, and what may be done", command_whoami },
	{ "account", "add NAME --role ROLE,... [--unit U] [--function F] [--compartment C,...] [--password-file FILE | --no-password] | list | show NAME | role NAME ROLE,... | "
		"unit NAME UNIT | compartments NAME C,... | function NAME TEXT | password NAME [--password-file FILE] [--old-file FILE] | lock NAME | unlock NAME | remove NAME | "
		"totp NAME [--off] [--secret S] [--code CODE] | token [add LABEL --scope S,... (--for 30d | --until TIME) [--save FILE] | end ID] [--account NAME] | "
		"delegate TO --role ROLE,... (--for 8h | --until TIME) --reason TEXT [--from NAME] [--begins TIME] | delegations [NAME] | undelegate ID",
		"people, their roles, secrets, tokens and deputies", command_account },
	{ "unit", "list | add NAME LABEL | compartments | compartment NAME LABEL | escalation UNIT [ACCOUNT...] [--none]", "units, compartments, whom a unit's clocks go to", command_unit },
	{ "exposure", "[--partner NAME] [--subject NAME] [--source TEXT]", "what partners have learnt from us: by subject and by source", command_exposure },
	{ "silence", "[--partner NAME] | ack ID --reason TEXT", "what usually comes from partners, and of whom nothing has come for unusually long", command_silence },
	{ "handover", "start TO | list | show ID | accept ID", "hand a shift over: what is open, signed off by both", command_handover },
	{ "help", "[COMMAND | --rules | --man | --openapi]", "this text; every rule by which the desk refuses, and who could allow it; the manual page; the API as an OpenAPI document", help },
	{ NULL, NULL, NULL, NULL },
};

static const struct command *find(const char *name)
{
	for (const struct command *c = commands; c->name != NULL; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

int usage(const char *name)
{
	const struct command *c = find(name);
	fprintf(stderr, "usage: tocsin %s %s\n", c->name, c->arguments);
	return EXIT_USAGE;
}

static void help_all(FILE *out)
{
	fprintf(out, "tocsin " TOCSIN_VERSION ": pass threat warnings between organisations that do not trust each other, and prove it\n\n");
	for (const struct command *c = commands; c->name != NULL; c++)
		fprintf(out, "  tocsin %-9s %s\n", c->name, c->help);
	fprintf(out, "\nEverywhere: -d DIR (or TOCSIN_DIR) the node's folder; --json prints JSON;\n"
		"--token-file FILE (or TOCSIN_TOKEN_FILE, or the token itself in TOCSIN_TOKEN) says who asks. tocsin help COMMAND tells a command's arguments.\n"
		"Exit status: 0 done, 1 refused or not verified, 2 wrong usage, 3 not there yet, 4 no node to talk to, 5 the node failed.\n");
}

static int print_openapi(void)
{
	struct buf out;
	buf_init(&out, 4u << 20);
	api_openapi(TOCSIN_VERSION, &out);
	enum tocsin_err err = buf_end(&out, "the document");
	if (err == TOCSIN_OK)
		fwrite(out.p, 1, out.n, stdout);
	buf_free(&out);
	return err == TOCSIN_OK ? EXIT_DONE : complain(err);
}

static int print_rules(void)
{
	const struct rule *r;
	for (size_t i = 0; (r = rule_each(i)) != NULL; i++)
		print_text("%s\n  %s\n  who could allow it: %s\n", r->name, r->about, r->who[0] != 0 ? r->who : "nobody");
	return EXIT_DONE;
}

static int help(const struct context *x, int argc, char **argv)
{
	(void)x;
	if (argc == 1) {
		help_all(stdout);
		return EXIT_DONE;
	}
	if (argc == 2 && strcmp(argv[1], "--man") == 0)
		return man_print();
	if (argc == 2 && strcmp(argv[1], "--openapi") == 0)
		return print_openapi();
	if (argc == 2 && strcmp(argv[1], "--rules") == 0)
		return print_rules();
	const struct command *c = argc == 2 ? find(argv[1]) : NULL;
	if (c == NULL) {
		fprintf(stderr, "tocsin: there is no command \"%s\"; tocsin help lists them\n", argv[1]);
		return EXIT_USAGE;
	}
	printf("tocsin %s %s\n\n  %s\n", c->name, c->arguments, c->help);
	return EXIT_DONE;
}

/* Takes -d DIR, --token-file FILE and --json, which may stand anywhere before "--", out of ARGV; the number of what is left, or -1. */
static int take_common(struct context *x, int argc, char **argv)
{
	int n = 0;
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--") == 0) {
			while (i < argc)
				argv[n++] = argv[i++];
			break;
		}
		if (strcmp(argv[i], "--json") == 0) {
			x->json = true;
		} else if (strcmp(argv[i], "-d") == 0 || strcmp(argv[i], "--token-file") == 0) {
			if (i + 1 == argc)
				return -1;
			*(argv[i][1] == 'd' ? &x->dir : &x->token_file) = argv[i + 1];
			i++;
		} else {
			argv[n++] = argv[i];
		}
	}
	argv[n] = NULL;
	return n;
}

int main(int argc, char **argv)
{
	struct context x = { .dir = getenv("TOCSIN_DIR") };
	signal(SIGPIPE, SIG_IGN);
	argc = take_common(&x, argc, argv);
	if (argc < 0) {
		fprintf(stderr, "tocsin: -d needs a folder, --token-file a file\n");
		return EXIT_USAGE;
	}
	if (x.dir == NULL || x.dir[0] == 0)
		x.dir = ".";
	if (argc < 2) {
		help_all(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("tocsin " TOCSIN_VERSION "\n");
		return EXIT_DONE;
	}
	const struct command *c = find(strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ? "help" : argv[1]);
	if (c == NULL) {
		fprintf(stderr, "tocsin: there is no command \"%s\"; tocsin help lists them\n", argv[1]);
		return EXIT_USAGE;
	}
	int status = c->run(&x, argc - 1, argv + 1);
	if (fflush(stdout) != 0 && status == EXIT_DONE) {
		fprintf(stderr, "tocsin: the output could not be written\n");
		return EXIT_BROKEN;
	}
	return status;
}
