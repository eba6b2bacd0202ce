#include "domain/media.h"

#include <strings.h>

#include "base/text.h"

static const struct media table[] = {
	{ "application/octet-stream", "" },
	{ "application/pdf", "pdf" },
	{ "application/rtf", "rtf" },
	{ "application/vnd.oasis.opendocument.text", "odt" },
	{ "application/vnd.oasis.opendocument.spreadsheet", "ods" },
	{ "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx" },
	{ "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx" },
	{ "audio/amr", "amr" },
	{ "audio/flac", "flac" },
	{ "audio/mp4", "m4a" },
	{ "audio/mpeg", "mp3" },
	{ "audio/ogg", "ogg oga opus" },
	{ "audio/wav", "wav" },
	{ "image/gif", "gif" },
	{ "image/heic", "heic" },
	{ "image/jpeg", "jpg jpeg" },
	{ "image/png", "png" },
	{ "image/tiff", "tif tiff" },
	{ "image/webp", "webp" },
	{ "message/rfc822", "eml" },
	{ "text/csv", "csv" },
	{ "text/plain", "txt" },
	{ "video/mp4", "mp4" },
	{ "video/webm", "webm" },
};

const struct media *media_each(size_t i)
{
	return i < sizeof table / sizeof *table ? &table[i] : NULL;
}

const struct media *media_find(const char *type)
{
	const struct media *m;
	for (size_t i = 0; (m = media_each(i)) != NULL; i++)
		if (strcmp(m->type, type) == 0)
			return m;
	return NULL;
}

static bool has_ending(const struct media *m, const char *ending)
{
	struct bytes rest = bytes_str(m->endings), word;
	while (text_word(&rest, &word))
		if (strlen(ending) == word.n && strncasecmp(ending, (const char *)word.p, word.n) == 0)
			return true;
	return false;
}

const struct media *media_of_name(const char *name)
{
	const char *dot = strrchr(name, '.');
	const struct media *m;
	for (size_t i = 0; dot != NULL && (m = media_each(i)) != NULL; i++)
		if (has_ending(m, dot + 1))
			return m;
	return media_find(MEDIA_UNKNOWN);
}

static bool is_barred(uint8_t c)
{
	return strchr("/\\:*?\"<>|", c) != NULL;        /* and NUL */
}

enum tocsin_err media_name_check(const char *name)
{
	size_t n = strlen(name);
	struct bytes b = bytes_of(name, n);
	if (n == 0 || n > MEDIA_NAME)
		return fail(TOCSIN_BAD, "a file's name has 1 to %d bytes", MEDIA_NAME);
	if (!text_is_clean(b) || text_has_bidi(b))
		return fail(TOCSIN_BAD, "a file's name is UTF-8 without control characters and direction overrides");
	for (size_t i = 0; i < n; i++)
		if (is_barred(b.p[i]))
			return fail(TOCSIN_BAD, "%.100s is no name of a file: \"%c\" may not be in it", name, name[i]);
	if (strchr(". -", name[0]) != NULL || strchr(". ", name[n - 1]) != NULL)
		return fail(TOCSIN_BAD,
			"%.100s is no name of a file: it may not begin with a dot, space or hyphen, nor end with a dot or space",
			name);
	return TOCSIN_OK;
}

/* How many bytes the character at P has, when it is one that a name may hold; 0 otherwise. */
static size_t good_character(struct bytes rest)
{
	size_t n = rest.p[0] < 0x80 ? 1 : rest.p[0] < 0xE0 ? 2 : rest.p[0] < 0xF0 ? 3 : 4;
	struct bytes one = bytes_of(rest.p, n <= rest.n ? n : rest.n);
	return text_is_clean(one) && !text_has_bidi(one) && !is_barred(rest.p[0]) ? one.n : 0;
}

void media_name_safe(struct bytes name, struct buf *out)
{
	size_t start = out->n, made = 0;
	for (size_t i = 0; i < name.n && made < MEDIA_NAME;) {
		size_t n = good_character(bytes_of(name.p + i, name.n - i));
		bool edge = (made == 0 && strchr(". -", name.p[i]) != NULL) || (i + 1 == name.n && strchr(". ", name.p[i]) != NULL);
		if (made + n > MEDIA_NAME)
			break;
		if (n == 0 || edge)
			buf_add_char(out, '_');
		else
			buf_add(out, name.p + i, n);
		i += n == 0 ? 1 : n;
		made = out->n - start;
	}
	if (made == 0) {
		buf_add_str(out, "attachment");
		return;
	}
	/* It was cut in front of its end, where a dot or a space may stand. */
	if (!out->failed && strchr(". ", out->p[out->n - 1]) != NULL)
		out->p[out->n - 1] = '_';
}
