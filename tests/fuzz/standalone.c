/*
 * standalone: runs a fuzz target over every file of the folder named by the first argument, so that a corpus is also a test.
 * An empty or missing folder fails: a target without a corpus tests nothing.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int run_file(const char *dir, const char *name)
{
	char path[4096];
	snprintf(path, sizeof path, "%s/%s", dir, name);
	FILE *f = fopen(path, "rb");
	if (f == NULL)
		return -1;
	size_t n = 0, room = 1 << 16;
	uint8_t *data = malloc(room);
	for (size_t got; data != NULL && (got = fread(data + n, 1, room - n, f)) > 0;) {
		n += got;
		if (n == room) {
			uint8_t *more = realloc(data, room * 2);
			if (more == NULL)
				break;
			data = more;
			room *= 2;
		}
	}
	fclose(f);
	if (data == NULL)
		return -1;
	/* An exact-size copy, so that the sanitizer sees the first byte read past the end. */
	uint8_t *exact = malloc(n ? n : 1);
	if (exact != NULL) {
		for (size_t i = 0; i < n; i++)
			exact[i] = data[i];
		LLVMFuzzerTestOneInput(exact, n);
	}
	free(exact);
	free(data);
	return 0;
}

int main(int argc, char **argv)
{
	DIR *d = argc == 2 ? opendir(argv[1]) : NULL;
	if (d == NULL) {
		fprintf(stderr, "standalone: no corpus folder %s\n", argc == 2 ? argv[1] : "named");
		return 1;
	}
	int files = 0, failed = 0;
	for (struct dirent *e; (e = readdir(d)) != NULL;) {
		if (e->d_name[0] == '.')
			continue;
		files++;
		if (run_file(argv[1], e->d_name) != 0) {
			fprintf(stderr, "standalone: cannot read %s/%s\n", argv[1], e->d_name);
			failed++;
		}
	}
	closedir(d);
	printf("%d inputs\n", files);
	return files == 0 || failed != 0;
}
