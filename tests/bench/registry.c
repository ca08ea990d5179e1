/* SPDX-License-Identifier: ISC */
/*
 * What values cost in a registry of a thousand and of fifty thousand, as many
 * as a directory target of that many accounts has: setting all, finding each
 * by its name in other letters, sharing them with another registry, copying.
 * The ratio of the time a value between the two sizes is what matters; beside
 * the cost of memory that no longer fits a cache it is 1 where the work is in
 * proportion. Times are of the processor. A table goes to stderr, JSON to
 * stdout.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/values/account_values.h"

#include "core/values/registry_value.h"

enum {
	SMALL = 1000,
	LARGE = 50000,
	ROUNDS = 7
};

enum work {
	SET,
	FIND,
	SHARE,
	COPY,
	WORKS
};

static const char *const work_name[WORKS] = {"set", "find", "share", "copy"};

static double now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static void must(int truth, const char *what)
{
	if (truth)
		return;
	fprintf(stderr, "registry: %s\n", what);
	exit(1);
}

struct names {
	char (*set)[96];
	char (*find)[96];
	size_t count;
};

static struct names make_names(size_t count)
{
	struct names names = {malloc(count * sizeof(*names.set)),
			      malloc(count * sizeof(*names.find)), count};
	size_t i;

	must(names.set && names.find, "no memory");
	for (i = 0; i < count; i++) {
		snprintf(names.set[i], sizeof(names.set[i]),
			 "CN=User %06zu,OU=Staff,OU=Site,DC=example,DC=org", i);
		snprintf(names.find[i], sizeof(names.find[i]),
			 "cn=user %06zu,ou=staff,ou=site,dc=example,dc=org", i);
	}
	return names;
}

static void set_all(struct lg_registry *registry, const struct names *names)
{
	size_t i;

	for (i = 0; i < names->count; i++)
		must(lg_registry_set_dword(registry, LG_KEY_ACCOUNTS,
					   names->set[i], 1, NULL) == LG_OK,
		     "a value could not be set");
}

/* Nanoseconds a value of each work, the least of some rounds. */
static void measure(const struct names *names, double best[WORKS])
{
	int round;
	size_t i;

	for (round = 0; round < ROUNDS; round++) {
		struct lg_registry *registry = NULL;
		struct lg_registry *shared = NULL;
		struct lg_registry *copy = NULL;
		double at[WORKS + 1];
		size_t found = 0;

		must(lg_registry_new(&registry, NULL) == LG_OK &&
			     lg_registry_new(&shared, NULL) == LG_OK,
		     "no memory");
		at[SET] = now_ns();
		set_all(registry, names);
		at[FIND] = now_ns();
		for (i = 0; i < names->count; i++)
			found += lg_registry_find(registry, LG_KEY_ACCOUNTS,
						  names->find[i]) != NULL;
		at[SHARE] = now_ns();
		must(found == names->count, "a value was not found");
		for (i = 0; i < names->count; i++)
			must(lg_registry_share(shared, registry,
					       LG_KEY_ACCOUNTS, names->find[i],
					       NULL) == LG_OK,
			     "a value could not be shared");
		at[COPY] = now_ns();
		must(lg_registry_copy(registry, &copy, NULL) == LG_OK,
		     "no memory");
		at[WORKS] = now_ns();
		for (i = 0; i < WORKS; i++) {
			double took =
				(at[i + 1] - at[i]) / (double)names->count;

			if (round == 0 || took < best[i])
				best[i] = took;
		}
		lg_registry_free(&registry);
		lg_registry_free(&shared);
		lg_registry_free(&copy);
	}
}

int main(void)
{
	struct names small = make_names(SMALL);
	struct names large = make_names(LARGE);
	double of_small[WORKS] = {0};
	double of_large[WORKS] = {0};
	size_t i;

	measure(&small, of_small);
	measure(&large, of_large);
	fprintf(stderr, "%-6s %14s %14s %6s\n", "work", "1 thousand",
		"50 thousand", "ratio");
	printf("{");
	for (i = 0; i < WORKS; i++) {
		fprintf(stderr, "%-6s %11.0f ns %11.0f ns %6.1f\n",
			work_name[i], of_small[i], of_large[i],
			of_large[i] / of_small[i]);
		printf("%s\"%s\":{\"small_ns\":%.1f,\"large_ns\":%.1f,"
		       "\"ratio\":%.2f}",
		       i ? "," : "", work_name[i], of_small[i], of_large[i],
		       of_large[i] / of_small[i]);
	}
	printf("}\n");
	free(small.set);
	free(small.find);
	free(large.set);
	free(large.find);
	return 0;
}
