# SPDX-License-Identifier: ISC
"""What is installed is whole: a program outside the tree finds the library by
pkg-config and by find_package, and the rest lies where it is looked for."""
import os
import re
import subprocess
import sys
import tempfile

import tree

RELEASE = r"""
#include <stdio.h>
#include <logongate/release.h>
int main(void)
{
	puts(LOGONGATE_VERSION);
	return 0;
}
"""
DN = "/o=Org/ou=Site/cn=Recipients/cn="
# What the examples of logongate(3) say, in their order.
SAID = [f"{DN}tester: admit, none\n{DN}bob: refuse, not-listed\n",
        re.compile(r"blocks \d\d known clients\nblocks the server's own "
                   r"components; write -5\.65535\.65535;7\.0\.0-12\.1234\.1\n")]
PROJECT = """
cmake_minimum_required(VERSION 3.25)
project(consumer LANGUAGES C)
find_package(logongate 0.2 REQUIRED)
foreach(name release example0 example1)
	add_executable(${name} ${name}.c)
	target_link_libraries(${name} PRIVATE logongate::logongate)
endforeach()
"""


def public_headers():
    """The names that src/core/CMakeLists.txt installs."""
    return re.search(r"set\(public_headers([^)]*)\)", tree.read(
        "src/core/CMakeLists.txt"))[1].split()


def run(*command, **more):
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False, **more)
    if done.returncode:
        print(f"{' '.join(command)}: exit {done.returncode}\n{done.stdout}",
              file=sys.stderr)
        sys.exit(1)
    return done.stdout


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def examples():
    """The programs in logongate(3)."""
    found = re.findall(r"^\.Bd -literal -compact\n(.*?)^\.Ed$",
                       tree.read("src/man/logongate.3"), re.M | re.S)
    return [text.replace(r"\e", "\\") for text in found]


def build_consumers(scratch, staged, prefix, flags):
    """What each program says, built by pkg-config and by find_package."""
    source = os.path.join(scratch, "consumer")
    os.mkdir(source)
    programs = {"release": RELEASE}
    programs.update((f"example{i}", text)
                    for i, text in enumerate(examples()))
    for name, text in programs.items():
        write(os.path.join(source, name + ".c"), text)
    write(os.path.join(source, "CMakeLists.txt"), PROJECT)
    said = {}

    libraries = [where for where, _, names in os.walk(staged)
                 if "logongate.pc" in names]
    found = run("pkg-config", "--cflags", "--libs", "logongate", env={
        **os.environ, "PKG_CONFIG_PATH": libraries[0]}).split()
    shared = {**os.environ,
              "LD_LIBRARY_PATH": os.path.dirname(libraries[0])}
    build = os.path.join(scratch, "by-find-package")
    run("cmake", "-G", "Ninja", "-S", source, "-B", build,
        f"-DCMAKE_PREFIX_PATH={staged}{prefix}",
        f"-DCMAKE_C_FLAGS={' '.join(flags)}")
    run("cmake", "--build", build)
    for name in programs:
        program = os.path.join(scratch, name)
        run("cc", "-Wall", "-Wextra", "-Werror", *flags, "-o", program,
            os.path.join(source, name + ".c"), *found)
        said[name] = [run(program, env=shared),
                      run(os.path.join(build, name))]
    return said


def check_consumers(said, version):
    problems = []
    for name, twice in said.items():
        expected = version + "\n" if name == "release" \
            else SAID[int(name[len("example"):])]
        for text in twice:
            if not re.fullmatch(expected if isinstance(expected, re.Pattern)
                                else re.escape(expected), text):
                problems.append(f"{name} said {text!r}")
    if len(said) != len(SAID) + 1:
        problems.append(f"{len(said) - 1} examples in logongate(3)")
    return problems


def check_other_prefix(scratch):
    """--prefix counts for all, also for what the unit starts."""
    staged = os.path.join(scratch, "other")
    run("cmake", "--install", os.environ["LOGONGATE_BUILD_DIR"], "--prefix",
        "/opt/lg", env={**os.environ, "DESTDIR": staged})
    problems = [f"--prefix /opt/lg installs /{top} too"
                for top in os.listdir(staged) if top not in ("opt", "etc")]
    unit = os.path.join(staged, "opt/lg/lib/systemd/system/logongated.service")
    with open(unit, encoding="utf-8") as file:
        if "ExecStart=/opt/lg/sbin/logongated\n" not in file.read():
            problems.append("--prefix /opt/lg: the unit starts another gate")
    return problems


def main():
    version, prefix = sys.argv[1:3]
    flags = sys.argv[3:]
    problems = []
    with tempfile.TemporaryDirectory() as scratch:
        staged = os.path.join(scratch, "stage")
        run("cmake", "--install", os.environ["LOGONGATE_BUILD_DIR"],
            env={**os.environ, "DESTDIR": staged})
        problems += check_consumers(
            build_consumers(scratch, staged, prefix, flags), version)
        there = [os.path.relpath(os.path.join(where, name), staged)
                 for where, _, names in os.walk(staged) for name in names]
        usr = prefix.strip("/")
        wanted = [f"{usr}/bin/logongate", f"{usr}/sbin/logongated",
                  f"{usr}/lib/systemd/system/logongated.service",
                  f"{usr}/lib/systemd/system/logongated-http.socket",
                  f"{usr}/lib/sysusers.d/logongate.conf",
                  f"{usr}/lib/tmpfiles.d/logongate.conf",
                  "etc/ldap/schema/logongate.ldif",
                  "etc/ldap/schema/logongate.schema"]
        headers = [*public_headers(), "release.h"]
        wanted += [f"{usr}/include/logongate/{name}" for name in headers]
        problems += [f"{path} is installed, and no public header"
                     for path in there
                     if path.startswith(f"{usr}/include/")
                     and os.path.basename(path) not in headers]
        for profile in tree.files("profiles", suffixes=(".ini",)):
            wanted.append(os.path.join("etc/logongate", profile))
        for page in tree.files("src/man", suffixes=tuple("12345678")):
            wanted.append(f"{usr}/share/man/man{page[-1]}/"
                          + os.path.basename(page))
        for path in wanted:
            if path not in there:
                problems.append(f"{path} is not installed")
        unit = os.path.join(
            staged, f"{usr}/lib/systemd/system/logongated.service")
        with open(unit, encoding="utf-8") as file:
            start = f"ExecStart={prefix}/sbin/logongated\n"
            if start not in file.read():
                problems.append(f"the unit has no {start}")
        problems += check_other_prefix(scratch)
    tree.report(problems, len(there), "installed files")


main()
