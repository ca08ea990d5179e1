# SPDX-License-Identifier: ISC
"""nginx with the drop-ins of src/packaging/nginx (auth_request and njs) in
front of a mail server."""
import glob
import os
import subprocess
import unittest

import programs
from mapi_door import Door

DROP_IN = os.path.join(programs.SOURCE, "src/packaging/nginx")
MODULE = "/usr/lib/nginx/modules/ngx_http_js_module.so"

CONFIG = """
load_module {module};
daemon off;
{user}
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
	include logongate.conf;
	js_import logongate from {folder}/logongate.js;
	upstream logongate_mapi {{ server 127.0.0.1:{backend}; }}
	server {{
		listen 127.0.0.1:{port};
		include logongate-server.conf;
		set $logongate_identity {identity};
		include logongate-mapi.conf;
		location / {{
			include logongate-ask.conf;
			proxy_set_header Host $host;
			proxy_pass http://127.0.0.1:{backend};
		}}
		location @mail {{
			internal;
			proxy_pass http://127.0.0.1:{backend};
			include logongate-stream.conf;
		}}
	}}
}}
"""


class Nginx(Door):
    __test__ = True

    @classmethod
    def configuration(cls, mode, port):
        folder = cls.gate.path("nginx-" + mode)
        for path in glob.glob(os.path.join(DROP_IN, "*")):
            text = cls.gate.dropin("nginx/" + os.path.basename(path))
            if mode == "open":
                text = text.replace("500 = @logongate_down", "500 = @mail")
                text = text.replace("OPEN_WHEN_DOWN = false",
                                    "OPEN_WHEN_DOWN = true")
            cls.gate.write(os.path.join(folder, os.path.basename(path)), text)
        return cls.gate.write(os.path.join(folder, "nginx.conf"), CONFIG.format(
            module=MODULE, folder=folder, port=port, backend=cls.backend.port,
            identity=cls.identity(mode),
            user="user root;" if os.geteuid() == 0 else ""))

    @classmethod
    def front(cls, mode):
        port = programs.free_port()
        config = cls.configuration(mode, port)
        folder = os.path.dirname(config)
        process = subprocess.Popen(
            [programs.program("nginx"), "-p", folder, "-c", config, "-e",
             os.path.join(folder, "log")])
        cls.addClassCleanup(programs.end, process)
        programs.wait_for("nginx", lambda: programs.answers(port))
        return port

    @classmethod
    def doors(cls):
        return [way for way in cls.gate.json(
            "doors", "--nginx", cls.configuration("closed", cls.port))["doors"]
            if way["door"] == "nginx"]


if __name__ == "__main__":
    programs.require("nginx", MODULE)
    del Door
    unittest.main()
