/* SPDX-License-Identifier: ISC */
/* slowshim: test-only LD_PRELOAD that makes a disk or a name service slow.
 * LG_SLOW names a file with a number of milliseconds; while it is there, every
 * fsync takes so much longer, and so with LG_SLOW_NAMES whoever looks for a
 * user. What the program starts is left alone. */
#include <dlfcn.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static char *disk;
static char *names;

__attribute__((constructor)) static void begin(void)
{
	disk = getenv("LG_SLOW");
	names = getenv("LG_SLOW_NAMES");
	unsetenv("LD_PRELOAD");
}

/* Looks again and again: it may get well. */
static void wait_for(const char *path)
{
	static const struct timespec step = {.tv_nsec = 10 * 1000 * 1000};
	long waited_ms = 0;

	while (path) {
		char text[16] = "";
		int fd = open(path, O_RDONLY | O_CLOEXEC);
		ssize_t len = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

		if (fd >= 0)
			close(fd);
		if (len <= 0 || waited_ms >= strtol(text, NULL, 10))
			return;
		nanosleep(&step, NULL);
		waited_ms += 10;
	}
}

int fsync(int fd)
{
	static int (*real)(int);

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "fsync");
	wait_for(disk);
	return real(fd);
}

int fdatasync(int fd)
{
	static int (*real)(int);

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "fdatasync");
	wait_for(disk);
	return real(fd);
}

int getpwuid_r(uid_t uid, struct passwd *entry, char *text, size_t size,
	       struct passwd **result)
{
	static int (*real)(uid_t, struct passwd *, char *, size_t,
			   struct passwd **);

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "getpwuid_r");
	wait_for(names);
	return real(uid, entry, text, size, result);
}
