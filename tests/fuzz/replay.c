/* SPDX-License-Identifier: ISC */
/*
 * Runs a fuzz target over the files it is given and over all files of the
 * directories it is given, so that what the fuzzer once found stays found in
 * the ordinary suite. Also runs the empty input. No input at all is an error:
 * a corpus that moved away must not look like one that passed.
 */
#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay_file(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data = NULL;
	long size;
	int result = -1;

	if (!file || fseek(file, 0, SEEK_END) != 0)
		goto out;
	size = ftell(file);
	if (size < 0 || fseek(file, 0, SEEK_SET) != 0)
		goto out;
	/* Exactly as large as the input, so that ASan sees one byte beyond. */
	data = malloc(size ? (size_t)size : 1);
	if (!data || fread(data, 1, (size_t)size, file) != (size_t)size)
		goto out;
	LLVMFuzzerTestOneInput(data, (size_t)size);
	result = 0;
out:
	if (result)
		fprintf(stderr, "replay: %s: %s\n", path, strerror(errno));
	free(data);
	if (file)
		fclose(file);
	return result;
}

static int replay_directory(const char *path, size_t *count)
{
	DIR *directory = opendir(path);
	struct dirent *entry;
	char *name = NULL;
	int result = 0;

	if (!directory) {
		fprintf(stderr, "replay: %s: %s\n", path, strerror(errno));
		return -1;
	}
	while (!result && (entry = readdir(directory))) {
		size_t size = strlen(path) + strlen(entry->d_name) + 2;

		if (entry->d_name[0] == '.')
			continue;
		name = malloc(size);
		if (!name) {
			result = -1;
			break;
		}
		snprintf(name, size, "%s/%s", path, entry->d_name);
		result = replay_file(name);
		free(name);
		++*count;
	}
	closedir(directory);
	return result;
}

int main(int argc, char **argv)
{
	static const uint8_t nothing[1];
	size_t count = 0;
	int i;

	LLVMFuzzerTestOneInput(nothing, 0);
	for (i = 1; i < argc; i++) {
		struct stat status;

		if (stat(argv[i], &status) == 0 && S_ISDIR(status.st_mode)) {
			if (replay_directory(argv[i], &count))
				return 1;
		} else {
			if (replay_file(argv[i]))
				return 1;
			count++;
		}
	}
	if (!count) {
		fprintf(stderr, "replay: no inputs; give files or a corpus\n");
		return 1;
	}
	printf("replayed %zu inputs\n", count);
	return 0;
}
