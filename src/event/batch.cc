#include "event/batch.h"

#include <algorithm>
#include <utility>

#include "event/inflate.h"
#include "event/json_scan.h"
#include "event/padded_text.h"
#include "event/record_splitter.h"
#include "event/text_repair.h"

namespace trailsift {

struct Batch::Storage {
  simdjson::dom::document document;
};

namespace {

// Memory that is worth keeping from object to object, so that a flood of them costs no page faults; giants are let go.
constexpr std::size_t kKeep = 16u << 20;

}  // namespace

std::unique_ptr<Batch::Storage>& Batch::SpareStorage() {
  thread_local std::unique_ptr<Storage> spare;
  return spare;
}

Batch::Batch() : storage_(std::move(SpareStorage())) {
  if (storage_ == nullptr) storage_ = std::make_unique<Storage>();
}

Batch::~Batch() {
  if (storage_->document.capacity() <= kKeep) SpareStorage() = std::move(storage_);
}

namespace {

using simdjson::error_code;

std::unique_ptr<simdjson::dom::parser> NewParser(std::size_t max_depth) {
  auto parser = std::make_unique<simdjson::dom::parser>();
  // Should memory be short here, the first parse says so.
  [[maybe_unused]] const error_code error = parser->allocate(simdjson::dom::MINIMAL_DOCUMENT_CAPACITY, max_depth);
  return parser;
}

// The parser that fills documents: its working memory is worth keeping from object to object, but not that of a giant.
simdjson::dom::parser& ThreadParser() {
  thread_local std::unique_ptr<simdjson::dom::parser> parser;
  if (parser == nullptr || parser->capacity() > kKeep) parser = NewParser(Batch::kMaxDepth + 2);  // a record stands two levels deep
  return *parser;
}

const char* Reason(error_code error) {
  switch (error) {
    case simdjson::DEPTH_ERROR: return "nested too deep";
    case simdjson::STRING_ERROR: return "a string has a bad escape";
    case simdjson::UTF8_ERROR: return "not UTF-8";
    case simdjson::NUMBER_ERROR: return "a bad number";
    case simdjson::UNCLOSED_STRING: return "a string has no end";
    case simdjson::UNESCAPED_CHARS: return "a bare control character in a string";
    case simdjson::MEMALLOC: return "no memory to parse it";
    case simdjson::T_ATOM_ERROR:
    case simdjson::F_ATOM_ERROR:
    case simdjson::N_ATOM_ERROR: return "a bad literal";
    default: return "no JSON: a comma, bracket or key is missing or too many";
  }
}

bool HasKey(simdjson::dom::object object, std::string_view key) { return object.at_key(key).error() == simdjson::SUCCESS; }

// An object that stands alone, not in an array of records, must show that it is a record.
bool LooksLikeRecord(JsonValue value) {
  simdjson::dom::object object;
  if (value.get(object) != simdjson::SUCCESS) return false;
  if (HasKey(object, "eventVersion") || HasKey(object, "eventTime")) return true;
  return HasKey(object, "eventName") && HasKey(object, "eventSource");
}

bool LooksLikeDigest(simdjson::dom::object object) {
  return HasKey(object, "digestS3Object") || HasKey(object, "previousDigestS3Object") || HasKey(object, "digestStartTime");
}

// True when all elements are objects; then they are appended.
bool AppendObjects(simdjson::dom::array array, std::vector<JsonValue>& out) {
  for (const JsonValue element : array) {
    if (!element.is_object()) return false;
    out.push_back(element);
  }
  return true;
}

std::string Place(std::size_t index, std::size_t byte) {
  return "record " + std::to_string(index) + " at byte " + std::to_string(byte);
}

}  // namespace

// Makes one batch. The way most objects take is Whole(); what does not parse as one document is split into its records, which are
// joined to one array and parsed as such: all at once first, since mostly nothing is wrong with them (JSON lines, a cut file), and
// one by one when that fails.
class BatchBuilder {
 public:
  explicit BatchBuilder(std::string_view name) : name_(name), batch_(new Batch) {}

  std::unique_ptr<Batch> Build(std::string bytes, std::optional<Sha256Value>* hash) {
    thread_local PaddedText spare;
    Inflated inflated;
    if (IsGzip(bytes)) {
      inflated = InflateGzip(bytes, Batch::kMaxInflated, std::move(spare));
      std::string().swap(bytes);
      batch_->inflated_size_ = inflated.text.size();
    } else {
      batch_->inflated_size_ = bytes.size();
      if (bytes.size() > Batch::kMaxInflated) {
        inflated.fault = Status(Code::kCorrupt, "is larger than " + std::to_string(Batch::kMaxInflated >> 20) + " MiB");
        bytes.clear();
      }
      bytes.append(simdjson::SIMDJSON_PADDING, '\0');
    }
    std::string_view text = inflated.text.view();
    if (!bytes.empty()) text = std::string_view(bytes.data(), bytes.size() - simdjson::SIMDJSON_PADDING);
    damage_ = std::move(inflated.fault);
    if (hash != nullptr && damage_.ok()) *hash = Sha256::Of(text);
    if (text.substr(0, 3) == "\xEF\xBB\xBF") {
      text.remove_prefix(3);
      offset_ = 3;
    }
    Decode(text);
    if (inflated.text.capacity() <= kKeep) spare = std::move(inflated.text);
    if (batch_->indexes_.size() != batch_->records_.size()) {
      for (std::size_t i = 0; i < batch_->records_.size(); ++i) batch_->indexes_.push_back(static_cast<std::uint32_t>(i));
    }
    if (!damage_.ok()) {
      batch_->kind_ = ObjectKind::kRecords;
      if (const std::size_t used = batch_->records_.size(); used != 0) {
        damage_ = Status(damage_.code(), damage_.message() + "; the " + std::to_string(used) + " records before that are used");
      }
      batch_->object_fault_ = name_.empty() ? damage_ : damage_.Annotate(name_);
    }
    return std::move(batch_);
  }

 private:
  void Fault(std::string message) {
    if (damage_.ok()) damage_ = Status(Code::kCorrupt, std::move(message));
  }

  void Decode(std::string_view text) {
    if (SkipJsonSpace(text, 0) == text.size()) {
      batch_->kind_ = ObjectKind::kEmpty;
      return;
    }
    if (damage_.ok() && Whole(text)) return;
    if (!AllAtOnce(text)) OneByOne(text);
    if (batch_->records_.empty() && batch_->bad_records_.empty() && damage_.ok()) batch_->kind_ = ObjectKind::kEmpty;
  }

  error_code Parse(const char* text, std::size_t size, JsonValue* root) {
    return ThreadParser().parse_into_document(batch_->storage_->document, text, size, false).get(*root);
  }

  // The text as one document; false when it has to be split.
  bool Whole(std::string_view text) {
    JsonValue root;
    if (Parse(text.data(), text.size(), &root) != simdjson::SUCCESS) return false;
    auto& records = batch_->records_;
    simdjson::dom::array array;
    simdjson::dom::object object;
    if (root.get(object) == simdjson::SUCCESS) {
      JsonValue value;
      if (object.at_key("Records").get(value) != simdjson::SUCCESS) {
        Alone(root, object);
        return true;
      }
      if (value.get(array) != simdjson::SUCCESS) {
        Fault("\"Records\" is no array");
        return true;
      }
    } else if (root.get(array) != simdjson::SUCCESS) {
      Fault("no \"Records\" array");
      return true;
    }
    records.reserve(array.size());
    if (!AppendObjects(array, records)) {
      records.clear();
      return false;
    }
    if (records.empty()) batch_->kind_ = ObjectKind::kEmpty;
    return true;
  }

  void Alone(JsonValue root, simdjson::dom::object object) {
    if (LooksLikeDigest(object)) {
      batch_->kind_ = ObjectKind::kDigest;
    } else if (LooksLikeRecord(root)) {
      batch_->records_.push_back(root);
    } else {
      Fault("no \"Records\" array");
    }
  }

  // True when every whole piece of the text is a good record.
  bool AllAtOnce(std::string_view text) {
    std::vector<RecordSplitter::Piece> pieces;
    std::size_t size = 2;
    RecordSplitter splitter(text);
    std::optional<RecordSplitter::Piece> cut_piece;
    while (const auto piece = splitter.Next()) {
      if (!piece->whole) {
        cut_piece = piece;
        break;
      }
      pieces.push_back(*piece);
      size += piece->end - piece->begin + 1;
    }
    if (cut_piece && splitter.Resync(*cut_piece)) return false;
    if (pieces.empty() && !splitter.saw_array()) return false;

    PaddedText joined(size);
    char* out = joined.data();
    *out++ = '[';
    for (const auto& piece : pieces) {
      out = std::copy_n(text.data() + piece.begin, piece.end - piece.begin, out);
      *out++ = ',';
    }
    if (!pieces.empty()) --out;
    *out++ = ']';
    joined.set_size(static_cast<std::size_t>(out - joined.data()));
    joined.Seal();
    if (!TakeJoined(joined.data(), joined.size(), pieces.size())) return false;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      if (pieces[i].in_array || LooksLikeRecord(batch_->records_[i])) continue;
      batch_->records_.clear();
      return false;
    }
    End(splitter, cut_piece, pieces.size());
    return true;
  }

  // The elements of the joined array become the records; false when there are not `count` objects.
  bool TakeJoined(const char* text, std::size_t size, std::size_t count) {
    JsonValue root;
    simdjson::dom::array array;
    auto& records = batch_->records_;
    records.clear();
    if (Parse(text, size, &root) != simdjson::SUCCESS || root.get(array) != simdjson::SUCCESS) return false;
    records.reserve(count);
    if (AppendObjects(array, records) && records.size() == count) return true;
    records.clear();
    return false;
  }

  void OneByOne(std::string_view text) {
    RecordSplitter splitter(text);
    std::string joined = "[";
    std::size_t index = 0;
    std::optional<RecordSplitter::Piece> cut_piece;
    const auto parser = NewParser(Batch::kMaxDepth);
    while (auto piece = splitter.Next()) {
      std::string_view record = text.substr(piece->begin, piece->end - piece->begin);
      std::string repaired;
      std::string why = piece->whole ? Check(*parser, *piece, record, &repaired) : "its end is missing";
      if (why.empty()) {
        if (joined.size() > 1) joined += ',';
        joined += record;
        batch_->indexes_.push_back(static_cast<std::uint32_t>(index++));
        continue;
      }
      if (!splitter.Resync(*piece) && !piece->whole) {
        cut_piece = piece;
        break;
      }
      record = text.substr(piece->begin, piece->end - piece->begin);
      batch_->bad_records_.push_back(
          {index, Place(index, offset_ + piece->begin) + ": " + why, std::string(record.substr(0, Batch::kMaxBadBytes))});
      ++index;
    }
    joined += ']';
    const std::size_t size = joined.size();
    joined.append(simdjson::SIMDJSON_PADDING, '\0');
    if (!TakeJoined(joined.data(), size, batch_->indexes_.size())) {
      batch_->indexes_.clear();
      damage_ = Status(Code::kInternal, "good records do not parse together");
    }
    if (!splitter.saw_array() && batch_->records_.empty() && !cut_piece && damage_.ok()) return NoRecords();
    End(splitter, cut_piece, index);
  }

  // Why a piece is no record; empty when it is one. `record` becomes the repaired text, kept in `repaired`, where that was needed.
  static std::string Check(simdjson::dom::parser& parser, const RecordSplitter::Piece& piece, std::string_view& record,
                           std::string* repaired) {
    JsonValue value;
    error_code error = parser.parse(record.data(), record.size(), false).get(value);  // the rest of the text is its padding
    if (error != simdjson::SUCCESS && error != simdjson::DEPTH_ERROR) {
      *repaired = RepairJson(record);
      const std::size_t size = repaired->size();
      repaired->append(simdjson::SIMDJSON_PADDING, '\0');
      const error_code second = parser.parse(repaired->data(), size, false).get(value);
      if (second == simdjson::SUCCESS || error == simdjson::UTF8_ERROR) error = second;
      record = std::string_view(*repaired).substr(0, size);
    }
    if (error == simdjson::DEPTH_ERROR) return "nested deeper than " + std::to_string(Batch::kMaxDepth) + " levels";
    if (error != simdjson::SUCCESS) return Reason(error);
    if (!value.is_object()) return "no object";
    if (!piece.in_array && !LooksLikeRecord(value)) return "neither a record nor an object with a \"Records\" array";
    return {};
  }

  // The text has no array of records and no record: it is something else altogether, so its lines are no bad records.
  void NoRecords() {
    auto& bad = batch_->bad_records_;
    if (bad.empty()) {
      Fault("no \"Records\" array");
    } else {
      const std::string& reason = bad.front().reason;
      Fault("no \"Records\" array; " + reason.substr(reason.find(": ") + 2));
    }
    bad.clear();
  }

  // Says what a text that ends too early lost.
  void End(const RecordSplitter& splitter, const std::optional<RecordSplitter::Piece>& cut_piece, std::size_t count) {
    if (cut_piece) {
      Fault("it ends in the middle of " + Place(count, offset_ + cut_piece->begin));
    } else if (splitter.cut()) {
      Fault("it ends inside the array of records, after " + std::to_string(count) + " records");
    }
  }

  std::string_view name_;
  std::unique_ptr<Batch> batch_;
  Status damage_;
  std::size_t offset_ = 0;  // of the text in the inflated bytes
};

std::unique_ptr<Batch> Batch::Decode(std::string bytes, std::string_view name, std::optional<Sha256Value>* hash) {
  return BatchBuilder(name).Build(std::move(bytes), hash);
}

}  // namespace trailsift
