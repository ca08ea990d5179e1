/* SPDX-License-Identifier: ISC */
/*
 * gate_life.h - opening, running and closing a gate
 *
 * Layer: daemon.
 */
#ifndef LOGONGATE_DAEMON_GATE_LIFE_H
#define LOGONGATE_DAEMON_GATE_LIFE_H

/* What logongated exits with (contract 7 "The gate"). */
enum gate_exit {
	GATE_EXIT_DONE = 0,
	GATE_EXIT_USAGE = 2,
	GATE_EXIT_SETTINGS = 3,
	GATE_EXIT_HELD = 6,
	GATE_EXIT_DENIED = 7,
	GATE_EXIT_SOFTWARE = 70
};

/* Reads the settings of path and every file they name, as gate_run does, and
 * says what is wrong with them, or that nothing is. */
enum gate_exit gate_check(const char *path);

/* Runs a gate with the settings of path until it is told to end. */
enum gate_exit gate_run(const char *path);

#endif
