/*
 * ops_exposure: what partners have learnt from us.
 */
#include "desk/exposure.h"
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
