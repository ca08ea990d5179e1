/* SPDX-License-Identifier: ISC */
/*
 * setup_parts.h - the pieces that every door's plan is put together from
 *
 * Layer: app, private to the set-up.
 */
#ifndef LOGONGATE_APP_SETUP_PARTS_H
#define LOGONGATE_APP_SETUP_PARTS_H

#include "app/setup/setup_ask.h"

/*
 * What the functions give lies in the arena of the plan.
 */

/* A file; LG_ERR_UNKNOWN_KEY: there is none. */
enum lg_status lg_setup_read(const struct lg_setup_ask *ask, const char *path,
			     const char **out_text);

/* Appends what a program of the server prints; LG_ERR_UNKNOWN_KEY: the server
 * is not installed here. */
enum lg_status lg_setup_prints(const struct lg_setup_ask *ask,
			       const char *server, const char *const argv[],
			       struct lg_buffer *out_text);

/* 1 when a name in the folder has this part. */
int lg_setup_has_name(const struct lg_setup_ask *ask, const char *folder,
		      const char *part);

/* Every "what" becomes "by"; what NULL: the last one. */
struct lg_setup_swap {
	const char *what;
	const char *by;
};

/* A drop-in below datadir, with this gate's folders and the swaps in it. */
enum lg_status lg_setup_dropin(const struct lg_setup_ask *ask, const char *name,
			       const struct lg_setup_swap *swaps,
			       const char **out_text);

/* A text with others put into it, from its beginning on. */
struct lg_setup_insert {
	const char *text;
	size_t done; /* bytes of the text that were copied */
	struct lg_buffer out;
};

/* Puts what at this offset, on lines of its own. */
void lg_setup_insert_at(struct lg_setup_insert *insert, size_t at,
			const char *what);
/* Copies the rest. */
enum lg_status lg_setup_insert_end(struct lg_setup_insert *insert,
				   struct lg_error *err);

/* Plans a file that is the administrator's; before and after may be NULL. */
enum lg_status lg_setup_his_file(const struct lg_setup_ask *ask,
				 const char *path, const char *before,
				 const char *after);

/*
 * Plans FOLDER/PLACE, a file of setup's own. One that is there and is neither
 * this one nor as setup wrote it is LG_ERR_CONFLICT.
 */
enum lg_status lg_setup_own_dropin(const struct lg_setup_ask *ask,
				   const char *name,
				   const struct lg_setup_swap *swaps,
				   const char *folder, const char *place);

/*
 * The main file of the one that runs: config_dir/name, or what a process of
 * program was given, or NULL for where it looks by itself. LG_ERR_CONFLICT:
 * several run.
 */
enum lg_status lg_setup_main_file(const struct lg_setup_ask *ask,
				  const char *program, const char *name,
				  const char **out_path);

/* The folder that a file lies in. */
const char *lg_setup_folder_of(struct lg_setup_plan *plan, const char *path);

/* The server's user joins those who may ask, where it is not in already. */
enum lg_status lg_setup_join(const struct lg_setup_ask *ask, const char *user);

/* The user the gate runs as. */
const char *lg_setup_gate_user(const struct lg_setup_ask *ask);

/* LG_ERR_CONFLICT where [listen.http] has a key: it stays secret. */
enum lg_status lg_setup_no_key(const struct lg_setup_ask *ask);

/* The gate's settings as they are, and as the door needs them. */
struct lg_setup_draft {
	const struct lg_setup_ask *ask;
	const char *before;
	struct lg_buffer after;
};

enum lg_status lg_setup_draft_begin(const struct lg_setup_ask *ask,
				    struct lg_setup_draft *out_draft);

/* Where the listener is asked over TCP: its first HOST:PORT, else the one that
 * it gets. Borrowed of the settings, or otherwise. */
enum lg_status lg_setup_draft_tcp(struct lg_setup_draft *draft,
				  enum lg_listener listener,
				  const char *otherwise, const char **out_tcp);

/* The listener has a unix socket NAME.sock where it has nothing yet. */
enum lg_status lg_setup_draft_socket(struct lg_setup_draft *draft,
				     enum lg_listener listener);

/* Plans the changed text. */
enum lg_status lg_setup_draft_end(const struct lg_setup_draft *draft);
void lg_setup_draft_release(struct lg_setup_draft *draft);

/*
 * Plans settings in which the HTTP listener has a socket. Where a drop-in has
 * it, and where it is asked here: the same, another unix socket, or HOST:PORT.
 * Both as drop-ins write them.
 */
enum lg_status lg_setup_http_socket(const struct lg_setup_ask *ask,
				    struct lg_setup_swap *out_swap);

#endif
