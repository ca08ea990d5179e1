#!/bin/sh
# SPDX-License-Identifier: ISC
#
# Stands for the Information Store service: smbd's svcctl runs it as  NAME start|stop|status.
# smbd asks 'status' and reads the EXIT CODE: 0 = running, else stopped. Log of calls: $0.log
f=$(readlink -f "$0"); s=$f.state; echo "$(date +%T) $*" >> "$f.log"
case $1 in start) echo running > "$s" ;; stop) echo stopped > "$s" ;; status) grep -q running "$s" 2>/dev/null ;; *) exit 2 ;; esac
