# SPDX-License-Identifier: ISC
#
# One function for each kind of thing logongate is made of. Sources are named
# one by one; LIBS are targets.

# All adapters that the programs may link; each adapter adds itself.
add_library(logongate_adapters INTERFACE)

# logongate_adapter(NAME SOURCES a.c b.c LIBS PkgConfig::UV)
# A static library logongate_NAME: core and a port on one side, one library on
# the other. Headers are included as "adapters/NAME/header.h".
function(logongate_adapter name)
	cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBS")
	add_library(logongate_${name} STATIC ${arg_SOURCES})
	target_include_directories(logongate_${name} PUBLIC
		"${PROJECT_SOURCE_DIR}/src")
	target_link_libraries(logongate_${name}
		PUBLIC logongate_core
		PRIVATE logongate_flags ${arg_LIBS})
	target_link_libraries(logongate_adapters INTERFACE logongate_${name})
endfunction()

# logongate_program(NAME SOURCES a.c LIBS ... [DESTINATION dir])
# A program in .build/PRESET/bin, installed into DESTINATION (bin).
function(logongate_program name)
	cmake_parse_arguments(PARSE_ARGV 1 arg "" "DESTINATION" "SOURCES;LIBS")
	if(NOT arg_DESTINATION)
		set(arg_DESTINATION "${CMAKE_INSTALL_BINDIR}")
	endif()
	add_executable(${name} ${arg_SOURCES})
	target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/src")
	target_link_libraries(${name} PRIVATE logongate_flags ${arg_LIBS})
	install(TARGETS ${name} RUNTIME DESTINATION "${arg_DESTINATION}")
endfunction()
