/* SPDX-License-Identifier: ISC */
/*
 * effect.c - from when on what a change wrote is in force
 */
#include "app/change/effect.h"

enum lg_effect lg_effect_on(enum lg_backend backend,
			    enum lg_takes_effect takes_effect, int restarts)
{
	if (lg_backend_row(backend)->carried != NULL)
		return LG_EFFECT_CARRIED;
	switch (takes_effect) {
	case LG_TAKES_EFFECT_AT_ONCE:
		break;
	case LG_TAKES_EFFECT_POLL:
		if (!restarts)
			return LG_EFFECT_POLL;
		break;
	case LG_TAKES_EFFECT_RESTART:
		if (!restarts)
			return LG_EFFECT_RESTART;
		break;
	}
	return LG_EFFECT_NOW;
}

int64_t lg_effect_by(enum lg_effect effect, int64_t since_s, int64_t starts_s)
{
	switch (effect) {
	case LG_EFFECT_NOW:
		return since_s;
	case LG_EFFECT_START:
		return starts_s;
	case LG_EFFECT_POLL:
		return since_s + LG_POLL_INTERVAL_S;
	case LG_EFFECT_RESTART:
	case LG_EFFECT_CARRIED:
	case LG_EFFECT_NO_GATE:
	case LG_EFFECT_IDLE:
		break;
	}
	return 0;
}
