#include "source/wazuh_progress.h"

#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <functional>
#include <memory>

#include "source/layout.h"
#include "source/listing.h"

namespace trailsift {
namespace {

// Of the other types of bucket, by the facts; each stands in a statement as it is.
constexpr const char* kOtherTables[] = {"config", "vpcflow",          "guardduty",      "waf",   "alb", "clb",
                                        "nlb",    "s3_server_access", "cisco_umbrella", "custom"};

std::string Column(sqlite3_stmt* row, int column) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(row, column));
  return text == nullptr ? std::string() : std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(row, column)));
}

// SQLITE_DONE at the end of the rows.
int ForEachRow(sqlite3* db, const char* sql, const std::function<void(sqlite3_stmt*)>& visit) {
  sqlite3_stmt* raw = nullptr;
  if (const int code = sqlite3_prepare_v2(db, sql, -1, &raw, nullptr); code != SQLITE_OK) return code;
  const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement(raw, sqlite3_finalize);
  int code = SQLITE_ROW;
  while ((code = sqlite3_step(statement.get())) == SQLITE_ROW) visit(statement.get());
  return code;
}

}  // namespace

Result<WazuhProgress> ReadWazuhProgress(const std::string& path) {
  if (access(path.c_str(), R_OK) != 0) {
    const Code code = errno == ENOENT ? Code::kNotFound : errno == EACCES ? Code::kDenied : Code::kIo;
    return Status(code, path + ": " + std::strerror(errno));
  }
  sqlite3* raw = nullptr;
  const int opened = sqlite3_open_v2(path.c_str(), &raw, SQLITE_OPEN_READONLY, nullptr);
  const std::unique_ptr<sqlite3, int (*)(sqlite3*)> db(raw, sqlite3_close);
  if (opened != SQLITE_OK) return Status(Code::kIo, path + ": " + sqlite3_errmsg(db.get()));
  sqlite3_busy_timeout(db.get(), 10000);
  WazuhProgress progress;
  const int code =
      ForEachRow(db.get(), "select bucket_path, aws_account_id, aws_region, log_key from cloudtrail order by 1, 2, 3, 4",
                 [&](sqlite3_stmt* row) {
                   WazuhStream next{Column(row, 0), Column(row, 1), Column(row, 2), {}};
                   std::string key = Column(row, 3);
                   if (key.empty()) return;
                   auto& streams = progress.streams;
                   if (streams.empty() || streams.back().bucket_path != next.bucket_path ||
                       streams.back().account != next.account || streams.back().region != next.region)
                     streams.push_back(std::move(next));
                   streams.back().keys.push_back(std::move(key));
                 });
  if (code != SQLITE_DONE) {
    return Status(code == SQLITE_BUSY ? Code::kIo : Code::kInvalid,
                  path + ": no s3_cloudtrail.db of Wazuh's aws-s3 module: " + sqlite3_errmsg(db.get()));
  }
  for (const char* table : kOtherTables) {
    const std::string sql = std::string("select 1 from ").append(table).append(" limit 1");
    ForEachRow(db.get(), sql.c_str(), [&](sqlite3_stmt*) { progress.other_tables.emplace_back(table); });
  }
  return progress;
}

Status TakeOver(Checkpoint& checkpoint, std::int64_t source, const WazuhStream& stream) {
  TRAILSIFT_RETURN_IF_ERROR(checkpoint.BeginStream(source, stream.account, stream.region, stream.keys.front()));
  std::vector<FinishedObject> objects;
  for (const std::string& key : stream.keys) objects.push_back({source, ReadKey(key).day.value_or(kNoDay), ObjectKeyHash(key)});
  return checkpoint.Commit(objects, FilePosition(checkpoint.alerts()), FilePosition(checkpoint.state_log()));
}

}  // namespace trailsift
