// Any text as a configuration file: settings or diagnostics, never a crash. A byte 0 splits the input into several files.
#include <cstdint>
#include <string>
#include <string_view>

#include "config/ossec_conf.h"
#include "config/schedule.h"
#include "config/summary.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<trailsift::ConfigText> texts;
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  for (;;) {
    const std::size_t end = rest.find('\0');
    texts.push_back({"etc/ossec.conf", std::string(rest.substr(0, end))});
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  trailsift::Diagnostics diagnostics;
  const auto settings = trailsift::LoadSettingsFromTexts(texts, diagnostics);
  if (settings.has_value() == diagnostics.has_errors()) __builtin_trap();
  for (const trailsift::Diagnostic& item : diagnostics.items())
    if (item.message.empty() || item.ToString().empty()) __builtin_trap();
  if (!settings) return 0;
  if (trailsift::DescribeSettings(*settings).empty()) __builtin_trap();
  constexpr trailsift::Millis kNow = 1768471205000;
  for (const auto& last : {std::optional<trailsift::Millis>(), std::optional<trailsift::Millis>(kNow - 1000)})
    if (trailsift::NextRun(settings->aws_s3.schedule, last, kNow) < kNow) __builtin_trap();
  for (const trailsift::BucketSettings& bucket : settings->aws_s3.buckets)
    for (const trailsift::DiscardRegex& regex : bucket.discard) (void)regex.Matches("AssumeRole");
  return 0;
}
