# SPDX-License-Identifier: ISC
#
# logongate_flags: the interface target that carries warnings, hardening and
# sanitizers. Every target made by the functions of LogongateTargets links it.
include(CheckCCompilerFlag)
include(CheckLinkerFlag)
include(CheckPIESupported)

add_library(logongate_flags INTERFACE)
target_compile_options(logongate_flags INTERFACE
	-Wall -Wextra -Wno-unused-parameter -Wshadow -Wstrict-prototypes
	-Wmissing-prototypes -Wold-style-definition -Wpointer-arith -Wvla
	-Wformat=2 -Wundef -Wwrite-strings -Wswitch
	-fno-strict-aliasing -fno-common)
if(LOGONGATE_WERROR)
	target_compile_options(logongate_flags INTERFACE -Werror)
endif()

# Adds a flag to the target when the compiler (or linker) knows it.
function(logongate_probe_flag kind flag)
	string(MAKE_C_IDENTIFIER "LOGONGATE_HAS_${kind}${flag}" known)
	if(kind STREQUAL "compile")
		check_c_compiler_flag("${flag}" ${known})
		if(${known})
			target_compile_options(logongate_flags INTERFACE
				"${flag}")
		endif()
	else()
		check_linker_flag(C "${flag}" ${known})
		if(${known})
			target_link_options(logongate_flags INTERFACE
				"${flag}")
		endif()
	endif()
endfunction()

check_pie_supported(LANGUAGES C)
if(LOGONGATE_HARDENING)
	foreach(flag -fstack-protector-strong -fstack-clash-protection
			-fcf-protection=full)
		logongate_probe_flag(compile "${flag}")
	endforeach()
	foreach(flag -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
		logongate_probe_flag(link "${flag}")
	endforeach()
	# Fortification needs optimisation and does not go with ASan; zeroed
	# variables would hide from the tests what was never set.
	if(NOT LOGONGATE_SANITIZE AND NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
		logongate_probe_flag(compile -ftrivial-auto-var-init=zero)
		target_compile_options(logongate_flags INTERFACE
			-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
	endif()
endif()
target_link_options(logongate_flags INTERFACE -Wl,--as-needed)

if(LOGONGATE_SANITIZE)
	set(sanitize -fsanitize=${LOGONGATE_SANITIZE}
		-fno-omit-frame-pointer -fno-sanitize-recover=all)
	target_compile_options(logongate_flags INTERFACE ${sanitize})
	target_link_options(logongate_flags INTERFACE ${sanitize})
endif()
if(LOGONGATE_FUZZ)
	target_compile_options(logongate_flags INTERFACE
		-fsanitize=fuzzer-no-link)
endif()
if(LOGONGATE_COVERAGE)
	target_compile_options(logongate_flags INTERFACE --coverage)
	target_link_options(logongate_flags INTERFACE --coverage)
endif()
