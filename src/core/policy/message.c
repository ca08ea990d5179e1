/* SPDX-License-Identifier: ISC */
/*
 * message.c - refusal texts: expanded, then cleaned
 *
 * Cleaning comes last, over the whole text, because an inserted reason or
 * profile name may hold anything. A CR LF that reached an IMAP client would be
 * a second, forged answer line (seen with Dovecot 2.3.19).
 */
#include <string.h>

#include "base/utf8.h"

#include "core/policy/message.h"

static int is_control(int32_t c)
{
	return lg_is_control(c) || c == 0x2028 || c == 0x2029;
}

void lg_message_clean(const char *text, size_t len, struct lg_buffer *out_text)
{
	size_t pos = 0, plain = 0;
	int in_run = 0;

	while (pos < len) {
		int32_t c;
		size_t used = lg_utf8_next(text + pos, len - pos, &c);

		if (!is_control(c)) {
			pos += used;
			in_run = 0;
			continue;
		}
		lg_buffer_append(out_text, text + plain, pos - plain);
		if (c < 0) {
			lg_buffer_text(out_text, LG_UTF8_REPLACEMENT);
			in_run = 0;
		} else if (!in_run) {
			lg_buffer_char(out_text, ' ');
			in_run = 1;
		}
		pos += used;
		plain = pos;
	}
	lg_buffer_append(out_text, text + plain, len - plain);
}

const char *lg_message_default(enum lg_reason reason)
{
	switch (reason) {
	case LG_REASON_VERSION_BLOCKED:
	case LG_REASON_PROCESS_BLOCKED:
	case LG_REASON_VERSION_UNKNOWN:
	case LG_REASON_PROCESS_UNKNOWN:
		/* E1, without the product: people here may use any client. */
		return "Your administrator has blocked the version of the mail "
		       "program that you are using. Contact your "
		       "administrator for assistance.";
	case LG_REASON_NO_POLICY:
		return "The mail server cannot check logons at the moment. "
		       "Please try again later.";
	case LG_REASON_SESSION_ENDED:
		return "The mail program has to connect again.";
	case LG_REASON_BAD_NAME:
		return "This is not a name to log on with.";
	case LG_REASON_NONE:
	case LG_REASON_NOT_LISTED:
	case LG_REASON_NOBODY:
	case LG_REASON_PROTOCOL_REFUSED:
		break;
	}
	return "The mail server is under maintenance. Please try again later.";
}

/* The word whose name and "}" text begins with; NULL: none. */
static const struct lg_message_word *word_at(const char *text, size_t len,
					     const struct lg_message_word *word,
					     size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t name_len = strlen(word[i].name);

		if (len > name_len && !memcmp(text, word[i].name, name_len) &&
		    text[name_len] == '}')
			return &word[i];
	}
	return NULL;
}

void lg_message_expand(const char *text, size_t len,
		       const struct lg_message_word *word, size_t count,
		       int cleans, struct lg_buffer *out_text)
{
	const char *end = text + len;
	const char *plain = text;

	for (; end - text > 2; text++) {
		const struct lg_message_word *found =
			text[0] == '%' && text[1] == '{'
				? word_at(text + 2, (size_t)(end - text) - 2,
					  word, count)
				: NULL;

		if (!found)
			continue;
		lg_buffer_append(out_text, plain, (size_t)(text - plain));
		if (found->value && cleans)
			lg_message_clean(found->value, strlen(found->value),
					 out_text);
		else if (found->value)
			lg_buffer_text(out_text, found->value);
		text += 2 + strlen(found->name);
		plain = text + 1;
	}
	lg_buffer_append(out_text, plain, (size_t)(end - plain));
}

void lg_message_choose(const struct lg_policy_layer_info *layer,
		       const char *accept, const char *language,
		       struct lg_message_choice *out_choice)
{
	struct lg_message_choice choice = {0};
	char tag[LG_LANGUAGE_SIZE];

	if (layer && accept)
		choice.message = lg_language_best(&layer->messages, accept);
	if (layer && !choice.message && language)
		choice.message = lg_language_best(&layer->messages, language);
	if (layer && !choice.message)
		choice.message = layer->message;
	if (!choice.message)
		memcpy(choice.language, "en", sizeof("en"));
	for (size_t i = 0; choice.message && i < layer->messages.count; i++) {
		const char *text =
			lg_language_split(layer->messages.item[i], tag);

		if (text && !strcmp(text, choice.message)) {
			memcpy(choice.language, tag, sizeof(tag));
			break;
		}
	}
	*out_choice = choice;
}

enum lg_status lg_message_refusal(const char *message, enum lg_reason reason,
				  const struct lg_message_facts *facts,
				  struct lg_buffer *out_text,
				  struct lg_error *err)
{
	const struct lg_message_word words[] = {{"until", facts->until},
						{"since", facts->since},
						{"profile", facts->profile},
						{"reason", facts->reason}};
	struct lg_buffer expanded = {0};
	enum lg_status status;

	/* "closed until ." helps nobody. */
	if (!message || !message[strspn(message, " \t\r\n")] ||
	    (strstr(message, "%{until}") && !(facts->until && *facts->until)))
		message = lg_message_default(reason);
	lg_message_expand(message, strlen(message), words,
			  sizeof(words) / sizeof(*words), 0, &expanded);
	status = lg_buffer_status(&expanded, err);
	if (status != LG_OK)
		goto out;
	lg_message_clean(expanded.data, expanded.len, out_text);
	status = lg_buffer_status(out_text, err);
out:
	lg_buffer_release(&expanded);
	return status;
}
