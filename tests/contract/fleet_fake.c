/* SPDX-License-Identifier: ISC */
/*
 * The suite of port/fleet on the directory in memory that other tests rely on.
 */
#include <time.h>

#include "fleet_memory.h"
#include "fleet_suite.h"

static void real_now(void *self, struct lg_now *out_now)
{
	struct timespec wall, boot;

	(void)self;
	clock_gettime(CLOCK_REALTIME, &wall);
	clock_gettime(CLOCK_BOOTTIME, &boot);
	*out_now = (struct lg_now){
		.wall_ms = (int64_t)wall.tv_sec * 1000 + wall.tv_nsec / 1000000,
		.boot_ms =
			(int64_t)boot.tv_sec * 1000 + boot.tv_nsec / 1000000};
}

static enum lg_status open_memory(void *context, unsigned int branches,
				  struct lg_fleet *out_fleet,
				  struct lg_error *err)
{
	(void)err;
	memory_open(context, branches, out_fleet);
	return LG_OK;
}

static void forget(void *context, const char *cn)
{
	memory_forget(context, cn);
}

static void away(void *context, int is_away)
{
	struct memory_directory *directory = context;
	size_t i;

	for (i = 0; i < directory->link_count; i++)
		directory->link[i]->away = is_away;
}

int main(void)
{
	const struct lg_clock clock = {NULL, real_now};
	struct memory_directory *directory = memory_new(&clock);
	struct fleet_place place = {.context = directory,
				    .open = open_memory,
				    .forget = forget,
				    .away = away,
				    .timeout_ms = 100,
				    .late_ms = 100,
				    .providers = 1};
	int failed;

	memory_join(directory, FLEET_SUITE_GATE);
	failed = fleet_suite_run(&place);
	memory_free(directory);
	return failed;
}
