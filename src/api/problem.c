#include "api/operation.h"

unsigned api_status(const struct api_operation *op, enum tocsin_err err)
{
	switch (err) {
	case TOCSIN_OK:
		return 200;
	case TOCSIN_BAD:
		return 400;
	case TOCSIN_REFUSED:
		/* Refused because of what is there already, or because it is not allowed. */
		return op != NULL && (op->id == API_PARTNER_ADD || op->id == API_CLOSE_DELIVERY) ? 409 : 403;
	case TOCSIN_MISSING:
		return 404;
	case TOCSIN_LATER:
		return 503;
	case TOCSIN_OFFLINE:
		return 502;
	case TOCSIN_BROKEN:
		break;
	}
	return 500;
}

void api_problem(struct buf *out, unsigned status, enum tocsin_err err, const char *detail)
{
	/* The sentence may name what a stranger sent, cut in the middle of a character. */
	json_t *text = json_string(detail);
	json_t *o = json_object();
	json_object_set_new(o, "status", json_integer(status));
	json_object_set_new(o, "code", json_string(err_name(err)));
	json_object_set_new(
		o, "detail", text != NULL ? text : json_string("the reason cannot be shown: it is not valid UTF-8"));
	json_write(out, o);
	buf_add_char(out, '\n');
	json_decref(o);
}

static json_t *describe_fields(const struct api_field *f)
{
	static const char *const types[] = { "string", "integer", "boolean", "strings", "object", "objects", "string or null", "any" };
	json_t *list = json_array();
	for (; f->name != NULL; f++) {
		json_t *o = json_object();
		json_object_set_new(o, "name", json_string(f->name));
		json_object_set_new(o, "type", json_string(types[f->type]));
		json_object_set_new(o, "required", json_boolean(f->required));
		json_object_set_new(o, "help", json_string(f->help));
		json_array_append_new(list, o);
	}
	return list;
}

json_t *api_describe(void)
{
	json_t *list = json_array();
	const struct api_operation *op;
	for (size_t i = 0; (op = api_each(i)) != NULL; i++) {
		json_t *o = json_object();
		json_object_set_new(o, "method", json_string(op->method));
		json_object_set_new(o, "path", json_string(op->path));
		json_object_set_new(o, "scope", json_string(op->token == TOKEN_READ ? "read" : op->token == TOKEN_ISSUE ? "issue" : "admin"));
		json_object_set_new(o, "right", json_string(right_name(op->right)));
		json_object_set_new(o, "help", json_string(op->help));
		json_object_set_new(o, "body", describe_fields(op->fields));
		json_object_set_new(o, "query", describe_fields(op->query));
		json_array_append_new(list, o);
	}
	json_t *all = json_object();
	json_object_set_new(all, "items", list);
	return all;
}
