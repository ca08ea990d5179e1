# SPDX-License-Identifier: ISC
"""What is installed is whole: a program outside the tree finds the library by
pkg-config and by find_package, and the rest lies where it is looked for."""
import os
import re
import subprocess
import sys
import tempfile

import tree

CONSUMER = r"""
#include <stdio.h>
#include <logongate/error.h>
#include <logongate/release.h>
int main(void)
{
	struct lg_error err = {0};

	lg_error_set(&err, LG_ERR_RANGE, "here", "%s", "wrong");
	printf("%s %s %s\n", LOGONGATE_VERSION, err.place,
	       lg_status_name(err.status));
	return 0;
}
"""
PROJECT = """
cmake_minimum_required(VERSION 3.25)
project(consumer LANGUAGES C)
find_package(logongate 0.2 REQUIRED)
add_executable(consumer consumer.c)
target_link_libraries(consumer PRIVATE logongate::logongate)
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


def build_consumers(scratch, staged, prefix, flags):
    source = os.path.join(scratch, "consumer")
    os.mkdir(source)
    write(os.path.join(source, "consumer.c"), CONSUMER)
    write(os.path.join(source, "CMakeLists.txt"), PROJECT)
    said = []

    libraries = [where for where, _, names in os.walk(staged)
                 if "logongate.pc" in names]
    if not libraries:
        return ["(there is no logongate.pc)"]
    found = run("pkg-config", "--cflags", "--libs", "logongate", env={
        **os.environ, "PKG_CONFIG_PATH": libraries[0]}).split()
    program = os.path.join(scratch, "by-pkg-config")
    run("cc", "-Wall", "-Werror", *flags, "-o", program,
        os.path.join(source, "consumer.c"), *found)
    shared = os.path.dirname(os.path.dirname(libraries[0]))
    said.append(run(program, env={**os.environ, "LD_LIBRARY_PATH":
                                  os.path.join(shared, "lib")}))

    build = os.path.join(scratch, "by-find-package")
    run("cmake", "-G", "Ninja", "-S", source, "-B", build,
        f"-DCMAKE_PREFIX_PATH={staged}{prefix}",
        f"-DCMAKE_C_FLAGS={' '.join(flags)}")
    run("cmake", "--build", build)
    said.append(run(os.path.join(build, "consumer")))
    return said


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
        for said in build_consumers(scratch, staged, prefix,
                                    flags):
            if said != f"{version} here range\n":
                problems.append(f"the consumer said {said!r}")
        there = [os.path.relpath(os.path.join(where, name), staged)
                 for where, _, names in os.walk(staged) for name in names]
        usr = prefix.strip("/")
        wanted = [f"{usr}/bin/logongate", f"{usr}/sbin/logongated",
                  f"{usr}/lib/systemd/system/logongated.service",
                  f"{usr}/lib/systemd/system/logongated-http.socket",
                  f"{usr}/lib/sysusers.d/logongate.conf",
                  f"{usr}/lib/tmpfiles.d/logongate.conf"]
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
