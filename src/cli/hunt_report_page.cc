#include "cli/hunt_report_page.h"

#include <algorithm>
#include <cstdio>
#include <set>

#include "base/amounts.h"
#include "base/sha256.h"
#include "cli/html_text.h"
#include "cli/hunt_report_style.h"
#include "cli/severity.h"
#include "cli/tactics.h"

namespace trailsift {
namespace {

constexpr std::size_t kWorst = 10;
constexpr std::size_t kRows = 25;
constexpr std::size_t kRuleRows = 200;

std::string Html(std::string_view text) {
  std::string out;
  AppendHtml(text, out);
  return out;
}

// `2026-01-15 10:00:05`; the page says once that times are UTC.
std::string TimeText(Millis time) {
  std::string text = FormatIsoTime(time);
  std::replace(text.begin(), text.end(), 'T', ' ');
  if (text.ends_with('Z')) text.pop_back();
  return text;
}

std::string Counted(std::uint64_t count, const std::string& one, const std::string& more) {
  return WithCommas(count) + ' ' + (count == 1 ? one : more);
}

std::string_view WordOf(int level) { return kSeverities[SeverityOf(level)].word; }

std::string LevelCell(int level) {
  const std::string word(WordOf(level));
  return "<span class=\"level " + word + "\" title=\"" + word + "\">" + std::to_string(level) + "</span>";
}

std::string BarCell(int level, std::uint64_t count, std::uint64_t most) {
  char cell[200];
  std::snprintf(cell, sizeof cell,
                "<td><svg class=\"bar\" aria-hidden=\"true\" viewBox=\"0 0 100 1\" preserveAspectRatio=\"none\"><rect class=\"%s\" "
                "width=\"%.1f\" height=\"1\"/></svg></td>",
                WordOf(level).data(), std::max(1.0, 100.0 * static_cast<double>(count) / static_cast<double>(most)));
  return cell;
}

std::string OrDash(const std::string& text) { return text.empty() ? "–" : Html(text); }

// What a rule says of every event, `… created IAM user …`: names that follow each other are one gap.
std::string Template(std::string_view description) {
  std::string out;
  while (!description.empty()) {
    const std::size_t at = description.find("$(");
    const std::size_t end = at == std::string_view::npos ? at : description.find(')', at);
    if (end == std::string_view::npos) break;
    if (at > 0 || out.empty()) out.append(description.substr(0, at)).append("…");
    description.remove_prefix(end + 1);
  }
  return out.append(description);
}

std::string Others(const AlertGroup& group) {
  std::string text;
  for (std::size_t i = 0; i < group.others.size(); ++i) {
    if (i > 0) text += ", ";
    text += i < AlertGroup::kNamed ? group.others[i] : "…";
  }
  return text;
}

class Page {
 public:
  Page(const HuntReport& report, const HuntFacts& facts) : report_(report), facts_(facts) {
    for (const auto& [key, group] : rules_) {
      by_severity_[SeverityOf(group.highest)] += group.count;
      by_rule_[key[0]] = group.count;
    }
  }

  std::string Make() {
    Head();
    Warnings();
    Severities();
    WhatWasRead();
    if (report_.count() > 0) {
      Worst();
      Timeline();
      Rules();
      Actors();
      Addresses();
      Places();
      Mitre();
      Alerts();
    }
    out_ += "</body></html>\n";
    return std::move(out_);
  }

 private:
  // A table of groups: its level, the columns of the key, the number of alerts as a bar, whom they concern, and when.
  struct Column {
    const char* head;
    const char* style;
  };

  void Head() {
    const std::string count = Counted(report_.count(), "alert", "alerts");
    out_ += "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n";
    out_ += "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-" +
            Base64Of(Sha256::Of(kReportStyle)) + "'; base-uri 'none'; form-action 'none'\">\n";
    out_ +=
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light "
        "dark\">\n";
    out_ += "<title>" + count + ": trailsift hunt</title>\n<style>";
    out_ += kReportStyle;
    out_ += "</style></head>\n<body><header><h1>Hunt report</h1>\n<p class=\"lead\"><b>" + count + "</b>";
    if (report_.count() > 0)
      out_ +=
          " of " + Counted(report_.rules().size(), "rule", "rules") + ", by " + Counted(report_.actors().size(), "actor", "actors");
    if (facts_.first) out_ += ", in events from <b>" + TimeText(*facts_.first) + "</b> to <b>" + TimeText(*facts_.last) + "</b>";
    out_ += ". All times are UTC.</p>\n";
    if (report_.count() > 0)
      out_ +=
          "<nav><a href=\"#worst\">Worst</a><a href=\"#when\">When</a><a href=\"#rules\">Rules</a><a href=\"#who\">Who</a>"
          "<a href=\"#from\">From where</a><a href=\"#where\">Accounts</a><a href=\"#mitre\">MITRE</a><a "
          "href=\"#alerts\">Alerts</a></nav>";
    out_ += "</header>\n";
  }

  void Warnings() {
    const RunCounters& counters = facts_.counters;
    std::string items;
    const auto add = [&](std::uint64_t count, const char* one, const char* more) {
      if (count > 0) items += "<li>" + Counted(count, one, more) + "</li>\n";
    };
    if (facts_.interrupted) items += "<li>the hunt was interrupted</li>\n";
    if (!facts_.failure.empty()) items += "<li>" + Html(facts_.failure) + "</li>\n";
    add(counters.unreadable_objects, "object could not be read", "objects could not be read");
    add(counters.gone_objects, "object was deleted before it was read", "objects were deleted before they were read");
    add(counters.quarantined_objects, "object is damaged", "objects are damaged");
    add(counters.quarantined_records, "record could not be used", "records could not be used");
    if (items.empty()) return;
    out_ +=
        "<div class=\"warning\" id=\"incomplete\"><b>Not everything was judged.</b> There may be alerts that this report "
        "lacks.\n<ul>" +
        items + "</ul></div>\n";
  }

  void Severities() {
    out_ += "<ul class=\"tiles\">\n";
    for (std::size_t i = 0; i < kSeverities.size(); ++i) {
      const SeverityBand& band = kSeverities[i];
      out_.append("<li class=\"").append(band.word).append("\"><b>").append(WithCommas(by_severity_[i])).append("</b>");
      out_.append(band.word).append("<small>").append(band.range).append("</small></li>\n");
    }
    out_ += "</ul>\n";
  }

  void WhatWasRead() {
    const RunCounters& counters = facts_.counters;
    const auto row = [&](const char* name, const std::string& text) {
      out_.append("<dt>").append(name).append("</dt><dd>").append(text).append("</dd>\n");
    };
    out_ += "<h2 id=\"read\">What was read</h2>\n<dl>\n";
    std::string inputs;
    for (const std::string& input : facts_.inputs) inputs += (inputs.empty() ? "" : ", ") + Html(input);
    row("From", inputs);
    if (facts_.start || facts_.end)
      row("Asked for", (facts_.start ? "from " + TimeText(*facts_.start) : "from the beginning") +
                           (facts_.end ? " to before " + TimeText(*facts_.end) : " to the end"));
    row("Events", facts_.first ? TimeText(*facts_.first) + " to " + TimeText(*facts_.last) : "none");
    row("Amount", Counted(counters.records, "record", "records") + " in " + Counted(counters.objects, "object", "objects") + ", " +
                      ByteText(counters.bytes) + "; " + Counted(counters.duplicates, "duplicate", "duplicates") + " and " +
                      WithCommas(counters.discarded) + " outside of the time left out");
    row("Rules", Html(facts_.rules) + "; alerts of level " + std::to_string(facts_.min_level) + " and above");
    row("Made", TimeText(facts_.made) + " by trailsift " + Html(facts_.version));
    out_ += "</dl>\n";
    if (report_.count() == 0) out_ += "<p>No rule of that level raised an alert.</p>\n";
  }

  // The first alert of each of the worst rules: the same thing ten times over says no more.
  void Worst() {
    out_ +=
        "<h2 id=\"worst\">The worst <small>the first alert of each of the worst rules</small></h2>\n<div "
        "class=\"scroll\"><table><thead><tr>"
        "<th>Level</th><th>Time</th><th>What happened</th><th>Actor</th><th>From</th><th>Account</th><th class=\"number\">Like "
        "it</th>"
        "</tr></thead>\n<tbody>\n";
    std::set<std::string> rules;
    for (std::size_t i = 0; i < listed_.size() && rules.size() < kWorst; ++i) {
      const ReportAlert& alert = listed_[i];
      if (!rules.insert(alert.rule).second) continue;
      out_ += "<tr><td>" + LevelCell(alert.level) + "</td><td class=\"time\"><a href=\"#a" + std::to_string(i + 1) + "\">" +
              TimeText(alert.time) + "</a></td><td class=\"wide\">" + Html(CutText(alert.description, 250)) +
              "</td><td class=\"name\">" + OrDash(CutText(alert.actor, 100)) + "</td><td class=\"name\">" +
              OrDash(CutText(alert.address, 100)) + "</td><td class=\"name\">" +
              OrDash(alert.account_name.empty() ? alert.account : alert.account_name) + "</td><td class=\"number\">" +
              (by_rule_[alert.rule] > 1 ? WithCommas(by_rule_[alert.rule] - 1) + " more" : "–") + "</td></tr>\n";
    }
    out_ += "</tbody></table></div>\n";
  }

  void Timeline() {
    TimeBins times = report_.times();
    Millis first = times.bins().begin()->first * times.width();
    Millis last = times.bins().rbegin()->first * times.width();
    if (facts_.first) {
      first = std::min(first, *facts_.first);
      last = std::max(last, *facts_.last);
    }
    times.Cover(first, last);
    const std::int64_t begin = times.NumberOf(first);
    const std::int64_t bins = times.NumberOf(last) - begin + 1;
    std::uint64_t highest = 0;
    for (const auto& [number, counts] : times.bins()) {
      std::uint64_t sum = 0;
      for (const std::uint64_t count : counts) sum += count;
      highest = std::max(highest, sum);
    }
    // A day's bar begins with the day.
    const auto label = [&](std::int64_t bin) { return TimeText(bin * times.width()).substr(0, times.width() < kDay ? 16 : 10); };
    const std::string width = SpanText(static_cast<double>(times.width()) / 1000);
    out_ += "<h2 id=\"when\">When <small>a bar is " + width + ", the highest " + Counted(highest, "alert", "alerts") +
            "</small></h2>\n<div class=\"legend\">";
    for (const SeverityBand& band : kSeverities)
      out_.append("<span><svg viewBox=\"0 0 1 1\" aria-hidden=\"true\"><rect class=\"")
          .append(band.word)
          .append("\" width=\"1\" height=\"1\"/></svg>")
          .append(band.word)
          .append("</span>");
    out_ +=
        "</div>\n<svg class=\"chart\" role=\"img\" aria-label=\"Alerts over time, by severity; the table below has the numbers\" "
        "viewBox=\"0 0 " +
        std::to_string(bins) + " 100\" preserveAspectRatio=\"none\">\n";
    std::string rows;
    for (const auto& [number, counts] : times.bins()) {
      const std::string when = label(number);
      double top = 100;
      std::uint64_t sum = 0;
      rows += "<tr><td class=\"time\">" + when + "</td>";
      // The worst stand on the axis, and what is there can be seen.
      for (std::size_t i = 0; i < counts.size(); ++i) {
        rows += "<td class=\"number\">" + (counts[i] == 0 ? std::string("–") : WithCommas(counts[i])) + "</td>";
        sum += counts[i];
        if (counts[i] == 0) continue;
        const double height = std::max(2.0, 90.0 * static_cast<double>(counts[i]) / static_cast<double>(highest));
        top -= height;
        char rect[160];
        std::snprintf(rect, sizeof rect, "<rect class=\"%s\" x=\"%lld.1\" y=\"%.2f\" width=\"0.8\" height=\"%.2f\"><title>",
                      kSeverities[i].word.data(), static_cast<long long>(number - begin), top, height);
        out_ += rect + when + ": " + WithCommas(counts[i]) + ' ' + std::string(kSeverities[i].word) + "</title></rect>\n";
      }
      rows += "<td class=\"number\">" + WithCommas(sum) + "</td></tr>\n";
    }
    out_ += "</svg>\n<div class=\"axis\"><span>" + label(begin) + "</span>";
    if (bins > 2) out_ += "<span>" + label(begin + bins / 2) + "</span>";
    out_ += "<span>" + label(begin + bins) + "</span></div>\n";
    out_ += "<details><summary>The numbers</summary><div class=\"scroll\"><table><thead><tr><th>From</th>";
    for (const SeverityBand& band : kSeverities) out_.append("<th class=\"number\">").append(band.word).append("</th>");
    out_ += "<th class=\"number\">all</th></tr></thead>\n<tbody>\n" + rows + "</tbody></table></div></details>\n";
  }

  template <typename CellsOf>
  void Groups(const AlertGroups& groups, std::size_t rows, const std::vector<Column>& columns, const char* others,
              CellsOf cells_of) {
    const auto worst = groups.Worst(rows);
    std::uint64_t most = 1;
    for (const auto& [key, group] : worst) most = std::max(most, group.count);
    out_ += "<div class=\"scroll\"><table><thead><tr><th>Level</th>";
    for (const Column& column : columns) out_.append("<th>").append(column.head).append("</th>");
    out_.append("<th class=\"number\">Alerts</th><th></th><th>")
        .append(others)
        .append("</th><th>First</th><th>Last</th></tr></thead>\n<tbody>\n");
    for (const auto& [key, group] : worst) {
      out_ += "<tr><td>" + LevelCell(group.highest) + "</td>";
      const std::vector<std::string> cells = cells_of(key);
      for (std::size_t i = 0; i < columns.size(); ++i)
        out_.append("<td class=\"").append(columns[i].style).append("\">").append(OrDash(CutText(cells[i], 300))).append("</td>");
      out_ += "<td class=\"number\">" + WithCommas(group.count) + "</td>" + BarCell(group.highest, group.count, most) +
              "<td class=\"name\">" + OrDash(CutText(Others(group), 300)) + "</td><td class=\"time\">" + TimeText(group.first) +
              "</td><td class=\"time\">" + TimeText(group.last) + "</td></tr>\n";
    }
    out_ += "</tbody></table></div>\n";
    if (groups.size() > worst.size())
      out_ += "<p class=\"faint\">" + WithCommas(groups.size() - worst.size()) + " more are not shown.</p>\n";
    if (groups.left_out() > 0)
      out_ += "<p class=\"faint\">" + Counted(groups.left_out(), "alert", "alerts") + " of others were not counted by name.</p>\n";
  }

  void Rules() {
    out_ += "<h2 id=\"rules\">Rules <small>by level, then alerts</small></h2>\n";
    Groups(report_.rules(), kRuleRows, {{"Rule", "rule"}, {"What it says", "wide"}}, "Actors", [&](const AlertGroups::Key& key) {
      const RuleInfo* rule = report_.Rule(key[0]);
      return std::vector<std::string>{key[0], rule == nullptr ? "" : Template(rule->description)};
    });
  }

  void Actors() {
    out_ += "<h2 id=\"who\">Who <small>the actors, by the highest level, then alerts</small></h2>\n";
    Groups(report_.actors(), kRows, {{"Actor", "name"}, {"Kind", "id"}, {"Account", "name"}}, "From",
           [](const AlertGroups::Key& key) { return key; });
  }

  void Addresses() {
    out_ += "<h2 id=\"from\">From where <small>source addresses</small></h2>\n";
    Groups(report_.addresses(), kRows, {{"Address", "name"}}, "Actors", [](const AlertGroups::Key& key) { return key; });
  }

  void Places() {
    out_ += "<h2 id=\"where\">Accounts and regions</h2>\n";
    Groups(report_.places(), kRows, {{"Account", "id"}, {"Name", "name"}, {"Region", "id"}}, "Actors",
           [](const AlertGroups::Key& key) { return key; });
  }

  void Mitre() {
    struct Sum {
      std::uint64_t count = 0;
      int highest = 0;
      std::map<std::string, std::uint64_t> techniques;  // by `T1110 Brute Force`
    };
    std::map<std::pair<std::size_t, std::string>, Sum> tactics;
    std::uint64_t most = 1;
    std::uint64_t without = 0;
    for (const auto& [key, group] : rules_) {
      const RuleInfo* rule = report_.Rule(key[0]);
      if (rule == nullptr || rule->mitre.empty()) {
        without += group.count;
        continue;
      }
      std::set<std::string> counted;
      for (const MitreTechnique& technique : rule->mitre) {
        std::vector<std::string> names = technique.tactics;
        if (names.empty()) names.emplace_back("unknown");
        for (const std::string& tactic : names) {
          Sum& sum = tactics[{PlaceOfTactic(tactic), tactic}];
          if (counted.insert(tactic).second) sum.count += group.count;
          sum.highest = std::max(sum.highest, group.highest);
          sum.techniques[technique.id + ' ' + technique.technique] += group.count;
          most = std::max(most, sum.count);
        }
      }
    }
    out_ += "<h2 id=\"mitre\">MITRE ATT&amp;CK <small>tactics in the order of an attack, and their techniques</small></h2>\n";
    if (!tactics.empty())
      out_ +=
          "<div class=\"scroll\"><table><thead><tr><th>Level</th><th>Tactic</th><th "
          "class=\"number\">Alerts</th><th></th><th>Techniques</th></tr>"
          "</thead>\n<tbody>\n";
    for (const auto& [place, sum] : tactics) {
      std::vector<std::pair<std::string, std::uint64_t>> techniques(sum.techniques.begin(), sum.techniques.end());
      std::stable_sort(techniques.begin(), techniques.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
      std::string names;
      for (const auto& [name, count] : techniques) names += (names.empty() ? "" : ", ") + name + " (" + WithCommas(count) + ')';
      out_ += "<tr><td>" + LevelCell(sum.highest) + "</td><td class=\"id\">" + Html(place.second) + "</td><td class=\"number\">" +
              WithCommas(sum.count) + "</td>" + BarCell(sum.highest, sum.count, most) + "<td class=\"wide\">" + Html(names) +
              "</td></tr>\n";
    }
    if (!tactics.empty()) out_ += "</tbody></table></div>\n";
    if (without > 0)
      out_ += "<p class=\"faint\">" + Counted(without, "alert", "alerts") + " of rules that name no technique.</p>\n";
  }

  void Alerts() {
    out_ += "<h2 id=\"alerts\">Alerts <small>worst first, then by time; open one for its event</small></h2>\n";
    if (listed_.size() < report_.count())
      out_ += "<p>" + WithCommas(listed_.size()) + " of " + WithCommas(report_.count()) +
              " are listed here: of each rule the first " + WithCommas(HuntReport::kListedOfRule) + ", and at most " +
              WithCommas(HuntReport::kListed) +
              ". The same hunt with <code>-o ndjson</code> or <code>-o csv</code> writes all of them.</p>\n";
    for (std::size_t i = 0; i < listed_.size(); ++i) OneAlert(listed_[i], i + 1);
  }

  void OneAlert(const ReportAlert& alert, std::size_t number) {
    out_ += "<details class=\"alert\" id=\"a" + std::to_string(number) + "\"><summary><span>" + LevelCell(alert.level) +
            "</span><span class=\"time\">" + TimeText(alert.time) + "</span><span>" + Html(alert.description) + "</span><span>" +
            OrDash(CutText(alert.actor, 100)) + "</span><span>" + OrDash(CutText(alert.address, 100)) + "</span></summary>\n<dl>\n";
    const auto row = [&](const char* name, const std::string& text) {
      if (!text.empty()) out_.append("<dt>").append(name).append("</dt><dd>").append(Html(text)).append("</dd>\n");
    };
    const auto beside = [](const std::string& text, const std::string& more) {
      return more.empty() ? text : text + (text.empty() ? "" : ", ") + more;
    };
    row("Rule", alert.rule);
    if (const RuleInfo* rule = report_.Rule(alert.rule); rule != nullptr) {
      std::string techniques;
      for (const MitreTechnique& technique : rule->mitre) techniques = beside(techniques, technique.id + ' ' + technique.technique);
      row("MITRE", techniques);
    }
    row("Actor", beside(beside(alert.actor, alert.actor_kind), alert.actor_account));
    row("From", alert.address);
    row("Call", alert.event_source.empty() ? alert.event_name : alert.event_name + " of " + alert.event_source);
    row("Refused with", alert.error);
    row("Target", alert.target);
    row("Instances", alert.instances);
    row("Account", beside(beside(alert.account, alert.account_name), alert.region));
    row("Rules that would have held", alert.also);
    row("Events", alert.events);
    row("Alert", alert.id);
    out_ += "</dl>\n";
    if (!alert.fields.empty()) {
      out_ += "<pre>";
      std::string_view rest = alert.fields;
      while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        AppendHtml(rest.substr(0, end), out_);
        out_ += '\n';
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
      }
      out_ += "</pre>\n";
    }
    out_ += "</details>\n";
  }

  const HuntReport& report_;
  const HuntFacts& facts_;
  const std::vector<ReportAlert> listed_ = report_.Listed();
  const std::vector<std::pair<AlertGroups::Key, AlertGroup>> rules_ = report_.rules().Worst(SIZE_MAX);
  std::map<std::string, std::uint64_t> by_rule_;  // alerts
  TimeBins::Counts by_severity_{};
  std::string out_;
};

}  // namespace

std::string HuntReportPage(const HuntReport& report, const HuntFacts& facts) { return Page(report, facts).Make(); }

}  // namespace trailsift
