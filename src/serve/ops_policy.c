/*
 * ops_policy: what the organisation has decided.
 */
#include "desk/policy.h"
#include "serve/internal.h"

enum tocsin_err op_policy(struct serve *s, struct asked *q)
{
	q->answer = json_object();
	json_object_set_new(q->answer, "items", policy_json(s->desk));
	json_object_set_new(q->answer, "presets", policy_presets_json());
	return TOCSIN_OK;
}

enum tocsin_err op_policy_set(struct serve *s, struct asked *q)
{
	const char *value = json_string_value(json_object_get(q->body, "value"));
	enum tocsin_err err = policy_set(s->desk, &q->view, q->parameter, value);
	json_t *all = err == TOCSIN_OK ? policy_json(s->desk) : NULL, *one;
	size_t i;
	json_array_foreach(all, i, one)
		if (strcmp(json_string_value(json_object_get(one, "name")), q->parameter) == 0)
			q->answer = json_incref(one);
	json_decref(all);
	return err;
}

enum tocsin_err op_policy_preset(struct serve *s, struct asked *q)
{
	const char *preset = json_string_value(json_object_get(q->body, "preset"));
	enum tocsin_err err = policy_preset(s->desk, &q->view, preset);
	return err == TOCSIN_OK ? op_policy(s, q) : err;
}
