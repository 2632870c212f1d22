#include "cli/demo.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include "base/json.h"
#include "cli/demo_data.h"
#include "cli/exit_code.h"
#include "source/folder_store.h"

namespace trailsift {
namespace {

// The page's block; only the bucket's name stands for the demo's folder.
std::string PageBlock(const std::string& folder) {
  return "<ossec_config>\n"
         "  <alerts>\n"
         "    <log_alert_level>3</log_alert_level>\n"
         "  </alerts>\n"
         "  <wodle name=\"aws-s3\">\n"
         "    <disabled>no</disabled>\n"
         "    <interval>10m</interval>\n"
         "    <run_on_start>yes</run_on_start>\n"
         "    <skip_on_error>yes</skip_on_error>\n"
         "    <bucket type=\"cloudtrail\">\n"
         "      <name>file://" +
         folder +
         "</name>\n"
         "      <aws_profile>default</aws_profile>\n"
         "    </bucket>\n"
         "  </wodle>\n"
         "</ossec_config>\n";
}

struct ShownAlert {
  std::string rule;
  int level = 0;
  std::string description;
  std::string id;
  std::string event_time;
  std::string event_name;
  bool denied = false;
  std::vector<std::string> supersedes;
};

std::vector<ShownAlert> ReadAlerts(const std::string& home) {
  std::vector<ShownAlert> alerts;
  const Result<std::string> text = ReadWholeFile(home + "/logs/alerts/alerts.json", 1u << 30);
  if (!text.ok()) return alerts;
  simdjson::dom::parser parser;
  std::size_t begin = 0;
  for (std::size_t end; (end = text->find('\n', begin)) != std::string::npos; begin = end + 1) {
    JsonValue line;
    if (parser.parse(text->data() + begin, end - begin).get(line) != simdjson::SUCCESS) continue;
    ShownAlert alert;
    alert.rule = FindText(line, "rule.id").value_or("");
    alert.description = FindText(line, "rule.description").value_or("");
    alert.id = FindText(line, "trailsift.id").value_or("");
    alert.event_time = FindText(line, "trailsift.event_time").value_or("");
    alert.event_name = FindText(line, "data.aws.eventName").value_or("");
    alert.denied = FindText(line, "data.aws.errorCode").has_value();
    std::int64_t level = 0;
    if (const auto value = FindJson(line, "rule.level"); value && value->get(level) == simdjson::SUCCESS)
      alert.level = static_cast<int>(level);
    simdjson::dom::array ids;
    if (const auto list = FindJson(line, "trailsift.supersedes"); list && list->get(ids) == simdjson::SUCCESS)
      for (const JsonValue id : ids)
        if (id.is_string()) alert.supersedes.emplace_back(id.get_string().value_unsafe());
    alerts.push_back(std::move(alert));
  }
  return alerts;
}

std::set<std::string> FinalIds(const std::vector<ShownAlert>& alerts) {
  std::set<std::string> ids;
  for (const ShownAlert& alert : alerts) ids.insert(alert.id);
  for (const ShownAlert& alert : alerts)
    for (const std::string& id : alert.supersedes) ids.erase(id);
  return ids;
}

class Demo {
 public:
  Demo(std::string program, bool keep) : program_(std::move(program)), keep_(keep) {}

  int Run() {
    char folder[] = "/tmp/trailsift-demo-XXXXXX";
    if (mkdtemp(folder) == nullptr) return Fail(std::string("/tmp: ") + std::strerror(errno));
    folder_ = folder;
    const int code = Tell();
    std::error_code error;
    if (!keep_ || code != kExitOk) std::filesystem::remove_all(folder_, error);
    return code;
  }

 private:
  int Fail(const std::string& message) {
    std::fprintf(stderr, "trailsift demo: %s\n", message.c_str());
    return kExitIo;
  }

  pid_t Start(const std::string& home) {
    const pid_t child = fork();
    if (child != 0) return child;
    const int log = open((home + ".log").c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
    if (log >= 0) dup2(log, STDERR_FILENO);
    const std::string config = folder_ + "/ossec.conf";
    execl(program_.c_str(), "trailsift", "run", "--once", "--threads", "1", "--config", config.c_str(), "--home", home.c_str(),
          nullptr);
    _exit(127);
  }

  bool Finish(pid_t child, const std::string& home) {
    int status = 0;
    waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return true;
    const Result<std::string> log = ReadWholeFile(home + ".log", 1u << 20);
    Fail("a pass failed (status " + std::to_string(status) + "):\n" + (log.ok() ? *log : ""));
    return false;
  }

  bool Pass(const std::string& home) { return Finish(Start(home), home); }

  // Kills the pass as soon as the first alerts stand in its file, before it can note that they do. False when it was too quick.
  bool PassKilled(const std::string& home) {
    const pid_t child = Start(home);
    const std::string file = home + "/logs/alerts/alerts.json";
    for (;;) {
      std::error_code error;
      const auto size = std::filesystem::file_size(file, error);
      int status = 0;
      if (waitpid(child, &status, WNOHANG) == child) return false;
      if (!error && size > 0) break;
      std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    return WIFSIGNALED(status);
  }

  int Tell();
  void TellUseCases(const std::vector<ShownAlert>& alerts);

  std::string program_;
  bool keep_;
  std::string folder_;
};

void Line(const ShownAlert& alert, const char* mark) {
  std::printf("    %s  rule %-6s level %-2d  %s%s\n", alert.event_time.size() > 19 ? alert.event_time.substr(11, 8).c_str() : "",
              alert.rule.c_str(), alert.level, alert.description.c_str(), mark);
}

void Demo::TellUseCases(const std::vector<ShownAlert>& alerts) {
  struct UseCase {
    const char* title;
    const char* event;
    bool denied;
    const char* rule;  // where the event's name does not tell
  };
  static constexpr UseCase kUseCases[] = {
      {"EC2: run a new instance", "RunInstances", false, ""},
      {"EC2: run an instance without permission", "RunInstances", true, ""},
      {"EC2: start instances", "StartInstances", false, ""},
      {"EC2: start instances without permission", "StartInstances", true, ""},
      {"EC2: stop instances", "StopInstances", false, ""},
      {"EC2: stop instances without permission", "StopInstances", true, ""},
      {"EC2: create a security group", "CreateSecurityGroup", false, ""},
      {"EC2: allocate an Elastic IP address", "AllocateAddress", false, ""},
      {"EC2: associate an Elastic IP address", "AssociateAddress", false, "80446"},
      {"IAM: create a user account", "CreateUser", false, ""},
      {"IAM: create a user account without permission", "CreateUser", true, ""},
      {"IAM: user login failed", "ConsoleLogin", false, "80254"},
      {"IAM: possible break-in attempt", "ConsoleLogin", false, "80255"},
      {"IAM: login success", "ConsoleLogin", false, "80253"},
  };
  for (const UseCase& use_case : kUseCases) {
    const std::string rule = use_case.rule;
    const auto fits = [&](const ShownAlert& alert) {
      return alert.event_name == use_case.event && alert.denied == use_case.denied && (rule.empty() || alert.rule == rule);
    };
    const auto found = std::find_if(alerts.begin(), alerts.end(), fits);
    std::printf("  %s\n", use_case.title);
    if (found == alerts.end()) {
      std::printf("    (no alert: this should not happen)\n");
      continue;
    }
    const auto count = std::count_if(alerts.begin(), alerts.end(), fits);
    Line(*found, rule == "80446"   ? "   <== rule 80446 of the page"
                 : rule == "80255" ? "   <== rule 80255: more than 4 failures in 360 s"
                                   : "");
    if (count > 1) std::printf("      and %ld more like it\n", static_cast<long>(count - 1));
  }
}

int Demo::Tell() {
  std::printf("trailsift demo: no AWS, no network; everything lies in %s\n\n", folder_.c_str());
  const std::string bucket_folder = folder_ + "/wazuh-cloudtrail";
  const Result<DemoBucket> bucket = WriteDemoBucket(bucket_folder, NowMillis());
  if (!bucket.ok()) return Fail(bucket.status().message());
  std::printf("1. A bucket of three accounts (%d objects) is written, and the page's block is run on it:\n\n%s\n", bucket->objects,
              PageBlock(bucket_folder).c_str());
  std::FILE* config = std::fopen((folder_ + "/ossec.conf").c_str(), "we");
  if (config == nullptr || std::fputs(PageBlock(bucket_folder).c_str(), config) < 0 || std::fclose(config) != 0)
    return Fail(folder_ + "/ossec.conf: " + std::strerror(errno));

  const std::string calm = folder_ + "/calm";
  if (!Pass(calm)) return kExitIo;
  const std::vector<ShownAlert> first = ReadAlerts(calm);
  std::printf("2. The page's use cases, in the page's order, as their alerts tell them (times are UTC):\n\n");
  TellUseCases(first);

  std::printf("\n3. A second run in a home of its own is killed with -9 in the middle, and started again:\n");
  std::string rough;
  bool killed = false;
  for (int attempt = 0; attempt < 10 && !killed; ++attempt) {
    rough = folder_ + "/rough" + std::to_string(attempt);
    killed = PassKilled(rough);
  }
  if (!killed) return Fail("the run was always done before it could be killed");
  const std::size_t before = ReadAlerts(rough).size();
  if (!Pass(rough)) return kExitIo;
  std::printf("     killed when %zu alerts stood in its file; after the restart there are %zu\n", before, ReadAlerts(rough).size());

  std::printf("\n4. An object comes late: one more failed login, from before the fifth. Both homes read it:\n");
  if (const Status placed = PlaceLate(*bucket); !placed.ok()) return Fail(placed.message());
  if (!Pass(rough) || !Pass(calm)) return kExitIo;
  const std::vector<ShownAlert> calm_alerts = ReadAlerts(calm);
  const std::vector<ShownAlert> rough_alerts = ReadAlerts(rough);
  for (std::size_t i = first.size(); i < calm_alerts.size(); ++i)
    Line(calm_alerts[i], calm_alerts[i].supersedes.empty() ? "" : "   (replaces an alert that the late event changed)");

  std::set<std::string> ids;
  for (const ShownAlert& alert : rough_alerts) ids.insert(alert.id);
  const std::set<std::string> calm_final = FinalIds(calm_alerts);
  const std::set<std::string> rough_final = FinalIds(rough_alerts);
  std::vector<std::string> lost;
  std::set_difference(calm_final.begin(), calm_final.end(), rough_final.begin(), rough_final.end(), std::back_inserter(lost));
  const std::size_t doubled = rough_alerts.size() - ids.size();
  std::printf("\n5. Counted: %zu alerts hold in the undisturbed home, %zu in the one that was killed; %zu lost, %zu doubled.\n",
              calm_final.size(), rough_final.size(), lost.size(), doubled);
  if (!lost.empty() || doubled > 0 || calm_final != rough_final) return Fail("the two homes differ: this must not happen");

  std::printf(
      "\nNext:\n"
      "  trailsift config check /var/ossec/etc/ossec.conf     what your own configuration would do\n"
      "  trailsift hunt ./my-copy-of-a-trail -o table         the rules over history, from a folder or s3://bucket/prefix\n"
      "  trailsift run --config ossec.conf --home ./home      collect and alert; alerts are in ./home/logs/alerts/alerts.json\n");
  return kExitOk;
}

}  // namespace

void AddDemoCommand(CLI::App& app, std::function<int()>& action, const std::string& program) {
  auto keep = std::make_shared<bool>(false);
  CLI::App* command =
      app.add_subcommand("demo", "Show the whole program on a small generated bucket; needs neither AWS nor a network");
  command->add_flag("--keep", *keep, "Leave the demo's folder behind");
  command->callback([keep, &action, program] {
    action = [keep, program] {
      std::error_code error;
      const std::string self = std::filesystem::read_symlink("/proc/self/exe", error).string();
      return Demo(error ? program : self, *keep).Run();
    };
  });
}

}  // namespace trailsift
