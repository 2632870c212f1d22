#include "aws/credential_process.h"

#include "aws/flat_json.h"

namespace trailsift {

Result<Credentials> ParseProcessAnswer(std::string_view text, Millis now, const std::string& source) {
  const auto refused = [&](const char* what) { return Status(Code::kAuth, source + ": " + what); };
  auto members = ParseFlatJson(text);
  if (!members.has_value()) return refused("what the program prints is no JSON object");
  auto& values = *members;
  if (values["Version"] != "1") return refused("what the program prints is not of \"Version\": 1");
  if (values["AccessKeyId"].empty() || values["SecretAccessKey"].empty()) return refused("the program prints no keys");
  Credentials credentials{{values["AccessKeyId"], values["SecretAccessKey"], values["SessionToken"]}, std::nullopt, source};
  if (const std::string& expires = values["Expiration"]; !expires.empty()) {
    credentials.expires = ParseIsoTime(expires);
    if (!credentials.expires.has_value()) return refused("the keys' Expiration is no time");
    if (*credentials.expires <= now) return refused("the keys that the program prints have expired");
  }
  return credentials;
}

void FetchProcessCredentials(HttpClient& http, const std::string& line, const std::string& source, const ProgramLimits& limits,
                             const std::function<Millis()>& clock, CredentialsCallback done) {
  const Result<std::vector<std::string>> words = SplitWords(line);
  if (!words.ok()) return done(words.status().Annotate(source));
  RunProgram(http, *words, limits, [source, clock, done = std::move(done)](const Result<std::string>& output) {
    if (!output.ok()) return done(output.status().Annotate(source));
    done(ParseProcessAnswer(*output, clock(), source));
  });
}

}  // namespace trailsift
