#include "cli/sigma_options.h"

#include <CLI/CLI.hpp>

namespace trailsift {
namespace {

// NAME=a,b
bool TakePlaceholder(std::string_view text, SigmaPlaceholders& placeholders) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0 || equals + 1 == text.size()) return false;
  std::vector<std::string>& values = placeholders[std::string(text.substr(0, equals))];
  for (text.remove_prefix(equals + 1);;) {
    const std::size_t comma = text.find(',');
    values.emplace_back(text.substr(0, comma));
    if (comma == std::string_view::npos) return true;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace

void AddSigmaPlaceholders(CLI::App& command, SigmaPlaceholders& placeholders) {
  command
      .add_option_function<std::vector<std::string>>(
          "--sigma-placeholder",
          [&placeholders](const std::vector<std::string>& given) {
            for (const std::string& one : given) TakePlaceholder(one, placeholders);
          },
          "What %NAME% stands for in Sigma values with `expand`; may repeat")
      ->type_name("NAME=A,B")
      ->check([](const std::string& text) {
        SigmaPlaceholders ignored;
        return TakePlaceholder(text, ignored) ? std::string() : "write NAME=a,b";
      })
      ->allow_extra_args(false)
      ->take_all();
}

void AddSigmaOptions(CLI::App& command, SigmaSources& sources) {
  command.add_option("--sigma", sources.paths, "Sigma rules beside them: a file, or a folder with those below it; may repeat")
      ->type_name("PATH")
      ->allow_extra_args(false)
      ->take_all();
  AddSigmaPlaceholders(command, sources.placeholders);
}

}  // namespace trailsift
