# SPDX-License-Identifier: ISC
"""nginx with the drop-ins of src/packaging/nginx (auth_request and njs) in
front of a mail server."""
import glob
import os
import unittest

import nginx_server
import programs
from mapi_door import Door

DROP_IN = os.path.join(programs.SOURCE, "src/packaging/nginx")

CONFIG = nginx_server.template("""
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
""", nginx_server.MODULE)


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
            folder=folder, port=port, backend=cls.backend.port,
            identity=cls.identity(mode)))

    @classmethod
    def front(cls, mode):
        port = programs.free_port()
        config = cls.configuration(mode, port)
        folder = os.path.dirname(config)
        process = nginx_server.start(folder, config)
        cls.addClassCleanup(programs.end, process)
        programs.wait_for("nginx", lambda: programs.answers(port))
        return port

    @classmethod
    def doors(cls):
        return [way for way in cls.gate.json(
            "doors", "--nginx", cls.configuration("closed", cls.port))["doors"]
            if way["door"] == "nginx"]


if __name__ == "__main__":
    programs.require("nginx", nginx_server.MODULE)
    del Door
    unittest.main()
