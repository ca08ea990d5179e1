/* SPDX-License-Identifier: ISC */
/*
 * work.c - a thread for each lane, and the way back to the loop
 *
 * Doors and the directory may hang for half a minute; a lock is applied and
 * lifted all the same, and what one of them does to its lane no other feels.
 * libuv's own pool, which all would share, is not used. Jobs that are done wait
 * in one list for the loop, which an eventfd wakes. No uv_async: before libuv
 * 1.45 the loop spins until the thread that woke it goes on, and on a machine
 * that has other things to do that is tens of milliseconds. For the same
 * reason the lock is free when the loop wakes.
 */
#include "daemon/work.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct queue {
	struct gate_job *first;
	struct gate_job **end;
};

struct lane {
	struct gate_work *work;
	uv_thread_t thread;
	int runs; /* the thread is there */
	uv_cond_t more;
	struct queue waiting;
};

struct gate_work {
	struct gate *gate;
	int wake_fd;
	uv_poll_t wake;
	uv_mutex_t lock; /* of all queues, of ends and of is_woken */
	int is_woken;
	struct lane lane[GATE_LANE_COUNT];
	struct queue done;
	unsigned int gone; /* jobs that were run and that nobody waits for */
	int ends;
	/* The loop's: jobs that are not yet back. */
	unsigned int out;
	int closing;
	int closed;
};

static void put(struct queue *queue, struct gate_job *job)
{
	job->next = NULL;
	if (!queue->first)
		queue->end = &queue->first;
	*queue->end = job;
	queue->end = &job->next;
}

static struct gate_job *take(struct queue *queue)
{
	struct gate_job *job = queue->first;

	if (job)
		queue->first = job->next;
	return job;
}

/* The lock is held; it is not while the loop is woken. */
static void wake_loop(struct gate_work *work)
{
	static const uint64_t one = 1;

	if (work->is_woken)
		return;
	work->is_woken = 1;
	uv_mutex_unlock(&work->lock);
	while (write(work->wake_fd, &one, sizeof(one)) < 0 && errno == EINTR)
		;
	uv_mutex_lock(&work->lock);
}

static void lane_main(void *context)
{
	struct lane *lane = context;
	struct gate_work *work = lane->work;
	struct gate_job *job;

	uv_mutex_lock(&work->lock);
	for (;;) {
		int is_waited_for;

		while (!(job = take(&lane->waiting)) && !work->ends)
			uv_cond_wait(&lane->more, &work->lock);
		if (!job)
			break;
		is_waited_for = job->done != NULL;
		uv_mutex_unlock(&work->lock);
		job->run(job->context);
		uv_mutex_lock(&work->lock);
		/* One that nobody waits for may be gone with its context. */
		if (is_waited_for)
			put(&work->done, job);
		else
			work->gone++;
		wake_loop(work);
	}
	uv_mutex_unlock(&work->lock);
}

static void close_when_done(struct gate_work *work)
{
	if (!work->closing || work->closed || work->out)
		return;
	work->closed = 1;
	uv_close((uv_handle_t *)&work->wake, NULL);
}

static void on_wake(uv_poll_t *wake, int failed, int events)
{
	struct gate_work *work = wake->data;
	struct gate_job *job;
	struct queue done;
	uint64_t times;

	/* There is nothing to be read where it was woken for nothing. */
	if (read(work->wake_fd, &times, sizeof(times)) < 0)
		return;
	uv_mutex_lock(&work->lock);
	work->is_woken = 0;
	done = work->done;
	work->done.first = NULL;
	work->out -= work->gone;
	work->gone = 0;
	uv_mutex_unlock(&work->lock);
	while ((job = take(&done))) {
		work->out--;
		job->done(job->context);
	}
	close_when_done(work);
}

void gate_work_add(struct gate *gate, enum gate_lane lane, struct gate_job *job)
{
	struct gate_work *work = gate->work;

	if (!work || work->closed) {
		void (*done)(void *context) = job->done;

		/* Nobody decides any more: no thread, and none is needed. */
		job->run(job->context);
		if (done)
			done(job->context);
		return;
	}
	work->out++;
	uv_mutex_lock(&work->lock);
	put(&work->lane[lane].waiting, job);
	uv_cond_signal(&work->lane[lane].more);
	uv_mutex_unlock(&work->lock);
}

enum lg_status gate_work_open(struct gate *gate, struct lg_error *err)
{
	struct gate_work *work = calloc(1, sizeof(*work));

	if (!work)
		return lg_no_memory(err);
	work->gate = gate;
	if (uv_mutex_init(&work->lock)) {
		free(work);
		return lg_error_set(err, LG_ERR_BUG, NULL,
				    "threads cannot be started");
	}
	work->wake.data = work;
	work->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (work->wake_fd < 0 ||
	    uv_poll_init(&gate->loop, &work->wake, work->wake_fd)) {
		if (work->wake_fd >= 0)
			close(work->wake_fd);
		uv_mutex_destroy(&work->lock);
		free(work);
		return lg_error_set(err, LG_ERR_BUG, NULL,
				    "threads cannot be started");
	}
	gate->work = work;
	if (uv_poll_start(&work->wake, UV_READABLE, on_wake))
		return lg_error_set(err, LG_ERR_BUG, NULL,
				    "threads cannot be started");
	for (int i = 0; i < GATE_LANE_COUNT; i++) {
		struct lane *lane = &work->lane[i];

		lane->work = work;
		if (uv_cond_init(&lane->more))
			return lg_error_set(err, LG_ERR_BUG, NULL,
					    "threads cannot be started");
		if (uv_thread_create(&lane->thread, lane_main, lane)) {
			uv_cond_destroy(&lane->more);
			return lg_error_set(err, LG_ERR_BUG, NULL,
					    "threads cannot be started");
		}
		lane->runs = 1;
	}
	return LG_OK;
}

void gate_work_close(struct gate *gate)
{
	if (!gate->work)
		return;
	gate->work->closing = 1;
	close_when_done(gate->work);
}

void gate_work_free(struct gate *gate)
{
	struct gate_work *work = gate->work;

	if (!work)
		return;
	uv_mutex_lock(&work->lock);
	work->ends = 1;
	for (int i = 0; i < GATE_LANE_COUNT; i++)
		if (work->lane[i].runs)
			uv_cond_signal(&work->lane[i].more);
	uv_mutex_unlock(&work->lock);
	for (int i = 0; i < GATE_LANE_COUNT; i++) {
		if (!work->lane[i].runs)
			continue;
		uv_thread_join(&work->lane[i].thread);
		uv_cond_destroy(&work->lane[i].more);
	}
	close(work->wake_fd);
	uv_mutex_destroy(&work->lock);
	gate->work = NULL;
	free(work);
}
