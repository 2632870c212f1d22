#include "base/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>
#include <unordered_map>

#include "base/json.h"

namespace trailsift {
namespace {

constexpr std::size_t kMaxDepth = 64;
constexpr std::size_t kMaxValues = 1'000'000;

// Ends the reading; caught in ParseYaml, as yaml-cpp's own.
[[noreturn]] void Refuse(const YAML::Mark& mark, const std::string& message) { throw YAML::ParserException(mark, message); }

std::size_t CountValues(const YamlNode& node) {
  std::size_t count = 1;
  for (const YamlNode& item : node.items) count += CountValues(item);
  for (const YamlMember& member : node.members) count += CountValues(member.value);
  return count;
}

std::size_t DepthOf(const YamlNode& node) {
  std::size_t deepest = 0;
  for (const YamlNode& item : node.items) deepest = std::max(deepest, DepthOf(item));
  for (const YamlMember& member : node.members) deepest = std::max(deepest, DepthOf(member.value));
  return deepest + 1;
}

class TreeBuilder final : public YAML::EventHandler {
 public:
  YamlNode& root() { return root_; }
  // Where the document begins, in bytes.
  int begin() const { return begin_; }

  void OnDocumentStart(const YAML::Mark& mark) override { begin_ = mark.pos; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { Add(mark, anchor, NodeAt(mark, YamlNode::Kind::kNull)); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value) override {
    YamlNode node = NodeAt(mark, YamlNode::Kind::kScalar);
    node.text = value;
    // yaml-cpp's tag of a plain scalar is `?`, that of a quoted one `!`; a tag that stands there makes text of it.
    node.quoted = tag != "?";
    if (!node.quoted && (value == "null" || value == "~" || value.empty())) node = NodeAt(mark, YamlNode::Kind::kNull);
    Add(mark, anchor, std::move(node));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto known = anchors_.find(anchor);
    if (known == anchors_.end()) Refuse(mark, "an alias inside of what it names");
    values_ += CountValues(known->second);
    if (open_.size() + DepthOf(known->second) > kMaxDepth) Refuse(mark, "values are nested deeper than 64 levels");
    Add(mark, YAML::NullAnchor, known->second);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    Open(mark, anchor, YamlNode::Kind::kSequence);
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    Open(mark, anchor, YamlNode::Kind::kMap);
  }
  void OnMapEnd() override { Close(); }

 private:
  struct OpenNode {
    YamlNode node;
    YAML::anchor_t anchor = YAML::NullAnchor;
    bool has_key = false;  // kMap: the last member waits for its value
  };

  static YamlNode NodeAt(const YAML::Mark& mark, YamlNode::Kind kind) {
    YamlNode node;
    node.kind = kind;
    node.line = mark.line + 1;
    node.column = mark.column + 1;
    return node;
  }

  void Open(const YAML::Mark& mark, YAML::anchor_t anchor, YamlNode::Kind kind) {
    if (open_.size() >= kMaxDepth) Refuse(mark, "values are nested deeper than 64 levels");
    if (!open_.empty() && open_.back().node.is_map() && !open_.back().has_key) Refuse(mark, "a key must be a plain word");
    open_.push_back({NodeAt(mark, kind), anchor, false});
  }

  void Close() {
    OpenNode closed = std::move(open_.back());
    open_.pop_back();
    YAML::Mark mark;
    mark.line = closed.node.line - 1;
    mark.column = closed.node.column - 1;
    Add(mark, closed.anchor, std::move(closed.node));
  }

  void Add(const YAML::Mark& mark, YAML::anchor_t anchor, YamlNode node) {
    if (++values_ > kMaxValues) Refuse(mark, "more than a million values");
    if (anchor != YAML::NullAnchor) anchors_[anchor] = node;
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    OpenNode& parent = open_.back();
    if (parent.node.is_sequence()) {
      parent.node.items.push_back(std::move(node));
    } else if (parent.has_key) {
      parent.node.members.back().value = std::move(node);
      parent.has_key = false;
    } else {
      AddKey(mark, node, parent);
    }
  }

  static void AddKey(const YAML::Mark& mark, const YamlNode& key, OpenNode& map) {
    if (!key.is_scalar()) Refuse(mark, "a key must be a plain word");
    if (map.node.Find(key.text) != nullptr) Refuse(mark, "`" + key.text + "` stands twice in this map");
    map.node.members.push_back({key.text, {}, mark.line + 1, mark.column + 1});
    map.has_key = true;
  }

  YamlNode root_;
  int begin_ = -1;
  std::vector<OpenNode> open_;
  std::unordered_map<YAML::anchor_t, YamlNode> anchors_;
  std::size_t values_ = 0;
};

void AppendQuoted(std::string_view text, std::string& out) {
  constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace

YamlNode YamlNode::Text(std::string text) {
  YamlNode node;
  node.kind = Kind::kScalar;
  node.text = std::move(text);
  node.quoted = true;
  return node;
}

YamlNode YamlNode::Truth(bool value) {
  YamlNode node = Text(value ? "true" : "false");
  node.quoted = false;
  return node;
}

YamlNode YamlNode::Map() {
  YamlNode node;
  node.kind = Kind::kMap;
  return node;
}

const YamlNode* YamlNode::Find(std::string_view key) const {
  for (const YamlMember& member : members)
    if (member.key == key) return &member.value;
  return nullptr;
}

void YamlNode::Set(std::string_view key, YamlNode value) {
  for (YamlMember& member : members) {
    if (member.key != key) continue;
    member.value = std::move(value);
    return;
  }
  members.push_back({std::string(key), std::move(value), 0, 0});
}

void YamlNode::Merge(const YamlNode& other) {
  for (const YamlMember& member : other.members) {
    const auto own = std::find_if(members.begin(), members.end(), [&](const YamlMember& mine) { return mine.key == member.key; });
    if (own == members.end()) members.push_back(member);
    else if (own->value.is_map() && member.value.is_map()) own->value.Merge(member.value);
    else own->value = member.value;
  }
}

bool YamlNode::is_number() const { return is_scalar() && !quoted && IsJsonNumber(text); }

std::optional<std::vector<YamlNode>> ParseYamlDocuments(const std::string& text, const std::string& file,
                                                        Diagnostics& diagnostics) {
  try {
    std::istringstream in(text);
    YAML::Parser parser(in);
    std::vector<YamlNode> documents;
    int last_begin = -1;
    for (TreeBuilder builder; parser.HandleNextDocument(builder); builder = TreeBuilder()) {
      // yaml-cpp makes empty documents without end of a sign such as `,` that stands behind one.
      if (builder.begin() == last_begin) {
        const std::string_view before = std::string_view(text).substr(0, static_cast<std::size_t>(last_begin));
        diagnostics.Error(file, static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1, 0,
                          "broken YAML: a sign behind the end of a document");
        return std::nullopt;
      }
      last_begin = builder.begin();
      if (!builder.root().is_null()) documents.push_back(std::move(builder.root()));
    }
    return documents;
  } catch (const YAML::Exception& fault) {
    const bool placed = !fault.mark.is_null();
    diagnostics.Error(file, placed ? fault.mark.line + 1 : 0, placed ? fault.mark.column + 1 : 0, "broken YAML: " + fault.msg);
    return std::nullopt;
  }
}

std::optional<YamlNode> ParseYaml(const std::string& text, const std::string& file, Diagnostics& diagnostics) {
  std::optional<std::vector<YamlNode>> documents = ParseYamlDocuments(text, file, diagnostics);
  if (!documents) return std::nullopt;
  if (documents->empty()) return YamlNode();
  if (documents->size() > 1) {
    diagnostics.Error(file, (*documents)[1].line, (*documents)[1].column, "a second document",
                      "one file holds one document: remove the `---`");
    return std::nullopt;
  }
  return std::move(documents->front());
}

void AppendYamlAsJson(const YamlNode& node, std::string& out) {
  switch (node.kind) {
    case YamlNode::Kind::kNull: out += "null"; return;
    case YamlNode::Kind::kScalar: {
      const bool plain = node.is_number() || (!node.quoted && (node.text == "true" || node.text == "false"));
      if (plain) out += node.text;
      else AppendQuoted(node.text, out);
      return;
    }
    case YamlNode::Kind::kSequence: {
      out += '[';
      for (std::size_t i = 0; i < node.items.size(); ++i) {
        if (i > 0) out += ',';
        AppendYamlAsJson(node.items[i], out);
      }
      out += ']';
      return;
    }
    case YamlNode::Kind::kMap: {
      out += '{';
      for (std::size_t i = 0; i < node.members.size(); ++i) {
        if (i > 0) out += ',';
        AppendQuoted(node.members[i].key, out);
        out += ':';
        AppendYamlAsJson(node.members[i].value, out);
      }
      out += '}';
      return;
    }
  }
}

}  // namespace trailsift
