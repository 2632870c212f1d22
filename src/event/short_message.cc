#include "event/short_message.h"

#include <algorithm>
#include <cstdint>
#include <set>
#include <span>
#include <utility>

#include "event/json_scan.h"

namespace trailsift {
namespace {

// Texts and lists are not shortened below this.
constexpr std::size_t kFloor = 1024;
// Members that are looked at one by one; an object beyond that, or deeper than kDepth, stays or goes as a whole.
constexpr std::size_t kMaxNodes = 100'000;
constexpr std::size_t kDepth = 16;
constexpr std::size_t kMaxPaths = 24;
constexpr std::size_t kMaxPath = 128;
constexpr std::size_t kMarkerRoom = kMaxPaths * (kMaxPath + 4) + 64;
// Of one object this many are named one by one.
constexpr std::size_t kNamed = 4;

// Members of `aws` that are never left out: the envelope, and what identifies a call, its caller and its outcome.
constexpr std::string_view kKept[] = {
    "log_info",           "source",       "aws_account_id", "source_ip_address", "eventVersion",
    "eventTime",          "eventSource",  "eventName",      "awsRegion",         "eventType",
    "eventCategory",      "eventID",      "requestID",      "readOnly",          "managementEvent",
    "recipientAccountId", "userIdentity", "userAgent",      "sourceIPAddress",   "errorCode",
    "errorMessage",       "tlsDetails",   "vpcEndpointId",  "sharedEventID",     "sessionCredentialFromConsole",
};

// Of OCSF's events (Open Cybersecurity Schema Framework, base event).
constexpr std::string_view kKeptOfObject[] = {
    "activity_id",  "activity_name", "actor",        "api",      "category_name", "category_uid", "class_name",
    "class_uid",    "cloud",         "dst_endpoint", "metadata", "message",       "severity",     "severity_id",
    "src_endpoint", "status",        "status_id",    "time",     "time_dt",       "type_name",    "type_uid",
};

using Names = std::span<const std::string_view>;

struct Node {
  std::string_view key;   // as written, with its quotes
  std::string_view text;  // of a value that is no object, or is one that is not looked into: its first bytes that stay …
  char end = '\0';        // … and what closes it when it was shortened
  std::vector<Node> members;
  bool is_object = false;
  bool kept = false;
  bool gone = false;

  std::size_t size() const {
    if (gone) return 0;
    std::size_t sum = key.size() + 2;
    if (!is_object) return sum + text.size() + (end == '\0' ? 0 : 1);
    for (const Node& member : members)
      if (!member.gone) sum += member.size() + 2;
    return sum + 2;
  }
};

std::string_view Unquoted(std::string_view key) { return key.size() < 2 ? key : key.substr(1, key.size() - 2); }

bool IsIn(Names names, std::string_view name) { return std::find(names.begin(), names.end(), name) != names.end(); }

// Reads the member at `at` without looking into it, and goes behind it and its comma; false at the object's end.
bool ReadMember(std::string_view text, std::size_t& at, Node& node) {
  at = SkipJsonSpace(text, at);
  if (at >= text.size() || text[at] != '"') return false;
  const std::size_t key_end = SkipJsonString(text, at);
  if (key_end == std::string_view::npos) return false;
  node.key = text.substr(at, key_end - at);
  const std::size_t value = SkipJsonSpace(text, SkipJsonSpace(text, key_end) + 1);
  const std::size_t end = SkipJsonValue(text, value);
  if (end == std::string_view::npos) return false;
  node.text = text.substr(value, end - value);
  at = SkipJsonSpace(text, end);
  if (at < text.size() && text[at] == ',') ++at;
  return true;
}

void LookInto(Node& node, std::size_t depth, std::size_t& budget);

// False where the budget or the depth does not suffice.
bool ReadMembers(std::string_view text, std::size_t depth, std::size_t& budget, std::vector<Node>& out) {
  if (depth == 0) return false;
  Node node;
  for (std::size_t at = 1; ReadMember(text, at, node); node = Node()) {
    if (budget == 0) return false;
    --budget;
    LookInto(node, depth - 1, budget);
    out.push_back(std::move(node));
  }
  return true;
}

void LookInto(Node& node, std::size_t depth, std::size_t& budget) {
  if (node.text.front() != '{') return;
  const std::size_t before = budget;
  node.is_object = ReadMembers(node.text, depth, budget, node.members);
  if (node.is_object) return;
  node.members.clear();
  budget = before;
}

// The members of an object. Beyond the budget only those that are kept; answers the bytes of the others.
std::size_t ReadRecord(std::string_view text, Names kept, std::vector<Node>& out) {
  std::size_t budget = kMaxNodes;
  std::size_t left_out = 0;
  std::set<std::string_view> met;
  Node node;
  for (std::size_t at = 1; ReadMember(text, at, node); node = Node()) {
    const std::string_view name = Unquoted(node.key);
    node.kept = IsIn(kept, name) && met.insert(name).second;
    if (!node.kept && budget == 0) {
      left_out += node.size() + 2;
      continue;
    }
    if (!node.kept) --budget;
    LookInto(node, kDepth, budget);
    out.push_back(std::move(node));
  }
  return left_out;
}

// How many bytes at `text[at]` belong together: a character of UTF-8, an escape, a surrogate pair's halves as one.
std::size_t UnitAt(std::string_view text, std::size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  if (byte >= 0xC0) return byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
  if (byte != '\\') return 1;
  if (at + 1 < text.size() && text[at + 1] != 'u') return 2;
  const bool high = at + 3 < text.size() && (text[at + 2] == 'd' || text[at + 2] == 'D') &&
                    (text[at + 3] == '8' || text[at + 3] == '9' || text[at + 3] == 'a' || text[at + 3] == 'b');
  return high ? 12 : 6;
}

// Where a string may end so that it has at most `size` bytes with its first quote.
std::size_t CutString(std::string_view text, std::size_t size) {
  std::size_t at = 1;
  while (at < text.size() - 1) {
    const std::size_t next = at + UnitAt(text, at);
    if (next > size) break;
    at = next;
  }
  return at;
}

// Likewise a list, behind one of its elements.
std::size_t CutList(std::string_view text, std::size_t size) {
  std::size_t kept = 1;
  for (std::size_t at = SkipJsonSpace(text, 1); at < text.size() && text[at] != ']';) {
    const std::size_t end = SkipJsonValue(text, at);
    if (end == std::string_view::npos || end > size) break;
    kept = end;
    at = SkipJsonSpace(text, end);
    if (at < text.size() && text[at] == ',') at = SkipJsonSpace(text, at + 1);
  }
  return kept;
}

class Shortener {
 public:
  Shortener(std::vector<Node>& members, std::size_t excess) : members_(members), excess_(excess) {}

  void Run() {
    for (const bool kept : {false, true}) {
      std::vector<Leaf> leaves;
      for (Node& member : members_)
        if (member.kept == kept) Collect(member, std::string(), leaves);
      std::stable_sort(leaves.begin(), leaves.end(),
                       [](const Leaf& a, const Leaf& b) { return a.node->text.size() > b.node->text.size(); });
      for (const Leaf& leaf : leaves)
        if (excess_ > 0) Cut(leaf);
    }
    LeaveOut(members_, std::string());
    for (Node& member : members_)
      if (member.kept && member.is_object && member.key != "\"log_info\"")
        LeaveOut(member.members, std::string(Unquoted(member.key)));
  }

  std::vector<std::string> TakePaths() { return std::move(paths_); }

 private:
  struct Leaf {
    Node* node;
    std::string path;
  };

  static std::string Join(const std::string& path, std::string_view name) {
    std::string joined = path.empty() ? std::string() : path + '.';
    return joined.append(name);
  }

  static void Collect(Node& node, const std::string& above, std::vector<Leaf>& leaves) {
    if (node.gone) return;
    std::string path = Join(above, Unquoted(node.key));
    if (node.is_object) {
      for (Node& member : node.members) Collect(member, path, leaves);
    } else if (node.text.size() > kFloor) {
      leaves.push_back({&node, std::move(path)});
    }
  }

  void Gain(std::size_t bytes) { excess_ -= std::min(excess_, bytes); }

  // Whatever was named already is not named again; a path that is too long ends early.
  void Name(const std::string& path) {
    std::string name = path;
    if (name.size() > kMaxPath) name.resize(CutString('"' + name + '"', kMaxPath) - 1);
    if (paths_.size() < kMaxPaths && named_.insert(name).second) paths_.push_back(std::move(name));
  }

  void Cut(const Leaf& leaf) {
    Node& node = *leaf.node;
    const std::size_t before = node.text.size();
    const std::size_t wanted = std::max(kFloor, before - std::min(before, excess_ + 1));
    switch (node.text.front()) {
      case '"':
        node.text = node.text.substr(0, CutString(node.text, wanted));
        node.end = '"';
        break;
      case '[':
        node.text = node.text.substr(0, CutList(node.text, wanted));
        node.end = ']';
        break;
      case '{':  // not looked into: it goes where it may
        if (!node.kept) return;
        node.text = node.text.substr(0, 1);
        node.end = '}';
        break;
      default: return;
    }
    Gain(before - node.text.size() - 1);
    Name(leaf.path);
  }

  void LeaveOut(std::vector<Node>& members, const std::string& path) {
    std::vector<std::pair<std::size_t, Node*>> largest;
    for (auto node = members.rbegin(); node != members.rend(); ++node)
      if (!node->kept && !node->gone) largest.emplace_back(node->size(), &*node);
    std::stable_sort(largest.begin(), largest.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    auto left = std::count_if(members.begin(), members.end(), [](const Node& node) { return !node.gone; });
    std::vector<std::string> gone;
    for (const auto& [size, node] : largest) {
      if (excess_ == 0) break;
      std::string name = Join(path, Unquoted(node->key));
      if (node->is_object && size > excess_ + node->key.size() + 8) {
        LeaveOut(node->members, name);
        continue;
      }
      node->gone = true;
      node->members.clear();
      Gain(size + (--left > 0 ? 2 : 0));  // with its comma
      gone.push_back(std::move(name));
    }
    if (gone.size() > kNamed) {
      Name(Join(path, "*"));
    } else {
      for (const std::string& name : gone) Name(name);
    }
  }

  std::vector<Node>& members_;
  std::size_t excess_;
  std::vector<std::string> paths_;
  std::set<std::string> named_;
};

void Write(const std::vector<Node>& members, std::string& out) {
  out += '{';
  bool first = true;
  for (const Node& node : members) {
    if (node.gone) continue;
    if (!first) out += ", ";
    first = false;
    out.append(node.key).append(": ");
    if (node.is_object) {
      Write(node.members, out);
      continue;
    }
    out += node.text;
    if (node.end != '\0') out += node.end;
  }
  out += '}';
}

// Brings members that take `size` bytes as written down to `limit`, and marks them; the names of what was touched.
std::vector<std::string> ShortenMembers(std::vector<Node>& members, std::size_t size, std::size_t left_out, std::size_t limit,
                                        std::string& marker) {
  const std::size_t room = limit - std::min(limit, kMarkerRoom);
  Shortener shortener(members, size - std::min(size, room));
  shortener.Run();
  std::vector<std::string> shortened = shortener.TakePaths();
  if (left_out > 0) shortened.emplace_back("*");
  marker = "{\"shortened\": [";
  for (std::size_t i = 0; i < shortened.size(); ++i) marker.append(i == 0 ? "\"" : ", \"").append(shortened[i]).append("\"");
  marker += "]}";
  Node mark;
  mark.key = "\"trailsift\"";
  mark.text = marker;
  members.push_back(std::move(mark));
  return shortened;
}

}  // namespace

ShortMessage ShortenMessage(std::string_view message, std::size_t limit) {
  ShortMessage made;
  std::vector<Node> root;
  Node member;
  for (std::size_t at = 1; ReadMember(message, at, member); member = Node()) root.push_back(std::move(member));
  const auto aws = std::find_if(root.begin(), root.end(), [](const Node& node) { return node.key == "\"aws\""; });
  if (aws == root.end()) return made;
  aws->is_object = true;
  const std::size_t left_out = ReadRecord(aws->text, kKept, aws->members);
  std::string marker;
  made.shortened = ShortenMembers(aws->members, message.size() - left_out, left_out, limit, marker);
  Write(root, made.text);
  return made;
}

ShortMessage ShortenObject(std::string_view message, std::size_t limit) {
  ShortMessage made;
  std::vector<Node> root;
  message.remove_prefix(SkipJsonSpace(message, 0));
  const std::size_t left_out = ReadRecord(message, kKeptOfObject, root);
  std::size_t size = 2;  // it is written with blanks that it may not have now
  for (const Node& node : root) size += node.size() + 2;
  std::string marker;
  made.shortened = ShortenMembers(root, size, left_out, limit, marker);
  Write(root, made.text);
  return made;
}

ShortMessage ShortenText(std::string_view message, std::size_t limit) {
  std::size_t end = std::min(limit, message.size());
  while (end < message.size() && end > 0 && (static_cast<unsigned char>(message[end]) & 0xC0) == 0x80) --end;
  return {std::string(message.substr(0, end)), {"full_log"}};
}

}  // namespace trailsift
