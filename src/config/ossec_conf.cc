#include "config/ossec_conf.h"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <utility>

#include "base/xml.h"
#include "config/aws_s3.h"
#include "config/block_reader.h"
#include "config/plain_blocks.h"

namespace trailsift {
namespace {

// What may stand in a root. Wazuh's list, 4.x; those that we serve are read in ReadElement.
constexpr std::array<std::string_view, 5> kServedBlocks = {"global", "alerts", "ruleset", "wodle", "trailsift"};
constexpr std::array<std::string_view, 34> kOtherBlocks = {"active-response",
                                                           "agent-upgrade",
                                                           "agentless",
                                                           "anti_tampering",
                                                           "auth",
                                                           "client",
                                                           "client_buffer",
                                                           "cluster",
                                                           "command",
                                                           "database_output",
                                                           "email_alerts",
                                                           "fluent-forward",
                                                           "gcp-bucket",
                                                           "gcp-pubsub",
                                                           "github",
                                                           "indexer",
                                                           "integration",
                                                           "labels",
                                                           "localfile",
                                                           "logging",
                                                           "ms-graph",
                                                           "office365",
                                                           "remote",
                                                           "reports",
                                                           "rootcheck",
                                                           "rule_test",
                                                           "sca",
                                                           "socket",
                                                           "syscheck",
                                                           "syslog_output",
                                                           "task-manager",
                                                           "vulnerability-detection",
                                                           "vulnerability-detector",
                                                           "wdb"};
constexpr std::array<std::string_view, 10> kOtherModules = {
    "agent-key-polling", "azure-logs", "cis-cat",    "command",      "docker-listener",
    "open-scap",         "osquery",    "gcp-pubsub", "syscollector", "vulnerability-detector"};

template <std::size_t N>
bool Has(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// All files of one load.
struct Load {
  Diagnostics& diagnostics;
  OnceSet once;
  Settings settings;
};

void ReadAwsBlock(const BlockReader& reader, const XmlNode& node, Load& load) {
  const AwsS3Settings old = std::move(load.settings.aws_s3);
  load.settings.aws_s3 = ReadAwsS3(reader, node);
  if (!old.present) return;
  const Place& at = load.settings.aws_s3.place;
  load.diagnostics.Warning(
      old.place.file, old.place.line, old.place.column,
      "this <wodle name=\"aws-s3\"> has no effect: of several the last one holds, at " + at.file + ":" + std::to_string(at.line),
      "put all buckets into one block");
}

void ReadWodle(const BlockReader& reader, const XmlNode& node, Load& load) {
  const std::string* name = node.Attribute("name");
  if (name == nullptr) {
    reader.Error(node, "<wodle> without a name", "write <wodle name=\"aws-s3\">");
    return;
  }
  if (*name == "aws-s3") {
    reader.CheckAttributes(node, {"name"});
    ReadAwsBlock(reader, node, load);
    return;
  }
  if (Has(kOtherModules, *name)) {
    reader.NoEffect(node, "<wodle name=\"" + *name + "\">");
    return;
  }
  std::vector<std::string_view> names(kOtherModules.begin(), kOtherModules.end());
  names.emplace_back("aws-s3");
  reader.Warning(node, "unknown module " + Quoted(*name) + ": the block has no effect", DidYouMean(*name, names, "\"", "\""));
}

void ReadElement(const BlockReader& reader, const XmlNode& node, Load& load) {
  Settings& settings = load.settings;
  if (node.name == "wodle") {
    ReadWodle(reader, node, load);
    return;
  }
  if (Has(kServedBlocks, node.name)) {
    reader.CheckAttributes(node, {});
    if (node.name == "global") ReadGlobal(reader, node, settings);
    else if (node.name == "alerts") ReadAlerts(reader, node, settings);
    else if (node.name == "ruleset") ReadRuleset(reader, node, settings);
    else ReadOwn(reader, node, settings);
    return;
  }
  if (Has(kOtherBlocks, node.name)) {
    settings.has_client_block = settings.has_client_block || node.name == "client";
    settings.has_remote_block = settings.has_remote_block || node.name == "remote";
    reader.NoEffect(node, "<" + node.name + ">");
    return;
  }
  std::vector<std::string_view> names(kServedBlocks.begin(), kServedBlocks.end());
  names.insert(names.end(), kOtherBlocks.begin(), kOtherBlocks.end());
  reader.Error(node, "unknown block <" + node.name + ">", DidYouMean(node.name, names, "<", ">"));
}

void ReadRoot(const BlockReader& reader, const XmlNode& root, Load& load) {
  if (root.name == "ossec_config") {
    reader.CheckAttributes(root, {});
  } else if (root.name == "agent_config") {
    reader.CheckAttributes(root, {"name", "os", "profile", "overwrite"});
    for (const char* filter : {"name", "os", "profile"})
      if (root.Attribute(filter) != nullptr)
        reader.Warning(root, std::string("the filter ") + filter + "=\"…\" of <agent_config> is not read: the block holds here",
                       "");
  } else if (root.name == "trailsift") {
    ReadElement(reader, root, load);
    return;
  } else if (Has(kServedBlocks, root.name) || Has(kOtherBlocks, root.name)) {
    reader.Warning(root, "<" + root.name + "> stands outside <ossec_config>, where Wazuh refuses it", "put it into <ossec_config>");
    ReadElement(reader, root, load);
    return;
  } else {
    reader.Error(root, "unknown root <" + root.name + ">",
                 DidYouMean(root.name, {"ossec_config", "agent_config", "trailsift"}, "<", ">"));
    return;
  }
  for (const XmlNode& node : root.children) ReadElement(reader, node, load);
}

void ReadText(const ConfigText& text, Load& load) {
  if (text.text.size() > kMaxConfigSize) {
    load.diagnostics.Error(text.name, 0, 0, "the file is larger than " + std::to_string(kMaxConfigSize >> 20) + " MB");
    return;
  }
  const BlockReader reader(text.name, load.diagnostics, load.once);
  for (const XmlNode& root : ParseXml(text.text, XmlDialect::kWazuh, text.name, load.diagnostics)) ReadRoot(reader, root, load);
}

// What only all files together tell.
void CheckWhole(const std::vector<ConfigText>& texts, Load& load) {
  const std::string last = texts.empty() ? std::string() : texts.back().name;
  if (texts.empty()) load.diagnostics.Error("", 0, 0, "no configuration file");
  if (load.diagnostics.has_errors()) return;
  if (!load.settings.aws_s3.present)
    load.diagnostics.Warning(last, 0, 0, "no <wodle name=\"aws-s3\">: nothing is collected", "add one to <ossec_config>");
  const OwnSettings& own = load.settings.own;
  if (own.allowed_lateness > own.look_back)
    load.diagnostics.Warning(last, 0, 0, "<allowed_lateness> is longer than <look_back>: objects are not remembered so long",
                             "raise <look_back>");
}

bool HasSecret(const AwsS3Settings& aws) {
  const auto has = [](const AwsAccessSettings& access) { return !access.secret_key.empty(); };
  return std::any_of(aws.buckets.begin(), aws.buckets.end(), has) || std::any_of(aws.services.begin(), aws.services.end(), has);
}

// The file's bytes, or an error in the diagnostics.
std::optional<std::string> ReadFile(const std::string& file, Diagnostics& diagnostics) {
  const auto fail = [&](const char* what, int error) {
    diagnostics.Error(file, 0, 0, std::string(what) + std::strerror(error));
    return std::nullopt;
  };
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) return fail("cannot be read: ", EISDIR);
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> stream(std::fopen(file.c_str(), "rbe"), std::fclose);
  if (stream == nullptr) return fail("cannot be opened: ", errno);
  std::string text;
  char buffer[65536];
  std::size_t got = 0;
  do {
    got = std::fread(buffer, 1, sizeof buffer, stream.get());
    text.append(buffer, got);
  } while (got == sizeof buffer && text.size() <= kMaxConfigSize);
  if (std::ferror(stream.get()) != 0) return fail("cannot be read: ", errno);
  return text;
}

void CheckFiles(const Settings& settings, Diagnostics& diagnostics) {
  const Place& aws = settings.aws_s3.place;
  struct stat info {};
  if (HasSecret(settings.aws_s3) && ::stat(aws.file.c_str(), &info) == 0 && (info.st_mode & S_IROTH) != 0)
    diagnostics.Warning(aws.file, aws.line, aws.column, "the file holds a secret key and everybody on this machine can read it",
                        "chmod o-r " + aws.file);
  for (const RulesetSettings::Entry& entry : settings.ruleset.rules)
    if (::stat(entry.path.c_str(), &info) != 0)
      diagnostics.Warning(entry.place.file, entry.place.line, entry.place.column,
                          "rules are expected at " + entry.path + ": " + std::strerror(errno));
}

}  // namespace

std::optional<Settings> LoadSettingsFromTexts(const std::vector<ConfigText>& texts, Diagnostics& diagnostics) {
  Diagnostics own;
  Load load{own, {}, {}};
  for (const ConfigText& text : texts) ReadText(text, load);
  CheckWhole(texts, load);
  for (const Diagnostic& item : own.items()) diagnostics.Add(item);
  if (own.has_errors()) return std::nullopt;
  return std::move(load.settings);
}

std::optional<Settings> LoadSettings(const std::vector<std::string>& files, Diagnostics& diagnostics) {
  std::vector<ConfigText> texts;
  bool all = true;
  for (const std::string& file : files) {
    std::optional<std::string> text = ReadFile(file, diagnostics);
    if (text) texts.push_back({file, std::move(*text)});
    else all = false;
  }
  if (!all && texts.empty()) return std::nullopt;
  std::optional<Settings> settings = LoadSettingsFromTexts(texts, diagnostics);
  if (!settings || !all) return std::nullopt;
  CheckFiles(*settings, diagnostics);
  return settings;
}

}  // namespace trailsift
