# SPDX-License-Identifier: ISC
#
# LOGONGATE_SURVEYED: the servers that `logongate doors` surveys, of the rows of
# doors.def. What is called as a server is built, installed and tested by it.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
	"${PROJECT_SOURCE_DIR}/src/app/doors/doors.def")
set(LOGONGATE_SURVEYED "")
file(STRINGS "${PROJECT_SOURCE_DIR}/src/app/doors/doors.def" rows
	REGEX "^LG_SURVEYED\\(")
foreach(row IN LISTS rows)
	if(NOT row MATCHES "^LG_SURVEYED\\([A-Z0-9_]+, ([a-z0-9_]+), ")
		message(FATAL_ERROR "doors.def: not understood: ${row}")
	endif()
	list(APPEND LOGONGATE_SURVEYED "${CMAKE_MATCH_1}")
endforeach()
