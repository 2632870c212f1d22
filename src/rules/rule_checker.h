// From a <rule> element to a draft: every attribute and element is known, every value has its shape, every pattern compiles, every list is
// there. Faults are collected; what Wazuh refuses is an error, what costs Wazuh a rule is a warning and no draft, what has no effect here
// is a note. One thread, at load.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "base/diagnostic.h"
#include "base/xml.h"
#include "rules/list_store.h"
#include "rules/mitre.h"
#include "rules/rule_draft.h"
#include "rules/xml_rule_reader.h"

namespace trailsift {

class RuleChecker {
 public:
  // All are borrowed. `decoders`: names that <decoded_as> may use besides the shipped ones, as in RuleSources.
  RuleChecker(ListStore& lists, const MitreTable& mitre, const std::vector<std::string>& decoders, Diagnostics& diagnostics);

  // nullptr when the rule is not to be used; why stands in the diagnostics.
  std::unique_ptr<RuleDraft> Check(const RuleElement& element);

 private:
  // The text of an element that may be repeated: the pieces are glued, the last type and negate win.
  struct Glued {
    std::string element;
    std::string text;
    Place place;
    std::optional<ExpressionType> type;
    bool negate = false;
  };

  // rule_checker.cc
  void CheckElement(const XmlNode& node);
  void Finish();
  void FinishComposite();
  Glued& Glue(const XmlNode& node);
  Glued* FindGlued(std::string_view element);
  std::optional<PlacedText> GluedText(std::string_view element);
  Place PlaceOf(const XmlNode& node) const;
  void Error(const XmlNode& node, std::string message, std::string hint = "");
  void Warning(const XmlNode& node, std::string message, std::string hint = "");
  void NoEffect(const XmlNode& node, std::string why);
  void Fail(const Place& place, std::string message, std::string hint = "");

  // rule_attributes.cc
  void CheckAttributes(const XmlNode& node);
  void CheckAttribute(const XmlNode& node, const std::string& name, const std::string& value);
  bool Number(const XmlNode& node, const std::string& name, std::string_view value, std::size_t max_digits, int& out);

  // rule_tests.cc
  void CheckTest(const XmlNode& node);
  void CheckField(const XmlNode& node);
  void CheckList(const XmlNode& node);
  void CheckAddress(const XmlNode& node);
  void CheckTime(const XmlNode& node);
  void CheckDecodedAs(const XmlNode& node);
  void FinishTests();
  void ReadTypeAndNegate(const XmlNode& node, std::optional<ExpressionType>& type, bool& negate);

  // rule_details.cc
  bool CheckDetail(const XmlNode& node, std::string_view name);
  bool CheckContext(const XmlNode& node, std::string_view name);
  void WarnOfPlaces(const XmlNode& node, bool same);
  void CheckOption(const XmlNode& node);
  void CheckMitre(const XmlNode& node);
  void CheckInfo(const XmlNode& node);

  ListStore& lists_;
  const MitreTable& mitre_;
  std::unordered_set<std::string> decoders_;
  Diagnostics& diagnostics_;

  // Of the rule at hand.
  std::string file_;
  std::unique_ptr<RuleDraft> draft_;
  std::vector<Glued> glued_;
  AddressSet source_addresses_;
  AddressSet target_addresses_;
  bool failed_ = false;   // an error: the set is refused
  bool dropped_ = false;  // a warning: only this rule is left out
  bool has_id_ = false;
  bool has_level_ = false;
  bool has_description_ = false;
  bool has_frequency_ = false;
  bool has_context_ = false;
};

}  // namespace trailsift
