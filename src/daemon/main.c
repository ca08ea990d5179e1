/* SPDX-License-Identifier: ISC */
/*
 * logongated - the gate that decides logons
 *
 * main only answers for the program as a whole: its help and its version.
 */
#include <stdio.h>
#include <string.h>

#include <logongate/release.h>

int main(int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		printf("logongated %s\n", LOGONGATE_VERSION);
		return 0;
	}
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		printf("usage: logongated --help | --version\n");
		return 0;
	}
	fprintf(stderr, "logongated: no arguments; see logongated --help\n");
	return 64;
}
