#include <stdio.h>
#include <stdlib.h>

#include "commands/command.h"

static const struct option *find_option(const struct option *options, const char *name)
{
	for (; options->name != NULL; options++)
		if (strcmp(options->name, name) == 0)
			return options;
	return NULL;
}

static bool words_add(struct words *w, const char *word)
{
	if (w->n == OPTION_MAX) {
		fprintf(stderr, "tocsin: more than %d of a kind is too many\n", OPTION_MAX);
		return false;
	}
	w->word[w->n++] = word;
	return true;
}

/* One option with its VALUE (NULL for a flag). */
static bool option_take(const struct option *o, const char *value)
{
	switch (o->type) {
	case OPTION_FLAG:
		*(bool *)o->into = true;
		return true;
	case OPTION_ONE:
		if (*(const char **)o->into != NULL) {
			fprintf(stderr, "tocsin: %s is given twice\n", o->name);
			return false;
		}
		*(const char **)o->into = value;
		return true;
	case OPTION_MANY:
		return words_add(o->into, value);
	}
	return false;
}

bool args_take(int argc, char **argv, const struct option *options, struct words *plain, size_t min, size_t max)
{
	bool options_over = false;
	plain->n = 0;
	for (int i = 1; i < argc; i++) {
		if (!options_over && strcmp(argv[i], "--") == 0) {
			options_over = true;
			continue;
		}
		if (options_over || argv[i][0] != '-' || argv[i][1] == 0) {
			if (!words_add(plain, argv[i]))
				return false;
			continue;
		}
		const struct option *o = find_option(options, argv[i]);
		if (o == NULL) {
			fprintf(stderr, "tocsin: %s has no option %s\n", argv[0], argv[i]);
			return false;
		}
		if (o->type != OPTION_FLAG && i + 1 == argc) {
			fprintf(stderr, "tocsin: %s needs a value\n", o->name);
			return false;
		}
		if (!option_take(o, o->type == OPTION_FLAG ? NULL : argv[++i]))
			return false;
	}
	if (plain->n < min || plain->n > max) {
		fprintf(stderr, "tocsin: %s: %s\n", argv[0], plain->n < min ? "something is missing" : "that is too much");
		return false;
	}
	return true;
}

bool args_commas(char *list, struct words *out)
{
	for (char *next = list, *word; (word = strsep(&next, ",")) != NULL;) {
		if (word[0] == 0) {
			fprintf(stderr, "tocsin: a list has an empty name in it: write FIELD,FIELD\n");
			return false;
		}
		if (!words_add(out, word))
			return false;
	}
	return true;
}

bool seconds_of(const char *text, long *seconds)
{
	*seconds = -1;
	if (text == NULL)
		return true;
	char *end;
	*seconds = strtol(text, &end, 10);
	if (end == text || *end != 0 || *seconds < 0 || *seconds > 86400) {
		fprintf(stderr, "tocsin: \"%s\" is not a number of seconds from 0 to 86400\n", text);
		return false;
	}
	return true;
}

bool set_duration(json_t *o, const char *text)
{
	static const char units[] = "smhd";
	static const long seconds[] = { 1, 60, 3600, 86400 };
	char *end = NULL;
	if (text == NULL)
		return true;
	long n = strtol(text, &end, 10);
	const char *unit = end == text || *end == 0 || end[1] != 0 ? NULL : strchr(units, *end);
	if (unit == NULL || n < 1 || n > 100000) {
		fprintf(stderr, "tocsin: \"%s\" is not a duration like 90s, 15m, 8h or 30d\n", text);
		return false;
	}
	json_object_set_new(o, "seconds", json_integer(n * seconds[unit - units]));
	return true;
}
