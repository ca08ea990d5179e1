/* SPDX-License-Identifier: ISC */
/*
 * message.h - the sentence a refused person reads
 *
 * Layer: core.
 * Flow: every door takes its text from lg_message_refusal; a text that comes
 * from anywhere else goes through lg_message_clean before it leaves.
 * Source: contract 2 [message], 6 (no control characters), 8 "Words";
 * conformance E1, E2, E5.
 */
#ifndef LOGONGATE_CORE_POLICY_MESSAGE_H
#define LOGONGATE_CORE_POLICY_MESSAGE_H

#include <logongate/buffer.h>
#include <logongate/policy.h>

#include "core/values/language.h"

/* What may stand in a message; NULL is put in as nothing. */
struct lg_message_facts {
	const char *until; /* as people read it: lg_time_format */
	const char *since;
	const char *profile;
	const char *reason; /* of the lock, the administrator's words */
};

/*
 * Appends text without control characters: each run of C0, DEL, C1 (also as
 * UTF-8) and Unicode line ends becomes one blank; bytes that are not UTF-8
 * become U+FFFD.
 */
void lg_message_clean(const char *text, size_t len, struct lg_buffer *out_text);

/* What "%{name}" stands for; value NULL: nothing. */
struct lg_message_word {
	const char *name;
	const char *value;
};

/* Appends text with the words put in, other %{words} as they are. cleans: each
 * value is cleaned by itself, where the text around it has lines. */
void lg_message_expand(const char *text, size_t len,
		       const struct lg_message_word *word, size_t count,
		       int cleans, struct lg_buffer *out_text);

/*
 * Appends the text for a refusal: the profile's message (NULL or blank: the
 * one for the reason) with %{until}, %{since}, %{profile} and %{reason} put
 * in, cleaned. Other %{words} stay as they are.
 * Returns: LG_OK; LG_ERR_NO_MEMORY.
 */
enum lg_status lg_message_refusal(const char *message, enum lg_reason reason,
				  const struct lg_message_facts *facts,
				  struct lg_buffer *out_text,
				  struct lg_error *err);

/* One of a profile's messages, and what it is written in ("": not known). */
struct lg_message_choice {
	const char *message; /* NULL: the one for the reason */
	char language[LG_LANGUAGE_SIZE];
};

/*
 * Chooses for somebody who accepts those languages (may be NULL), else for the
 * gate's language (may be NULL), else the main message. Borrows from layer,
 * which may be NULL.
 */
void lg_message_choose(const struct lg_policy_layer_info *layer,
		       const char *accept, const char *language,
		       struct lg_message_choice *out_choice);

/* The words for a reason where the profile has none. */
const char *lg_message_default(enum lg_reason reason);

#endif
