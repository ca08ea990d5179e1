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
	logongate_room_view(logongate_${name} "adapters/${name}")
	target_link_libraries(logongate_${name}
		INTERFACE logongate_core
		PRIVATE logongate_flags ${arg_LIBS})
	target_link_libraries(logongate_adapters INTERFACE logongate_${name})
	logongate_room_links("adapters/${name}"
		LIBS "$<LINK_LIBRARY:WHOLE_ARCHIVE,logongate_${name}>")
endfunction()

# logongate_program(NAME ROOM room SOURCES a.c LIBS ... [DESTINATION dir])
# A program in .build/PRESET/bin, installed into DESTINATION (bin).
function(logongate_program name)
	cmake_parse_arguments(PARSE_ARGV 1 arg "" "ROOM;DESTINATION" "SOURCES;LIBS")
	if(NOT arg_DESTINATION)
		set(arg_DESTINATION "${CMAKE_INSTALL_BINDIR}")
	endif()
	add_executable(${name} ${arg_SOURCES})
	logongate_room_view(${name} "${arg_ROOM}")
	target_link_libraries(${name} PRIVATE logongate_flags ${arg_LIBS})
	install(TARGETS ${name} RUNTIME DESTINATION "${arg_DESTINATION}")
endfunction()
