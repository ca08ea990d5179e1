/* SPDX-License-Identifier: ISC */
/*
 * life.c - the story of one seed, and what many came to
 */
#include "sim/life.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void life_tell(const struct life *life, const char *format, ...)
{
	va_list arguments;

	if (!life->verbose)
		return;
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	printf("\n");
}

void life_fail(struct life *life, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(life->failure, sizeof(life->failure), format, arguments);
	va_end(arguments);
	if (life->verbose && life->show)
		life->show(life->context);
	longjmp(life->failed, 1);
}

static uint64_t number(const struct lives *lives, const char *text)
{
	char *end;
	unsigned long long value = strtoull(text, &end, 10);

	if (!*text || *end) {
		fprintf(stderr, "%s: \"%s\" is not a number\n", lives->name,
			text);
		exit(2);
	}
	return value;
}

static int usage(const struct lives *lives)
{
	fprintf(stderr,
		"usage: %s [--seed N] [--verbose] [--from N] [--seeds COUNT] "
		"[--steps COUNT] %s[--go-on]\n",
		lives->name, lives->gates_max ? "[--gates COUNT] " : "");
	return 2;
}

int lives_read(struct lives *lives, int argc, char **argv)
{
	const struct {
		const char *name;
		uint64_t *value;
	} known[] = {{"--seed", &lives->from},
		     {"--from", &lives->from},
		     {"--seeds", &lives->seeds},
		     {"--steps", &lives->steps},
		     {"--gates", &lives->gates}};
	const size_t count = sizeof(known) / sizeof(*known);
	int k;
	size_t i;

	for (k = 1; k < argc; k++) {
		if (!strcmp(argv[k], "--verbose")) {
			lives->verbose = 1;
			continue;
		}
		if (!strcmp(argv[k], "--go-on")) {
			lives->goes_on = 1;
			continue;
		}
		for (i = 0; i < count && strcmp(argv[k], known[i].name); i++)
			;
		if (i == count || k + 1 == argc)
			return usage(lives);
		*known[i].value = number(lives, argv[++k]);
		if (!i)
			lives->seeds = 1;
	}
	return lives->gates > lives->gates_max ? usage(lives) : 0;
}

uint64_t lives_run(const struct lives *lives, struct life *life,
		   int (*run)(uint64_t seed, const struct lives *lives))
{
	uint64_t failures = 0;
	uint64_t changes = 0;
	uint64_t i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (i = 0; i < lives->seeds && (lives->goes_on || !failures); i++) {
		unsigned long long seed = lives->from + i;

		if (run(seed, lives)) {
			changes += life->changes;
			continue;
		}
		failures++;
		printf("seed %llu: %s\n  replay: %s --seed %llu --steps %llu "
		       "--verbose\n",
		       seed, life->failure, lives->name, seed,
		       (unsigned long long)lives->steps);
	}
	printf("%llu seeds, %llu steps each, ", (unsigned long long)i,
	       (unsigned long long)lives->steps);
	if (changes)
		printf("%llu changes of files, ", (unsigned long long)changes);
	printf("%llu failures\n", (unsigned long long)failures);
	fflush(stdout);
	return failures;
}
