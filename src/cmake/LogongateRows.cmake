# SPDX-License-Identifier: ISC
#
# What is called as a row of a table is built, installed and tested by it.

# logongate_rows(OUT FILE MACRO): the names in the rows MACRO(ID, NAME, ...).
function(logongate_rows out file macro)
	set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
		"${PROJECT_SOURCE_DIR}/${file}")
	set(names "")
	file(STRINGS "${PROJECT_SOURCE_DIR}/${file}" rows REGEX "^${macro}\\(")
	foreach(row IN LISTS rows)
		if(NOT row MATCHES "^[A-Z_]+\\([A-Z0-9_]+, ([a-z0-9_]+),")
			message(FATAL_ERROR "${file}: not understood: ${row}")
		endif()
		list(APPEND names "${CMAKE_MATCH_1}")
	endforeach()
	set(${out} "${names}" PARENT_SCOPE)
endfunction()

# The servers that `logongate doors` surveys.
logongate_rows(LOGONGATE_SURVEYED src/app/doors/doors.def LG_SURVEYED)
# What the gate can listen as.
logongate_rows(LOGONGATE_LISTENERS src/core/settings/listeners.def LG_LISTENER)
# What a lock can be written to.
logongate_rows(LOGONGATE_BACKENDS src/core/settings/backends.def LG_BACKEND)
