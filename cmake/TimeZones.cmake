# absl_time_zones: Abseil's time zones from its archives, in the static program and in others alike.
# https://abseil.io/docs/cpp/guides/time
add_library(absl_time_zones INTERFACE)
foreach(part time civil_time time_zone strings strings_internal int128 throw_delegate raw_logging_internal base)
  find_library(absl_${part} libabsl_${part}.a REQUIRED)
  mark_as_advanced(absl_${part})
  target_link_libraries(absl_time_zones INTERFACE ${absl_${part}})
endforeach()
