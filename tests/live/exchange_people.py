# SPDX-License-Identifier: ISC
"""People of an Exchange site in a slapd, as LDIF."""
import base64
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "testbed"))
import slapd  # noqa: E402

BASE = "ou=Users," + slapd.SUFFIX
DN = "/o=ACME/ou=Site/cn=Recipients/cn="

TOP = f"""dn: {slapd.SUFFIX}
objectClass: dcObject
objectClass: organization
dc: acme
o: ACME

dn: {BASE}
objectClass: organizationalUnit
ou: Users

"""


def line(name, value):
    if value.isascii():
        return f"{name}: {value}"
    return f"{name}:: {base64.b64encode(value.encode()).decode()}"


def person(uid, *settings):
    """With these protocolSettings."""
    plain = uid.replace("\u00eb", "e")
    lines = [line("dn", f"uid={uid},{BASE}"), "objectClass: inetOrgPerson",
             "objectClass: exchMailRecipient", line("uid", uid),
             line("cn", uid), line("sn", uid),
             f"mail: {plain}@example.org", f"legacyExchangeDN: {DN}{plain}"]
    lines += [line("protocolSettings", value) for value in settings]
    return "\n".join(lines) + "\n\n"
