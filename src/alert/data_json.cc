// `data` of an alert: the flat leaves of Wazuh's view as nested objects again. How Wazuh 4.14 does it, and where it matters which
// of two names wins, is written down in docs/format/alerts-json.md.
#include <algorithm>
#include <array>
#include <map>
#include <memory>

#include "alert/alert.h"
#include "alert/json_scanner.h"
#include "alert/json_text.h"

namespace trailsift {
namespace {

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool EqualNoCase(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  // Siblings differ towards their ends more often than at their begins.
  for (std::size_t i = a.size(); i-- > 0;) {
    if (Lower(a[i]) != Lower(b[i])) return false;
  }
  return true;
}

struct LessNoCase {
  bool operator()(std::string_view a, std::string_view b) const {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return Lower(x) < Lower(y); });
  }
};

// A member of the object that is being built: an object when it has children, else a scalar.
struct Node {
  std::string_view name;
  std::string_view value;
  bool is_object = false;
  bool is_array = false;
  std::uint32_t first = 0;  // child; 0 = none
  std::uint32_t last = 0;
  std::uint32_t next = 0;  // sibling
  std::uint32_t count = 0;
  // Index of the children by name, made only for wide objects: a stranger chooses the number of names.
  std::unique_ptr<std::map<std::string_view, std::uint32_t, LessNoCase>> index;
};

constexpr std::size_t kIndexFrom = 24;
// A name of more parts keeps its rest in one piece, so that no alert nests deeper than readers take (cJSON 1000, simdjson 1024).
constexpr std::size_t kMaxParts = 500;
// An array nested deeper stays a string for the same reason.
constexpr int kMaxArrayDepth = 400;

class Tree {
 public:
  explicit Tree(std::size_t leaves) {
    nodes_.reserve(leaves * 2 + 1);
    nodes_.emplace_back().is_object = true;
  }

  void Add(const Leaf& leaf) {
    const std::string_view prefix = leaf.name.substr(0, leaf.name.rfind('.') + 1);
    // Leaves of one object mostly come one after the other.
    if (!spot_ || prefix != prefix_) {
      spot_ = FindSpot(leaf.name);
      prefix_ = prefix;
    }
    if (!spot_) return;
    const std::string_view name = leaf.name.substr(spot_->consumed);
    if (FindChild(spot_->parent, name) != 0) return;  // the first one stands
    Node& node = nodes_[AddChild(spot_->parent, name, false)];
    node.value = leaf.value;
    node.is_array = leaf.is_array || leaf.value.starts_with('[');
  }

  std::string ToJson() const {
    std::string out = "{";
    std::vector<std::uint32_t> open = {nodes_[0].first};  // what comes next in each object that is not closed
    while (!open.empty()) {
      const std::uint32_t id = open.back();
      if (id == 0) {
        out += '}';
        open.pop_back();
        continue;
      }
      const Node& node = nodes_[id];
      open.back() = node.next;
      if (out.back() != '{') out += ',';
      AppendQuoted(node.name, out);
      out += ':';
      if (node.is_object) {
        out += '{';
        open.push_back(node.first);
      } else {
        AppendScalar(node, out);
      }
    }
    return out;
  }

 private:
  // The object that a leaf belongs to, and how much of the leaf's name leads there.
  struct Spot {
    std::uint32_t parent = 0;
    std::size_t consumed = 0;
  };

  // Makes the objects on the way; nothing where a scalar stands on it.
  std::optional<Spot> FindSpot(std::string_view name) {
    Spot spot;
    for (std::size_t parts = 1; parts < kMaxParts; ++parts) {
      const std::size_t dot = name.find('.', spot.consumed);
      if (dot == std::string_view::npos) break;
      const std::string_view part = name.substr(spot.consumed, dot - spot.consumed);
      std::uint32_t child = FindChild(spot.parent, part);
      if (child == 0) child = AddChild(spot.parent, part, true);
      if (!nodes_[child].is_object) return std::nullopt;
      spot = {child, dot + 1};
    }
    return spot;
  }

  // 0 (the root, which is nobody's child) when there is none.
  std::uint32_t FindChild(std::uint32_t parent, std::string_view name) const {
    const Node& node = nodes_[parent];
    if (node.index) {
      const auto found = node.index->find(name);
      return found == node.index->end() ? 0 : found->second;
    }
    for (std::uint32_t child = node.first; child != 0; child = nodes_[child].next) {
      if (EqualNoCase(nodes_[child].name, name)) return child;
    }
    return 0;
  }

  std::uint32_t AddChild(std::uint32_t parent, std::string_view name, bool is_object) {
    const auto id = static_cast<std::uint32_t>(nodes_.size());
    Node& child = nodes_.emplace_back();
    child.name = name;
    child.is_object = is_object;
    Node& node = nodes_[parent];
    (node.last == 0 ? node.first : nodes_[node.last].next) = id;
    node.last = id;
    ++node.count;
    if (node.index) {
      node.index->emplace(name, id);
    } else if (node.count == kIndexFrom) {
      node.index = std::make_unique<std::map<std::string_view, std::uint32_t, LessNoCase>>();
      for (std::uint32_t each = node.first; each != 0; each = nodes_[each].next) node.index->emplace(nodes_[each].name, each);
    }
    return id;
  }

  static int Depth(std::string_view array) {
    int depth = 0;
    int deepest = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < array.size(); ++i) {
      const char c = array[i];
      if (c == '"') quoted = !quoted;
      else if (quoted && c == '\\') ++i;
      else if (!quoted && (c == '[' || c == '{')) deepest = std::max(deepest, ++depth);
      else if (!quoted && (c == ']' || c == '}')) --depth;
    }
    return deepest;
  }

  static void AppendScalar(const Node& node, std::string& out) {
    if (node.is_array && Depth(node.value) <= kMaxArrayDepth && AppendIfArray(node.value, out)) return;
    AppendQuoted(node.value, out);
  }

  std::vector<Node> nodes_;
  std::string_view prefix_;  // of the last leaf's name, and where it led
  std::optional<Spot> spot_;
};

// Names at the top that Wazuh's JSON decoder keeps as fields of the event itself. They come first in `data`, in this order; of two
// equal names the last wins; an empty value stays.
struct StaticName {
  std::string_view name;
  std::string_view shown;
};
constexpr std::array<StaticName, 15> kStaticNames = {{
    {"protocol", "protocol"},
    {"action", "action"},
    {"srcip", "srcip"},
    {"srcport", "srcport"},
    {"srcuser", "srcuser"},
    {"dstip", "dstip"},
    {"dstport", "dstport"},
    {"user", "dstuser"},
    {"dstuser", "dstuser"},
    {"id", "id"},
    {"status", "status"},
    {"url", "url"},
    {"data", "data"},
    {"extra_data", "extra_data"},
    {"systemname", "system_name"},
}};

bool IsStatic(std::string_view name) {
  return std::any_of(kStaticNames.begin(), kStaticNames.end(), [&](const StaticName& each) { return each.name == name; });
}

}  // namespace

std::string DataJson(const std::vector<Leaf>& leaves) {
  std::map<std::string_view, std::string_view> statics;  // by the name shown
  for (const Leaf& leaf : leaves) {
    if (leaf.name.size() > 10 || !IsStatic(leaf.name)) continue;
    for (const StaticName& each : kStaticNames) {
      if (each.name == leaf.name) statics[each.shown] = leaf.value;
    }
  }
  Tree tree(leaves.size());
  for (const StaticName& each : kStaticNames) {
    if (const auto found = statics.find(each.shown); found != statics.end()) tree.Add({found->first, found->second, false});
  }
  for (const Leaf& leaf : leaves) {
    if (leaf.value.empty() || (leaf.name.size() <= 10 && IsStatic(leaf.name))) continue;
    tree.Add(leaf);
  }
  std::string json = tree.ToJson();
  return json == "{}" ? std::string() : json;
}

}  // namespace trailsift
