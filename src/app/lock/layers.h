/* SPDX-License-Identifier: ISC */
/*
 * layers.h - what is in force, as the layers that a policy is made of
 *
 * Layer: app: core.
 * Source: contract 9 "Composition", 12 (--replace).
 */
#ifndef LOGONGATE_APP_LOCK_LAYERS_H
#define LOGONGATE_APP_LOCK_LAYERS_H

#include "app/lock/state.h"

/* The locks in force whose values are known; borrowed from the state. Gives
 * how many. */
size_t lg_layers_locks(const struct lg_state *state,
		       struct lg_policy_layer out_layer[LG_LOCKS_MAX]);

/* The standing values as they count: values is NULL where they are lost, or a
 * lock stands in their place. */
struct lg_policy_layer lg_layers_standing(const struct lg_state *state);

/* All of it in one policy. input's layers are put in. LG_ERR_IO: nothing can
 * be trusted. */
enum lg_status lg_layers_compile(const struct lg_state *state,
				 struct lg_policy_input *input,
				 struct lg_policy **out_policy,
				 struct lg_error *err);

#endif
