// Whole files: stock ones of Wazuh 4.x in our words, several roots and files, blocks that we don't serve, and files on disk.
#include "config/ossec_conf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace trailsift {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string All(const Diagnostics& diagnostics) {
  std::string text;
  for (const Diagnostic& item : diagnostics.items()) text += item.ToString() + "\n";
  return text;
}

int Count(const Diagnostics& diagnostics, Severity severity) {
  int count = 0;
  for (const Diagnostic& item : diagnostics.items()) count += item.severity == severity ? 1 : 0;
  return count;
}

// The block of Wazuh's page "AWS CloudTrail", byte for byte.
constexpr const char* kPageBlock =
    "<wodle name=\"aws-s3\"> <disabled>no</disabled> <interval>10m</interval> <run_on_start>yes</run_on_start> "
    "<skip_on_error>yes</skip_on_error> <bucket type=\"cloudtrail\"> <name>wazuh-cloudtrail</name> "
    "<aws_profile>default</aws_profile> "
    "</bucket> </wodle>";

void ExpectPageBlock(const Settings& settings) {
  const AwsS3Settings& aws = settings.aws_s3;
  EXPECT_TRUE(aws.present);
  EXPECT_FALSE(aws.disabled);
  EXPECT_TRUE(aws.skip_on_error);
  EXPECT_TRUE(aws.schedule.run_on_start);
  EXPECT_EQ(aws.schedule.interval, 10 * kMinute);
  ASSERT_EQ(aws.buckets.size(), 1u);
  EXPECT_EQ(aws.buckets[0].type, "cloudtrail");
  EXPECT_EQ(aws.buckets[0].name, "wazuh-cloudtrail");
  EXPECT_EQ(aws.buckets[0].aws_profile, "default");
  EXPECT_EQ(aws.buckets[0].path, "");
  EXPECT_TRUE(aws.buckets[0].account_ids.empty());
  EXPECT_TRUE(aws.buckets[0].regions.empty());
}

TEST(OssecConfTest, ThePagesBlock) {
  Diagnostics diagnostics;
  const auto settings =
      LoadSettingsFromTexts({{"ossec.conf", "<ossec_config>" + std::string(kPageBlock) + "</ossec_config>"}}, diagnostics);
  ASSERT_TRUE(settings.has_value()) << All(diagnostics);
  EXPECT_TRUE(diagnostics.empty()) << All(diagnostics);
  ExpectPageBlock(*settings);
}

TEST(OssecConfTest, ThePagesBlockAloneIsReadWithAWarning) {
  Diagnostics diagnostics;
  const auto settings = LoadSettingsFromTexts({{"ossec.conf", kPageBlock}}, diagnostics);
  ASSERT_TRUE(settings.has_value()) << All(diagnostics);
  EXPECT_EQ(
      All(diagnostics),
      "ossec.conf:1:1: warning: <wodle> stands outside <ossec_config>, where Wazuh refuses it (put it into <ossec_config>)\n");
  ExpectPageBlock(*settings);
}

// The page itself is not part of the project; where it is at hand, our copy of its block must be the same bytes.
TEST(OssecConfTest, ThePagesBlockIsThePages) {
  const char* shared = std::getenv("TRAILSIFT_SHARED");
  const std::string folder = shared != nullptr ? shared : "../shared";
  std::ifstream page(folder + "/reference/aws-cloudtrail-page.txt");
  if (!page) GTEST_SKIP() << "no page in " << folder;
  const std::string text((std::istreambuf_iterator<char>(page)), std::istreambuf_iterator<char>());
  EXPECT_THAT(text, HasSubstr(kPageBlock));
}

// A manager's file with every block that a fresh installation has.
constexpr const char* kManager = R"(<!-- manager, written for this test -->
<ossec_config>
  <global>
    <jsonout_output>yes</jsonout_output>
    <alerts_log>yes</alerts_log>
    <logall>no</logall>
    <logall_json>no</logall_json>
    <email_notification>no</email_notification>
    <smtp_server>mail.example.org</smtp_server>
    <email_from>siem@example.org</email_from>
    <email_to>soc@example.org</email_to>
    <email_maxperhour>10</email_maxperhour>
    <email_log_source>alerts.log</email_log_source>
    <agents_disconnection_time>15m</agents_disconnection_time>
    <agents_disconnection_alert_time>0</agents_disconnection_alert_time>
    <update_check>yes</update_check>
  </global>
  <alerts>
    <log_alert_level>3</log_alert_level>
    <email_alert_level>12</email_alert_level>
  </alerts>
  <!-- plain | json -->
  <logging><log_format>plain</log_format></logging>
  <remote>
    <connection>secure</connection>
    <port>1514</port>
    <protocol>tcp</protocol>
    <queue_size>131072</queue_size>
  </remote>
  <rootcheck>
    <disabled>no</disabled>
    <frequency>43200</frequency>
    <rootkit_files>etc/rootcheck/files.txt</rootkit_files>
    <ignore>/var/lib/docker/overlay2</ignore>
  </rootcheck>
  <wodle name="cis-cat">
    <disabled>yes</disabled>
    <interval>1d</interval>
    <java_path>wodles/java</java_path>
  </wodle>
  <wodle name="osquery"><disabled>yes</disabled><run_daemon>yes</run_daemon></wodle>
  <wodle name="syscollector">
    <disabled>no</disabled>
    <interval>1h</interval>
    <scan_on_start>yes</scan_on_start>
    <synchronization><max_eps>10</max_eps></synchronization>
  </wodle>
  <sca><enabled>yes</enabled><interval>12h</interval></sca>
  <vulnerability-detection><enabled>yes</enabled><feed-update-interval>60m</feed-update-interval></vulnerability-detection>
  <indexer>
    <enabled>yes</enabled>
    <hosts><host>https://127.0.0.1:9200</host></hosts>
    <ssl><certificate_authorities><ca>/etc/ca.pem</ca></certificate_authorities><key>/etc/key.pem</key></ssl>
  </indexer>
  <syscheck>
    <disabled>no</disabled>
    <directories>/etc,/usr/bin</directories>
    <ignore type="sregex">.log$|.swp$</ignore>
    <nodiff>/etc/ssl/private.key</nodiff>
    <skip_nfs>yes</skip_nfs>
  </syscheck>
  <global>
    <white_list>127.0.0.1</white_list>
    <white_list>^localhost.localdomain$</white_list>
  </global>
  <command><name>block</name><executable>block</executable><timeout_allowed>yes</timeout_allowed></command>
  <command><name>route</name><executable>route</executable></command>
  <active-response><disabled>yes</disabled></active-response>
  <localfile><log_format>command</log_format><command>df -P</command><frequency>360</frequency></localfile>
  <localfile>
    <log_format>full_command</log_format>
    <command>ss -tuln | sed 's/\([[:alnum:]]\+\)\ \+[[:digit:]]\+/\1 == /' | sort -k 4 -g && true</command>
    <alias>listening ports</alias>
  </localfile>
  <ruleset>
    <decoder_dir>ruleset/decoders</decoder_dir>
    <rule_dir>ruleset/rules</rule_dir>
    <rule_exclude>0215-policy_rules.xml</rule_exclude>
    <list>etc/lists/audit-keys</list>
    <list>etc/lists/amazon/aws-eventnames</list>
    <decoder_dir>etc/decoders</decoder_dir>
    <rule_dir pattern="\d+.xml$">etc/rules</rule_dir>
    <rule_include>etc/extra.xml</rule_include>
  </ruleset>
  <rule_test><enabled>yes</enabled><threads>1</threads></rule_test>
  <auth><disabled>no</disabled><port>1515</port><ciphers>HIGH:!ADH</ciphers></auth>
  <cluster>
    <name>wazuh</name>
    <node_name>node01</node_name>
    <nodes><node>NODE_IP</node></nodes>
    <disabled>yes</disabled>
  </cluster>
</ossec_config>
<ossec_config>
  <localfile><log_format>journald</log_format><location>journald</location></localfile>
  <localfile><log_format>syslog</log_format><location>/var/log/dpkg.log</location></localfile>
  <wodle name="aws-s3">
    <disabled>no</disabled><interval>10m</interval>
    <bucket type="cloudtrail"><name>our-logs</name></bucket>
  </wodle>
</ossec_config>
)";

TEST(OssecConfTest, AStockManagerLoads) {
  Diagnostics diagnostics;
  const auto settings = LoadSettingsFromTexts({{"/var/ossec/etc/ossec.conf", kManager}}, diagnostics);
  ASSERT_TRUE(settings.has_value()) << All(diagnostics);
  EXPECT_EQ(Count(diagnostics, Severity::kWarning), 0) << All(diagnostics);
  EXPECT_EQ(settings->log_alert_level, 3);
  EXPECT_EQ(settings->email_alert_level, 12);
  EXPECT_TRUE(settings->jsonout_output);
  EXPECT_TRUE(settings->has_remote_block);
  EXPECT_FALSE(settings->has_client_block);
  ASSERT_EQ(settings->aws_s3.buckets.size(), 1u);
  EXPECT_EQ(settings->aws_s3.buckets[0].place.line, 99);
  const RulesetSettings& ruleset = settings->ruleset;
  ASSERT_EQ(ruleset.rules.size(), 3u);
  EXPECT_EQ(ruleset.rules[0].path, "/var/ossec/ruleset/rules");
  EXPECT_EQ(ruleset.rules[1].path, "/var/ossec/etc/rules");
  EXPECT_EQ(ruleset.rules[1].pattern, "\\d+.xml$");
  EXPECT_EQ(ruleset.rules[2].path, "/var/ossec/etc/extra.xml");
  EXPECT_THAT(ruleset.rule_exclude, ElementsAre("0215-policy_rules.xml"));
  ASSERT_EQ(ruleset.lists.size(), 2u);
  EXPECT_EQ(ruleset.lists[1].path, "/var/ossec/etc/lists/amazon/aws-eventnames");
}

TEST(OssecConfTest, WhatWeDoNotServeIsNotedOnce) {
  Diagnostics diagnostics;
  ASSERT_TRUE(LoadSettingsFromTexts({{"o.conf", kManager}, {"p.conf", "<ossec_config><localfile/><command/></ossec_config>"}},
                                    diagnostics));
  std::vector<std::string> notes;
  for (const Diagnostic& item : diagnostics.items())
    notes.push_back(item.message.substr(0, item.message.find(" has no effect here")));
  EXPECT_THAT(notes, ElementsAre("<email_notification> in <global>", "<smtp_server> in <global>", "<email_from> in <global>",
                                 "<email_to> in <global>", "<email_maxperhour> in <global>", "<email_log_source> in <global>",
                                 "<agents_disconnection_time> in <global>", "<agents_disconnection_alert_time> in <global>",
                                 "<update_check> in <global>", "<logging>", "<remote>", "<rootcheck>", "<wodle name=\"cis-cat\">",
                                 "<wodle name=\"osquery\">", "<wodle name=\"syscollector\">", "<sca>", "<vulnerability-detection>",
                                 "<indexer>", "<syscheck>", "<white_list> in <global>", "<command>", "<active-response>",
                                 "<localfile>", "<decoder_dir> in <ruleset>", "<rule_test>", "<auth>", "<cluster>"));
}

TEST(OssecConfTest, AStockAgentLoads) {
  const std::string agent = R"(<ossec_config>
  <client>
    <server><address>192.0.2.1</address><port>1514</port><protocol>tcp</protocol></server>
    <config-profile>debian, debian12</config-profile>
    <notify_time>20</notify_time>
    <crypto_method>aes</crypto_method>
  </client>
  <client_buffer><disabled>no</disabled><queue_size>5000</queue_size></client_buffer>
  <rootcheck><disabled>no</disabled></rootcheck>
  <wodle name="syscollector"><disabled>no</disabled></wodle>
  <sca><enabled>yes</enabled></sca>
  <syscheck><disabled>no</disabled></syscheck>
  <localfile><log_format>syslog</log_format><location>/var/log/syslog</location></localfile>
  <active-response><disabled>no</disabled><ca_store>etc/wpk_root.pem</ca_store></active-response>
  <logging><log_format>plain</log_format></logging>
</ossec_config>
<agent_config os="Linux">
  <labels><label key="team">red</label></labels>
</agent_config>
)";
  Diagnostics diagnostics;
  const auto settings = LoadSettingsFromTexts({{"o.conf", agent}}, diagnostics);
  ASSERT_TRUE(settings.has_value()) << All(diagnostics);
  EXPECT_TRUE(settings->has_client_block);
  EXPECT_FALSE(settings->aws_s3.present);
  EXPECT_THAT(All(diagnostics),
              HasSubstr("o.conf:17:1: warning: the filter os=\"…\" of <agent_config> is not read: the block holds here\n"));
  EXPECT_THAT(All(diagnostics), HasSubstr("o.conf: warning: no <wodle name=\"aws-s3\">: nothing is collected"));
  EXPECT_EQ(settings->log_alert_level, 1) << "without <alerts> Wazuh's code default holds";
  EXPECT_EQ(settings->email_alert_level, 7);
}

TEST(OssecConfTest, LaterFilesAddAndReplace) {
  const std::string block = "<wodle name=\"aws-s3\"><interval>1m</interval><bucket type=\"cloudtrail\"><name>";
  const std::string end = "</name></bucket></wodle></ossec_config>";
  Diagnostics diagnostics;
  const auto settings = LoadSettingsFromTexts(
      {{"a.conf",
        "<ossec_config><global><alerts_log>no</alerts_log><logall>yes</logall></global><alerts><log_alert_level>3</log_alert_level>"
        "</alerts><ruleset><rule_dir>/a</rule_dir></ruleset>" +
            block + "one-logs" + end},
       {"b.conf",
        "<ossec_config><global><alerts_log>yes</alerts_log></global><alerts><log_alert_level>5</log_alert_level></alerts>"
        "<ruleset><rule_dir>/b</rule_dir></ruleset>\n" +
            block + "two-logs" + end}},
      diagnostics);
  ASSERT_TRUE(settings.has_value()) << All(diagnostics);
  EXPECT_TRUE(settings->alerts_log);
  EXPECT_TRUE(settings->logall);
  EXPECT_EQ(settings->log_alert_level, 5);
  ASSERT_EQ(settings->ruleset.rules.size(), 2u);
  EXPECT_EQ(settings->ruleset.rules[1].path, "/b");
  ASSERT_EQ(settings->aws_s3.buckets.size(), 1u);
  EXPECT_EQ(settings->aws_s3.buckets[0].name, "two-logs");
  EXPECT_EQ(Count(diagnostics, Severity::kWarning), 1);
  EXPECT_THAT(All(diagnostics), HasSubstr("a.conf:1:"));
  EXPECT_THAT(All(diagnostics),
              HasSubstr("this <wodle name=\"aws-s3\"> has no effect: of several the last one holds, at b.conf:2"));
}

TEST(OssecConfTest, OwnSettings) {
  const std::string own =
      R"(<trailsift><alerts_keep_days>90</alerts_keep_days><alerts_max_size>20G</alerts_max_size><look_back>3d</look_back>
    <allowed_lateness>30m</allowed_lateness><learning_period>3d</learning_period><log_integrity>yes</log_integrity>
    <silence_after>36h</silence_after><lag_alert>0</lag_alert><quarantine_alert>7</quarantine_alert>
    <correlation_time>arrival</correlation_time><rules>my/rules</rules></trailsift>)";
  for (const std::string& text : {own, "<ossec_config>" + own + "</ossec_config>"}) {
    Diagnostics diagnostics;
    const auto settings = LoadSettingsFromTexts({{"/etc/trailsift/trailsift.conf", text}}, diagnostics);
    ASSERT_TRUE(settings.has_value()) << All(diagnostics);
    EXPECT_EQ(settings->own.alerts_keep_days, 90);
    EXPECT_EQ(settings->own.alerts_max_size, 20ull << 30);
    EXPECT_EQ(settings->own.look_back, 3 * kDay);
    EXPECT_EQ(settings->own.allowed_lateness, 30 * kMinute);
    EXPECT_EQ(settings->own.learning_period, 3 * kDay);
    EXPECT_EQ(settings->own.silence_after, 36 * kHour);
    EXPECT_EQ(settings->own.lag_alert, 0);
    EXPECT_EQ(settings->own.quarantine_alert, 7u);
    EXPECT_TRUE(settings->own.log_integrity);
    EXPECT_EQ(settings->own.correlation_time, CorrelationTime::kArrival);
    EXPECT_EQ(settings->own.rules, "/etc/trailsift/my/rules");
  }
  const OwnSettings defaults;
  EXPECT_EQ(defaults.look_back, 2 * kDay);
  EXPECT_EQ(defaults.correlation_time, CorrelationTime::kEvent);
  Diagnostics diagnostics;
  const auto settings = LoadSettingsFromTexts(
      {{"t.conf", "<trailsift><rules>none</rules><allowed_lateness>3d</allowed_lateness></trailsift>"}}, diagnostics);
  ASSERT_TRUE(settings.has_value());
  EXPECT_EQ(settings->own.rules, "none");
  EXPECT_THAT(All(diagnostics), HasSubstr("<allowed_lateness> is longer than <look_back>"));
}

TEST(OssecConfTest, Refused) {
  const struct {
    const char* text;
    const char* want;
  } kCases[] = {
      {"<ossec_config>\n <locafile/></ossec_config>", "o.conf:2:2: error: unknown block <locafile> (did you mean <localfile>?)\n"},
      {"<ossec_config><somewhere/></ossec_config>", "o.conf:1:15: error: unknown block <somewhere>\n"},
      {"<osec_config></osec_config>", "o.conf:1:1: error: unknown root <osec_config> (did you mean <ossec_config>?)\n"},
      {"<group name=\"local\"></group>", "o.conf:1:1: error: unknown root <group>\n"},
      {"<ossec_config version=\"4\"/>",
       "o.conf:1:1: error: unknown attribute \"version\" of <ossec_config> (remove it: this tag has none)\n"},
      {"<agent_config nam=\"a\"/>", "o.conf:1:1: error: unknown attribute \"nam\" of <agent_config> (did you mean name?)\n"},
      {"<ossec_config><wodle/></ossec_config>", "o.conf:1:15: error: <wodle> without a name (write <wodle name=\"aws-s3\">)\n"},
      {"<ossec_config><global><logal>no</logal></global></ossec_config>",
       "o.conf:1:23: error: unknown tag <logal> in <global> (did you mean <logall>?)\n"},
      {"<ossec_config><global><alerts_log>on</alerts_log></global></ossec_config>",
       "o.conf:1:23: error: <alerts_log> is \"on\" (write yes or no)\n"},
      {"<ossec_config><alerts><log_alert_level>high</log_alert_level></alerts></ossec_config>",
       "o.conf:1:23: error: <log_alert_level> is \"high\" (write a level, 0 to 16)\n"},
      {"<ossec_config><alerts><log_alert_level>-1</log_alert_level></alerts></ossec_config>",
       "o.conf:1:23: error: <log_alert_level> is \"-1\" (write a level, 0 to 16)\n"},
      {"<ossec_config><ruleset><rules_dir>x</rules_dir></ruleset></ossec_config>",
       "o.conf:1:24: error: unknown tag <rules_dir> in <ruleset> (did you mean <rule_dir>?)\n"},
      {"<ossec_config><ruleset><rule_dir/></ruleset></ossec_config>", "o.conf:1:24: error: <rule_dir> is empty\n"},
      {"<trailsift><lookback>2d</lookback></trailsift>",
       "o.conf:1:12: error: unknown tag <lookback> in <trailsift> (did you mean <look_back>?)\n"},
      {"<trailsift><silence_after>soon</silence_after></trailsift>",
       "o.conf:1:12: error: <silence_after> is \"soon\" (write a number and s, m, h, d or w, as 2d; 0 never tells)\n"},
      {"<trailsift><quarantine_alert>-1</quarantine_alert></trailsift>",
       "o.conf:1:12: error: <quarantine_alert> is \"-1\" (write a number; 0 never tells)\n"},
      {"<trailsift><look_back>0</look_back></trailsift>",
       "o.conf:1:12: error: <look_back> is \"0\" (write a number and s, m, h, d or w, as 2d)\n"},
      {"<trailsift><alerts_max_size>20GB</alerts_max_size></trailsift>",
       "o.conf:1:12: error: <alerts_max_size> is \"20GB\" (write a number and K, M, G or T, as 20G; 0 is no cap)\n"},
      {"<trailsift><alerts_keep_days>1y</alerts_keep_days></trailsift>",
       "o.conf:1:12: error: <alerts_keep_days> is \"1y\" (write days; 0 keeps all)\n"},
      {"<trailsift><correlation_time>both</correlation_time></trailsift>",
       "o.conf:1:12: error: <correlation_time> is \"both\" (write event or arrival)\n"},
  };
  for (const auto& c : kCases) {
    Diagnostics diagnostics;
    EXPECT_FALSE(LoadSettingsFromTexts({{"o.conf", c.text}}, diagnostics).has_value()) << c.text;
    EXPECT_EQ(All(diagnostics), c.want);
  }
}

TEST(OssecConfTest, EveryFaultAtOnce) {
  Diagnostics diagnostics;
  EXPECT_FALSE(LoadSettingsFromTexts({{"a.conf", "<ossec_config><nope/><global><logall>x</logall></global></ossec_config>"},
                                      {"b.conf", "<ossec_config><broken"},
                                      {"c.conf", "<trailsift><rules/></trailsift>"}},
                                     diagnostics));
  EXPECT_EQ(Count(diagnostics, Severity::kError), 4) << All(diagnostics);
  EXPECT_THAT(All(diagnostics), HasSubstr("b.conf:1:"));
}

TEST(OssecConfTest, AnUnknownModuleIsWarnedOf) {
  Diagnostics diagnostics;
  EXPECT_TRUE(LoadSettingsFromTexts({{"o.conf", "<ossec_config><wodle name=\"aws-s4\"><x/></wodle></ossec_config>"}}, diagnostics));
  EXPECT_THAT(All(diagnostics),
              HasSubstr("o.conf:1:15: warning: unknown module \"aws-s4\": the block has no effect (did you mean \"aws-s3\"?)"));
}

TEST(OssecConfTest, NoFileIsAnError) {
  Diagnostics diagnostics;
  EXPECT_FALSE(LoadSettings({}, diagnostics).has_value());
  EXPECT_TRUE(diagnostics.has_errors());
}

class FileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "trailsift-config-XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string Write(const std::string& name, const std::string& text) {
    const std::string path = folder_ + "/" + name;
    std::ofstream(path) << text;
    return path;
  }

  std::string folder_;
};

TEST_F(FileTest, ReadsFilesInOrder) {
  Diagnostics diagnostics;
  const std::string one = Write("one.conf", "<ossec_config><alerts><log_alert_level>3</log_alert_level></alerts></ossec_config>");
  const std::string two = Write("two.conf", "<ossec_config><alerts><log_alert_level>7</log_alert_level></alerts></ossec_config>");
  const auto settings = LoadSettings({one, two}, diagnostics);
  ASSERT_TRUE(settings.has_value()) << All(diagnostics);
  EXPECT_EQ(settings->log_alert_level, 7);
}

TEST_F(FileTest, UnreadableFiles) {
  Diagnostics diagnostics;
  const std::string bad = Write("bad.conf", "<ossec_config><nope/></ossec_config>");
  EXPECT_FALSE(LoadSettings({folder_ + "/absent.conf", folder_, bad}, diagnostics).has_value());
  EXPECT_EQ(All(diagnostics), folder_ + "/absent.conf: error: cannot be opened: No such file or directory\n" + folder_ +
                                  ": error: cannot be read: Is a directory\n" + bad + ":1:15: error: unknown block <nope>\n");
}

TEST_F(FileTest, ATooLargeFile) {
  Diagnostics diagnostics;
  const std::string path = Write("large.conf", std::string(kMaxConfigSize + 1, ' '));
  EXPECT_FALSE(LoadSettings({path}, diagnostics).has_value());
  EXPECT_EQ(All(diagnostics), path + ": error: the file is larger than 16 MB\n");
}

TEST_F(FileTest, ASecretThatAllCanRead) {
  const std::string text =
      "<ossec_config>\n<wodle name=\"aws-s3\"><interval>1m</interval><bucket type=\"cloudtrail\"><name>abc</name>"
      "<access_key>AKIDEXAMPLE</access_key><secret_key>wJalrX</secret_key></bucket></wodle></ossec_config>";
  const std::string path = Write("ossec.conf", text);
  const struct {
    mode_t mode;
    bool warned;
  } kCases[] = {{0644, true}, {0640, false}, {0600, false}};
  for (const auto& c : kCases) {
    ASSERT_EQ(chmod(path.c_str(), c.mode), 0);
    Diagnostics diagnostics;
    ASSERT_TRUE(LoadSettings({path}, diagnostics).has_value());
    const bool warned =
        All(diagnostics).find(path + ":2:1: warning: the file holds a secret key and everybody") != std::string::npos;
    EXPECT_EQ(warned, c.warned) << c.mode;
    EXPECT_THAT(All(diagnostics), Not(HasSubstr("wJalrX")));
  }
}

TEST_F(FileTest, RuleFoldersThatAreAbsent) {
  std::filesystem::create_directory(folder_ + "/here");
  const std::string path =
      Write("o.conf", "<ossec_config><ruleset><rule_dir>here</rule_dir>\n<rule_dir>gone</rule_dir></ruleset></ossec_config>");
  Diagnostics diagnostics;
  ASSERT_TRUE(LoadSettings({path}, diagnostics).has_value());
  EXPECT_THAT(All(diagnostics),
              HasSubstr(path + ":2:1: warning: rules are expected at " + folder_ + "/gone: No such file or directory"));
  EXPECT_THAT(All(diagnostics), Not(HasSubstr("/here")));
}

}  // namespace
}  // namespace trailsift
