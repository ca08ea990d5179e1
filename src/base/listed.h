/* SPDX-License-Identifier: ISC */
/*
 * listed.h - whether a text is one of a list, adding to lists, lists in order
 *
 * Layer: base.
 */
#ifndef LOGONGATE_BASE_LISTED_H
#define LOGONGATE_BASE_LISTED_H

#include <string.h>

#include <logongate/buffer.h>
#include <logongate/strlist.h>

static inline int lg_listed(const struct lg_strlist *list, const char *text)
{
	for (size_t i = 0; i < list->count; i++)
		if (strcmp(list->item[i], text) == 0)
			return 1;
	return 0;
}

/* Whether len bytes of text are this word. */
static inline int lg_is_word(const char *word, const char *text, size_t len)
{
	return strlen(word) == len && memcmp(word, text, len) == 0;
}

/* Which of the words len bytes of text are; -1: none. */
static inline int lg_word_index(const char *const *words, int count,
				const char *text, size_t len)
{
	for (int i = 0; i < count; i++)
		if (lg_is_word(words[i], text, len))
			return i;
	return -1;
}

/* The word of an array that belongs to a value of an enum; NULL beyond. */
#define LG_WORD_OF(words, value)                                               \
	((size_t)(value) < sizeof(words) / sizeof((words)[0]) ? (words)[value] \
							      : NULL)

/* Adds a whole text. */
static inline enum lg_status
lg_list_text(struct lg_strlist *list, const char *text, struct lg_error *err)
{
	return lg_strlist_add(list, text, strlen(text), err);
}

/* Adds what a buffer holds; LG_ERR_NO_MEMORY where that is not all. */
static inline enum lg_status lg_list_buffer(struct lg_strlist *list,
					    const struct lg_buffer *buffer,
					    struct lg_error *err)
{
	enum lg_status status = lg_buffer_status(buffer, err);

	if (status != LG_OK)
		return status;
	return lg_strlist_add(list, buffer->data ? buffer->data : "",
			      buffer->len, err);
}

/* Adds a text to a list that keeps texts for others; *out_kept is it. */
static inline enum lg_status lg_list_keep(struct lg_strlist *list,
					  const char *text, size_t len,
					  const char **out_kept,
					  struct lg_error *err)
{
	enum lg_status status = lg_strlist_add(list, text, len, err);

	if (status == LG_OK)
		*out_kept = list->item[list->count - 1];
	return status;
}

static inline enum lg_status lg_list_keep_text(struct lg_strlist *list,
					       const char *text,
					       const char **out_kept,
					       struct lg_error *err)
{
	return lg_list_keep(list, text, strlen(text), out_kept, err);
}

/* For qsort of texts. */
static inline int lg_compare_texts(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

#endif
