#include "rules/case_file.h"

#include <algorithm>
#include <charconv>
#include <unordered_set>

#include "base/suggest.h"
#include "base/yaml.h"
#include "rules/case_actors.h"
#include "rules/case_events.h"

namespace trailsift {
namespace {

constexpr int kMaxEvents = 100'000;  // of a case

using Words = std::vector<std::string_view>;

const Words kFileWords = {"cases", "defaults", "lists"};
const Words kCaseWords = {"name", "lists", "by_each", "events", "expect"};
const Words kCommonWords = {"by", "request", "response", "error", "message", "from", "agent", "account", "region", "set"};
const Words kCallWords = {"call",  "by",      "request", "response", "error", "message", "from",
                          "agent", "account", "region",  "set",      "at",    "repeat"};
const Words kRecordWords = {"record", "set", "at", "repeat"};
const Words kLineWords = {"line", "repeat"};
const Words kExpectWords = {"rule", "level", "description", "fields", "also", "sigma"};

std::optional<int> WholeNumber(const YamlNode& node, int least, int most) {
  int number = 0;
  const char* end = node.text.data() + node.text.size();
  if (!node.is_scalar()) return std::nullopt;
  const auto read = std::from_chars(node.text.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end || number < least || number > most) return std::nullopt;
  return number;
}

class CaseFileReader {
 public:
  CaseFileReader(const std::string& file, Diagnostics& diagnostics) : file_(file), diagnostics_(diagnostics) {}

  std::vector<RuleCase> Read(const YamlNode& root) {
    std::vector<RuleCase> cases;
    if (!CheckMap(root, "a file of tests", kFileWords)) return cases;
    if (const YamlNode* defaults = root.Find("defaults"); defaults != nullptr) {
      if (CheckMap(*defaults, "`defaults`", kCommonWords)) defaults_ = *defaults;
      CheckEventValues(defaults_);
    }
    if (const YamlNode* lists = root.Find("lists"); lists != nullptr) ReadLists(*lists, lists_);
    const YamlNode* list = root.Find("cases");
    if (list == nullptr || !list->is_sequence() || list->items.empty()) {
      Error(list == nullptr ? root : *list, "no cases", "write `cases:` and below it a list of `- name: …`");
      return cases;
    }
    for (const YamlNode& item : list->items) ReadCase(item, cases);
    return cases;
  }

 private:
  // The state of a case while its events are made.
  struct Making {
    RuleCase made;
    std::vector<std::string> actor_names;  // of each event
    std::string_view actor;                // of by_each; empty without
    Millis first = kCaseStart;
    Millis last = kCaseStart - kSecond;
  };

  Place PlaceOf(const YamlNode& node) const { return {file_, node.line, node.column}; }
  void Error(const YamlNode& node, std::string message, std::string hint = "") {
    diagnostics_.Error(file_, node.line, node.column, std::move(message), std::move(hint));
  }

  bool CheckMap(const YamlNode& node, const std::string& what, const Words& words) {
    if (!node.is_map()) {
      Error(node, what + " must be a map", "write `" + std::string(words.front()) + ": …`");
      return false;
    }
    for (const YamlMember& member : node.members) {
      if (std::find(words.begin(), words.end(), member.key) != words.end()) continue;
      std::string hint = DidYouMean(member.key, words);
      if (hint.empty()) {
        hint = "known are ";
        for (const std::string_view word : words) hint += (word == words.front() ? "" : ", ") + std::string(word);
      }
      diagnostics_.Error(file_, member.line, member.column, "`" + member.key + "` is unknown in " + what, hint);
    }
    return true;
  }

  bool CheckText(const YamlNode* node, const std::string& what) {
    if (node == nullptr || node->is_scalar()) return true;
    Error(*node, what + " must be a text");
    return false;
  }

  bool CheckActorName(const YamlNode& node) {
    const Words names = CaseActorNames();
    if (std::find(names.begin(), names.end(), node.text) != names.end()) return true;
    std::string hint = DidYouMean(node.text, names);
    Error(node, "no built-in actor is named `" + node.text + "`",
          hint.empty() ? "user, sso, role, root, service, instance, or a whole userIdentity as a map" : hint);
    return false;
  }

  // Of a call, or of the defaults for calls.
  void CheckEventValues(const YamlNode& event) {
    for (const char* key : {"error", "message", "from", "agent", "account", "region"})
      CheckText(event.Find(key), '`' + std::string(key) + '`');
    if (const YamlNode* by = event.Find("by"); by != nullptr && !by->is_map()) {
      if (by->is_scalar()) CheckActorName(*by);
      else Error(*by, "`by` must name an actor or be a map");
    }
    CheckSet(event);
  }

  void CheckSet(const YamlNode& event) {
    if (const YamlNode* set = event.Find("set"); set != nullptr && !set->is_map())
      Error(*set, "`set` must be a map", "members to be put into the record");
  }

  void ReadLists(const YamlNode& node, CaseLists& out) {
    if (!node.is_map()) return Error(node, "`lists` must be a map", "write `NAME: [key, key]` or `NAME: {key: value}`");
    for (const YamlMember& member : node.members) {
      std::string text;
      const auto add = [&](const YamlNode& place, const std::string& key, const std::string& value) {
        if ((key + value).find_first_of("\"\n") != std::string::npos) Error(place, "a list can hold no quote and no line break");
        text += '"' + key + "\":\"" + value + "\"\n";
      };
      if (member.value.is_sequence()) {
        for (const YamlNode& item : member.value.items)
          if (CheckText(&item, "a key of a list")) add(item, item.text, "");
      } else if (member.value.is_map()) {
        for (const YamlMember& entry : member.value.members)
          if (CheckText(&entry.value, "a value of a list")) add(entry.value, entry.key, entry.value.text);
      } else {
        Error(member.value, "a list must be written `[key, key]` or `{key: value}`");
      }
      const std::string name = member.key.substr(member.key.rfind('/') + 1);
      const auto known = std::find_if(out.begin(), out.end(), [&](const auto& list) { return list.first == name; });
      if (known == out.end()) out.emplace_back(name, text);
      else known->second = text;
    }
  }

  void ReadCase(const YamlNode& node, std::vector<RuleCase>& out) {
    if (!CheckMap(node, "a case", kCaseWords)) return;
    RuleCase made;
    made.place = PlaceOf(node);
    made.lists = lists_;
    const YamlNode* name = node.Find("name");
    if (name == nullptr || !name->is_scalar() || name->text.empty()) Error(node, "a case without a name", "write `name: text`");
    else if (!names_.insert(name->text).second) Error(*name, "two cases are named `" + name->text + "`");
    else made.name = name->text;
    if (const YamlNode* lists = node.Find("lists"); lists != nullptr) ReadLists(*lists, made.lists);
    const YamlNode* events = node.Find("events");
    if (events == nullptr || !events->is_sequence() || events->items.empty()) {
      Error(events == nullptr ? node : *events, "a case without events",
            "write `events:` and below it a list of `- call: service:Name`");
      return;
    }
    const YamlNode* expect = node.Find("expect");
    if (expect == nullptr) Error(node, "a case without `expect` tests nothing", "write `expect: {rule: …}` or `expect: none`");
    for (const std::string_view actor : ActorsOf(node)) {
      Making making{made, {}, actor};
      if (!actor.empty()) making.made.name += " (" + std::string(actor) + ')';
      const std::size_t faults = diagnostics_.items().size();
      for (const YamlNode& event : events->items) ReadEvent(event, making);
      if (expect != nullptr) ReadExpect(*expect, making);
      out.push_back(std::move(making.made));
      // One telling of a fault is enough.
      if (diagnostics_.items().size() > faults) return;
    }
  }

  // Those of by_each; one without a name where there is none.
  Words ActorsOf(const YamlNode& node) {
    const YamlNode* each = node.Find("by_each");
    if (each == nullptr) return {""};
    Words actors;
    if (!each->is_sequence() || each->items.empty()) {
      Error(*each, "`by_each` must be a list of actors", "write `by_each: [user, sso, role, root]`");
      return {""};
    }
    for (const YamlNode& item : each->items) {
      if (!CheckText(&item, "an actor of `by_each`") || !CheckActorName(item)) continue;
      actors.push_back(item.text);
    }
    return actors.empty() ? Words{""} : actors;
  }

  void ReadEvent(const YamlNode& node, Making& making) {
    if (node.is_map() && node.Find("line") != nullptr) return ReadLine(node, making);
    if (node.is_map() && node.Find("record") != nullptr) return ReadRecord(node, making);
    if (!CheckMap(node, "an event", kCallWords)) return;
    const YamlNode* call = node.Find("call");
    const std::size_t colon = call == nullptr ? std::string::npos : call->text.find(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == call->text.size()) {
      Error(call == nullptr ? node : *call, "an event must say which call it is",
            "write `call: cloudtrail:StopLogging`, or `record: {…}`, or `line: '…'`");
      return;
    }
    CheckEventValues(node);
    CaseCall made = CallOf(node, making);
    made.service = std::string_view(call->text).substr(0, colon);
    made.name = std::string_view(call->text).substr(colon + 1);
    AddEvents(node, MakeCaseRecord(made), making);
  }

  const YamlNode* Value(const YamlNode& event, std::string_view key) const {
    const YamlNode* own = event.Find(key);
    return own != nullptr ? own : defaults_.Find(key);
  }
  std::string TextOf(const YamlNode& event, std::string_view key, std::string_view otherwise) const {
    const YamlNode* value = Value(event, key);
    return value != nullptr && value->is_scalar() ? value->text : std::string(otherwise);
  }

  CaseCall CallOf(const YamlNode& event, Making& making) {
    CaseCall call;
    call.account = TextOf(event, "account", kCaseAccount);
    call.region = TextOf(event, "region", kCaseRegion);
    std::string_view address;
    CaseActor actor;
    const YamlNode* by = event.Find("by");
    if (by == nullptr && making.actor.empty()) by = defaults_.Find("by");
    if (by != nullptr && by->is_map()) {
      call.identity = *by;
    } else {
      const std::string_view name = by != nullptr ? std::string_view(by->text) : making.actor.empty() ? "user" : making.actor;
      if (std::optional<CaseActor> made = MakeCaseActor(name, call.account)) actor = std::move(*made);
      call.identity = actor.identity;
      address = actor.address;
    }
    actor_name_ = actor.name;
    call.from = TextOf(event, "from", address.empty() ? kCaseAddress : address);
    call.agent = TextOf(event, "agent", address.empty() ? kCaseAgent : address);
    call.request = Value(event, "request");
    call.response = Value(event, "response");
    call.error = Value(event, "error");
    call.message = Value(event, "message");
    return call;
  }

  void ReadRecord(const YamlNode& node, Making& making) {
    CheckMap(node, "an event that is a record", kRecordWords);
    CheckSet(node);
    const YamlNode& record = *node.Find("record");
    if (!record.is_map()) return Error(record, "`record` must be a map", "a whole CloudTrail record");
    actor_name_.clear();
    AddEvents(node, record, making);
  }

  void ReadLine(const YamlNode& node, Making& making) {
    CheckMap(node, "an event that is a line", kLineWords);
    const YamlNode& line = *node.Find("line");
    if (!CheckText(&line, "`line`")) return;
    const int repeat = RepeatOf(node, making);
    for (int i = 0; i < repeat; ++i) {
      making.made.events.push_back({line.text, true, PlaceOf(node)});
      making.actor_names.emplace_back();
    }
  }

  int RepeatOf(const YamlNode& event, const Making& making) {
    const YamlNode* node = event.Find("repeat");
    if (node == nullptr) return 1;
    const std::optional<int> count = WholeNumber(*node, 1, kMaxEvents - static_cast<int>(making.made.events.size()));
    if (!count) Error(*node, "`repeat` must be a number from 1; a case has at most 100000 events");
    return count.value_or(1);
  }

  // The time of the first of the event's records.
  Millis TimeOf(const YamlNode& event, const YamlNode& record, Making& making) {
    const YamlNode* own = record.Find("eventTime");
    const std::optional<Millis> own_time = own == nullptr ? std::nullopt : ParseIsoTime(own->text);
    const YamlNode* at = event.Find("at");
    if (at == nullptr) return own_time ? *own_time : making.last + kSecond;
    const std::optional<Millis> delay = ParseCaseDelay(at->text);
    if (!delay) Error(*at, "`at` must be a time after the first event", "write 90s, 15m, 2h or 1d");
    return making.first + delay.value_or(0);
  }

  // The event's records: each with a time and an eventID, and with what `set` says.
  void AddEvents(const YamlNode& event, const YamlNode& record, Making& making) {
    const int repeat = RepeatOf(event, making);
    const Millis time = TimeOf(event, record, making);
    if (making.made.events.empty()) making.first = time;
    const YamlNode* defaults_set = event.Find("call") != nullptr ? defaults_.Find("set") : nullptr;
    const YamlNode* set = event.Find("set");
    for (int i = 0; i < repeat; ++i) {
      const std::size_t number = making.made.events.size() + 1;
      YamlNode one = record;
      making.last = time + i * kSecond;
      const YamlNode* own_id = record.Find("eventID");
      if (i > 0 || own_id == nullptr || own_id->text.empty())
        one.Set("eventID", YamlNode::Text(MakeCaseEventId(making.made.name, number)));
      if (const YamlNode* request_id = record.Find("requestID"); request_id != nullptr && request_id->text.empty())
        one.Set("requestID", YamlNode::Text(MakeCaseEventId("request of " + making.made.name, number)));
      const YamlNode* own_time = record.Find("eventTime");
      if (i > 0 || event.Find("at") != nullptr || own_time == nullptr || own_time->text.empty())
        one.Set("eventTime", YamlNode::Text(FormatIsoTime(making.last)));
      for (const YamlNode* members : {defaults_set, set})
        if (members != nullptr && members->is_map()) one.Merge(*members);
      std::string json;
      AppendYamlAsJson(one, json);
      making.made.events.push_back({std::move(json), false, PlaceOf(event)});
      making.actor_names.push_back(actor_name_);
    }
  }

  void ReadExpect(const YamlNode& node, Making& making) {
    RuleCase& made = making.made;
    if (made.events.empty()) return;
    made.expected.assign(made.events.size(), std::nullopt);
    if (!node.is_sequence()) {
      made.expected.back() = ReadExpectation(node, making.actor_names.back());
      return;
    }
    if (node.items.size() != made.events.size()) {
      Error(node,
            "`expect` has " + std::to_string(node.items.size()) + " entries for " + std::to_string(made.events.size()) + " events",
            "one for each event, `{}` for one of which nothing is asked");
      return;
    }
    for (std::size_t i = 0; i < node.items.size(); ++i) made.expected[i] = ReadExpectation(node.items[i], making.actor_names[i]);
  }

  CaseExpectation ReadExpectation(const YamlNode& node, const std::string& actor) {
    CaseExpectation expected;
    expected.place = PlaceOf(node);
    if (node.is_scalar() && node.text == "none") {
      expected.none = true;
      return expected;
    }
    if (!node.is_map()) {
      Error(node, "an expectation must be a map or `none`", "write `{rule: 89700, level: 12}`");
      return expected;
    }
    CheckMap(node, "`expect`", kExpectWords);
    if (const YamlNode* rule = node.Find("rule"); rule != nullptr && CheckText(rule, "`rule`")) expected.rule = rule->text;
    if (const YamlNode* level = node.Find("level"); level != nullptr) {
      expected.level = WholeNumber(*level, 0, 16);
      if (!expected.level) Error(*level, "`level` must be a number from 0 to 16");
    }
    if (const YamlNode* text = node.Find("description"); text != nullptr && CheckText(text, "`description`"))
      expected.description = WithActor(text->text, actor);
    if (const YamlNode* fields = node.Find("fields"); fields != nullptr) ReadFields(*fields, actor, expected);
    if (const YamlNode* also = node.Find("also"); also != nullptr) {
      if (!also->is_sequence()) Error(*also, "`also` must be a list of rules", "write `[80202]`");
      for (const YamlNode& item : also->items)
        if (CheckText(&item, "a rule of `also`")) expected.also.push_back(item.text);
    }
    if (const YamlNode* sigma = node.Find("sigma"); sigma != nullptr) {
      if (!sigma->is_sequence()) Error(*sigma, "`sigma` must be a list of rules", "write `[]` where none may hold");
      expected.sigma.emplace();
      for (const YamlNode& item : sigma->items)
        if (CheckText(&item, "a rule of `sigma`")) expected.sigma->push_back(item.text);
    }
    return expected;
  }

  void ReadFields(const YamlNode& node, const std::string& actor, CaseExpectation& expected) {
    if (!node.is_map()) return Error(node, "`fields` must be a map", "write `{trailsift.target.name: main}`");
    for (const YamlMember& member : node.members) {
      if (member.value.is_null()) expected.fields.emplace_back(member.key, std::nullopt);
      else if (CheckText(&member.value, "the value of a field"))
        expected.fields.emplace_back(member.key, WithActor(member.value.text, actor));
    }
  }

  // `{actor}` stands for the name of the built-in actor, so that one sentence serves all of by_each.
  static std::string WithActor(std::string text, const std::string& actor) {
    constexpr std::string_view kMark = "{actor}";
    if (actor.empty()) return text;
    for (std::size_t at = text.find(kMark); at != std::string::npos; at = text.find(kMark, at + actor.size()))
      text.replace(at, kMark.size(), actor);
    return text;
  }

  const std::string& file_;
  Diagnostics& diagnostics_;
  YamlNode defaults_ = YamlNode::Map();
  CaseLists lists_;
  std::unordered_set<std::string> names_;
  std::string actor_name_;  // of the call that is being made
};

}  // namespace

std::vector<RuleCase> ReadCaseFile(const std::string& text, const std::string& file, Diagnostics& diagnostics) {
  const std::optional<YamlNode> root = ParseYaml(text, file, diagnostics);
  if (!root) return {};
  return CaseFileReader(file, diagnostics).Read(*root);
}

}  // namespace trailsift
