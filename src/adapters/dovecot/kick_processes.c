/* SPDX-License-Identifier: ISC */
/*
 * kick_processes.c - which processes end, and the kick that ends them
 *
 * The order's sessions and those that are there now are sorted together by
 * process, so that all that is known of one stands in a row. What was listed
 * for the order is some moments old: a process that took on somebody else
 * since then stays, and whoever came since then has another. What may still
 * change until the kick are milliseconds, and only of processes that Dovecot
 * uses again (service_count); so it is with every kick.
 */
#include <stdlib.h>
#include <string.h>

#include "adapters/dovecot/anvil_socket.h"
#include "adapters/dovecot/doveadm.h"
#include "adapters/dovecot/doveadm_who.h"
#include "adapters/dovecot/kick_processes.h"

#define PID_DIGITS_MAX 9

/* A session that was listed, or that is there now. */
struct row {
	long pid;
	const struct lg_session *session;
	size_t index; /* in the order */
	int is_now;
};

/* Rows of one process, user and address. */
struct seen {
	size_t end;
	size_t now; /* which is there */
	int is_now; /* one at least is there now */
	int goes;   /* one at least ends by the order */
	int stays;  /* one at least does not */
};

/* The number behind "SERVICE-"; 0 where a session's process serves others or
 * is not known. */
static long pid_of(const struct lg_session *session)
{
	const char *digits = NULL;
	size_t len;

	if (session->door && !strcmp(session->door, "dovecot") && session->id &&
	    session->user && *session->user)
		digits = strchr(session->id, '-');
	if (!digits || digits == session->id)
		return 0;
	len = strlen(++digits);
	if (!len || len > PID_DIGITS_MAX || strspn(digits, "0123456789") != len)
		return 0;
	/* The first one of a machine is nobody's. */
	return strtol(digits, NULL, 10) > 1 ? strtol(digits, NULL, 10) : 0;
}

static const char *address_of(const struct lg_session *session)
{
	return session->address ? session->address : "";
}

static int compare(const void *a, const void *b)
{
	const struct row *one = a;
	const struct row *other = b;
	int order = (one->pid > other->pid) - (one->pid < other->pid);

	if (!order)
		order = strcmp(one->session->id, other->session->id);
	if (!order)
		order = strcmp(one->session->user, other->session->user);
	return order ? order
		     : strcmp(address_of(one->session),
			      address_of(other->session));
}

static struct seen look(const struct row *row, size_t at, size_t count,
			const unsigned char *cut)
{
	struct seen seen = {.end = at};

	do {
		const struct row *one = &row[seen.end++];

		if (one->is_now) {
			seen.is_now = 1;
			seen.now = one->index;
		} else if (cut[one->index] == LG_CUT_NOW)
			seen.goes = 1;
		else
			seen.stays = 1;
	} while (seen.end < count && !compare(&row[at], &row[seen.end]));
	return seen;
}

/* Judges the rows of one process, which begin at; gives where they end. */
static size_t judge(const struct row *row, size_t at, size_t count,
		    const unsigned char *cut, unsigned char *goes, size_t *ends)
{
	long pid = row[at].pid;
	int is_alone = 1;
	size_t end = at;

	while (end < count && row[end].pid == pid) {
		struct seen seen = look(row, end, count, cut);

		is_alone &= !seen.stays && (seen.goes || !seen.is_now);
		end = seen.end;
	}
	for (size_t i = at; i < end;) {
		struct seen seen = look(row, i, end, cut);

		for (; i < seen.end; i++)
			if (!row[i].is_now && cut[row[i].index] == LG_CUT_NOW &&
			    (!seen.is_now || is_alone))
				ends[row[i].index] = seen.is_now
							     ? seen.now + 1
							     : LG_KICK_IS_GONE;
	}
	for (size_t i = at; i < end; i++)
		if (row[i].is_now && is_alone)
			goes[row[i].index] = 1;
	return end;
}

static size_t add_rows(const struct lg_session *session, size_t count,
		       int is_now, struct row *row)
{
	size_t added = 0;

	for (size_t i = 0; i < count; i++) {
		long pid = pid_of(&session[i]);

		if (pid)
			row[added++] =
				(struct row){pid, &session[i], i, is_now};
	}
	return added;
}

enum lg_status lg_kick_processes_choose(const struct lg_cut_order *order,
					const struct lg_session_list *now,
					unsigned char *out_goes,
					size_t *out_ends, struct lg_error *err)
{
	struct row *row = calloc(order->count + now->count + 1, sizeof(*row));
	size_t count;

	if (!row)
		return lg_no_memory(err);
	memset(out_goes, 0, now->count);
	memset(out_ends, 0, order->count * sizeof(*out_ends));
	count = add_rows(order->session, order->count, 0, row);
	count += add_rows(now->session, now->count, 1, row + count);
	qsort(row, count, sizeof(*row), compare);
	for (size_t at = 0; at < count;)
		at = judge(row, at, count, order->cut, out_goes, out_ends);
	free(row);
	return LG_OK;
}

static void mark(struct lg_cut_order *order, const size_t *ends,
		 enum lg_cut cut)
{
	for (size_t i = 0; i < order->count; i++)
		if (ends[i])
			order->cut[i] = (unsigned char)cut;
}

/* What Dovecot 2.3 has now. */
static enum lg_status list_now(const struct lg_doveadm_kicker *kicker,
			       struct lg_session_list *out_now)
{
	/* Each of a row of Dovecot 2.4, which does not kick in this way. */
	static const char of_24[] = "\"dest_ip\":";
	struct lg_buffer request = {0};
	struct lg_buffer answer = {0};
	enum lg_status status;

	lg_doveadm_who_now_request(&request);
	status = kicker->ask(kicker->context, &request, LG_DOVEADM_TIMEOUT_MS,
			     NULL, &answer, NULL);
	if (status == LG_OK && (!answer.data || strstr(answer.data, of_24)))
		status = LG_ERR_UNKNOWN_KEY;
	if (status == LG_OK)
		status = lg_doveadm_who_parse(answer.data, answer.len, out_now,
					      NULL);
	lg_buffer_release(&request);
	lg_buffer_release(&answer);
	return status;
}

/* Has the processes of the lines ended; *out_is_told: Dovecot read them. */
static enum lg_status end_them(const struct lg_doveadm_kicker *kicker,
			       const struct lg_buffer *lines, int *out_is_told)
{
	struct lg_anvil_socket anvil;
	struct lg_buffer request = {0};
	struct lg_buffer answer = {0};
	unsigned char done = 0;
	enum lg_status status =
		lg_anvil_socket_open(kicker->folder, lines, &anvil, NULL);

	if (status != LG_OK)
		return status;
	lg_doveadm_kick_at_request(anvil.address.sun_path, &request);
	status = kicker->ask(kicker->context, &request, LG_DOVEADM_TIMEOUT_MS,
			     &anvil, &answer, NULL);
	*out_is_told = anvil.is_told;
	lg_anvil_socket_close(&anvil);
	if (status == LG_OK)
		status = lg_doveadm_kick_parse(answer.data ? answer.data : "",
					       answer.len, 1, &done, NULL);
	lg_buffer_release(&request);
	lg_buffer_release(&answer);
	return status == LG_OK && done != LG_DOVEADM_DONE ? LG_ERR_IO : status;
}

/* As anvil lists them. */
static void append_lines(const struct lg_session_list *now,
			 const unsigned char *goes, struct lg_buffer *out_lines)
{
	for (size_t i = 0; i < now->count; i++) {
		long pid = goes[i] ? pid_of(&now->session[i]) : 0;

		if (pid)
			lg_buffer_format(out_lines, "logongate/%ld\t%ld\t1\n",
					 pid, pid);
	}
}

static enum lg_status choose(const struct lg_cut_order *order,
			     const struct lg_session_list *now, size_t *ends,
			     struct lg_buffer *out_lines)
{
	unsigned char *goes = calloc(now->count + 1, 1);
	enum lg_status status =
		goes ? lg_kick_processes_choose(order, now, goes, ends, NULL)
		     : LG_ERR_NO_MEMORY;

	if (status == LG_OK) {
		append_lines(now, goes, out_lines);
		status = lg_buffer_status(out_lines, NULL);
	}
	free(goes);
	return status;
}

enum lg_status lg_kick_processes(const struct lg_doveadm_kicker *kicker,
				 struct lg_cut_order *order,
				 struct lg_error *err)
{
	struct lg_session_list now = {0};
	struct lg_buffer lines = {0};
	size_t *ends = calloc(order->count + 1, sizeof(*ends));
	int is_told = 0;
	enum lg_status status;

	if (!ends)
		return lg_no_memory(err);
	status = list_now(kicker, &now);
	if (status == LG_OK)
		status = choose(order, &now, ends, &lines);
	if (status == LG_OK && lines.len)
		status = end_them(kicker, &lines, &is_told);
	if (is_told)
		mark(order, ends, status == LG_OK ? LG_CUT_TOLD : LG_CUT_ASKED);
	lg_session_list_release(&now);
	lg_buffer_release(&lines);
	free(ends);
	return LG_OK;
}
