/*
 * Reading a tar file: every file's content lies inside the archive, and the files written again are read as the same.
 */
#include "base/tar.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct tar_file files[TAR_FILES], again[TAR_FILES];
	size_t n, count;
	if (tar_read(bytes_of(data, size), files, &n) != TOCSIN_OK)
		return 0;
	struct buf out;
	buf_init(&out, size);
	for (size_t i = 0; i < n; i++) {
		size_t at = (size_t)(files[i].content.p - data);
		if (at > size || files[i].content.n > size - at)
			abort();
		tar_add(&out, files[i].name, files[i].content, 0);
	}
	tar_end(&out);
	/* Nothing but what the files need was in there, so the same room is enough. */
	if (buf_end(&out, "the tar file") != TOCSIN_OK || tar_read(buf_bytes(&out), again, &count) != TOCSIN_OK || count != n)
		abort();
	for (size_t i = 0; i < n; i++)
		if (strcmp(files[i].name, again[i].name) != 0 || !bytes_equal(files[i].content, again[i].content))
			abort();
	buf_free(&out);
	return 0;
}
