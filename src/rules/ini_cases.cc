#include "rules/ini_cases.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "base/suggest.h"
#include "rules/ascii.h"

namespace trailsift {
namespace {

constexpr std::string_view kBlanks = " \t\r\f\v";

std::string_view Trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

class IniReader {
 public:
  IniReader(const std::string& file, Diagnostics& diagnostics) : file_(file), diagnostics_(diagnostics) {}

  std::vector<IniCase> Read(std::string_view text) {
    for (int line = 1; !text.empty(); ++line) {
      const std::size_t end = text.find('\n');
      ReadLine(text.substr(0, end), line);
      text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    FinishSection();
    return std::move(cases_);
  }

 private:
  struct Expected {
    std::optional<std::string> rule;
    std::optional<std::string> level;
    std::optional<std::string> decoder;
  };

  void Error(int line, int column, std::string message, std::string hint = "") {
    diagnostics_.Error(file_, line, column, std::move(message), std::move(hint));
  }

  void ReadLine(std::string_view raw, int line) {
    const std::string_view text = Trim(raw);
    if (text.empty() || text.front() == ';' || text.front() == '#') return;
    const int column = static_cast<int>(text.data() - raw.data()) + 1;
    // An indented line goes on with the value above it, here with one more line of log.
    if (column > 1 && open_log_) {
      cases_[*open_log_].lines.emplace_back(text);
      return;
    }
    open_log_.reset();
    if (text.front() == '[') return ReadSection(text, line, column);
    const std::size_t mark = text.find_first_of("=:");
    if (mark == std::string_view::npos) return Error(line, column, "neither `[section]` nor `key = value`");
    if (!in_section_) return Error(line, column, "a key before the first `[section]`");
    ReadKey(AsciiLower(Trim(text.substr(0, mark))), Trim(text.substr(mark + 1)), line, column);
  }

  void ReadSection(std::string_view text, int line, int column) {
    FinishSection();
    in_section_ = true;
    section_line_ = line;
    const bool closed = text.back() == ']';
    if (!closed) Error(line, column, "`]` is missing behind the section's name");
    section_ = std::string(Trim(text.substr(1, text.size() - (closed ? 2 : 1))));
    first_ = cases_.size();
  }

  void ReadKey(const std::string& key, std::string_view value, int line, int column) {
    if (key == "rule") expected_.rule = std::string(value);
    else if (key == "alert") expected_.level = std::string(value);
    else if (key == "decoder") expected_.decoder = std::string(value);
    else if (key.starts_with("log ")) ReadLog(key, value, line, column);
    else Error(line, column, "`" + key + "` is unknown", DidYouMean(key, {"rule", "alert", "decoder", "log 1 pass", "log 1 fail"}));
  }

  void ReadLog(const std::string& key, std::string_view value, int line, int column) {
    const bool fail = key.ends_with("fail");
    if (!fail && !key.ends_with("pass"))
      return Error(line, column, "`" + key + "` must end in `pass` or `fail`", "write `log 1 pass = …`");
    const std::string name = section_ + ": " + key;
    auto known = std::find_if(cases_.begin() + static_cast<std::ptrdiff_t>(first_), cases_.end(),
                              [&](const IniCase& made) { return made.name == name; });
    if (known == cases_.end()) {
      IniCase made;
      made.name = name;
      made.place = {file_, line, column};
      made.must_differ = fail;
      known = cases_.insert(cases_.end(), std::move(made));
    }
    open_log_ = static_cast<std::size_t>(known - cases_.begin());
    known->lines.emplace_back(value);
  }

  void FinishSection() {
    if (!in_section_) return;
    const std::pair<const char*, const std::optional<std::string>*> parts[] = {
        {"rule", &expected_.rule}, {"alert", &expected_.level}, {"decoder", &expected_.decoder}};
    for (const auto& [key, value] : parts)
      if (!*value) Error(section_line_, 1, "[" + section_ + "] has no `" + key + "`", "`" + std::string(key) + " =` expects none");
    if (first_ == cases_.size()) Error(section_line_, 1, "[" + section_ + "] has no `log N pass` and no `log N fail`");
    for (std::size_t i = first_; i < cases_.size(); ++i) {
      cases_[i].rule = expected_.rule.value_or("");
      cases_[i].level = expected_.level.value_or("");
      cases_[i].decoder = expected_.decoder.value_or("");
    }
    expected_ = {};
    open_log_.reset();
  }

  const std::string& file_;
  Diagnostics& diagnostics_;
  std::vector<IniCase> cases_;
  bool in_section_ = false;
  std::string section_;
  int section_line_ = 0;
  std::size_t first_ = 0;  // case of the section at hand
  Expected expected_;
  std::optional<std::size_t> open_log_;  // the case whose value an indented line goes on with
};

}  // namespace

std::vector<IniCase> ReadIniCases(const std::string& text, const std::string& file, Diagnostics& diagnostics) {
  return IniReader(file, diagnostics).Read(text);
}

}  // namespace trailsift
