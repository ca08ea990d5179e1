# SPDX-License-Identifier: ISC
"""An nginx of a test's own, with nothing outside of its folder."""
import os
import subprocess

import programs

MODULE = "/usr/lib/nginx/modules/ngx_http_js_module.so"
_HEAD = """\
daemon off;
%s
worker_processes 1;
pid {folder}/pid;
error_log {folder}/log warn;
events {{ worker_connections 256; }}
http {{
	access_log off;
	client_body_temp_path {folder}/body;
	proxy_temp_path {folder}/proxy;
	fastcgi_temp_path {folder}/fastcgi;
	uwsgi_temp_path {folder}/uwsgi;
	scgi_temp_path {folder}/scgi;
""" % ("user root;" if os.geteuid() == 0 else "")


def template(http, module=None):
    """A configuration for format(folder=...) around what stands in http."""
    load = f"load_module {module};\n" if module else ""
    return load + _HEAD + http.strip("\n") + "\n}}\n"


def start(folder, config):
    return subprocess.Popen([programs.program("nginx"), "-p", folder,
                             "-c", config, "-e", os.path.join(folder, "log")])
