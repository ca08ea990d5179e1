#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Stands for the Information Store service: smbd's svcctl runs it as  NAME start|stop|status.
# smbd asks 'status' and reads the EXIT CODE: 0 = running, 10 + N = state N, else stopped. A number in $0.state is that N.
# Log of calls: $0.log
f=$(readlink -f "$0"); s=$f.state; echo "$(date +%T) $*" >> "$f.log"
case $1 in start) echo running > "$s" ;; stop) echo stopped > "$s" ;; status) read -r n < "$s" || exit 1; case $n in [0-9]) exit 1$n ;; esac; [ "$n" = running ] ;; *) exit 2 ;; esac
