/*
 * metrics: counters in the OpenMetrics text format. Never a name of a person, never content; partners by name, as in
 * status.
 */
#include "serve/internal.h"

#define TYPE "application/openmetrics-text; version=1.0.0; charset=utf-8"

static void gauge(struct buf *out, const char *name, const char *help, json_int_t v)
{
	buf_printf(out, "# TYPE tocsin_%s gauge\n# HELP tocsin_%s %s\ntocsin_%s %lld\n", name, name, help, name,
		(long long)v);
}

static void counter(struct buf *out, const char *name, const char *help, json_int_t v)
{
	buf_printf(out, "# TYPE tocsin_%s counter\n# HELP tocsin_%s %s\ntocsin_%s_total %lld\n", name, name, help, name,
		(long long)v);
}

/* One sample a partner; names are DNS names and need no escaping. */
static void by_partner(struct buf *out, const json_t *partners, const char *member, const char *help)
{
	const json_t *p;
	size_t i;
	buf_printf(out, "# TYPE tocsin_outbox_%s gauge\n# HELP tocsin_outbox_%s %s\n", member, member, help);
	json_array_foreach(partners, i, p) buf_printf(out, "tocsin_outbox_%s{partner=\"%s\"} %lld\n", member,
		json_string_value(json_object_get(p, "name")),
		(long long)json_integer_value(json_object_get(p, member)));
}

enum tocsin_err op_metrics(struct serve *s, struct asked *q)
{
	static const struct { const char *member, *help;
	} counts[] = {
		{ "commits", "transactions since the start" },
		{ "changes", "changes since the start" },
		{ "operations", "operations answered since the start" },
		{ "tokens_refused", "requests with a wrong token since the start" },
		{ "notified", "notification commands that ended well" },
		{ "notify_failed", "notification commands that failed twice" },
	};
	json_t *status = NULL;
	enum tocsin_err err = status_make(s, &status);
	if (err != TOCSIN_OK)
		return err;
	struct buf *out = &q->out;
	const json_t *c = json_object_get(status, "counters"), *log = json_object_get(status, "log"),
		     *partners = json_object_get(status, "partners");
	const json_t *intake = json_object_get(json_object_get(status, "exchange"), "intake");
	gauge(out, "ready", "whether the log was compared with what others have seen",
		json_is_true(json_object_get(status, "ready")));
	gauge(out, "alarms", "alarms that status shows",
		(json_int_t)json_array_size(json_object_get(status, "alarms")));
	gauge(out, "log_size", "entries of our log", json_integer_value(json_object_get(log, "size")));
	gauge(out, "log_published_size", "entries that the published checkpoint covers",
		json_integer_value(json_object_get(log, "published_size")));
	gauge(out, "statements", "statements held", json_integer_value(json_object_get(c, "statements")));
	gauge(out, "receipts_unwitnessed", "receipts without their quorum",
		json_integer_value(json_object_get(c, "receipts_unwitnessed")));
	gauge(out, "receipts_overdue", "receipts without their quorum for too long",
		json_integer_value(json_object_get(c, "receipts_overdue")));
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
		counter(out, counts[i].member, counts[i].help,
			json_integer_value(json_object_get(c, counts[i].member)));
	by_partner(out, partners, "waiting", "statements that wait for a receipt");
	by_partner(out, partners, "refused", "statements that the partner refused");
	buf_add_str(
		out, "# TYPE tocsin_intake counter\n# HELP tocsin_intake envelopes taken in, by what became of them\n");
	const char *code;
	json_t *n;
	json_object_foreach((json_t *)(uintptr_t)intake, code, n)
		buf_printf(out, "tocsin_intake_total{code=\"%s\"} %lld\n", code, (long long)json_integer_value(n));
	buf_add_str(out, "# EOF\n");
	json_decref(status);
	q->type = TYPE;
	return TOCSIN_OK;
}
