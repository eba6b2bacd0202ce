/*
 * openapi: the table of operations as OpenAPI 3.1, in YAML. Strings are written as JSON strings, which YAML takes.
 */
#include "api/operation.h"

#include "base/text.h"

static void add_text(struct buf *out, const char *s)
{
	json_t *v = json_string(s);
	json_write(out, v);
	json_decref(v);
}

static void indent(struct buf *out, unsigned depth)
{
	for (unsigned i = 0; i < depth; i++)
		buf_add_str(out, "  ");
}

static void add_schema(struct buf *out, const struct api_field *f, unsigned depth, bool limits);

/* The members of an object. */
static void add_members(struct buf *out, const struct api_field *f, unsigned depth, bool limits)
{
	bool required = false;
	indent(out, depth);
	buf_add_str(out, "type: object\n");
	indent(out, depth);
	buf_add_str(out, "additionalProperties: false\n");
	for (const struct api_field *m = f; m->name != NULL; m++)
		required = required || m->required;
	if (required) {
		indent(out, depth);
		buf_add_str(out, "required:\n");
		for (const struct api_field *m = f; m->name != NULL; m++)
			if (m->required) {
				indent(out, depth + 1);
				buf_printf(out, "- %s\n", m->name);
			}
	}
	if (f->name == NULL)
		return;
	indent(out, depth);
	buf_add_str(out, "properties:\n");
	for (const struct api_field *m = f; m->name != NULL; m++) {
		indent(out, depth + 1);
		add_text(out, m->name);
		buf_add_str(out, ":\n");
		add_schema(out, m, depth + 2, limits);
	}
}

static void add_line(struct buf *out, unsigned depth, const char *line)
{
	indent(out, depth);
	buf_add_str(out, line);
	buf_add_char(out, '\n');
}

/* LIMITS: of what is sent; answers have none that a reader must know. */
static void add_schema(struct buf *out, const struct api_field *f, unsigned depth, bool limits)
{
	if (f->help != NULL && f->help[0] != 0) {
		indent(out, depth);
		buf_add_str(out, "description: ");
		add_text(out, f->help);
		buf_add_char(out, '\n');
	}
	switch (f->type) {
	case API_STRING:
		add_line(out, depth, "type: string");
		if (limits) {
			indent(out, depth);
			buf_printf(out, "maxLength: %lld\n", (long long)f->max);
		}
		break;
	case API_INTEGER:
		add_line(out, depth, "type: integer");
		if (limits) {
			indent(out, depth);
			buf_printf(out, "minimum: %lld\n", (long long)f->min);
			indent(out, depth);
			buf_printf(out, "maximum: %lld\n", (long long)f->max);
		}
		break;
	case API_BOOLEAN:
		add_line(out, depth, "type: boolean");
		break;
	case API_STRINGS:
		add_line(out, depth, "type: array");
		if (limits) {
			indent(out, depth);
			buf_printf(out, "maxItems: %lld\n", (long long)f->max);
		}
		add_line(out, depth, "items:");
		add_line(out, depth + 1, "type: string");
		break;
	case API_OBJECT:
		if (f->of != NULL)
			add_members(out, f->of, depth, limits);
		else
			add_line(out, depth, "type: object");
		break;
	case API_OBJECTS:
		add_line(out, depth, "type: array");
		if (limits) {
			indent(out, depth);
			buf_printf(out, "maxItems: %lld\n", (long long)f->max);
		}
		add_line(out, depth, "items:");
		if (f->of != NULL)
			add_members(out, f->of, depth + 1, limits);
		else
			add_line(out, depth + 1, "type: object");
		break;
	case API_MAYBE:
		add_line(out, depth, "type: [string, \"null\"]");
		break;
	case API_ANY:
		/* An empty schema takes everything; YAML needs a value here when there is no description. */
		if (f->help == NULL || f->help[0] == 0)
			add_line(out, depth, "description: \"\"");
		break;
	}
}

static void add_parameters(struct buf *out, const struct api_operation *op)
{
	const char *open = strchr(op->path, '{');
	if (open == NULL && op->query->name == NULL)
		return;
	buf_add_str(out, "      parameters:\n");
	if (open != NULL) {
		buf_printf(out, "        - name: %.*s\n", (int)(strchr(open, '}') - open - 1), open + 1);
		buf_add_str(out, "          in: path\n          required: true\n          schema:\n            type: string\n");
	}
	for (const struct api_field *f = op->query; f->name != NULL; f++) {
		buf_printf(out, "        - name: %s\n          in: query\n          required: %s\n          schema:\n", f->name,
			f->required ? "true" : "false");
		struct api_field plain = *f;
		/* Lists are joined with commas. */
		if (plain.type == API_STRINGS)
			plain.type = API_STRING;
		add_schema(out, &plain, 6, true);
	}
}

static void add_body(struct buf *out, const struct api_operation *op)
{
	static const char *const types[] = { [BODY_CARDS] = "text/plain", [BODY_CARRY] = "application/octet-stream",
		[BODY_FILE] = "application/octet-stream" };
	if (op->body == BODY_NONE)
		return;
	buf_add_str(out, "      requestBody:\n");
	buf_printf(out, "        required: %s\n        content:\n", op->body != BODY_JSON ? "true" : "false");
	if (op->body == BODY_JSON) {
		buf_add_str(out, "          application/json:\n            schema:\n");
		add_members(out, op->fields, 7, true);
	} else {
		buf_printf(out, "          %s:\n            schema:\n              type: string\n              format: binary\n",
			types[op->body]);
	}
}

static void add_answer(struct buf *out, const struct api_operation *op)
{
	buf_add_str(out, "      responses:\n        \"200\":\n          description: ");
	add_text(out, op->help);
	buf_printf(out, "\n          content:\n            \"%s\":\n              schema:\n",
		op->answer_type == NULL ? "application/json" : op->answer_type);
	if (op->answer_type == NULL && op->answer != NULL)
		add_members(out, op->answer, 8, false);
	else
		add_line(out, 8, op->answer_type == NULL ? "type: object" : "type: string");
	buf_add_str(out, "        default:\n          $ref: \"#/components/responses/problem\"\n");
}

static void add_operation(struct buf *out, const struct api_operation *op)
{
	char method[8];
	size_t n = 0;
	for (; op->method[n] != 0 && n < sizeof method - 1; n++)
		method[n] = (char)(op->method[n] | 0x20);
	method[n] = 0;
	buf_printf(out, "    %s:\n      summary: ", method);
	add_text(out, op->help);
	buf_printf(out, "\n      x-right: %s\n      x-token: %s\n", right_name(op->right),
		op->token == TOKEN_READ ? "read" : op->token == TOKEN_ISSUE ? "issue" : "admin");
	add_parameters(out, op);
	add_body(out, op);
	add_answer(out, op);
}

/* Whether an earlier row has this path, so that it is written with that one. */
static bool is_written(size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strcmp(api_each(k)->path, api_each(i)->path) == 0)
			return true;
	return false;
}

void api_openapi(const char *version, struct buf *out)
{
	buf_printf(out,
		"# Made by: tocsin help --openapi\n"
		"openapi: 3.1.0\n"
		"info:\n"
		"  title: tocsin, the desk's API\n"
		"  version: \"%s\"\n"
		"  description: \"docs/API.md says what the operations mean. Every POST, PUT and DELETE takes Idempotency-Key.\"\n"
		"servers:\n"
		"  - url: /\n"
		"security:\n"
		"  - token: []\n"
		"paths:\n",
		version);
	const struct api_operation *op;
	for (size_t i = 0; (op = api_each(i)) != NULL; i++) {
		if (is_written(i))
			continue;
		buf_printf(out, "  \"%s\":\n", op->path);
		for (size_t k = i; api_each(k) != NULL; k++)
			if (strcmp(api_each(k)->path, op->path) == 0)
				add_operation(out, api_each(k));
	}
	buf_add_str(out,
		"components:\n"
		"  securitySchemes:\n"
		"    token:\n"
		"      type: http\n"
		"      scheme: bearer\n"
		"  responses:\n"
		"    problem:\n"
		"      description: \"what is wrong, in one sentence: the same that the command prints\"\n"
		"      content:\n"
		"        application/problem+json:\n"
		"          schema:\n"
		"            type: object\n"
		"            additionalProperties: false\n"
		"            required:\n"
		"              - status\n"
		"              - code\n"
		"              - detail\n"
		"            properties:\n"
		"              status:\n"
		"                type: integer\n"
		"              code:\n"
		"                type: string\n"
		"                enum: [bad, refused, missing, later, offline, broken]\n"
		"              detail:\n"
		"                type: string\n");
}
