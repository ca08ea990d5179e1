/* SPDX-License-Identifier: ISC */
/*
 * notice_send.c - one event as JSON, and to the programs that want it
 */
#include "daemon/notices.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/policy/message.h"

#include "adapters/system/hooks.h"
#include "app/records/json_member.h"
#include "daemon/view.h"
#include "daemon/work.h"

#define HOOK_MS 10000
#define HOST_SIZE 256
/* That many may wait for a hook that hangs; what comes then is dropped. */
#define WAITING_MAX 200

struct notice {
	struct gate_job job;
	struct gate *gate;
	char *dir;
	char *text;
};

static const char *name_of(enum gate_notice notice)
{
	static const char *const words[] = {
		[GATE_NOTICE_SCHEDULED] = "scheduled",
		[GATE_NOTICE_STARTING] = "starting",
		[GATE_NOTICE_APPLIED] = "applied",
		[GATE_NOTICE_UNCONFIRMED] = "unconfirmed",
		[GATE_NOTICE_ENDING] = "ending",
		[GATE_NOTICE_EXTENDED] = "extended",
		[GATE_NOTICE_LIFTED] = "lifted",
		[GATE_NOTICE_EXPIRED] = "expired",
		[GATE_NOTICE_UNDONE] = "undone",
		[GATE_NOTICE_ATTENTION] = "attention",
		[GATE_NOTICE_QUIET] = "quiet",
	};

	return words[notice];
}

static void put_who(const struct lg_lock *lock, struct lg_buffer *out)
{
	if (!lock->reason && !lock->by)
		return;
	lg_buffer_format(out, " (%s", lock->reason ? lock->reason : "");
	if (lock->by)
		lg_buffer_format(out, "%sapplied by %s",
				 lock->reason ? "; " : "", lock->by);
	lg_buffer_char(out, ')');
}

/* A sentence for a mail, a chat, a terminal. */
static void put_sentence(enum gate_notice notice,
			 const struct gate_view_lock *shown, const char *what,
			 struct lg_buffer *out)
{
	const struct lg_lock *lock = shown ? shown->lock : NULL;
	const char *until = shown && *shown->until ? shown->until : "lifted";

	if (lock && lock->profile)
		lg_buffer_format(out, "The lock %s", lock->profile);
	else if (lock)
		lg_buffer_text(out, "A lock");
	switch (notice) {
	case GATE_NOTICE_SCHEDULED:
		lg_buffer_format(out, " will begin at %s and last until %s",
				 shown->starts, until);
		break;
	case GATE_NOTICE_STARTING:
		lg_buffer_format(out, " begins at %s and lasts until %s",
				 shown->starts, until);
		break;
	case GATE_NOTICE_APPLIED:
		lg_buffer_format(out, " is in force until %s", until);
		break;
	case GATE_NOTICE_UNCONFIRMED:
		lg_buffer_text(
			out, " is not confirmed, and half of the time for that "
			     "is over: logongate confirm keeps it");
		break;
	case GATE_NOTICE_ENDING:
		lg_buffer_format(out,
				 " ends at %s; logongate extend moves "
				 "its end",
				 until);
		break;
	case GATE_NOTICE_EXTENDED:
		lg_buffer_format(out,
				 " has another end: it is in force until "
				 "%s",
				 until);
		break;
	case GATE_NOTICE_LIFTED:
		lg_buffer_text(out, " was lifted");
		break;
	case GATE_NOTICE_EXPIRED:
		lg_buffer_text(out, " has ended: its time is over");
		break;
	case GATE_NOTICE_UNDONE:
		lg_buffer_text(out, " was taken back: nobody confirmed it");
		break;
	case GATE_NOTICE_ATTENTION:
		lg_buffer_format(out, "The gate needs attention: %s", what);
		break;
	case GATE_NOTICE_QUIET:
		lg_buffer_text(
			out, "Nothing needs attention at the gate any longer");
		break;
	}
	if (lock)
		put_who(lock, out);
}

static char *render(const struct gate *gate, enum gate_notice notice,
		    const struct gate_view_lock *lock, const char *what)
{
	cJSON *object = cJSON_CreateObject();
	struct lg_status_lock status;
	struct lg_buffer text = {0};
	char host[HOST_SIZE] = "";
	char *rendered = NULL;

	gethostname(host, sizeof(host) - 1);
	put_sentence(notice, lock, what, &text);
	lg_json_text(object, "event", name_of(notice));
	lg_json_time(object, "at", gate_now_s(gate));
	if (lock) {
		status = gate_status_lock(lock);
		lg_json_add(object, "lock", lg_status_lock_object(&status));
	} else {
		lg_json_text(object, "lock", NULL);
	}
	lg_json_text(object, "text", text.data);
	lg_json_text(object, "host", host);
	if (text.status == LG_OK)
		rendered = cJSON_PrintUnformatted(object);
	cJSON_Delete(object);
	lg_buffer_release(&text);
	return rendered;
}

static void free_notice(struct notice *notice)
{
	if (!notice)
		return;
	cJSON_free(notice->text);
	free(notice->dir);
	free(notice);
}

/* On the lane, as every function of a hook. */
static void log_hook(void *context, const char *path,
		     const struct lg_program_said *said,
		     const struct lg_error *err)
{
	struct lg_buffer text = {0};

	if (said && said->len) {
		size_t len = said->len;

		while (len && strchr(" \t\r\n", said->text[len - 1]))
			len--;
		lg_message_clean(said->text, len, &text);
		if (said->more)
			lg_buffer_format(&text, " ... and %llu bytes more",
					 (unsigned long long)said->more);
		gate_log("notice: %s says: %s", path,
			 text.data ? text.data : "");
		lg_buffer_release(&text);
	}
	if (err->status != LG_OK)
		gate_warn("notice: %s: %s", path, err->text);
}

static void run(void *context)
{
	struct notice *notice = context;
	struct lg_error err = {0};

	if (lg_hooks_run(notice->dir, notice->text, strlen(notice->text),
			 HOOK_MS, log_hook, NULL, &err) != LG_OK)
		gate_log("notice: %s: %s", err.place, err.text);
}

static void ran(void *context)
{
	struct notice *notice = context;

	notice->gate->notices_waiting--;
	free_notice(notice);
}

void gate_notice_send(struct gate *gate, enum gate_notice what_notice,
		      const struct gate_view_lock *lock, const char *what)
{
	const char *dir = gate->settings->notify_dir;
	struct notice *notice;

	if (!dir || gate->stopping)
		return;
	notice = calloc(1, sizeof(*notice));
	if (notice) {
		notice->gate = gate;
		notice->dir = strdup(dir);
		notice->text = render(gate, what_notice, lock, what);
	}
	if (!notice || !notice->dir || !notice->text ||
	    gate->notices_waiting >= WAITING_MAX) {
		gate_log("notice: %s was not told: %s", name_of(what_notice),
			 gate->notices_waiting >= WAITING_MAX
				 ? "too many wait"
				 : "out of memory");
		free_notice(notice);
		return;
	}
	gate->notices_waiting++;
	notice->job =
		(struct gate_job){.run = run, .done = ran, .context = notice};
	gate_work_add(gate, GATE_LANE_NOTICES, &notice->job);
}
