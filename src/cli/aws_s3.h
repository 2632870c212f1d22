// `trailsift aws-s3 …`, and the program called by the name `aws-s3`: Wazuh's collector in the place of its Python script. It has Wazuh's
// options, messages and exit codes, not those of the other commands.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace trailsift {

// Whether the program was called to be Wazuh's script: by that name, or with that command first.
bool IsAwsS3Call(int argc, char** argv);
// The whole run; the exit code.
int AwsS3Main(int argc, char** argv);
// The line in the help of all commands.
void AddAwsS3Help(CLI::App& app);

// The folder of Wazuh's installation: two above a script `wodles/aws/…`; else the working folder, where Wazuh's module starts its scripts,
// when it has queue/sockets; else the first of the usual folders that has; else the first of those. `program` is argv[0].
std::string FindWazuh(const std::string& program, const std::string& working_folder, const std::vector<std::string>& usual);

}  // namespace trailsift
