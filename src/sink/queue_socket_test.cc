#include "sink/queue_socket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace trailsift {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;

// The other side: bound to a name, reads when it is told to.
class Receiver {
 public:
  explicit Receiver(std::string path) : path_(std::move(path)), descriptor_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    unlink(path_.c_str());
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::copy(path_.begin(), path_.end(), address.sun_path);
    EXPECT_EQ(bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  }
  ~Receiver() { close(descriptor_); }
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  std::string Read() const {
    std::string text(1 << 17, '\0');
    const ssize_t size = recv(descriptor_, text.data(), text.size(), MSG_DONTWAIT);
    text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return text;
  }

 private:
  std::string path_;
  int descriptor_;
};

class QueueSocketTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "queueXXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    path_ = folder_ + "/queue";
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string folder_;
  std::string path_;
};

TEST_F(QueueSocketTest, DatagramsArriveWholeAndInOrder) {
  const Receiver receiver(path_);
  auto socket = QueueSocket::Open(path_);
  ASSERT_TRUE(socket.ok()) << socket.status().message();
  const std::string longest(kMaxQueueDatagram, 'x');
  const auto sent = (*socket)->Send({"one", longest, "three"}, milliseconds(0));
  ASSERT_TRUE(sent.ok()) << sent.status().message();
  EXPECT_EQ(*sent, 3u);
  EXPECT_EQ(receiver.Read(), "one");
  EXPECT_EQ(receiver.Read(), longest);
  EXPECT_EQ(*(*socket)->Drained(milliseconds(0)), false);
  EXPECT_EQ(receiver.Read(), "three");
  EXPECT_EQ(*(*socket)->Drained(milliseconds(0)), true);
}

TEST_F(QueueSocketTest, AFullQueueTakesTheRestLater) {
  const Receiver receiver(path_);
  auto socket = QueueSocket::Open(path_);
  ASSERT_TRUE(socket.ok());
  const std::string kilobytes(8192, 'x');
  const std::vector<std::string_view> many(10'000, kilobytes);
  const auto sent = (*socket)->Send(many, milliseconds(0));
  ASSERT_TRUE(sent.ok());
  EXPECT_GT(*sent, 0u);
  EXPECT_LT(*sent, many.size());
  EXPECT_EQ(*(*socket)->Send({"more"}, milliseconds(0)), 0u);
  for (std::size_t i = 0; i < *sent; ++i) EXPECT_EQ(receiver.Read().size(), kilobytes.size());
  EXPECT_EQ(*(*socket)->Send({"more"}, milliseconds(0)), 1u);
  EXPECT_EQ(receiver.Read(), "more");
}

TEST_F(QueueSocketTest, NobodyThere) {
  auto socket = QueueSocket::Open(path_);
  ASSERT_FALSE(socket.ok());
  EXPECT_EQ(socket.status().code(), Code::kUnavailable);
  EXPECT_THAT(socket.status().message(), HasSubstr("is Wazuh running?"));
  { const Receiver gone(path_); }
  EXPECT_EQ(QueueSocket::Open(path_).status().code(), Code::kUnavailable);
  EXPECT_EQ(QueueSocket::Open(folder_ + '/' + std::string(120, 'n')).status().code(), Code::kIo);
}

TEST_F(QueueSocketTest, AReceiverThatEndsWithMessagesInItsQueueHasNotReadThem) {
  auto receiver = std::make_unique<Receiver>(path_);
  auto socket = QueueSocket::Open(path_);
  ASSERT_TRUE(socket.ok());
  EXPECT_EQ(*(*socket)->Send({"lost"}, milliseconds(0)), 1u);
  receiver.reset();
  EXPECT_EQ((*socket)->Drained(milliseconds(0)).status().code(), Code::kUnavailable);
  EXPECT_EQ((*socket)->Send({"more"}, milliseconds(0)).status().code(), Code::kUnavailable);
}

TEST_F(QueueSocketTest, AReceiverThatStartsAnewHasNotReadThemEither) {
  auto receiver = std::make_unique<Receiver>(path_);
  auto socket = QueueSocket::Open(path_);
  ASSERT_TRUE(socket.ok());
  EXPECT_EQ(*(*socket)->Send({"lost"}, milliseconds(0)), 1u);
  receiver.reset();
  std::filesystem::remove(path_);
  std::ofstream(folder_ + "/other") << "takes the old file's number";
  receiver = std::make_unique<Receiver>(path_);
  const auto drained = (*socket)->Drained(milliseconds(0));
  ASSERT_FALSE(drained.ok());
  EXPECT_THAT(drained.status().message(), HasSubstr("made anew"));
}

}  // namespace
}  // namespace trailsift
