#!/bin/bash
# SPDX-License-Identifier: ISC
#
# smbd-reg.sh: a throw-away standalone smbd on loopback that stands for a Windows
# server: winreg (registry.tdb) and svcctl (init scripts made by us).
#   smbd-reg.sh up DIR PORT | down DIR
# User: root inside the smbd is the local unix user 'root' with its own tdbsam password.
set -euo pipefail
cmd=$1 d=$(realpath -m "$2"); port=${3:-22445}; pw=${SMBPASS:-Regpass.1}; user=${SMBUSER:-$(id -un)}
case $cmd in
up)
  rm -rf "$d"; mkdir -p "$d"/{etc,private,state,cache,lock,run,log,ncalrpc,winbindd,svcctl}
  cat > "$d/smb.conf" <<C
[global]
  netbios name = EXCH1
  workgroup = ACME
  server role = standalone server
  interfaces = lo
  bind interfaces only = yes
  smb ports = $port
  disable netbios = yes
  passdb backend = tdbsam:$d/private/passdb.tdb
  private dir = $d/private
  state directory = $d/state
  cache directory = $d/cache
  lock directory = $d/lock
  pid directory = $d/run
  ncalrpc dir = $d/ncalrpc
  winbindd socket directory = $d/winbindd
  usershare path =
  log file = $d/log/log.%m
  log level = ${LOGLEVEL:-1}
  load printers = no
  disable spoolss = yes
  admin users = $user
  svcctl list = MSExchangeIS Spooly
  rpc start on demand helpers = ${ONDEMAND:-yes}
  ${EXTRA:-}
C
  # svcctl list: smbd runs MODULESDIR/svcctl/NAME start|stop|status
  printf '%s\n%s\n' "$pw" "$pw" | smbpasswd -c "$d/smb.conf" -s -a "$user" >/dev/null
  # Samba 4.17's own back end for 'svcctl list' is a stub (WERR_ACCESS_DENIED): svcshim.so
  # in LD_PRELOAD makes it run DIR/svcctl/NAME start|stop|status.
  here=$(cd "$(dirname "$0")" && pwd); for s in MSExchangeIS Spooly; do cp "$here/svc-fake.sh" "$d/svcctl/$s"; done
  "$d/svcctl/MSExchangeIS" start # a store runs unless somebody stops it
  [ -n "${SVCSHIM:-}" ] && export LD_PRELOAD=$SVCSHIM LG_SVC_DIR=$d/svcctl
  # -l: the rpcd_* workers do not follow 'log file' and else write to /var/log/samba.
  # setsid: at its end smbd ends its whole process group, which is the caller's.
  setsid smbd -s "$d/smb.conf" -l "$d/log" -F --no-process-group >"$d/log/out" 2>&1 &
  unset LD_PRELOAD
  echo $! > "$d/run/child.pid"
  for i in $(seq 100); do smbclient -s "$d/smb.conf" -p "$port" -U "$user%$pw" -L 127.0.0.1 >/dev/null 2>&1 && exit 0; sleep 0.1; done
  echo "smbd did not answer" >&2; tail "$d/log/out" >&2; exit 1 ;;
down)
  # samba-dcerpcd and its workers outlive smbd: end every process that names our smb.conf.
  kill "$(cat "$d/run/child.pid")" 2>/dev/null || true
  for p in /proc/[0-9]*; do
    { tr '\0' ' ' < "$p/cmdline"; } 2>/dev/null | grep -qE "^(smbd|/usr/libexec/samba/).*$d/smb.conf" && kill "${p#/proc/}" 2>/dev/null
  done; true ;;
esac
