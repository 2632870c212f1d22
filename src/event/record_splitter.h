// Finds the records of an object that does not parse as one document: the elements of each `Records` array, the elements of a bare
// array, single records, and many of these one after another (JSON lines). It tells where records are, not whether they are good:
// who finds one bad asks Resync() to look inside it for the beginning of the next. Borrows the text.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace trailsift {

class RecordSplitter {
 public:
  struct Piece {
    std::size_t begin = 0;
    std::size_t end = 0;
    bool whole = false;     // its brackets close before the text ends
    bool in_array = false;  // stands in an array of records; else it is a document of its own
  };

  explicit RecordSplitter(std::string_view text) : text_(text) {}

  // The next piece, nothing at the end of the text.
  std::optional<Piece> Next();

  // The piece that Next() gave last proved bad. When another record seems to begin inside it (a quote or a bracket is missing and
  // it ran on), the piece is cut to end there, the next call of Next() starts there, and the answer is true.
  bool Resync(Piece& piece);

  // After Next() gave nothing: the text ended inside an array or an object around it.
  bool cut() const { return cut_; }
  // Some document had an array of records.
  bool saw_array() const { return saw_array_; }

 private:
  enum class State { kDocuments, kArray, kAfterArray };

  std::optional<Piece> NextDocument();
  std::optional<Piece> NextElement();
  void SkipRestOfObject();
  // Where the array of records of the object at `at` begins, behind its bracket; npos without one. `end` is then the object's end.
  std::size_t FindRecordsArray(std::size_t at, std::size_t* end) const;

  std::string_view text_;
  std::size_t at_ = 0;
  State state_ = State::kDocuments;
  bool in_object_ = false;  // the array stands in an object, whose rest is to be skipped
  bool cut_ = false;
  bool saw_array_ = false;
};

}  // namespace trailsift
