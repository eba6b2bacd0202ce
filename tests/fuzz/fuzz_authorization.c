/*
 * The value of Authorization: what is read is a whole token in the one form that there is, and otherwise nothing.
 */
#include <stdlib.h>

#include "desk/session.h"
#include "serve/auth.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char token[AUTH_TOKEN + 1], *header = malloc(size + 1);
	struct hash id;
	if (header == NULL)
		return 0;
	if (size > 0)
		memcpy(header, data, size);
	header[size] = 0;
	enum auth_form form = auth_read(header, token);
	bool read = form == AUTH_BEARER || form == AUTH_BASIC;
	if (form == AUTH_ABSENT || strlen(token) != (read ? AUTH_TOKEN : 0) || session_key(bytes_str(token), &id) != read)
		abort();
	/* A token is taken as it stands there, not made of something else. */
	if (form == AUTH_BEARER && strstr(header, token) == NULL)
		abort();
	free(header);
	return 0;
}
