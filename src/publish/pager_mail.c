#include "base/clock.h"
#include "publish/pager_part.h"

#define MESSAGE_MAX (256u << 10)

enum tocsin_err pager_mail(struct pager *p, const struct notice *n, const struct channel_row *channel)
{
	struct buf message;
	if (p->host_port == NULL)
		return fail(TOCSIN_OFFLINE, "%s", pager_missing(p, channel->kind));
	buf_init(&message, MESSAGE_MAX);
	/* Servers drop what is dated in the past: the real time, even in an exercise whose clock is set. */
	notice_mail(n, p->from, channel->address, clock_real(), &message);
	enum tocsin_err err = buf_end(&message, "a mail");
	if (err == TOCSIN_OK)
		err = mail_send(&p->mail, p->from, channel->address, buf_bytes(&message), &p->stop);
	buf_free(&message);
	return err;
}
