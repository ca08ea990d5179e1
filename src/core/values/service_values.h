/* SPDX-License-Identifier: ISC */
/*
 * service_values.h - services of a server as values of a target
 *
 * Layer: core.
 * Flow: plan adds those that a lock stops, adapters/winreg reads them and
 * starts and stops them, app/change compares, journals and puts them back.
 * Source: conformance I3; contract 9 "Windows, older and newer".
 *
 * One value a service: named by it, a REG_SZ. One that the server has not has
 * no value; one that is paused or starting counts as running.
 */
#ifndef LOGONGATE_CORE_VALUES_SERVICE_VALUES_H
#define LOGONGATE_CORE_VALUES_SERVICE_VALUES_H

#include <logongate/registry.h>

/* No server reads this key: a back-up that regedit imports changes nothing. */
#define LG_KEY_SERVICES LG_KEY_HIVE "\\SOFTWARE\\logongate\\services"
#define LG_SERVICE_RUNS "running"
#define LG_SERVICE_STANDS "stopped"

#endif
