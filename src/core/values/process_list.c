/* SPDX-License-Identifier: ISC */
/*
 * The value "Disable MAPI Client Processes". Names are kept as written and,
 * beside that, in lower case and sorted by length, then by bytes, so that
 * asking for a name is a binary search that folds the client's name as it
 * compares. Only ASCII case is ignored (P5); a comma is part of a name (P3).
 */
#include <stdlib.h>
#include <string.h>

#include <logongate/process_list.h>

#include "base/ascii.h"

enum {
	QUOTE_MAX = 60 /* of an item in an error */
};

struct process_name {
	const char *text; /* in lower case, in lg_process_list.folded */
	size_t len;
};

struct lg_process_list {
	struct lg_strlist name;
	struct lg_strlist folded;
	struct process_name *sorted;
	size_t count;
};

/* C0, DEL and, in UTF-8, C1. */
static int is_control(const char *text, size_t len, size_t at)
{
	unsigned char c = (unsigned char)text[at];

	if (c < 0x20 || c == 0x7f)
		return 1;
	return c == 0xc2 && at + 1 < len && (unsigned char)text[at + 1] < 0xa0;
}

static int name_compare(const void *a, const void *b)
{
	const struct process_name *first = a;
	const struct process_name *second = b;

	if (first->len != second->len)
		return first->len < second->len ? -1 : 1;
	return memcmp(first->text, second->text, first->len);
}

static enum lg_status check_name(const char *text, size_t len, size_t offset,
				 const char *place, struct lg_error *err)
{
	int shown = len > QUOTE_MAX ? QUOTE_MAX : (int)len;
	const char *more = len > QUOTE_MAX ? "..." : "";

	if (!len)
		return lg_error_set(err, LG_ERR_SYNTAX, place,
				    "nothing stands between the separators at "
				    "character %zu; write one file name "
				    "between two semicolons and no semicolon "
				    "at the end",
				    offset + 1);
	for (size_t i = 0; i < len; i++) {
		if (text[i] == '/' || text[i] == '\\')
			return lg_error_set(
				err, LG_ERR_SYNTAX, place,
				"\"%.*s%s\" at character %zu is a path; write "
				"the file name alone, such as program.exe",
				shown, text, more, offset + 1);
		if (is_control(text, len, i))
			return lg_error_set(
				err, LG_ERR_SYNTAX, place,
				"a control character stands at character %zu; "
				"write file names with a semicolon between "
				"each two",
				offset + i + 1);
	}
	return LG_OK;
}

static enum lg_status add_name(struct lg_process_list *list, const char *text,
			       size_t len, struct lg_error *err)
{
	enum lg_status status = lg_strlist_add(&list->name, text, len, err);

	if (status != LG_OK)
		return status;
	return lg_strlist_add(&list->folded, text, len, err);
}

static enum lg_status read_names(struct lg_process_list *list, const char *text,
				 size_t len, const char *place,
				 struct lg_error *err)
{
	size_t begin = 0;

	while (begin <= len) {
		size_t end = begin;
		size_t next;
		enum lg_status status;

		while (end < len && text[end] != ';')
			end++;
		next = end + 1;
		while (begin < end && lg_ascii_is_blank(text[begin]))
			begin++;
		while (end > begin && lg_ascii_is_blank(text[end - 1]))
			end--;
		status = check_name(text + begin, end - begin, begin, place,
				    err);
		if (status == LG_OK)
			status = add_name(list, text + begin, end - begin, err);
		if (status != LG_OK)
			return status;
		begin = next;
	}
	return LG_OK;
}

static enum lg_status sort_names(struct lg_process_list *list,
				 struct lg_error *err)
{
	list->count = list->folded.count;
	if (!list->count)
		return LG_OK;
	list->sorted = calloc(list->count, sizeof(*list->sorted));
	if (!list->sorted)
		return lg_no_memory(err);
	for (size_t i = 0; i < list->count; i++) {
		/* The copy in the list's own arena is ours to change. */
		char *text = (char *)list->folded.item[i];
		char *at;

		for (at = text; *at; at++)
			*at = lg_ascii_lower(*at);
		list->sorted[i] =
			(struct process_name){text, (size_t)(at - text)};
	}
	qsort(list->sorted, list->count, sizeof(*list->sorted), name_compare);
	return LG_OK;
}

enum lg_status lg_process_list_parse(const char *text, size_t len,
				     const char *place,
				     struct lg_process_list **out_list,
				     struct lg_error *err)
{
	struct lg_process_list *list = calloc(1, sizeof(*list));
	enum lg_status status = LG_OK;
	size_t blank = 0;

	if (!list)
		return lg_error_set(err, LG_ERR_NO_MEMORY, place,
				    "out of memory");
	while (blank < len && lg_ascii_is_blank(text[blank]))
		blank++;
	if (blank < len)
		status = read_names(list, text, len, place, err);
	if (status == LG_OK)
		status = sort_names(list, err);
	if (status == LG_OK) {
		*out_list = list;
		list = NULL;
	}
	lg_process_list_free(&list);
	return status;
}

void lg_process_list_free(struct lg_process_list **list)
{
	if (!*list)
		return;
	lg_strlist_release(&(*list)->name);
	lg_strlist_release(&(*list)->folded);
	free((*list)->sorted);
	free(*list);
	*list = NULL;
}

int lg_process_list_contains(const struct lg_process_list *list,
			     const char *process, size_t len)
{
	size_t begin = len;
	size_t low = 0;
	size_t high = list->count;

	while (begin > 0 && process[begin - 1] != '/' &&
	       process[begin - 1] != '\\')
		begin--;
	process += begin;
	len -= begin;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct process_name *name = &list->sorted[middle];
		int order = name->len < len ? -1 : name->len > len;

		for (size_t i = 0; !order && i < len; i++)
			order = (unsigned char)name->text[i] -
				(unsigned char)lg_ascii_lower(process[i]);
		if (!order)
			return 1;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return 0;
}

const struct lg_strlist *
lg_process_list_names(const struct lg_process_list *list)
{
	return &list->name;
}
