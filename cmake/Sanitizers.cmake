# SANITIZE=address, thread or fuzzer; address and fuzzer bring undefined-behaviour checks along.
set(SANITIZE "" CACHE STRING "empty, address, thread or fuzzer")
set_property(CACHE SANITIZE PROPERTY STRINGS "" address thread fuzzer)

if(SANITIZE STREQUAL "address")
  set(flags -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
elseif(SANITIZE STREQUAL "thread")
  # A fence by itself orders the outbox's sleep; the tool cannot follow it, and gcc warns of it.
  set(flags -fsanitize=thread -fno-omit-frame-pointer)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    list(APPEND flags -Wno-tsan)
  endif()
elseif(SANITIZE STREQUAL "fuzzer")
  # The program itself gets libFuzzer's main where it is linked (tests/fuzz).
  set(flags -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
      -fno-omit-frame-pointer)
elseif(SANITIZE)
  message(FATAL_ERROR "SANITIZE is '${SANITIZE}'; accepted: empty, address, thread, fuzzer")
endif()
if(SANITIZE)
  target_compile_options(gateway_options INTERFACE ${flags})
  target_link_options(gateway_options INTERFACE ${flags})
endif()
