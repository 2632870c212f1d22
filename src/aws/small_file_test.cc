#include "aws/small_file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <iterator>

#include "aws/temp_files_for_test.h"

namespace trailsift {
namespace {

TEST(SmallFile, ReadWholeOrNotAtAll) {
  TempFiles files;
  const std::string ten = files.Write("ten", "0123456789");
  const std::string empty = files.Write("empty", "");
  EXPECT_EQ(*ReadSmallFile(ten, 10), "0123456789");
  EXPECT_EQ(*ReadSmallFile(empty, 10), "");
  struct Case {
    std::string file;
    std::size_t max_bytes;
    Code code;
  };
  const Case cases[] = {
      {ten, 9, Code::kInvalid},
      {files.folder(), 10, Code::kInvalid},
      {"/dev/zero", 10, Code::kInvalid},
      {files.folder() + "/none", 10, Code::kNotFound},
      {ten + "/none", 10, Code::kNotFound},
      {"", 10, Code::kNotFound},
  };
  for (const Case& c : cases) {
    const Result<std::string> read = ReadSmallFile(c.file, c.max_bytes);
    ASSERT_FALSE(read.ok()) << c.file;
    EXPECT_EQ(read.status().code(), c.code) << read.status().message();
    EXPECT_EQ(read.status().message().find("0123"), std::string::npos);
  }
}

TEST(SmallFile, WrittenWholeOrNotAtAll) {
  TempFiles files;
  const std::string file = files.Write("file", "old");
  const std::string large(100'000, 'x');
  for (const std::string& content : {std::string("new"), large, std::string()}) {
    ASSERT_TRUE(WriteSmallFile(file, content).ok());
    EXPECT_EQ(*ReadSmallFile(file, 200'000), content);
  }
  const Status nowhere = WriteSmallFile(files.folder() + "/none/file", "0123");
  EXPECT_EQ(nowhere.code(), Code::kNotFound);
  EXPECT_EQ(nowhere.message().find("0123"), std::string::npos);
  // A folder is not replaced, and nothing is left beside it.
  files.Write("folder/inside", "");
  EXPECT_FALSE(WriteSmallFile(files.folder() + "/folder", "0123").ok());
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(files.folder()), {}), 2);
}

}  // namespace
}  // namespace trailsift
