#include "base/file.h"
#include "publish/pager_part.h"

enum tocsin_err pager_command(struct pager *p, const struct notice *n, const struct channel_row *channel)
{
	char path[4096];
	struct notice_settings s;
	if (p->folder == NULL)
		return fail(TOCSIN_OFFLINE, "%s", pager_missing(p, channel->kind));
	/* The name was checked when the channel was made; it leads nowhere else all the same. */
	if (strchr(channel->address, '/') != NULL || channel->address[0] == '.')
		return fail(TOCSIN_REFUSED, "%.100s is no name of a program", channel->address);
	enum tocsin_err err = file_join(path, sizeof path, p->folder, channel->address);
	if (err != TOCSIN_OK)
		return err;
	notice_settings(n, &s);
	return runner_run(path, s.setting, NOTICE_SETTINGS, &p->stop);
}
