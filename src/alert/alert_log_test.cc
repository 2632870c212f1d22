#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

#include "alert/alert.h"

namespace trailsift {
namespace {

class AlertLog : public testing::Test {
 protected:
  AlertLog() {
    setenv("TZ", "UTC", 1);
    tzset();
    rule_.id = "80254";
    rule_.level = 5;
    rule_.groups = {"amazon", "aws", "aws_cloudtrail"};
    rule_.compliance = {{"pci_dss", {"10.2.4", "10.2.5"}}, {"gdpr", {"IV_35.7.d"}}};
    alert_.rule = &rule_;
    alert_.description = "ana failed to sign in";
    alert_.arrival = *ParseIsoTime("2026-01-05T09:04:05.678Z");
  }

  std::string Block() const {
    std::string out;
    AppendAlertLog(alert_, {"000", "sift", "sift"}, "1767603845.512", out);
    return out;
  }

  RuleInfo rule_;
  Alert alert_;
};

TEST_F(AlertLog, SmallestBlock) {
  EXPECT_EQ(Block(),
            "** Alert 1767603845.512: - amazon,aws,aws_cloudtrail,pci_dss_10.2.4,pci_dss_10.2.5,gdpr_IV_35.7.d,\n"
            "2026 Jan 05 09:04:05 sift->Wazuh-AWS\n"
            "Rule: 80254 (level 5) -> 'ana failed to sign in'\n"
            "\n");
}

TEST_F(AlertLog, EveryPart) {
  alert_.mail = true;
  alert_.full_log = "{\"a\": 1}";
  alert_.fields = {{"srcip", "192.0.2.1"},
                   {"user", "ana"},
                   {"aws.eventName", "ConsoleLogin"},
                   {"aws.empty", ""},
                   {"aws.list", "[\n\t\"x\", 1]"}};
  alert_.previous_output = "log one\n\nlog two";
  EXPECT_EQ(Block(),
            "** Alert 1767603845.512: mail  - amazon,aws,aws_cloudtrail,pci_dss_10.2.4,pci_dss_10.2.5,gdpr_IV_35.7.d,\n"
            "2026 Jan 05 09:04:05 sift->Wazuh-AWS\n"
            "Rule: 80254 (level 5) -> 'ana failed to sign in'\n"
            "Src IP: 192.0.2.1\n"
            "User: ana\n"
            "{\"a\": 1}\n"
            "aws.eventName: ConsoleLogin\n"
            "aws.list: [\"x\",1]\n"
            "log one\n"
            "log two\n"
            "\n");
}

TEST_F(AlertLog, AnAgentsLocationStandsAlone) {
  alert_.location = "(web) 192.0.2.7->Wazuh-AWS";
  EXPECT_NE(Block().find("05 09:04:05 (web) 192.0.2.7->Wazuh-AWS\n"), std::string::npos);
}

// A stranger who chooses a user agent must not be able to write alerts.
TEST_F(AlertLog, NoTextEndsTheBlock) {
  const std::string evil = "x\n\n** Alert 1.2: - forged,\n\r\t\x01";
  alert_.description = alert_.full_log = alert_.location = evil;
  alert_.fields = {{"a\n\nb", evil}, {"srcip", evil}};
  alert_.previous_output = evil;
  const std::string block = Block();
  EXPECT_EQ(block.find("\n\n"), block.size() - 2);
  EXPECT_NE(block.find("a\\n\\nb: x\\n\\n** Alert 1.2: - forged,\\n\\r\\t\\x01\n"), std::string::npos);
}

}  // namespace
}  // namespace trailsift
