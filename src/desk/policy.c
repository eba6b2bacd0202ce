#include "desk/policy.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/text.h"
#include "store/rows_access.h"
#include "store/rows_policy.h"

struct value {
	char *text;
	int64_t number;                         /* as policy_check makes it */
};

struct policy {
	pthread_rwlock_t lock;                  /* of the values */
	pthread_mutex_t setting;                /* one change at a time, so that memory follows the database in its order */
	size_t n;
	struct value value[];
};

/* ---- values ---- */

/* 90s, 15m, 8h, 7d: microseconds. */
static bool parse_seconds(const char *s, int64_t *v)
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
	size_t n = strlen(s);
	uint64_t number;
	if (n < 2 || !text_u64(bytes_of(s, n - 1), 1000000000, &number))
		return false;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (s[n - 1] == units[i].unit) {
			*v = (int64_t)number * units[i].seconds * CLOCK_SECOND;
			return true;
		}
	return false;
}

static void seconds_words(int64_t seconds, char out[32])
{
	static const struct {
		char unit;
		int64_t seconds;
	} units[] = { { 'd', 86400 }, { 'h', 3600 }, { 'm', 60 }, { 's', 1 } };
	size_t i = 0;
	while (units[i].seconds > 1 && (seconds == 0 || seconds % units[i].seconds != 0))
		i++;
	snprintf(out, 32, "%lld%c", (long long)(seconds / units[i].seconds), units[i].unit);
}

/* What ROW takes, in words. */
static void allowed_words(const struct policy_row *row, char *out, size_t room)
{
	char least[32], most[32];
	struct buf b;
	switch (row->type) {
	case POLICY_INTEGER:
		snprintf(out, room, "a number from %lld to %lld", (long long)row->min, (long long)row->max);
		return;
	case POLICY_SECONDS:
		seconds_words(row->min, least);
		seconds_words(row->max, most);
		snprintf(out, room, "a time from %s to %s, as 90s, 15m, 8h or 7d", least, most);
		return;
	case POLICY_FLAG:
		snprintf(out, room, "yes or no");
		return;
	case POLICY_WORD:
		buf_init(&b, room - 1);
		for (size_t i = 0; row->words[i] != NULL; i++)
			buf_printf(&b, "%s%s", i == 0 ? "one of " : ", ", row->words[i]);
		snprintf(out, room, "%.*s", (int)b.n, (const char *)b.p);
		buf_free(&b);
		return;
	case POLICY_TEXT:
		snprintf(out, room, "a text of %lld to %lld bytes without control characters", (long long)row->min,
			(long long)row->max);
		return;
	}
}

static bool check_type(const struct policy_row *row, const char *value, int64_t *v)
{
	uint64_t number;
	switch (row->type) {
	case POLICY_INTEGER:
		*v = text_u64(bytes_str(value), INT64_MAX, &number) ? (int64_t)number : -1;
		return *v >= row->min && *v <= row->max;
	case POLICY_SECONDS:
		return parse_seconds(value, v) && *v >= row->min * CLOCK_SECOND && *v <= row->max * CLOCK_SECOND;
	case POLICY_FLAG:
		*v = strcmp(value, "yes") == 0;
		return *v == 1 || strcmp(value, "no") == 0;
	case POLICY_WORD:
		for (size_t i = 0; row->words[i] != NULL; i++)
			if (strcmp(value, row->words[i]) == 0) {
				*v = (int64_t)i;
				return true;
			}
		return false;
	case POLICY_TEXT:
		*v = (int64_t)strlen(value);
		return *v >= row->min && *v <= row->max && text_is_clean(bytes_str(value)) &&
			!text_has_bidi(bytes_str(value));
	}
	return false;
}

enum tocsin_err policy_check(const struct policy_row *row, const char *value, int64_t *number)
{
	int64_t v = 0;
	char allowed[400];
	if (!check_type(row, value, &v)) {
		allowed_words(row, allowed, sizeof allowed);
		return fail(TOCSIN_BAD, "%s must be %s", row->name, allowed);
	}
	if (number != NULL)
		*number = v;
	return row->check == NULL ? TOCSIN_OK : row->check(value);
}

/* ---- in memory ---- */

static size_t find(const char *name)
{
	const struct policy_row *row;
	size_t i = 0;
	while ((row = policy_each(i)) != NULL && strcmp(row->name, name) != 0)
		i++;
	return row == NULL ? SIZE_MAX : i;
}

static size_t must_find(const char *name, bool numbers)
{
	size_t i = find(name);
	if (i == SIZE_MAX || (policy_each(i)->type <= POLICY_FLAG) != numbers)
		abort();
	return i;
}

/* Puts VALUE (a copy) in place I of P. */
static enum tocsin_err place(struct policy *p, size_t i, const char *value)
{
	int64_t number = 0;
	enum tocsin_err err = policy_check(policy_each(i), value, &number);
	char *copy = err == TOCSIN_OK ? strdup(value) : NULL;
	if (err == TOCSIN_OK && copy == NULL)
		err = fail(TOCSIN_BROKEN, "no memory for the policy");
	if (err != TOCSIN_OK)
		return err;
	pthread_rwlock_wrlock(&p->lock);
	char *old = p->value[i].text;
	p->value[i] = (struct value) { copy, number };
	pthread_rwlock_unlock(&p->lock);
	free(old);
	return TOCSIN_OK;
}

/* A name that this version does not know, or a value that it does not take, is said and passed over: the node must
 * start, and its defaults are the careful ones. */
static bool take_row(void *arg, const char *name, const char *value)
{
	size_t i = find(name);
	if (i == SIZE_MAX)
		log_say(LOG_WARN, "policy not known", "name=%s", name);
	else if (place(arg, i, value) != TOCSIN_OK)
		log_say(LOG_ERROR, "policy not taken", "name=%s why=\"%s\"", name, fail_sentence());
	return true;
}

enum tocsin_err policy_open(struct store *s, struct policy **out)
{
	size_t n = 0;
	struct snapshot *r = NULL;
	while (policy_each(n) != NULL)
		n++;
	struct policy *p = calloc(1, sizeof *p + n * sizeof p->value[0]);
	if (p == NULL)
		return fail(TOCSIN_BROKEN, "no memory for the policy");
	pthread_rwlock_init(&p->lock, NULL);
	pthread_mutex_init(&p->setting, NULL);
	p->n = n;
	enum tocsin_err err = TOCSIN_OK;
	for (size_t i = 0; err == TOCSIN_OK && i < n; i++)
		err = place(p, i, policy_each(i)->deflt);
	if (err == TOCSIN_OK)
		err = snapshot_open(s, &r);
	if (err == TOCSIN_OK)
		err = policy_row_each(r, take_row, p);
	snapshot_close(r);
	if (err != TOCSIN_OK) {
		policy_free(p);
		return err;
	}
	*out = p;
	return TOCSIN_OK;
}

void policy_free(struct policy *p)
{
	if (p == NULL)
		return;
	for (size_t i = 0; i < p->n; i++)
		free(p->value[i].text);
	pthread_rwlock_destroy(&p->lock);
	pthread_mutex_destroy(&p->setting);
	free(p);
}

static int64_t number_of(const struct desk *d, size_t i)
{
	pthread_rwlock_rdlock(&d->policy->lock);
	int64_t v = d->policy->value[i].number;
	pthread_rwlock_unlock(&d->policy->lock);
	return v;
}

int64_t policy_int(const struct desk *d, const char *name)
{
	return number_of(d, must_find(name, true));
}

bool policy_flag(const struct desk *d, const char *name)
{
	return number_of(d, must_find(name, true)) != 0;
}

void policy_text(const struct desk *d, const char *name, char *out, size_t room)
{
	size_t i = must_find(name, false);
	pthread_rwlock_rdlock(&d->policy->lock);
	size_t n = strlen(d->policy->value[i].text);
	if (n >= room)
		abort();
	memcpy(out, d->policy->value[i].text, n + 1);
	pthread_rwlock_unlock(&d->policy->lock);
}

/* ---- changes ---- */

static void add_change(const struct view *v, struct change *c, const char *name, const char *value)
{
	char detail[1100];
	snprintf(detail, sizeof detail, "set to %s", value);
	change_policy_put(c, name, value, v->account, clock_now());
	change_event(c, "policy changed", 0, name);
	audit_add(c, v, "policy", name, detail);
}

/* A unit that there is not would be shown what nobody sees then: what comes in is hidden from everybody. */
static enum tocsin_err units_there(const struct desk *d, const char *name, const char *value)
{
	bool route = strcmp(name, "unit.route") == 0, known = true;
	struct snapshot *read;
	struct bytes rest = bytes_str(value), word;
	if (!route && strcmp(name, "unit.intake") != 0)
		return TOCSIN_OK;
	enum tocsin_err err = snapshot_open(d->store, &read);
	if (err != TOCSIN_OK)
		return err;
	while (err == TOCSIN_OK && known && text_word(&rest, &word)) {
		char unit[LIMIT_ACCOUNT + 1];
		const uint8_t *eq = route ? memchr(word.p, '=', word.n) : NULL;
		struct bytes named = eq == NULL ? word : bytes_of(eq + 1, (size_t)(word.p + word.n - eq - 1));
		snprintf(unit, sizeof unit, "%.*s", (int)named.n, (const char *)named.p);
		err = scope_unit_known(read, unit, &known);
		if (err == TOCSIN_OK && !known)
			err = fail(TOCSIN_MISSING, "there is no unit %s (tocsin unit add)", unit);
	}
	snapshot_close(read);
	return err;
}

enum tocsin_err policy_set(const struct desk *d, const struct view *v, const char *name, const char *value)
{
	size_t i = find(name);
	if (i == SIZE_MAX)
		return fail(TOCSIN_MISSING, "there is no policy called %.64s; tocsin policy lists them", name);
	enum tocsin_err err = policy_check(policy_each(i), value, NULL);
	if (err == TOCSIN_OK)
		err = units_there(d, name, value);
	struct change *c = err == TOCSIN_OK ? change_new() : NULL;
	if (err != TOCSIN_OK)
		return err;
	if (c != NULL)
		add_change(v, c, policy_each(i)->name, value);
	pthread_mutex_lock(&d->policy->setting);
	err = store_commit(d->store, c, NULL, NULL);
	if (err == TOCSIN_OK)
		err = place(d->policy, i, value);
	pthread_mutex_unlock(&d->policy->setting);
	return err;
}

/* Every name and value of PRESET, the default being all rows with theirs, to EACH until it fails. */
static enum tocsin_err preset_each(const struct policy_preset *preset,
	enum tocsin_err (*each)(void *arg, size_t i, const char *value), void *arg)
{
	enum tocsin_err err = TOCSIN_OK;
	const struct policy_row *row;
	for (size_t i = 0; preset->values == NULL && err == TOCSIN_OK && (row = policy_each(i)) != NULL; i++)
		err = each(arg, i, row->deflt);
	for (size_t i = 0; preset->values != NULL && err == TOCSIN_OK && preset->values[i][0] != NULL; i++) {
		size_t at = find(preset->values[i][0]);
		if (at == SIZE_MAX)
			abort();
		err = each(arg, at, preset->values[i][1]);
	}
	return err;
}

struct presetting {
	const struct desk *desk;
	const struct view *view;
	struct change *change;
};

static enum tocsin_err preset_add(void *arg, size_t i, const char *value)
{
	struct presetting *p = arg;
	enum tocsin_err err = policy_check(policy_each(i), value, NULL);
	if (err == TOCSIN_OK)
		add_change(p->view, p->change, policy_each(i)->name, value);
	return err;
}

static enum tocsin_err preset_place(void *arg, size_t i, const char *value)
{
	return place(((struct presetting *)arg)->desk->policy, i, value);
}

enum tocsin_err policy_preset(const struct desk *d, const struct view *v, const char *name)
{
	const struct policy_preset *preset;
	size_t i = 0;
	while ((preset = policy_preset_each(i)) != NULL && strcmp(preset->name, name) != 0)
		i++;
	if (preset == NULL)
		return fail(TOCSIN_MISSING, "there is no preset called %.64s; tocsin policy lists them", name);
	struct presetting p = { d, v, change_new() };
	if (p.change == NULL)
		return fail(TOCSIN_BROKEN, "no memory for a change");
	enum tocsin_err err = preset_each(preset, preset_add, &p);
	if (err != TOCSIN_OK) {
		change_free(p.change);
		return err;
	}
	pthread_mutex_lock(&d->policy->setting);
	err = store_commit(d->store, p.change, NULL, NULL);
	if (err == TOCSIN_OK)
		err = preset_each(preset, preset_place, &p);
	pthread_mutex_unlock(&d->policy->setting);
	return err;
}

/* ---- for people ---- */

json_t *policy_json(const struct desk *d)
{
	static const char *const types[] = { "integer", "time", "flag", "word", "text" };
	const struct policy_row *row;
	json_t *list = json_array();
	for (size_t i = 0; (row = policy_each(i)) != NULL; i++) {
		char allowed[400];
		allowed_words(row, allowed, sizeof allowed);
		json_t *o = json_object();
		pthread_rwlock_rdlock(&d->policy->lock);
		json_object_set_new(o, "name", json_string(row->name));
		json_object_set_new(o, "value", json_string(d->policy->value[i].text));
		pthread_rwlock_unlock(&d->policy->lock);
		json_object_set_new(o, "default", json_string(row->deflt));
		json_object_set_new(o, "type", json_string(types[row->type]));
		json_object_set_new(o, "allowed", json_string(allowed));
		json_object_set_new(o, "help", json_string(row->help));
		json_array_append_new(list, o);
	}
	return list;
}

json_t *policy_presets_json(void)
{
	const struct policy_preset *preset;
	json_t *list = json_array();
	for (size_t i = 0; (preset = policy_preset_each(i)) != NULL; i++)
		json_array_append_new(list, json_pack("{s:s, s:s}", "name", preset->name, "help", preset->help));
	return list;
}
