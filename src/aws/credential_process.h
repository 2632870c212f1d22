// Keys that a program of the user's prints: `credential_process` of a profile. Format: AWS SDKs and tools reference guide, "Process
// credential provider".
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "aws/credentials.h"
#include "aws/program.h"
#include "base/status.h"
#include "net/http.h"

namespace trailsift {

// What the program printed. kAuth says what is missing and repeats nothing of the text. `source` for messages.
Result<Credentials> ParseProcessAnswer(std::string_view text, Millis now, const std::string& source);

// `line`: the setting; `source`: `credential_process of profile "x"`. `done` is called as RunProgram does, with a message that names the
// source.
void FetchProcessCredentials(HttpClient& http, const std::string& line, const std::string& source, const ProgramLimits& limits,
                             const std::function<Millis()>& clock, CredentialsCallback done);

}  // namespace trailsift
