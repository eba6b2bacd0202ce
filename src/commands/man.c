/*
 * man: the manual page tocsin(1), made from the table of commands.
 */
#include <stdio.h>

#include "commands/command.h"
#include "desk/rules.h"

/* TEXT as roff: a hyphen is a minus, a backslash itself, and no line of it begins a request. */
static void put(const char *text)
{
	for (const char *p = text; *p != 0; p++) {
		if (*p == '-')
			fputs("\\-", stdout);
		else if (*p == '\\')
			fputs("\\e", stdout);
		else
			fputc(*p, stdout);
	}
}

static void paragraph(const char *tag, const char *arguments, const char *text)
{
	fputs(".TP\n.B ", stdout);
	put(tag);
	if (arguments[0] != 0) {
		fputs("\\fR ", stdout);
		put(arguments);
	}
	fputc('\n', stdout);
	put(text);
	fputs(".\n", stdout);
}

int man_print(void)
{
	static const struct { const char *tag, *text; } files[] = {
		{ "DIR/tocsin.ini", "the configuration; every key is explained in it" },
		{ "DIR/keys/", "the private keys, of which only the keeper's process reads any, and padding.key" },
		{ "DIR/tocsin.db", "statements, log, outbox and events" },
		{ "DIR/desk.token", "what the desk's listener asks for: as a bearer token, or as the password of any user" },
		{ "DIR/run/tocsin.sock", "the API, for the node's own user; the commands use nothing else" },
		{ NULL, NULL },
	};
	static const struct { const char *tag, *text; } variables[] = {
		{ "TOCSIN_DIR", "the node's folder, unless -d is given" },
		{ "TOCSIN_TOKEN_FILE", "a file with the token that says who asks, unless --token-file is given" },
		{ "TOCSIN_TOKEN", "that token itself, where neither is given" },
		{ "TOCSIN_PASSPHRASE_FILE", "a file whose first line opens sealed keys when the node starts; under systemd the credential \"passphrase\" does" },
		{ NULL, NULL },
	};
	fputs(".TH TOCSIN 1 \"\" \"tocsin " TOCSIN_VERSION "\" \"Tocsin\"\n.SH NAME\n"
		"tocsin \\- pass threat warnings between organisations that do not trust each other, and prove it\n.SH SYNOPSIS\n"
		".B tocsin\n[\\-d DIR] [\\-\\-json] [\\-\\-token\\-file FILE] COMMAND [ARGUMENTS]\n.SH DESCRIPTION\n"
		"Each organisation runs its own node. A node seals warnings to its partners, keeps a log of everything that it issued and accepted, has it witnessed by others, "
		"and holds the receipts that prove what was told to whom, when, and what was withheld.\n.SH OPTIONS\n", stdout);
	paragraph("-d", "DIR", "The node's folder; TOCSIN_DIR or the current one unless it is given");
	paragraph("--token-file FILE", "", "Who asks: a token of tocsin login or tocsin account token; without it whoever holds the node's socket");
	paragraph("--json", "", "Prints JSON wherever something is printed");
	paragraph("--version", "", "Prints the version");
	fputs(".SH COMMANDS\n", stdout);
	for (const struct command *c = commands; c->name != NULL; c++)
		paragraph(c->name, c->arguments, c->help);
	fputs(".SH RULES\nBy these the desk refuses; each refusal names its rule.\n", stdout);
	const struct rule *r;
	for (size_t i = 0; (r = rule_each(i)) != NULL; i++) {
		char text[600];
		snprintf(text, sizeof text, "%s%s%s", r->about, r->who[0] != 0 ? ". Who could allow it: " : "", r->who);
		paragraph(r->name, "", text);
	}
	fputs(".SH EXIT STATUS\n", stdout);
	static const char *const status[] = { "done", "refused, or not verified", "wrong usage", "not there yet", "no node to talk to", "the node failed" };
	for (int i = 0; i < (int)(sizeof status / sizeof *status); i++)
		paragraph((char[]){ (char)('0' + i), 0 }, "", status[i]);
	fputs(".SH FILES\n", stdout);
	for (size_t i = 0; files[i].tag != NULL; i++)
		paragraph(files[i].tag, "", files[i].text);
	fputs(".SH ENVIRONMENT\n", stdout);
	for (size_t i = 0; variables[i].tag != NULL; i++)
		paragraph(variables[i].tag, "", variables[i].text);
	fputs(".SH SEE ALSO\n.BR age (1),\n.BR openssl (1),\n.BR systemd.exec (5)\n", stdout);
	return EXIT_DONE;
}
