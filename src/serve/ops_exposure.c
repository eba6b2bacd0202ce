/*
 * ops_exposure: what partners have learnt from us, and of whom nothing comes.
 */
#include "desk/exposure.h"
#include "desk/silence.h"
#include "serve/internal.h"

enum tocsin_err op_exposure(struct serve *s, struct asked *q)
{
	struct exposure_ask ask;
	enum tocsin_err err = query_str(q, "partner", &ask.partner);
	if (err == TOCSIN_OK)
		err = query_str(q, "subject", &ask.subject);
	if (err == TOCSIN_OK)
		err = query_str(q, "source", &ask.source);
	return err == TOCSIN_OK ? exposure_show(s->desk, &q->view, &ask, &q->answer) : err;
}

enum tocsin_err op_silence(struct serve *s, struct asked *q)
{
	const char *partner;
	enum tocsin_err err = query_str(q, "partner", &partner);
	return err == TOCSIN_OK ? silence_show(s->desk, &q->view, partner, &q->answer) : err;
}

enum tocsin_err op_silence_ack(struct serve *s, struct asked *q)
{
	enum tocsin_err err = silence_ack(s->desk, &q->view, q->parameter, json_string_value(json_object_get(q->body, "reason")));
	return err == TOCSIN_OK ? silence_show(s->desk, &q->view, NULL, &q->answer) : err;
}
