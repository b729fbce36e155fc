# STATIC_LINK=ON: programs that need no shared library, for images that hold nothing else.
option(STATIC_LINK "link everything statically, libc included" OFF)
set(PROMETHEUS_CPP_SOURCE "" CACHE PATH "unpacked source of prometheus-cpp; needed with STATIC_LINK")
if(STATIC_LINK)
  set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
  set(OPENSSL_USE_STATIC_LIBS ON)
  set(ZLIB_USE_STATIC_LIBS ON)
  set(Boost_USE_STATIC_LIBS ON)

  # A position-independent program still gets a random address. The map tells tools/sbom what was linked.
  target_link_options(gateway_options INTERFACE -static-pie
    "LINKER:-Map=${CMAKE_BINARY_DIR}/$<TARGET_PROPERTY:NAME>.map")
  if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
    target_link_options(gateway_options INTERFACE LINKER:-z,pack-relative-relocs) # half a megabyte less
  endif()

  # Debian has prometheus-cpp as a shared library only. The headers are those of its -dev package.
  file(GLOB prometheus_sources ${PROMETHEUS_CPP_SOURCE}/core/src/*.cc ${PROMETHEUS_CPP_SOURCE}/core/src/detail/*.cc)
  if(NOT prometheus_sources)
    message(FATAL_ERROR "PROMETHEUS_CPP_SOURCE holds no prometheus-cpp: '${PROMETHEUS_CPP_SOURCE}'; "
      "tools/debian_source prometheus-cpp FOLDER fetches it")
  endif()
  add_library(prometheus-cpp-core STATIC ${prometheus_sources})
  target_include_directories(prometheus-cpp-core PRIVATE ${PROMETHEUS_CPP_SOURCE}/core/src)
  target_compile_options(prometheus-cpp-core PRIVATE -ffile-prefix-map=${PROMETHEUS_CPP_SOURCE}=prometheus-cpp)
endif()
