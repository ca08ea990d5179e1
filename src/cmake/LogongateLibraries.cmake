# SPDX-License-Identifier: ISC
#
# The libraries logongate is built on, as imported targets, so that the
# directories only name targets:
#   PkgConfig::UV CJSON XXHASH UTF8PROC LDAP CURL GNUTLS,
#   Logongate::llhttp or Logongate::http_parser (LOGONGATE_HTTP_LIBRARY says
#   which), Logongate::iniparser, Logongate::pam, and where they are installed
#   PkgConfig::SMBCLIENT, PkgConfig::HIVEX.
find_package(PkgConfig REQUIRED)

pkg_check_modules(UV REQUIRED IMPORTED_TARGET libuv)
pkg_check_modules(CJSON REQUIRED IMPORTED_TARGET libcjson)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
pkg_check_modules(UTF8PROC REQUIRED IMPORTED_TARGET libutf8proc)
pkg_check_modules(LDAP REQUIRED IMPORTED_TARGET ldap lber)
pkg_check_modules(CURL REQUIRED IMPORTED_TARGET libcurl)
pkg_check_modules(GNUTLS REQUIRED IMPORTED_TARGET gnutls)
pkg_check_modules(SMBCLIENT IMPORTED_TARGET smbclient)
pkg_check_modules(HIVEX IMPORTED_TARGET hivex)

# None of them has a .pc file everywhere.
function(logongate_find_plain name header library)
	string(TOUPPER "${name}" upper)
	find_path(${upper}_INCLUDE_DIR "${header}" REQUIRED)
	find_library(${upper}_LIBRARY "${library}" REQUIRED)
	add_library(Logongate::${name} UNKNOWN IMPORTED)
	set_target_properties(Logongate::${name} PROPERTIES
		IMPORTED_LOCATION "${${upper}_LIBRARY}"
		INTERFACE_INCLUDE_DIRECTORIES "${${upper}_INCLUDE_DIR}")
endfunction()

# llhttp is http-parser's successor; Debian 12 does not have it yet.
find_path(LLHTTP_INCLUDE_DIR llhttp.h)
set(LOGONGATE_HTTP_LIBRARY "http_parser")
if(LLHTTP_INCLUDE_DIR AND NOT LOGONGATE_WITH_HTTP_PARSER)
	set(LOGONGATE_HTTP_LIBRARY "llhttp")
endif()
logongate_find_plain(${LOGONGATE_HTTP_LIBRARY}
	${LOGONGATE_HTTP_LIBRARY}.h ${LOGONGATE_HTTP_LIBRARY})
if(LOGONGATE_HTTP_LIBRARY STREQUAL "llhttp")
	set_property(TARGET Logongate::llhttp PROPERTY
		INTERFACE_COMPILE_DEFINITIONS LOGONGATE_LLHTTP)
endif()
logongate_find_plain(iniparser iniparser/iniparser.h iniparser)
logongate_find_plain(pam security/pam_modules.h pam)

if(BUILD_TESTING)
	pkg_check_modules(CMOCKA REQUIRED IMPORTED_TARGET cmocka)
endif()
