#include "event/wazuh_view.h"

#include <string>
#include <unordered_set>

#include "base/hash.h"
#include "event/ascii_fold.h"
#include "event/wazuh_record.h"
#include "event/wazuh_text.h"

namespace trailsift {
namespace {

std::string_view WrappedText(const WazuhWrap& wrap, JsonValue value, Arena& arena) {
  if (!wrap.python_text) return WazuhText(value, arena).value_or(std::string_view());
  std::string_view text;
  if (value.get(text) == simdjson::SUCCESS && text.find('\0') == std::string_view::npos) return text;
  std::string built;
  AppendPythonStr(value, built);
  for (std::size_t at = 0; (at = built.find('\0', at)) != std::string::npos;) built.replace(at, 1, "\xEF\xBF\xBD");
  return arena.Copy(built);
}

// One search through a document.
struct Finder {
  Arena& arena;
  const Envelope* envelope;  // null for a message

  std::optional<std::string_view> In(simdjson::dom::object object, std::string_view path, bool settled, WazuhPlace place) const {
    for (auto it = object.begin(); it != object.end(); ++it) {
      const std::string_view key = it.key();
      // Most keys differ in length: that is seen before any byte of theirs is.
      if (key.size() > path.size() || (key.size() < path.size() && path[key.size()] != '.') || !StartsWithFold(path, key)) continue;
      const std::string_view rest = path.substr(key.size());
      if (place == WazuhPlace::kTop && IsReplaced(key, object, *envelope)) continue;
      const auto node = ChangeValue(it.value(), settled);
      if (!node) continue;
      if (const auto wrap = WrapOf(place, key, node->value)) {
        if (!rest.empty() && EqualsFold(rest.substr(1), wrap->member)) return WrappedText(*wrap, node->value, arena);
        continue;
      }
      simdjson::dom::object inner;
      if (node->value.get(inner) != simdjson::SUCCESS) {
        if (rest.empty()) return WazuhText(node->value, arena);
      } else if (!rest.empty()) {
        if (auto found = In(inner, rest.substr(1), node->settled, PlaceBelow(place, key))) return found;
      }
    }
    return std::nullopt;
  }
};

// One walk through a document: names are joined in `name_`, leaves that repeat a name are dropped.
class Walker {
 public:
  Walker(const Envelope* envelope, Arena& arena, const LeafVisitor& visit) : envelope_(envelope), arena_(arena), visit_(visit) {}

  // `value` lives as long as the arena.
  void Leaf(std::string_view name, std::string_view value, bool is_array = false) {
    folded_.assign(name);
    for (char& c : folded_) c = FoldAscii(c);
    if (!seen_.insert(FastHash(folded_)).second) return;
    visit_(WazuhLeaf{arena_.Copy(name), value, is_array});
  }

  void Object(simdjson::dom::object object, std::string& prefix, bool settled, WazuhPlace place) {
    const std::size_t stem = prefix.size();
    for (const auto field : object) {
      if (place == WazuhPlace::kTop && IsReplaced(field.key, object, *envelope_)) continue;
      const auto node = ChangeValue(field.value, settled);
      if (!node) continue;
      prefix.resize(stem);
      prefix += field.key;
      simdjson::dom::object inner;
      if (const auto wrap = WrapOf(place, field.key, node->value)) {
        prefix += '.';
        prefix += wrap->member;
        Leaf(prefix, WrappedText(*wrap, node->value, arena_), !wrap->python_text && node->value.is_array());
      } else if (node->value.get(inner) == simdjson::SUCCESS) {
        prefix += '.';
        Object(inner, prefix, node->settled, PlaceBelow(place, field.key));
      } else {
        Leaf(prefix, WazuhText(node->value, arena_).value_or(std::string_view()), node->value.is_array());
      }
    }
    prefix.resize(stem);
  }

 private:
  const Envelope* envelope_;
  Arena& arena_;
  const LeafVisitor& visit_;
  std::string folded_;
  std::unordered_set<Hash128, HashOfHash128> seen_;
};

}  // namespace

std::optional<std::string_view> FindInRecordView(simdjson::dom::object record, const Envelope& envelope, std::string_view name,
                                                 Arena& arena) {
  if (!StartsWithFold(name, "aws.")) {
    if (EqualsFold(name, "integration")) return "aws";
    return std::nullopt;
  }
  const std::string_view path = name.substr(4);
  if (!envelope.source.empty() && EqualsFold(path, "source")) return envelope.source;
  if (envelope.collector != Envelope::Collector::kService && StartsWithFold(path, "log_info.")) {
    const std::string_view member = path.substr(9);
    if (envelope.collector == Envelope::Collector::kBucket && EqualsFold(member, "aws_account_alias"))
      return envelope.account_alias;
    if (EqualsFold(member, "log_file")) return envelope.log_file;
    if (EqualsFold(member, "s3bucket")) return envelope.bucket;
  }
  if (!envelope.account_id.empty() && EqualsFold(path, "aws_account_id")) return envelope.account_id;
  if (envelope.as_is) return Finder{arena, &envelope}.In(record, path, true, WazuhPlace::kElsewhere);
  if (EqualsFold(path, "source_ip_address")) {
    if (const auto address = SourceIpAddress(record)) return address;
  }
  return Finder{arena, &envelope}.In(record, path, false, WazuhPlace::kTop);
}

std::optional<std::string_view> FindInMessageView(simdjson::dom::object message, std::string_view name, Arena& arena) {
  return Finder{arena, nullptr}.In(message, name, true, WazuhPlace::kElsewhere);
}

void WalkRecordView(simdjson::dom::object record, const Envelope& envelope, Arena& arena, const LeafVisitor& visit) {
  Walker walker(&envelope, arena, visit);
  walker.Leaf("integration", "aws");
  if (envelope.collector == Envelope::Collector::kBucket) walker.Leaf("aws.log_info.aws_account_alias", envelope.account_alias);
  if (envelope.collector != Envelope::Collector::kService) {
    walker.Leaf("aws.log_info.log_file", envelope.log_file);
    walker.Leaf("aws.log_info.s3bucket", envelope.bucket);
  }
  std::string prefix = "aws.";
  walker.Object(record, prefix, envelope.as_is, envelope.as_is ? WazuhPlace::kElsewhere : WazuhPlace::kTop);
  if (!envelope.source.empty()) walker.Leaf("aws.source", envelope.source);
  if (!envelope.account_id.empty()) walker.Leaf("aws.aws_account_id", envelope.account_id);
  if (envelope.as_is) return;
  if (const auto address = SourceIpAddress(record)) walker.Leaf("aws.source_ip_address", *address);
}

void WalkMessageView(simdjson::dom::object message, Arena& arena, const LeafVisitor& visit) {
  std::string prefix;
  Walker(nullptr, arena, visit).Object(message, prefix, true, WazuhPlace::kElsewhere);
}

}  // namespace trailsift
