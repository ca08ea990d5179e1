/* SPDX-License-Identifier: ISC */
/* svcshim: test-only LD_PRELOAD for Samba's rpcd_classic (Debian 12, Samba
 * 4.17). Samba 4.17 ships the init-script back end of its MS-SCMR server as a
 * stub that answers WERR_ACCESS_DENIED. The table of its three functions is an
 * exported object, rcinit_svc_ops; this puts working ones there, which run
 *     $LG_SVC_DIR/NAME start|stop|status
 * (status: exit 0 = running, 10 + N = state N of MS-SCMR, else stopped),
 * so that `net rpc service start|stop|status NAME` meets a real RPC server.
 * cc -shared -fPIC -o svcshim.so svcshim.c -ldl */
#ifndef _GNU_SOURCE /* by hand, as above */
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
typedef struct {
	uint32_t w;
} WERROR;
struct SERVICE_STATUS {
	uint32_t type, state, controls_accepted;
	WERROR win32_exit_code;
	uint32_t service_exit_code, check_point, wait_hint;
};
struct ops {
	WERROR (*stop)(const char *, struct SERVICE_STATUS *);
	WERROR (*start)(const char *);
	WERROR (*status)(const char *, struct SERVICE_STATUS *);
};
enum {
	STOPPED = 1,
	START_PENDING = 2,
	STOP_PENDING = 3,
	RUNNING = 4,
	PAUSED = 7
};
extern char **environ;
static int run(const char *svc, const char *verb)
{
	const char *d = getenv("LG_SVC_DIR");
	char path[4096];
	posix_spawnattr_t attributes;
	sigset_t child, before;
	pid_t p = -1, got;
	int st = -1;
	if (!d || strchr(svc, '/'))
		return -1;
	snprintf(path, sizeof path, "%s/%s", d, svc);
	char *av[] = {path, (char *)verb, NULL};
	char *ev[] = {"PATH=/usr/bin:/bin", NULL};
	/* Samba's handler reaps whatever child there is, also before it is
	 * waited for here. */
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, &before);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &before);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	if (posix_spawn(&p, path, NULL, &attributes, av, ev))
		p = -1;
	posix_spawnattr_destroy(&attributes);
	do {
		got = p < 0 ? -2 : waitpid(p, &st, 0);
	} while (got == -1 && errno == EINTR);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return got == p && WIFEXITED(st) ? WEXITSTATUS(st) : -1;
}
static uint32_t state_of(const char *n)
{
	int rc = run(n, "status");
	return rc == 0                        ? RUNNING
	       : rc > 10 && rc <= 10 + PAUSED ? (uint32_t)rc - 10
					      : STOPPED;
}
static void fill(struct SERVICE_STATUS *s, uint32_t state)
{
	memset(s, 0, sizeof *s);
	s->type = 0x20;
	s->state = state;
	s->controls_accepted = 5;
}
static WERROR do_status(const char *n, struct SERVICE_STATUS *s)
{
	fill(s, state_of(n));
	return (WERROR){0};
}
static WERROR do_start(const char *n)
{
	if (state_of(n) != STOPPED)
		return (WERROR){1056};                    /* ALREADY_RUNNING */
	return (WERROR){run(n, "start") == 0 ? 0 : 1053}; /* REQUEST_TIMEOUT */
}
static WERROR do_stop(const char *n, struct SERVICE_STATUS *s)
{
	uint32_t state = state_of(n);
	fill(s, state);
	if (state == STOPPED)
		return (WERROR){1062}; /* NOT_ACTIVE */
	if (state == START_PENDING || state == STOP_PENDING)
		return (WERROR){1061}; /* CANNOT_ACCEPT_CTRL */
	int rc = run(n, "stop");
	fill(s, rc != 0 ? state : STOPPED);
	return (WERROR){rc == 0 ? 0 : 1053};
}
__attribute__((constructor)) static void patch(void)
{
	struct ops *o = dlsym(RTLD_DEFAULT, "rcinit_svc_ops");
	if (o) {
		o->stop = do_stop;
		o->start = do_start;
		o->status = do_status;
	}
}
