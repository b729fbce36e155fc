# What every target of this project is compiled with: language level, warnings as errors, ccache, output folders.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  # Precompiled headers need the looser checks: their timestamps differ between trees, their content does not.
  # With the base folder, and paths in debug information relative to it, a fresh clone elsewhere finds everything.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE})
endif()

add_library(gateway_options INTERFACE)
target_include_directories(gateway_options INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(gateway_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Wconversion -Werror
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # gcc 12 sees overflows in inlined std::string code where there are none (GCC 105329, 105651).
  target_compile_options(gateway_options INTERFACE -fno-plt -fpch-preprocess
    -Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-maybe-uninitialized)
else()
  target_compile_options(gateway_options INTERFACE "SHELL:-Xclang -fno-pch-timestamp")
endif()
target_compile_definitions(gateway_options INTERFACE
  LLMGW_VERSION="${PROJECT_VERSION}"
  BOOST_ALL_NO_LIB)

# What nearly every file includes, or takes long to read. Adding nlohmann/json here makes builds slower:
# few files need it, all would load it. Sources still include what they use; the preset clang builds without.
set(precompiled <algorithm> <array> <charconv> <chrono> <coroutine> <cstdint> <cstring> <deque> <functional> <map>
  <memory> <optional> <span> <string> <string_view> <unordered_map> <utility> <variant> <vector>
  <boost/system/result.hpp>)

# gateway_library(NAME FOLDER...): one static library of all .cpp files below the folders, main.cpp left out.
function(gateway_library name)
  set(sources)
  foreach(folder IN LISTS ARGN)
    file(GLOB found CONFIGURE_DEPENDS ${folder}/*.cpp)
    list(APPEND sources ${found})
  endforeach()
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  add_library(${name} STATIC ${sources})
  target_link_libraries(${name} PUBLIC gateway_options)
  if(name STREQUAL "llmgw_common")
    target_precompile_headers(llmgw_common PRIVATE ${precompiled})
  else()
    target_precompile_headers(${name} REUSE_FROM llmgw_common)
  endif()
endfunction()
