/* SPDX-License-Identifier: ISC */
/*
 * usage.c - /proc, read where nobody waits for it
 */
#include "daemon/usage.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "daemon/work.h"

#define EVERY_S 5

struct gate_usage {
	struct gate_job job;
	struct lg_metrics_process found; /* the job's */
	struct lg_metrics_process last;
	int running;
	int seconds;
};

static uint64_t count_files(void)
{
	DIR *folder = opendir("/proc/self/fd");
	uint64_t count = 0;

	if (!folder)
		return 0;
	while (readdir(folder))
		count++;
	closedir(folder);
	/* The folder itself, "." and "..". */
	return count > 3 ? count - 3 : 0;
}

static void look(void *context)
{
	struct gate_usage *usage = context;
	FILE *file = fopen("/proc/self/statm", "re");
	uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
	char line[256] = "";
	char *at = line;

	if (file) {
		if (!fgets(line, sizeof(line), file))
			*line = '\0';
		fclose(file);
	}
	usage->found.virtual_bytes = strtoull(at, &at, 10) * page;
	usage->found.resident_bytes = strtoull(at, &at, 10) * page;
	usage->found.open_fds = count_files();
}

static void looked(void *context)
{
	struct gate_usage *usage = context;

	usage->last = usage->found;
	usage->running = 0;
}

static void begin(struct gate *gate)
{
	struct gate_usage *usage = gate->usage;

	usage->running = 1;
	usage->job.run = look;
	usage->job.done = looked;
	usage->job.context = usage;
	gate_work_add(gate, GATE_LANE_NAMES, &usage->job);
}

enum lg_status gate_usage_open(struct gate *gate, struct lg_error *err)
{
	gate->usage = calloc(1, sizeof(*gate->usage));
	if (!gate->usage)
		return lg_no_memory(err);
	/* What the first to ask is told. */
	look(gate->usage);
	looked(gate->usage);
	return LG_OK;
}

void gate_usage_free(struct gate *gate)
{
	free(gate->usage);
	gate->usage = NULL;
}

void gate_usage_tick(struct gate *gate)
{
	struct gate_usage *usage = gate->usage;

	if (++usage->seconds < EVERY_S || usage->running)
		return;
	usage->seconds = 0;
	begin(gate);
}

struct lg_metrics_process gate_usage_read(const struct gate *gate)
{
	struct lg_metrics_process process = gate->usage->last;
	struct rusage used;
	struct rlimit limit;

	if (!getrusage(RUSAGE_SELF, &used))
		process.cpu_ms = ((uint64_t)used.ru_utime.tv_sec +
				  (uint64_t)used.ru_stime.tv_sec) *
					 1000 +
				 ((uint64_t)used.ru_utime.tv_usec +
				  (uint64_t)used.ru_stime.tv_usec) /
					 1000;
	if (!getrlimit(RLIMIT_NOFILE, &limit))
		process.max_fds = limit.rlim_cur;
	return process;
}
