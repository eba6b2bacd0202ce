#include "keeper/folder.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

enum tocsin_err folder_check(const char *folder, bool *empty)
{
	struct stat st;
	DIR *d = opendir(folder);
	if (d == NULL)
		return errno == ENOENT ? fail(TOCSIN_MISSING, "there is no keys folder %s", folder)
		                       : fail(TOCSIN_BROKEN, "cannot open the keys folder %s: %s", folder, strerror(errno));
	enum tocsin_err err = TOCSIN_OK;
	if (fstat(dirfd(d), &st) != 0)
		err = fail(TOCSIN_BROKEN, "cannot look at the keys folder %s: %s", folder, strerror(errno));
	else if (st.st_uid != geteuid())
		err = fail(TOCSIN_REFUSED, "the keys folder %s belongs to somebody else: make it yours with chown", folder);
	else if ((st.st_mode & 077) != 0)
		err = fail(TOCSIN_REFUSED, "others can look into the keys folder %s: run chmod 700 %s", folder, folder);
	*empty = true;
	for (struct dirent *e; (e = readdir(d)) != NULL;)
		*empty = *empty && (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0);
	closedir(d);
	return err;
}

/* Takes END from the end of S. */
static bool take_end(struct bytes *s, const char *end)
{
	size_t n = strlen(end);
	if (s->n < n || memcmp(s->p + s->n - n, end, n) != 0)
		return false;
	s->n -= n;
	return true;
}

enum tocsin_err folder_last_log(const char *folder, uint64_t *n)
{
	DIR *d = opendir(folder);
	if (d == NULL)
		return fail(TOCSIN_BROKEN, "cannot open the keys folder %s: %s", folder, strerror(errno));
	*n = 0;
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		struct bytes s = bytes_str(e->d_name);
		uint64_t v;
		take_end(&s, ".age");
		if (take_end(&s, ".pem") && bytes_starts(s, "log-") && text_u64(bytes_of(s.p + 4, s.n - 4), INT64_MAX, &v) &&
			v > *n)
			*n = v;
	}
	closedir(d);
	if (*n == 0)
		return fail(TOCSIN_BROKEN, "there is no log-<n>.pem in the keys folder %s", folder);
	return TOCSIN_OK;
}
