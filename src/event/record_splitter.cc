#include "event/record_splitter.h"

#include <algorithm>

#include "event/json_scan.h"

namespace trailsift {

namespace {
constexpr std::size_t kNone = std::string_view::npos;
}

std::optional<RecordSplitter::Piece> RecordSplitter::Next() {
  while (true) {
    switch (state_) {
      case State::kDocuments:
        if (auto piece = NextDocument()) return piece;
        if (state_ == State::kDocuments) return std::nullopt;
        break;
      case State::kArray:
        if (auto piece = NextElement()) return piece;
        if (state_ == State::kArray) return std::nullopt;
        break;
      case State::kAfterArray: SkipRestOfObject(); break;
    }
  }
}

// A piece, or nothing: then either the text has ended or the state says that an array has begun.
std::optional<RecordSplitter::Piece> RecordSplitter::NextDocument() {
  at_ = SkipJsonSpace(text_, at_);
  if (at_ >= text_.size()) return std::nullopt;
  const std::size_t begin = at_;
  if (text_[begin] == '[' || text_[begin] == '{') {
    std::size_t end = kNone;
    const std::size_t array = text_[begin] == '[' ? begin + 1 : FindRecordsArray(begin, &end);
    if (array != kNone) {
      in_object_ = text_[begin] == '{';
      saw_array_ = true;
      state_ = State::kArray;
      at_ = array;
      return std::nullopt;
    }
    at_ = std::min(end, text_.size());
    return Piece{begin, at_, end != kNone, false};
  }
  at_ = std::min(text_.find('\n', begin), text_.size());  // no JSON we know: the line
  return Piece{begin, at_, true, false};
}

// An element, or nothing: then either the text has ended inside the array or the state says that the array has.
std::optional<RecordSplitter::Piece> RecordSplitter::NextElement() {
  at_ = SkipJsonSpace(text_, at_);
  if (at_ < text_.size() && text_[at_] == ',') at_ = SkipJsonSpace(text_, at_ + 1);
  if (at_ >= text_.size()) {
    cut_ = true;
    return std::nullopt;
  }
  if (text_[at_] == ']') {
    ++at_;
    state_ = in_object_ ? State::kAfterArray : State::kDocuments;
    return std::nullopt;
  }
  const std::size_t begin = at_;
  if (text_[begin] == ',') return Piece{begin, begin, true, true};  // nothing between two commas
  std::size_t end = SkipJsonValue(text_, begin);
  if (end == begin) ++end;  // a bracket that closes nothing
  if (end == kNone) {
    at_ = text_.size();
    cut_ = true;
    return Piece{begin, at_, false, true};
  }
  // whatever stands before the next comma belongs to this element and makes it a bad one
  while (end < text_.size() && text_[end] != ',' && text_[end] != ']') {
    if (text_[end] == '{' || text_[end] == '[' || text_[end] == '"') {
      end = std::min(SkipJsonValue(text_, end), text_.size());
    } else {
      ++end;
    }
  }
  at_ = end;
  while (end > begin + 1 && IsJsonSpace(text_[end - 1])) --end;
  return Piece{begin, end, true, true};
}

void RecordSplitter::SkipRestOfObject() {
  state_ = State::kDocuments;
  const std::size_t end = SkipToClose(text_, at_, 1);
  if (end == kNone) cut_ = true;
  at_ = std::min(end, text_.size());
}

std::size_t RecordSplitter::FindRecordsArray(std::size_t at, std::size_t* end) const {
  const std::size_t begin = at;
  ++at;
  while ((at = SkipJsonSpace(text_, at)) < text_.size() && text_[at] == '"') {
    const std::size_t key_end = SkipJsonString(text_, at);
    if (key_end == kNone) break;
    const bool is_records = text_.substr(at, key_end - at) == "\"Records\"";
    at = SkipJsonSpace(text_, key_end);
    if (at >= text_.size() || text_[at] != ':') break;
    at = SkipJsonSpace(text_, at + 1);
    if (is_records && at < text_.size() && text_[at] == '[') return at + 1;
    if (is_records) break;
    at = SkipJsonValue(text_, at);
    if (at == kNone) break;
    at = SkipJsonSpace(text_, at);
    if (at >= text_.size() || text_[at] != ',') break;
    ++at;
  }
  *end = SkipJsonValue(text_, begin);
  return kNone;
}

bool RecordSplitter::Resync(Piece& piece) {
  // CloudTrail begins every record with its version; inside a good record's strings these quotes are escaped. Lines begin with `{`.
  static constexpr std::string_view kStart = "{\"eventVersion\"";
  std::size_t found = piece.begin + 1;
  if (piece.in_array) {
    while ((found = text_.find(kStart, found)) < piece.end) {
      std::size_t before = found;
      while (before > piece.begin && IsJsonSpace(text_[before - 1])) --before;
      if (before > piece.begin && text_[before - 1] == ',') break;
      ++found;
    }
  } else {
    found = text_.find("\n{", found);
    if (found != kNone) ++found;
  }
  if (found >= piece.end) return false;
  piece.end = found;
  while (piece.end > piece.begin + 1 && (IsJsonSpace(text_[piece.end - 1]) || text_[piece.end - 1] == ',')) --piece.end;
  piece.whole = true;
  at_ = found;
  cut_ = false;
  state_ = piece.in_array ? State::kArray : State::kDocuments;
  return true;
}

}  // namespace trailsift
