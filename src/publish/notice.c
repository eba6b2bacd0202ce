#include "publish/notice.h"

#include "base/json.h"
#include "base/text.h"
#include "seal/hkdf.h"

#define LINE_MAX_MAIL 900               /* of RFC 5322's 998 */
#define WORD_BYTES 45                   /* of an encoded word: 60 characters of base64, 75 with what is around them */
#define SUBJECT_MAX 300
#define TEXT_MAX (64u << 10)

/* ---- webhook ---- */

static void put(json_t *o, const char *key, const char *value)
{
	json_t *s = json_string(value);
	json_object_set_new(o, key, s != NULL ? s : json_string(""));
}

static void put_time(json_t *o, const char *key, int64_t t)
{
	char text[CLOCK_TEXT + 1] = "";
	if (t != 0)
		clock_format(t, text);
	put(o, key, text);
}

void notice_json(const struct notice *n, struct buf *out)
{
	json_t *o = json_object();
	put(o, "page", n->page);
	put(o, "node", n->node);
	json_object_set_new(o, "exercise", json_boolean(n->exercise));
	json_object_set_new(o, "test", json_boolean(n->test));
	json_object_set_new(o, "life", json_boolean(n->life));
	put_time(o, "at", n->at);
	put(o, "what", n->what);
	put(o, "about", n->about);
	put(o, "kind", n->kind);
	put(o, "clock", n->clock);
	put_time(o, "due_at", n->due_at);
	put(o, "whose", n->whose);
	if (n->why != NULL && n->why[0] != 0)
		put(o, "why", n->why);
	if (n->summary[0] != 0)
		put(o, "summary", n->summary);
	json_write(out, o);
	json_decref(o);
}

void notice_signature(struct bytes secret, int64_t seconds, struct bytes body, char out[NOTICE_SIGNATURE])
{
	uint8_t mac[HKDF_SIZE];
	char hex[2 * HKDF_SIZE + 1];
	struct buf message;
	buf_init(&message, body.n + 32);
	buf_printf(&message, "%lld.", (long long)seconds);
	buf_add_bytes(&message, body);
	hkdf_hmac(secret, buf_bytes(&message), mac);
	/* Out of memory: a signature that fits nothing. */
	hex_encode(mac, message.failed ? 0 : sizeof mac, hex);
	snprintf(out, NOTICE_SIGNATURE, "t=%lld,v1=%s", (long long)seconds, hex);
	buf_free(&message);
}

/* ---- mail ---- */

/* S without what ends a line or steers a terminal. */
static void add_clean(struct buf *out, const char *s)
{
	for (; *s != 0; s++) {
		unsigned char c = (unsigned char)*s;
		/* C1 controls and the two separators are two and three bytes of UTF-8. */
		if (c < ' ' || c == 0x7f) {
			buf_add_char(out, ' ');
		} else if (c == 0xc2 && (unsigned char)s[1] >= 0x80 && (unsigned char)s[1] <= 0x9f) {
			buf_add_char(out, ' ');
			s++;
		} else if (c == 0xe2 && (unsigned char)s[1] == 0x80 &&
			((unsigned char)s[2] == 0xa8 || (unsigned char)s[2] == 0xa9)) {
			buf_add_char(out, ' ');
			s += 2;
		} else {
			buf_add_char(out, *s);
		}
	}
}

static bool is_ascii(struct bytes s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] > '~')
			return false;
	return true;
}

static void add_subject(const struct notice *n, struct buf *out)
{
	struct buf text;
	buf_init(&text, TEXT_MAX);
	if (n->exercise)
		buf_add_str(&text, "[EXERCISE] ");
	if (n->test)
		buf_add_str(&text, "[TEST] ");
	if (n->life)
		buf_add_str(&text, "[THREAT TO LIFE] ");
	add_clean(&text, n->what);
	if (n->about[0] != 0) {
		buf_add_str(&text, " (");
		add_clean(&text, n->kind);
		buf_add_char(&text, ' ');
		add_clean(&text, n->about);
		buf_add_char(&text, ')');
	}
	struct bytes s = buf_bytes(&text);
	buf_add_str(out, "Subject:");
	if (is_ascii(s) && s.n <= SUBJECT_MAX) {
		buf_add_char(out, ' ');
		buf_add_bytes(out, s);
		buf_add_str(out, "\r\n");
	} else {
		/* RFC 2047: each encoded word holds whole characters. */
		while (s.n > 0) {
			size_t k = s.n < WORD_BYTES ? s.n : WORD_BYTES;
			while (k > 1 && k < s.n && (s.p[k] & 0xc0) == 0x80)
				k--;
			buf_add_str(out, " =?UTF-8?B?");
			buf_add_base64(out, s.p, k);
			buf_add_str(out, "?=\r\n");
			s = bytes_of(s.p + k, s.n - k);
		}
	}
	buf_free(&text);
}

static void add_line(struct buf *out, const char *label, const char *value)
{
	if (value[0] == 0)
		return;
	buf_add_str(out, label);
	add_clean(out, value);
	buf_add_str(out, "\r\n");
}

static void add_time(struct buf *out, const char *label, int64_t t, const struct zone *zone)
{
	char utc[CLOCK_TEXT + 1], there[ZONE_TEXT + 1];
	if (t == 0)
		return;
	clock_format(t, utc);
	buf_printf(out, "%s%s", label, utc);
	if (zone != NULL && zone_offset(zone, t) != 0) {
		zone_format(zone, t, there);
		buf_printf(out, " (%s)", there);
	}
	buf_add_str(out, "\r\n");
}

static void add_text(const struct notice *n, struct buf *out)
{
	if (n->exercise)
		buf_add_str(out, "This is an exercise.\r\n");
	if (n->test)
		buf_add_str(out, "This is a test of this channel: nothing has happened, and nothing is to be done.\r\n");
	if (n->life)
		buf_add_str(out, "A threat to life: quiet hours do not apply.\r\n");
	add_line(out, "What happened: ", n->what);
	add_line(out, "About: ", n->about);
	add_line(out, "Kind: ", n->kind);
	add_time(out, "By when: ", n->due_at, n->zone);
	add_line(out, "Whose: ", n->whose);
	add_line(out, "Why: ", n->why == NULL ? "" : n->why);
	add_line(out, "Summary: ", n->summary);
	add_line(out, "Clock: ", n->clock);
	add_time(out, "At: ", n->at, n->zone);
	add_line(out, "Node: ", n->node);
	add_line(out, "Page: ", n->page);
	if (!n->test)
		add_line(out, "\r\nTo acknowledge, which stops the others who are paged: tocsin page ack ", n->page);
}

static bool has_long_line(struct bytes s)
{
	size_t start = 0;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\n') {
			if (i - start > LINE_MAX_MAIL)
				return true;
			start = i + 1;
		}
	return false;
}

/* RFC 5322's, from "2024-03-06T09:12:00Z". */
static void add_date(struct buf *out, int64_t t)
{
	static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	char s[CLOCK_TEXT + 1];
	clock_format(t, s);
	int month = (s[5] - '0') * 10 + s[6] - '0';
	buf_printf(out, "Date: %.2s %s %.4s %.8s +0000\r\n", &s[8], months[month >= 1 && month <= 12 ? month - 1 : 0], s, &s[11]);
}

void notice_mail(const struct notice *n, const char *from, const char *to, int64_t sent, struct buf *out)
{
	struct buf text;
	buf_init(&text, TEXT_MAX);
	add_text(n, &text);
	add_date(out, sent);
	buf_printf(out, "From: <%s>\r\nTo: <%s>\r\n", from, to);
	add_subject(n, out);
	/* The same for every try: who got it twice sees it once. */
	buf_printf(out, "Message-ID: <page-%s@%s>\r\n", n->page, n->node);
	buf_printf(out, "Tocsin-Page: %s\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n", n->page);
	if (n->life)
		buf_add_str(out, "Importance: high\r\n");
	buf_add_str(out, "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: ");
	struct bytes s = buf_bytes(&text);
	if (is_ascii(s) && !has_long_line(s)) {
		buf_add_str(out, "7bit\r\n\r\n");
		buf_add_bytes(out, s);
	} else {
		buf_add_str(out, "base64\r\n\r\n");
		for (size_t i = 0; i < s.n; i += 57) {
			buf_add_base64(out, s.p + i, s.n - i < 57 ? s.n - i : 57);
			buf_add_str(out, "\r\n");
		}
	}
	if (text.failed)
		out->failed = true;
	buf_free(&text);
}

/* ---- programs ---- */

void notice_settings(const struct notice *n, struct notice_settings *out)
{
	out->due[0] = 0;
	if (n->due_at != 0)
		clock_format(n->due_at, out->due);
	const struct runner_setting all[NOTICE_SETTINGS] = {
		{ "TOCSIN_EVENT", "page" },
		{ "TOCSIN_PAGE", n->page },
		{ "TOCSIN_WHAT", n->what },
		{ "TOCSIN_ID", n->about },
		{ "TOCSIN_KIND", n->kind },
		{ "TOCSIN_CLOCK", n->clock },
		{ "TOCSIN_DUE", out->due },
		{ "TOCSIN_WHOSE", n->whose },
		{ "TOCSIN_ACCOUNT", n->account },
		{ "TOCSIN_LIFE", n->life ? "yes" : "no" },
		{ "TOCSIN_TEST", n->test ? "yes" : "no" },
		{ "TOCSIN_EXERCISE", n->exercise ? "yes" : "no" },
	};
	memcpy(out->setting, all, sizeof all);
}
