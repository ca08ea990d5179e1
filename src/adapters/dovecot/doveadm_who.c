/* SPDX-License-Identifier: ISC */
/*
 * Rows of `who` are objects with a username, however deep they stand; a row
 * with several connections (of a Dovecot that does not know
 * separateConnections) becomes that many sessions, spread over its addresses.
 */
#include <string.h>

#include <cjson/cJSON.h>

#include "adapters/dovecot/doveadm_who.h"
#include "port/json_of.h"
#include "adapters/dovecot/service.h"

#define PROXY_TAG "proxy"

enum {
	/* More than a server holds; a row that says so is not believed. */
	CONNECTIONS_MAX = 1000000,
	DEPTH_MAX = 8,
	EX_NOUSER_CODE = 68,  /* nobody matched */
	EX_TEMPFAIL_CODE = 75 /* not all were asked, or not all answered */
};

void lg_doveadm_who_request(struct lg_buffer *out_json)
{
	lg_buffer_text(out_json, "[[\"who\",{\"separateConnections\":true},"
				 "\"logongate\"],"
				 "[\"proxyList\",{},\"" PROXY_TAG "\"]]");
}

void lg_doveadm_who_now_request(struct lg_buffer *out_json)
{
	lg_buffer_text(out_json, "[[\"who\",{\"separateConnections\":true},"
				 "\"logongate\"]]");
}

void lg_doveadm_kick_at_request(const char *socket_path,
				struct lg_buffer *out_json)
{
	lg_buffer_text(out_json, "[[\"kick\",{\"mask\":[\"*\"],"
				 "\"socketPath\":");
	lg_dovecot_json_text("", socket_path, out_json);
	lg_buffer_text(out_json, "},\"0\"]]");
}

void lg_doveadm_kick_command(const char *mask, const char *address, size_t tag,
			     struct lg_buffer *out_json)
{
	lg_buffer_text(out_json, "[\"kick\",{\"mask\":[");
	lg_dovecot_json_text("", mask, out_json);
	if (address && *address) {
		lg_buffer_char(out_json, ',');
		lg_dovecot_json_text("", address, out_json);
	}
	lg_buffer_format(out_json, "]},\"%zu\"]", tag);
}

void lg_doveadm_proxy_kick_command(const char *user, size_t tag,
				   struct lg_buffer *out_json)
{
	lg_buffer_text(out_json, "[\"proxyKick\",{\"user\":[");
	lg_dovecot_json_text("", user, out_json);
	lg_buffer_format(out_json, "]},\"%zu\"]", tag);
}

static enum lg_status unreadable(struct lg_error *err)
{
	return lg_error_set(err, LG_ERR_IO, NULL,
			    "doveadm's answer cannot be read");
}

/* All values are strings, numbers too. */
static int read_count(const char *text, size_t *out_count)
{
	size_t count = 0;

	if (!*text)
		return 0;
	for (; *text; text++) {
		if (*text < '0' || *text > '9')
			return 0;
		count = count * 10 + (size_t)(*text - '0');
		if (count > CONNECTIONS_MAX)
			return 0;
	}
	*out_count = count;
	return 1;
}

/*
 * The index-th word of "(a b c)" or "a"; the first again when there are fewer.
 */
static int word_at(const char *list, size_t index, const char **out_word,
		   size_t *out_len)
{
	static const char between[] = "() ";
	const char *first = list + strspn(list, between);
	const char *word = first;

	if (!*first)
		return 0;
	for (; index; index--) {
		word += strcspn(word, between);
		word += strspn(word, between);
		if (!*word)
			word = first;
	}
	*out_word = word;
	*out_len = strcspn(word, between);
	return 1;
}

static enum lg_status keep(struct lg_strlist *texts, const char *text,
			   size_t len, const char **out_text,
			   struct lg_error *err)
{
	enum lg_status status = lg_strlist_add(texts, text, len, err);

	if (status == LG_OK)
		*out_text = texts->item[texts->count - 1];
	return status;
}

/* Who opened it, where Dovecot was told to say it. */
static void read_opener(const cJSON *row, struct lg_session *session)
{
	static const char word[] = "master:";
	const char *said = lg_json_word_of(row, "user_logongate");

	if (strncmp(said, word, sizeof(word) - 1) != 0)
		return;
	said += sizeof(word) - 1;
	session->master = *said ? said : NULL;
	session->is_opener_known = 1;
}

static enum lg_status add_session(const cJSON *row, size_t index,
				  struct lg_session_list *list,
				  struct lg_error *err)
{
	const char *service = lg_json_word_of(row, "service");
	const char *pids = lg_json_word_of(row, "pids");
	const char *ips = lg_json_word_of(row, "ips");
	struct lg_strlist texts = {0};
	struct lg_buffer id = {0};
	struct lg_session session = {
		.door = "dovecot",
		.user = lg_json_word_of(row, "username"),
		.protocol = lg_dovecot_protocol(service),
	};
	const char *word;
	size_t len;
	enum lg_status status = LG_OK;

	read_opener(row, &session);
	if (!*pids)
		pids = lg_json_word_of(row, "pid");
	if (!*ips)
		ips = lg_json_word_of(row, "ip");
	lg_buffer_format(&id, "%s-", service);
	if (word_at(pids, index, &word, &len))
		lg_buffer_append(&id, word, len);
	else
		lg_buffer_format(&id, "%s-%zu", session.user, index);
	/* A login process may serve many. */
	if (lg_dovecot_login_len(service))
		lg_buffer_format(&id, "-%s", session.user);
	status = lg_buffer_status(&id, err);
	if (status == LG_OK)
		status = keep(&texts, id.data, id.len, &session.id, err);
	if (status == LG_OK && word_at(ips, index, &word, &len))
		status = keep(&texts, word, len, &session.address, err);
	if (status == LG_OK)
		status = lg_session_list_add(list, &session, err);
	lg_buffer_release(&id);
	lg_strlist_release(&texts);
	return status;
}

static enum lg_status add_row(const cJSON *row, struct lg_session_list *list,
			      struct lg_error *err)
{
	const char *connections = lg_json_word_of(row, "connections");
	size_t count = 1;
	enum lg_status status = LG_OK;

	if (*connections && !read_count(connections, &count))
		return unreadable(err);
	for (size_t i = 0; i < count && status == LG_OK; i++)
		status = add_session(row, i, list, err);
	return status;
}

/*
 * A row of proxyList: a connection without a name of its own. Between its rows
 * Dovecot 2.3.19 repeats the names of the columns.
 */
static enum lg_status add_passed_on(const cJSON *row,
				    struct lg_session_list *list,
				    struct lg_error *err)
{
	const char *service = lg_json_word_of(row, "service");
	const char *address = lg_json_word_of(row, "src-ip");
	struct lg_session session = {
		.door = "dovecot",
		.user = lg_json_word_of(row, "username"),
		.address = *address ? address : NULL,
		.protocol = lg_dovecot_protocol(service),
	};
	struct lg_buffer id = {0};
	enum lg_status status;

	if (!strcmp(session.user, "username") && !strcmp(address, "src-ip"))
		return LG_OK;
	lg_buffer_format(&id, LG_DOVEADM_PROXY_ID "%s-%s-%s", service,
			 session.user, address);
	status = lg_buffer_status(&id, err);
	session.id = id.data;
	if (status == LG_OK)
		status = lg_session_list_add(list, &session, err);
	lg_buffer_release(&id);
	return status;
}

/* only_proxied: Dovecot 2.4 answers proxyList with what who lists already. */
static enum lg_status add_rows(const cJSON *item, int only_proxied, int depth,
			       struct lg_session_list *list,
			       struct lg_error *err)
{
	enum lg_status status = LG_OK;

	if (cJSON_IsObject(item) && *lg_json_word_of(item, "username")) {
		if (*lg_json_word_of(item, "src-ip"))
			return add_passed_on(item, list, err);
		return only_proxied ? LG_OK : add_row(item, list, err);
	}
	if (!cJSON_IsArray(item))
		return LG_OK;
	if (depth > DEPTH_MAX)
		return unreadable(err);
	for (item = item->child; item && status == LG_OK; item = item->next)
		status = add_rows(item, only_proxied, depth + 1, list, err);
	return status;
}

/* The answers to who and proxyList, which are told apart by their tags. */
static enum lg_status add_answers(const cJSON *root,
				  struct lg_session_list *list,
				  struct lg_error *err)
{
	enum lg_status status = LG_OK;

	for (const cJSON *answer = root->child; answer && status == LG_OK;
	     answer = answer->next) {
		const cJSON *tag = answer->child ? answer->child->prev : NULL;
		int only_proxied = cJSON_IsString(tag) &&
				   !strcmp(tag->valuestring, PROXY_TAG);

		status = add_rows(answer, only_proxied, 1, list, err);
	}
	return status;
}

static int has_exit_code(const cJSON *answer, int code)
{
	const cJSON *said =
		lg_json_of(cJSON_GetArrayItem(answer, 1), "exitCode");

	return cJSON_IsNumber(said) && said->valuedouble == code;
}

/* Whether one answer of [[WORD, ..., TAG], ...] is a doveadmResponse, or says
 * that nobody matched. */
static enum lg_status check_answer(const cJSON *answer, struct lg_error *err)
{
	const cJSON *word = cJSON_GetArrayItem(answer, 0);
	const cJSON *code;

	if (!cJSON_IsArray(answer) || !cJSON_IsString(word))
		return unreadable(err);
	if (!strcmp(word->valuestring, "doveadmResponse"))
		return LG_OK;
	if (has_exit_code(answer, EX_NOUSER_CODE))
		return LG_OK;
	code = lg_json_of(cJSON_GetArrayItem(answer, 1), "exitCode");
	if (cJSON_IsNumber(code))
		return lg_error_set(err, LG_ERR_IO, NULL,
				    "doveadm failed with exit code %.0f",
				    code->valuedouble);
	return lg_error_set(err, LG_ERR_IO, NULL, "doveadm answered \"%s\"",
			    word->valuestring);
}

static enum lg_status check_first(const cJSON *root, struct lg_error *err)
{
	return cJSON_IsArray(root)
		       ? check_answer(cJSON_GetArrayItem(root, 0), err)
		       : unreadable(err);
}

enum lg_status lg_doveadm_who_parse(const char *json, size_t len,
				    struct lg_session_list *out_list,
				    struct lg_error *err)
{
	cJSON *root = cJSON_ParseWithLength(json, len);
	struct lg_session_list list = {0};
	enum lg_status status = root ? check_first(root, err) : unreadable(err);

	if (status == LG_OK)
		status = add_answers(root, &list, err);
	for (size_t i = 0; i < list.count && status == LG_OK; i++)
		status = lg_session_list_add(out_list, &list.session[i], err);
	lg_session_list_release(&list);
	cJSON_Delete(root);
	return status;
}

/* The tag of an answer: its last item. */
static int tag_of(const cJSON *answer, size_t count, size_t *out_tag)
{
	const cJSON *last = answer->child ? answer->child->prev : NULL;

	return cJSON_IsString(last) && read_count(last->valuestring, out_tag) &&
	       *out_tag < count;
}

enum lg_status lg_doveadm_kick_parse(const char *json, size_t len, size_t count,
				     unsigned char *out_done,
				     struct lg_error *err)
{
	cJSON *root = cJSON_ParseWithLength(json, len);
	enum lg_status status = LG_OK;
	size_t tag = 0;

	memset(out_done, 0, count);
	if (!cJSON_IsArray(root) || !root->child)
		status = unreadable(err);
	for (const cJSON *answer = status != LG_OK ? NULL : root->child; answer;
	     answer = answer->next) {
		struct lg_error said = {0};
		int broke = has_exit_code(answer, EX_TEMPFAIL_CODE);
		enum lg_status one =
			broke ? LG_OK : check_answer(answer, &said);

		if (one == LG_OK && !tag_of(answer, count, &tag))
			one = unreadable(&said);
		if (one == LG_OK)
			out_done[tag] =
				broke ? LG_DOVEADM_BROKE : LG_DOVEADM_DONE;
		else if (status == LG_OK)
			status = lg_error_set(err, one, NULL, "%s", said.text);
	}
	cJSON_Delete(root);
	return status;
}
