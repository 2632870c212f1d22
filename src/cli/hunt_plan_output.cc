#include "cli/hunt_plan_output.h"

#include <algorithm>
#include <cstdio>
#include <set>

#include "base/amounts.h"
#include "base/json.h"
#include "cli/verify_output.h"
#include "source/prices.h"

namespace trailsift {
namespace {

// More rows than this is nothing that a person reads.
constexpr std::size_t kMaxRows = 50;

std::string DayText(const std::optional<Millis>& time) { return time ? FormatIsoTime(*time).substr(0, 10) : std::string("-"); }

// Regions and endpoints of the inputs that lie behind servers.
struct Sites {
  std::set<std::string> regions;
  std::set<std::string> endpoints;
};

Sites SitesOf(const std::vector<HuntInput>& inputs) {
  Sites sites;
  for (const HuntInput& input : inputs) {
    if (input.store->local()) continue;
    const StoreSite site = input.store->site();
    if (!site.region.empty()) sites.regions.insert(site.region);
    if (!site.endpoint.empty()) sites.endpoints.insert(site.endpoint);
  }
  return sites;
}

std::string Joined(const std::set<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + Printable(name);
  return text;
}

// Columns: the first two left, the others right. A row of one cell is a heading.
class Table {
 public:
  void Add(std::vector<std::string> row) {
    if (row.size() == 1) return rows_.push_back(std::move(row));
    widths_.resize(std::max(widths_.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths_[i] = std::max(widths_[i], row[i].size());
    rows_.push_back(std::move(row));
  }
  std::string Text() const {
    std::string text;
    for (const std::vector<std::string>& row : rows_) {
      std::string line;
      for (std::size_t i = 0; i < row.size(); ++i) {
        const std::string gap(row.size() == 1 ? 0 : widths_[i] - row[i].size(), ' ');
        if (i > 0) line += "  ";
        line += i < 2 ? row[i] + gap : gap + row[i];
      }
      line.erase(line.find_last_not_of(' ') + 1);
      text += line + '\n';
    }
    return text;
  }

 private:
  std::vector<std::vector<std::string>> rows_;
  std::vector<std::size_t> widths_;
};

void AddRow(Table& table, const std::string& account, const std::string& region, const PlanCount& count, const std::string& get) {
  table.Add({account, region, WithCommas(count.objects), ByteText(count.bytes), ByteText(count.inflated), DayText(count.first),
             DayText(count.last), get});
}

void AddCosts(const HuntPlan& plan, const Sites& sites, std::string& text) {
  const PlanCost& cost = plan.cost;
  text += "requests   " + WithCommas(cost.list_requests) + " LIST, " + WithCommas(cost.get_requests) +
          " GET: " + DollarText(cost.requests()) + " (LIST " + DollarText(cost.list) + ", GET " + DollarText(cost.get) + ")\n";
  text += "transfer   $0 within the bucket's region";
  if (!sites.regions.empty()) text += " (" + Joined(sites.regions) + ')';
  text += ", " + DollarText(cost.to_region) + " to another region, " + DollarText(cost.to_internet) + " to the Internet\n";
  text += "decryption " + DollarText(cost.decrypt) +
          " where the objects are encrypted with a KMS key and the bucket has no bucket key\n";
  text += std::string("prices     an estimate at the list prices of ") + kPricesRegion + " for S3 Standard, " + kPricesAsOf + " (" +
          kPricesSource + "); other regions and classes differ\n";
  if (!sites.endpoints.empty()) text += "           " + Joined(sites.endpoints) + " is not AWS: this is what AWS would ask\n";
}

void AddText(const char* name, std::string_view value, std::string& out) {
  out += out.back() == '{' ? "\"" : ",\"";
  out += name;
  out += "\":";
  AppendJsonString(value, out);
}

void AddNumber(const char* name, std::uint64_t value, std::string& out) {
  out += out.back() == '{' ? "\"" : ",\"";
  out += name;
  out += "\":" + std::to_string(value);
}

void AddDollars(const char* name, double value, std::string& out) {
  char number[32];
  std::snprintf(number, sizeof number, "%.6f", value);
  out += out.back() == '{' ? "\"" : ",\"";
  out += name;
  out += "\":";
  out += number;
}

void AddCount(const PlanCount& count, std::string& out) {
  AddNumber("objects", count.objects, out);
  AddNumber("bytes", count.bytes, out);
  AddNumber("inflated_bytes_estimate", count.inflated, out);
  AddNumber("archived_objects", count.archived, out);
  if (count.first) AddText("first", FormatIsoTime(*count.first), out);
  if (count.last) AddText("last", FormatIsoTime(*count.last), out);
}

}  // namespace

std::string PlanText(const HuntPlan& plan, const std::vector<HuntInput>& inputs) {
  std::string text;
  if (plan.total.objects > 0) {
    // The largest parts; shown in their order.
    std::vector<std::size_t> shown(plan.parts.size());
    for (std::size_t i = 0; i < shown.size(); ++i) shown[i] = i;
    if (shown.size() > kMaxRows) {
      std::stable_sort(shown.begin(), shown.end(),
                       [&](std::size_t a, std::size_t b) { return plan.parts[a].count.bytes > plan.parts[b].count.bytes; });
      shown.resize(kMaxRows);
      std::sort(shown.begin(), shown.end());
    }
    Table table;
    table.Add({"ACCOUNT", "REGION", "OBJECTS", "STORED", "INFLATED ~", "FROM", "TO", "GET"});
    std::size_t input = SIZE_MAX;
    for (const std::size_t i : shown) {
      const PlanPart& part = plan.parts[i];
      if (inputs.size() > 1 && part.input != input) table.Add({Printable(inputs[part.input].text)});
      input = part.input;
      const bool local = inputs[part.input].store->local();
      AddRow(table, part.account.empty() ? "-" : Printable(part.account), part.region.empty() ? "-" : Printable(part.region),
             part.count, local ? "-" : DollarText(static_cast<double>(part.count.objects) * kDollarsPerGet));
    }
    if (shown.size() < plan.parts.size())
      table.Add({WithCommas(plan.parts.size() - shown.size()) + " smaller ones are not shown; -o json has all"});
    if (plan.parts.size() > 1) AddRow(table, "all", "", plan.total, plan.cost.get_requests == 0 ? "-" : DollarText(plan.cost.get));
    text += table.Text() + '\n';
  } else {
    text += "nothing to read\n\n";
  }
  // A listing that found nothing costs something, too.
  if (plan.cost.list_requests > 0) AddCosts(plan, SitesOf(inputs), text);
  else text += "cost       none: all of it is on this machine\n";
  if (plan.total.archived > 0)
    text += "archived   " + WithCommas(plan.total.archived) +
            " of the objects are in GLACIER or DEEP_ARCHIVE: hunt can't read them until they are restored, which costs more\n";
  if (plan.listing.outside_times + plan.listing.other_files > 0)
    text += "left out   " + WithCommas(plan.listing.outside_times) + " objects outside of --start and --end, " +
            WithCommas(plan.listing.other_files) + " files that are no logs by their names\n";
  if (plan.interrupted) text += "incomplete the listing was interrupted: the numbers are too small\n";
  else if (!plan.listing.failures.empty())
    text += "incomplete " + WithCommas(plan.listing.failures.size()) + " places could not be listed: the numbers are too small\n";
  return text;
}

std::string PlanJson(const HuntPlan& plan, const std::vector<HuntInput>& inputs) {
  const Sites sites = SitesOf(inputs);
  std::string out("{");
  AddCount(plan.total, out);
  out += ",\"requests\":{";
  AddNumber("list", plan.cost.list_requests, out);
  AddNumber("get", plan.cost.get_requests, out);
  out += "},\"dollars_estimate\":{";
  AddDollars("list", plan.cost.list, out);
  AddDollars("get", plan.cost.get, out);
  AddDollars("kms_decrypt", plan.cost.decrypt, out);
  AddDollars("transfer_same_region", 0, out);
  AddDollars("transfer_other_region", plan.cost.to_region, out);
  AddDollars("transfer_internet", plan.cost.to_internet, out);
  out += "},\"prices\":{";
  AddText("region", kPricesRegion, out);
  AddText("as_of", kPricesAsOf, out);
  AddText("source", kPricesSource, out);
  out += "},\"left_out\":{";
  AddNumber("outside_times", plan.listing.outside_times, out);
  AddNumber("other_files", plan.listing.other_files, out);
  out += "},\"complete\":";
  out += plan.listing.failures.empty() && !plan.interrupted ? "true" : "false";
  out += ",\"failures\":[";
  for (std::size_t i = 0; i < plan.listing.failures.size(); ++i) {
    if (i > 0) out += ',';
    AppendJsonString(plan.listing.failures[i].status.message(), out);
  }
  out += "],\"inputs\":[";
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const StoreSite site = inputs[i].store->site();
    out += i == 0 ? "{" : ",{";
    AddText("input", inputs[i].text, out);
    if (!site.region.empty()) AddText("region", site.region, out);
    if (!site.endpoint.empty()) AddText("endpoint", site.endpoint, out);
    out += '}';
  }
  out += "],\"parts\":[";
  for (std::size_t i = 0; i < plan.parts.size(); ++i) {
    const PlanPart& part = plan.parts[i];
    const std::uint64_t gets = inputs[part.input].store->local() ? 0 : part.count.objects;
    out += i == 0 ? "{" : ",{";
    AddText("input", inputs[part.input].text, out);
    AddText("account", part.account, out);
    AddText("region", part.region, out);
    AddCount(part.count, out);
    AddNumber("get_requests", gets, out);
    AddDollars("get_dollars_estimate", static_cast<double>(gets) * kDollarsPerGet, out);
    out += '}';
  }
  return out + "]}\n";
}

}  // namespace trailsift
