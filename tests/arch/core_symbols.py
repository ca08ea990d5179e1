# SPDX-License-Identifier: ISC
"""The core opens nothing, asks nothing, prints nothing and reads no clock:
its archive imports xxHash, utf8proc and this list of libc, and keeps no
writable static data."""
import os
import re
import subprocess

import tree

LIBC = set("""
abort bsearch calloc free malloc qsort realloc reallocarray strdup strndup
memchr memcmp memcpy memmem memmove memrchr memset
stpcpy stpncpy strcasecmp strcat strchr strchrnul strcmp strcspn strlen
strncasecmp strncmp strncpy strnlen strpbrk strrchr strspn strstr
strtol strtoll strtoul strtoull strtod __isoc23_strtoul __isoc23_strtoull
snprintf vsnprintf
isalnum isalpha isdigit isprint isspace isupper islower isxdigit tolower toupper
__ctype_b_loc __ctype_tolower_loc __ctype_toupper_loc __errno_location
qsort_r
""".split())
COMPILER = re.compile(r"__(asan|ubsan|sanitizer|lsan|gcov|llvm|odr)_|"
                      r"__stack_chk_fail$|_GLOBAL_OFFSET_TABLE_$|"
                      r"__(mem|str|stp|v?snprintf)\w*_chk$|__tls_get_addr$")
LIBRARIES = re.compile(r"XXH|utf8proc_")


def output(*command):
    return subprocess.run(command, check=True, text=True,
                          stdout=subprocess.PIPE).stdout


def main():
    archive = os.path.join(os.environ["LOGONGATE_LIB_DIR"], "liblogongate.a")
    defined, wanted, problems, checked = set(), {}, [], 0
    member = ""
    for line in output("nm", archive).splitlines():
        words = line.split()
        if line.endswith(":"):
            member = line[:-1]
            checked += 1
        elif len(words) == 2 and words[0] in "Uw":
            wanted.setdefault(words[1], member)
        elif len(words) == 3:
            defined.add(words[2])
    for name, member in sorted(wanted.items()):
        if not (name in defined or name in LIBC or COMPILER.match(name)
                or LIBRARIES.match(name)):
            problems.append(f"{member}: imports {name}; the core may not")
    for line in output("objdump", "-t", archive).splitlines():
        found = re.search(r"\sO\s+\.(data|bss)\S*\s+\S+\s+(?:\.hidden\s+)?"
                          r"(\S+)$", line)
        if (found and ".data.rel.ro" not in line
                and not re.match(r"\.L|__(odr_)?asan|_*gcov", found[2])):
            problems.append(f"{found[2]}: writable static data; the core"
                            " keeps no state")
    tree.report(problems, checked, "objects of the core")


main()
