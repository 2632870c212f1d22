#include "cli/html_text.h"

namespace trailsift {
namespace {

// U+202A to U+202E and U+2066 to U+2069: in UTF-8 E2 80 AA to AE and E2 81 A6 to A9.
bool TurnsDirection(std::string_view character) {
  if (character.size() < 3) return false;
  const auto second = static_cast<unsigned char>(character[1]);
  const auto third = static_cast<unsigned char>(character[2]);
  return (second == 0x80 && third >= 0xAA && third <= 0xAE) || (second == 0x81 && third >= 0xA6 && third <= 0xA9);
}

}  // namespace

void AppendHtml(std::string_view text, std::string& out) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    switch (byte) {
      case '&': out += "&amp;"; continue;
      case '<': out += "&lt;"; continue;
      case '>': out += "&gt;"; continue;
      case '"': out += "&quot;"; continue;
      case '\'': out += "&#39;"; continue;
      default: break;
    }
    if (byte < 0x20 || byte == 0x7F) {
      out += ' ';
    } else if (byte == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) {  // C1 in UTF-8
      out += ' ';
      ++i;
    } else if (byte == 0xE2 && TurnsDirection(text.substr(i, 3))) {
      out += "\uFFFD";
      i += 2;
    } else {
      out += text[i];
    }
  }
}

std::string CutText(std::string_view text, std::size_t max) {
  if (text.size() <= max) return std::string(text);
  std::size_t end = max;
  while (end > 0 && (text[end] & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "…";
}

}  // namespace trailsift
