#include "parquet/schema.h"

#include <cstring>
#include <utility>

#include "parquet/thrift.h"

namespace trailsift {
namespace {

constexpr std::size_t kMaxElements = 10'000;
constexpr std::size_t kMaxLeaves = 4'000;
constexpr std::size_t kMaxGroups = 100'000;
constexpr int kMaxDepth = 60;
constexpr std::string_view kMagic = "PAR1";

enum Repetition { kRequired, kOptional, kRepeated };

// One element of the schema as it is written: a tree in preorder.
struct Element {
  std::string_view name;
  std::int64_t type = -1;  // none: a group
  std::int64_t width = 0;
  std::int64_t repetition = kRequired;
  std::int64_t children = 0;
  std::int64_t converted = -1;
  std::int64_t scale = 0;
  int logical = 0;  // the member of the union LogicalType that is set
  int unit = 0;     // of times: 1 ms, 2 us, 3 ns
  bool utc = false;
  bool is_signed = true;
};

Status Corrupt(std::string_view what) { return Status(Code::kCorrupt, std::string(what)); }

void ReadLogical(ThriftReader& in, Element& element) {
  ThriftReader::Field outer;
  while (in.NextField(outer)) {
    element.logical = outer.id;
    if (outer.type != ThriftReader::kStruct) {
      in.Skip(outer.type);
      continue;
    }
    ThriftReader::Field inner;
    while (in.NextField(inner)) {
      if ((outer.id == 7 || outer.id == 8) && inner.id == 1) {  // TIME, TIMESTAMP: isAdjustedToUTC
        element.utc = inner.type == ThriftReader::kTrue;
      } else if ((outer.id == 7 || outer.id == 8) && inner.id == 2 && inner.type == ThriftReader::kStruct) {
        ThriftReader::Field unit;
        while (in.NextField(unit)) {
          element.unit = unit.id;
          in.Skip(unit.type);
        }
      } else if (outer.id == 5 && inner.id == 1) {  // DECIMAL: scale
        element.scale = in.Integer(inner.type);
      } else if (outer.id == 10 && inner.id == 2) {  // INTEGER: isSigned
        element.is_signed = inner.type != ThriftReader::kFalse;
      } else {
        in.Skip(inner.type);
      }
    }
  }
}

Element ReadElement(ThriftReader& in) {
  Element element;
  ThriftReader::Field field;
  while (in.NextField(field)) {
    switch (field.id) {
      case 1: element.type = in.Integer(field.type); break;
      case 2: element.width = in.Integer(field.type); break;
      case 3: element.repetition = in.Integer(field.type); break;
      case 4: element.name = field.type == ThriftReader::kBinary ? in.Binary() : std::string_view(); break;
      case 5: element.children = in.Integer(field.type); break;
      case 6: element.converted = in.Integer(field.type); break;
      case 7: element.scale = in.Integer(field.type); break;
      case 10:
        if (field.type == ThriftReader::kStruct) ReadLogical(in, element);
        else in.Skip(field.type);
        break;
      default: in.Skip(field.type);
    }
  }
  return element;
}

struct Meaning {
  ParquetMeaning meaning = ParquetMeaning::kPlain;
  int digits = 3;
};

// Converted types are the older way to say what logical types say.
Meaning MeaningOf(const Element& element) {
  const int digits = element.unit == 3 ? 9 : element.unit == 2 ? 6 : 3;
  switch (element.logical) {
    case 1:
    case 4:
    case 12: return {ParquetMeaning::kText};  // STRING, ENUM, JSON
    case 5: return {ParquetMeaning::kDecimal};
    case 6: return {ParquetMeaning::kDate};
    case 7: return {ParquetMeaning::kTime, digits};
    case 8: return {ParquetMeaning::kTimestamp, digits};
    case 10: return {element.is_signed ? ParquetMeaning::kPlain : ParquetMeaning::kUnsigned};
    case 14: return {ParquetMeaning::kUuid};
    case 15: return {ParquetMeaning::kHalf};
    default: break;
  }
  switch (element.converted) {
    case 0:
    case 4:
    case 19: return {ParquetMeaning::kText};  // UTF8, ENUM, JSON
    case 5: return {ParquetMeaning::kDecimal};
    case 6: return {ParquetMeaning::kDate};
    case 7: return {ParquetMeaning::kTime, 3};
    case 8: return {ParquetMeaning::kTime, 6};
    case 9: return {ParquetMeaning::kTimestamp, 3};
    case 10: return {ParquetMeaning::kTimestamp, 6};
    case 11:
    case 12:
    case 13:
    case 14: return {ParquetMeaning::kUnsigned};  // UINT_8 to UINT_64
    default: return {};
  }
}

bool Fits(const ParquetNode& leaf) {
  const ParquetType type = leaf.type;
  switch (leaf.meaning) {
    case ParquetMeaning::kText: return type == ParquetType::kBytes || type == ParquetType::kFixed;
    case ParquetMeaning::kUnsigned: return type == ParquetType::kInt32 || type == ParquetType::kInt64;
    case ParquetMeaning::kDecimal:
      return type != ParquetType::kBoolean && type != ParquetType::kInt96 && type != ParquetType::kFloat &&
             type != ParquetType::kDouble;
    case ParquetMeaning::kDate: return type == ParquetType::kInt32;
    case ParquetMeaning::kTime: return type == ParquetType::kInt32 || type == ParquetType::kInt64;
    case ParquetMeaning::kTimestamp: return type == ParquetType::kInt64;
    case ParquetMeaning::kUuid: return type == ParquetType::kFixed && leaf.width == 16;
    case ParquetMeaning::kHalf: return type == ParquetType::kFixed && leaf.width == 2;
    default: return true;
  }
}

// Turns the preorder into the tree, levels counted.
class TreeBuilder {
 public:
  TreeBuilder(const std::vector<Element>& elements, std::vector<ParquetLeaf>& leaves) : elements_(elements), leaves_(leaves) {}

  Status Build(ParquetNode& root) {
    if (elements_.empty() || elements_[0].type >= 0) return Corrupt("its schema has no root");
    TRAILSIFT_RETURN_IF_ERROR(Children(elements_[at_++], root, 0, 0, "", 0));
    if (at_ != elements_.size()) return Corrupt("its schema has elements that belong to nothing");
    if (leaves_.empty()) return Corrupt("it has no columns");
    return Status::Ok();
  }

 private:
  Status Children(const Element& element, ParquetNode& node, int def, int rep, const std::string& path, int depth) {
    node.kind = ParquetNode::Kind::kStruct;
    node.def = def;
    node.first_leaf = leaves_.size();
    for (std::int64_t i = 0; i < element.children; ++i)
      TRAILSIFT_RETURN_IF_ERROR(Node(node.children.emplace_back(), def, rep, path, depth + 1));
    node.end_leaf = leaves_.size();
    if (node.first_leaf == node.end_leaf) return Corrupt("its schema has a group without columns");
    return Status::Ok();
  }

  // The element at at_, whatever its repetition.
  Status Node(ParquetNode& node, int def, int rep, const std::string& path, int depth) {
    if (at_ >= elements_.size()) return Corrupt("its schema ends early");
    if (depth > kMaxDepth) return Corrupt("its schema is nested deeper than " + std::to_string(kMaxDepth) + " levels");
    const Element& element = elements_[at_];
    if (element.repetition != kRepeated) return Single(node, def, rep, path, depth);
    // Repeated by itself: a list that can't be null.
    node.name = element.name;
    node.kind = ParquetNode::Kind::kList;
    node.def = def;
    node.rep = rep + 1;
    node.element_def = def + 1;
    node.first_leaf = leaves_.size();
    TRAILSIFT_RETURN_IF_ERROR(Single(node.children.emplace_back(), def + 1, rep + 1, path, depth));
    node.end_leaf = leaves_.size();
    return Status::Ok();
  }

  // The element at at_, as if it were not repeated.
  Status Single(ParquetNode& node, int def, int rep, const std::string& above, int depth) {
    const Element& element = elements_[at_++];
    node.name = element.name;
    const std::string path = above.empty() ? node.name : above + '.' + node.name;
    node.optional = element.repetition == kOptional;
    if (node.optional) ++def;
    if (element.type >= 0) return Leaf(element, node, def, rep, path);
    const bool is_list = element.logical == 3 || element.converted == 3;
    const bool is_map = element.logical == 2 || element.converted == 1 || element.converted == 2;
    if ((is_list || is_map) && element.children == 1 && at_ < elements_.size() && elements_[at_].repetition == kRepeated)
      return is_list ? List(node, def, rep, path, depth) : Map(node, def, rep, path, depth);
    return Children(element, node, def, rep, path, depth);
  }

  Status List(ParquetNode& node, int def, int rep, const std::string& path, int depth) {
    const Element& repeated = elements_[at_];
    node.kind = ParquetNode::Kind::kList;
    node.def = def;
    node.rep = rep + 1;
    node.element_def = def + 1;
    node.first_leaf = leaves_.size();
    // Older writers make the repeated element the list's own.
    const bool old = repeated.type >= 0 || repeated.children != 1 || repeated.name == "array" ||
                     repeated.name == node.name + "_tuple" ||
                     (at_ + 1 < elements_.size() && elements_[at_ + 1].repetition == kRepeated);
    ParquetNode& element = node.children.emplace_back();
    if (old) {
      TRAILSIFT_RETURN_IF_ERROR(Single(element, def + 1, rep + 1, path, depth + 1));
    } else {
      ++at_;
      TRAILSIFT_RETURN_IF_ERROR(Node(element, def + 1, rep + 1, path + '.' + std::string(repeated.name), depth + 1));
    }
    node.end_leaf = leaves_.size();
    return Status::Ok();
  }

  Status Map(ParquetNode& node, int def, int rep, const std::string& path, int depth) {
    const Element& repeated = elements_[at_];
    if (repeated.type >= 0 || repeated.children < 1 || repeated.children > 2)
      return Corrupt("its schema has a map without key and value: " + path);
    node.kind = ParquetNode::Kind::kMap;
    node.def = def;
    node.rep = rep + 1;
    node.element_def = def + 1;
    node.first_leaf = leaves_.size();
    ++at_;
    for (std::int64_t i = 0; i < repeated.children; ++i)
      TRAILSIFT_RETURN_IF_ERROR(
          Node(node.children.emplace_back(), def + 1, rep + 1, path + '.' + std::string(repeated.name), depth + 2));
    node.end_leaf = leaves_.size();
    return Status::Ok();
  }

  Status Leaf(const Element& element, ParquetNode& node, int def, int rep, const std::string& path) {
    if (element.type > 7) return Corrupt("column " + path + " has an unknown type");
    if (leaves_.size() >= kMaxLeaves) return Corrupt("it has more than " + std::to_string(kMaxLeaves) + " columns");
    node.kind = ParquetNode::Kind::kLeaf;
    node.def = def;
    node.type = static_cast<ParquetType>(element.type);
    if (node.type == ParquetType::kFixed) {
      if (element.width < 1 || element.width > (1 << 20)) return Corrupt("column " + path + " has an impossible width");
      node.width = static_cast<std::size_t>(element.width);
    }
    const Meaning meaning = MeaningOf(element);
    node.meaning = meaning.meaning;
    node.digits = meaning.digits;
    node.utc = element.utc || element.logical == 0;
    if (!Fits(node)) node.meaning = ParquetMeaning::kPlain;
    if (element.scale < 0 || element.scale > 100) return Corrupt("column " + path + " has an impossible scale");
    node.scale = static_cast<int>(element.scale);
    node.first_leaf = leaves_.size();
    node.end_leaf = node.first_leaf + 1;
    leaves_.push_back({path, def, rep, node.type, node.width});
    return Status::Ok();
  }

  const std::vector<Element>& elements_;
  std::vector<ParquetLeaf>& leaves_;
  std::size_t at_ = 0;
};

struct Chunk {
  bool elsewhere = false;  // in another file, or encrypted
  std::int64_t type = -1;
  std::int64_t codec = -1;
  std::int64_t values = -1;
  std::int64_t size = -1;
  std::int64_t data = -1;
  std::int64_t dictionary = 0;
};

Chunk ReadChunk(ThriftReader& in) {
  Chunk chunk;
  ThriftReader::Field field;
  while (in.NextField(field)) {
    if (field.id == 1 || field.id == 8 || field.id == 9) chunk.elsewhere = true;
    if (field.id != 3 || field.type != ThriftReader::kStruct) {
      in.Skip(field.type);
      continue;
    }
    ThriftReader::Field inner;
    while (in.NextField(inner)) {
      switch (inner.id) {
        case 1: chunk.type = in.Integer(inner.type); break;
        case 4: chunk.codec = in.Integer(inner.type); break;
        case 5: chunk.values = in.Integer(inner.type); break;
        case 7: chunk.size = in.Integer(inner.type); break;
        case 9: chunk.data = in.Integer(inner.type); break;
        case 11: chunk.dictionary = in.Integer(inner.type); break;
        default: in.Skip(inner.type);
      }
    }
  }
  return chunk;
}

Status ReadGroup(ThriftReader& in, std::uint64_t file_end, ParquetFooter& footer) {
  ParquetGroup group;
  std::vector<Chunk> chunks;
  ThriftReader::Field field;
  while (in.NextField(field)) {
    ThriftReader::Type type = ThriftReader::kStop;
    std::size_t size = 0;
    if (field.id == 1 && field.type == ThriftReader::kList && in.ListHeader(type, size) && type == ThriftReader::kStruct) {
      if (size != footer.leaves.size()) return Corrupt("a row group has other columns than its schema");
      for (std::size_t i = 0; i < size && in.ok(); ++i) chunks.push_back(ReadChunk(in));
    } else if (field.id == 3) {
      group.rows = in.Integer(field.type);
    } else {
      in.Skip(field.type);
    }
  }
  if (!in.ok() || chunks.size() != footer.leaves.size() || group.rows < 0)
    return Corrupt("the description of a row group is damaged");
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    const Chunk& chunk = chunks[i];
    const std::string column = "column " + footer.leaves[i].path;
    if (chunk.elsewhere) return Corrupt(column + " is encrypted or lies in another file");
    if (chunk.type != static_cast<int>(footer.leaves[i].type)) return Corrupt(column + " has another type than its schema says");
    const std::int64_t begin = chunk.dictionary > 0 && chunk.dictionary < chunk.data ? chunk.dictionary : chunk.data;
    if (chunk.values == 0) {  // it need not lie anywhere
      group.chunks.push_back({static_cast<int>(chunk.codec), 4, 4, 0});
      continue;
    }
    if (begin < 4 || chunk.size < 0 || chunk.values < 0 || static_cast<std::uint64_t>(begin) > file_end ||
        static_cast<std::uint64_t>(chunk.size) > file_end - static_cast<std::uint64_t>(begin))
      return Corrupt(column + " lies outside the file");
    group.chunks.push_back({static_cast<int>(chunk.codec), static_cast<std::uint64_t>(begin),
                            static_cast<std::uint64_t>(begin + chunk.size), chunk.values});
  }
  footer.groups.push_back(std::move(group));
  return Status::Ok();
}

}  // namespace

Result<ParquetFooter> ReadParquetFooter(std::string_view file) {
  if (file.size() < 12 || file.substr(0, 4) != kMagic) {
    if (file.substr(0, 4) == "PARE") return Corrupt("is an encrypted Parquet file, which can't be read");
    return Corrupt("is no Parquet file: it does not begin with PAR1");
  }
  if (file.substr(file.size() - 4) != kMagic) return Corrupt("is a Parquet file that is cut off: it does not end with PAR1");
  std::uint32_t size = 0;
  std::memcpy(&size, file.data() + file.size() - 8, 4);
  if (size > file.size() - 12) return Corrupt("is damaged: its footer is larger than the file");
  const std::uint64_t end = file.size() - 8 - size;
  ThriftReader in(file.substr(static_cast<std::size_t>(end), size));
  ParquetFooter footer;
  ThriftReader::Field field;
  while (in.NextField(field)) {
    ThriftReader::Type type = ThriftReader::kStop;
    std::size_t count = 0;
    if (field.id == 2 && field.type == ThriftReader::kList && footer.leaves.empty() && in.ListHeader(type, count) &&
        type == ThriftReader::kStruct) {
      if (count > kMaxElements) return Corrupt("its schema has more than " + std::to_string(kMaxElements) + " elements");
      std::vector<Element> elements;
      for (std::size_t i = 0; i < count && in.ok(); ++i) elements.push_back(ReadElement(in));
      if (in.ok()) TRAILSIFT_RETURN_IF_ERROR(TreeBuilder(elements, footer.leaves).Build(footer.root));
    } else if (field.id == 4 && field.type == ThriftReader::kList && in.ListHeader(type, count) && type == ThriftReader::kStruct) {
      if (count > kMaxGroups) return Corrupt("it has more than " + std::to_string(kMaxGroups) + " row groups");
      for (std::size_t i = 0; i < count && in.ok(); ++i) TRAILSIFT_RETURN_IF_ERROR(ReadGroup(in, end, footer));
    } else {
      in.Skip(field.type);
    }
  }
  if (!in.ok() || footer.leaves.empty()) return Corrupt("is damaged: its footer can't be read");
  return footer;
}

}  // namespace trailsift
