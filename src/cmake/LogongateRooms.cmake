# SPDX-License-Identifier: ISC
#
# What a room of src may see. src/rooms.txt says it; here each room gets a folder
# of links, .build/PRESET/rooms/ROOM, that is the only place where it finds
# headers of ours, and with the tests a program that holds the whole room and
# links with no more than what it sees. So an include or a call in the wrong
# direction does not build.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
	"${PROJECT_SOURCE_DIR}/src/rooms.txt")

# Fields of the rooms: room_sees_ROOM and room_shows_ROOM.
set(LOGONGATE_ROOMS "")
file(STRINGS "${PROJECT_SOURCE_DIR}/src/rooms.txt" lines REGEX "^[^#]")
foreach(line IN LISTS lines)
	if(NOT line MATCHES "^([^| ]+) *\\|([^|]*)\\|([^|]*)$")
		message(FATAL_ERROR "src/rooms.txt: not understood: ${line}")
	endif()
	set(room "${CMAKE_MATCH_1}")
	list(APPEND LOGONGATE_ROOMS "${room}")
	set(sees "${CMAKE_MATCH_2}")
	set(shows "${CMAKE_MATCH_3}")
	separate_arguments(room_sees_${room} UNIX_COMMAND "${sees}")
	separate_arguments(room_shows_${room} UNIX_COMMAND "${shows}")
endforeach()

# The rooms that a room sees, itself among them, "core" written out.
function(logongate_room_sees room out)
	set(row "${room}")
	if(NOT row IN_LIST LOGONGATE_ROOMS)
		string(REGEX REPLACE "/.*" "/*" row "${room}")
	endif()
	if(NOT row IN_LIST LOGONGATE_ROOMS)
		message(FATAL_ERROR "src/rooms.txt does not know ${room}")
	endif()
	set(seen "${room}")
	foreach(other IN LISTS room_sees_${row})
		if(other STREQUAL "core")
			set(core "${LOGONGATE_ROOMS}")
			list(FILTER core INCLUDE REGEX "^core/")
			list(APPEND seen ${core})
		else()
			list(APPEND seen "${other}")
		endif()
	endforeach()
	set(${out} "${seen}" PARENT_SCOPE)
endfunction()

# logongate_room_view(TARGET ROOM): the target's sources find what ROOM sees.
function(logongate_room_view target room)
	string(REPLACE "/" "-" name "${room}")
	set(view "${PROJECT_BINARY_DIR}/rooms/${name}")
	target_include_directories(${target} PRIVATE "${view}")
	get_property(made GLOBAL PROPERTY "logongate_view_${name}")
	if(made)
		return()
	endif()
	set_property(GLOBAL PROPERTY "logongate_view_${name}" TRUE)
	file(REMOVE_RECURSE "${view}")
	file(MAKE_DIRECTORY "${view}/logongate")
	logongate_room_sees("${room}" seen)
	foreach(other IN LISTS seen)
		cmake_path(GET other PARENT_PATH above)
		file(MAKE_DIRECTORY "${view}/${above}")
		file(CREATE_LINK "${PROJECT_SOURCE_DIR}/src/${other}"
			"${view}/${other}" SYMBOLIC)
		foreach(header IN LISTS room_shows_${other})
			set(where "${PROJECT_SOURCE_DIR}")
			if(header STREQUAL "release")
				set(where "${PROJECT_BINARY_DIR}")
			endif()
			file(CREATE_LINK
				"${where}/include/logongate/${header}.h"
				"${view}/logongate/${header}.h" SYMBOLIC)
		endforeach()
	endforeach()
endfunction()

# logongate_room_links(ROOM OBJECTS ... LIBS ...): proves that the room is whole
# with nothing but LIBS. Not called for the programs, which link themselves.
function(logongate_room_links room)
	if(NOT BUILD_TESTING)
		return()
	endif()
	cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "OBJECTS;LIBS")
	string(REPLACE "/" "-" name "${room}")
	add_executable(room_${name}
		"${PROJECT_SOURCE_DIR}/tests/arch/room.c" ${arg_OBJECTS})
	set_target_properties(room_${name} PROPERTIES
		RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
	target_link_libraries(room_${name} PRIVATE
		logongate_flags ${arg_LIBS})
endfunction()
