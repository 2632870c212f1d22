# The default ruleset becomes part of the program: rules/*.xml, rules/lists/ and rules/mitre.tsv as text in a generated source. Called by
# itself as a script it writes that source; included it offers trailsift_embed_rules(target).
if(CMAKE_SCRIPT_MODE_FILE)
  set(out "// Generated from rules/ by cmake/EmbedRules.cmake.\n#include \"cli/rule_loading.h\"\n\nnamespace trailsift {\n\n"
          "const std::vector<std::pair<std::string, std::string>>& EmbeddedRules() {\n"
          "  static const std::vector<std::pair<std::string, std::string>> kFiles{\n")
  string(JOIN "" out ${out})
  string(REPLACE "|" ";" files "${FILES}")
  foreach(file ${files})
    file(READ ${RULES}/${file} text)
    string(APPEND out "    {\"${file}\", R\"__rules(${text})__rules\"},\n")
  endforeach()
  string(APPEND out "  };\n  return kFiles;\n}\n\n}  // namespace trailsift\n")
  file(WRITE ${OUTPUT} "${out}")
  return()
endif()

function(trailsift_embed_rules target)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS RELATIVE ${CMAKE_SOURCE_DIR}/rules ${CMAKE_SOURCE_DIR}/rules/*.xml
       ${CMAKE_SOURCE_DIR}/rules/*.tsv ${CMAKE_SOURCE_DIR}/rules/lists/*)
  list(FILTER files EXCLUDE REGEX "^optional/")
  list(SORT files)
  list(TRANSFORM files PREPEND ${CMAKE_SOURCE_DIR}/rules/ OUTPUT_VARIABLE inputs)
  list(JOIN files "|" joined)
  set(output ${CMAKE_BINARY_DIR}/embedded_rules.cc)
  add_custom_command(OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DRULES=${CMAKE_SOURCE_DIR}/rules "-DFILES=${joined}" -DOUTPUT=${output}
            -P ${CMAKE_SOURCE_DIR}/cmake/EmbedRules.cmake
    DEPENDS ${inputs} ${CMAKE_SOURCE_DIR}/cmake/EmbedRules.cmake VERBATIM)
  target_sources(${target} PRIVATE ${output})
  # A rule file may be longer than what every compiler must take; the two that we use do.
  set_source_files_properties(${output} PROPERTIES COMPILE_OPTIONS -Wno-overlength-strings)
endfunction()
