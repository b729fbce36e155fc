# libpq: PostgreSQL's client library. Debian's static one wants Kerberos and LDAP, of which there are no static ones:
# with STATIC_LINK it is built from its source (tools/static_libpq), which LIBPQ_SOURCE names.
set(LIBPQ_SOURCE "" CACHE PATH "built source of PostgreSQL; needed with STATIC_LINK")
add_library(libpq INTERFACE)
if(STATIC_LINK)
  find_path(LIBPQ_INCLUDE libpq-fe.h PATHS ${LIBPQ_SOURCE}/src/interfaces/libpq NO_DEFAULT_PATH REQUIRED)
  target_include_directories(libpq SYSTEM INTERFACE ${LIBPQ_INCLUDE} ${LIBPQ_SOURCE}/src/include)
  target_link_libraries(libpq INTERFACE ${LIBPQ_SOURCE}/src/interfaces/libpq/libpq.a
    ${LIBPQ_SOURCE}/src/common/libpgcommon_shlib.a ${LIBPQ_SOURCE}/src/port/libpgport_shlib.a
    OpenSSL::SSL OpenSSL::Crypto)
else()
  find_path(LIBPQ_INCLUDE libpq-fe.h PATH_SUFFIXES postgresql REQUIRED)
  find_library(LIBPQ_LIBRARY pq REQUIRED)
  target_include_directories(libpq SYSTEM INTERFACE ${LIBPQ_INCLUDE})
  target_link_libraries(libpq INTERFACE ${LIBPQ_LIBRARY})
endif()
mark_as_advanced(LIBPQ_INCLUDE LIBPQ_LIBRARY)
