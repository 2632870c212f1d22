// The forms in which `hunt` shows alerts (docs/format/hunt.md): a table for people, ndjson and json for programs, csv for spreadsheets. The
// fifth, html, is no list of lines: cli/hunt_report.h gathers it.
#pragma once

#include <string>
#include <string_view>

#include "alert/alert.h"

namespace trailsift {

enum class HuntFormat { kTable, kJson, kNdjson, kCsv, kHtml };

// What stands before the first line; empty for ndjson and html.
std::string HuntHeader(HuntFormat format, bool color);
// One alert, without the newline; nothing for html.
std::string HuntLine(HuntFormat format, const Alert& alert, const Origin& origin, int width, bool color);
// A line of json or ndjson with the offset, which only its writer knows, in Wazuh's id `<epoch>.<offset>`.
std::string WithId(std::string_view line, std::uint64_t offset);

}  // namespace trailsift
