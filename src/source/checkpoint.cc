#include "source/checkpoint.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

namespace trailsift {
namespace {

constexpr int kSchemaVersion = 3;

constexpr const char* kSchema = R"(
  create table sources (id integer primary key, name text not null unique, from_day integer not null);
  create table streams (source integer not null, account text not null, region text not null, done_day integer, start_after text,
                        primary key (source, account, region)) without rowid;
  create table objects (source integer not null, day integer not null, key blob not null, primary key (source, day, key)) without rowid;
  create table positions (name text primary key, file text not null, offset integer not null) without rowid;
  create table notes (name text primary key, value text not null) without rowid;
)";

// What brings the schema from version 1 to 2, from 2 to 3.
constexpr const char* kUpgrades[] = {
    "begin; alter table streams add column start_after text; pragma user_version=2; commit;",
    "begin; create table notes (name text primary key, value text not null) without rowid; pragma user_version=3; commit;",
};

// One prepared statement, bound in order, reset when it goes.
class Query {
 public:
  Query(sqlite3* db, const char* sql) : db_(db) {
    if (sqlite3_prepare_v2(db, sql, -1, &statement_, nullptr) != SQLITE_OK) statement_ = nullptr;
  }
  ~Query() { sqlite3_finalize(statement_); }
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  Query& Int(std::int64_t value) {
    sqlite3_bind_int64(statement_, ++bound_, value);
    return *this;
  }
  Query& Text(std::string_view value) {
    sqlite3_bind_text(statement_, ++bound_, value.data(), static_cast<int>(value.size()), SQLITE_TRANSIENT);
    return *this;
  }
  Query& Blob(const Hash128& value) {
    sqlite3_bind_blob(statement_, ++bound_, value.bytes.data(), 16, SQLITE_TRANSIENT);
    return *this;
  }
  // True: a row stands ready.
  Result<bool> Step() {
    const int code = statement_ == nullptr ? SQLITE_ERROR : sqlite3_step(statement_);
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
    return Status(Code::kIo, std::string("state/trailsift.db: ") + sqlite3_errmsg(db_));
  }
  Status Run() {
    const Result<bool> stepped = Step();
    sqlite3_reset(statement_);
    bound_ = 0;
    return stepped.status();
  }
  std::int64_t Int64(int column) const { return sqlite3_column_int64(statement_, column); }
  bool IsNull(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  std::string String(int column) const {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return text == nullptr ? std::string() : std::string(text, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column)));
  }

 private:
  sqlite3* db_;
  sqlite3_stmt* statement_ = nullptr;
  int bound_ = 0;
};

}  // namespace

struct Checkpoint::Database {
  sqlite3* db = nullptr;
  sqlite3_stmt* finished = nullptr;  // asked once an object

  ~Database() {
    sqlite3_finalize(finished);
    sqlite3_close(db);
  }

  Status Exec(const char* sql) const {
    if (sqlite3_exec(db, sql, nullptr, nullptr, nullptr) == SQLITE_OK) return Status::Ok();
    return Status(Code::kIo, std::string("state/trailsift.db: ") + sqlite3_errmsg(db));
  }
};

Hash128 ObjectKeyHash(std::string_view key) { return StrongHash(key); }

Checkpoint::Checkpoint(std::unique_ptr<Database> database) : database_(std::move(database)) {}
Checkpoint::~Checkpoint() = default;

Result<std::unique_ptr<Checkpoint>> Checkpoint::Open(const std::string& home) {
  const std::string folder = home + "/state";
  for (const std::string& path : {home, folder})
    if (mkdir(path.c_str(), 0750) != 0 && errno != EEXIST)
      return Status(Code::kIo, path + ": cannot be made: " + std::strerror(errno));
  auto database = std::make_unique<Database>();
  const std::string path = folder + "/trailsift.db";
  if (sqlite3_open_v2(path.c_str(), &database->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX, nullptr) !=
      SQLITE_OK)
    return Status(Code::kIo, path + ": " + sqlite3_errmsg(database->db));
  chmod(path.c_str(), 0640);
  sqlite3_busy_timeout(database->db, 10000);
  // An exclusive lock keeps a second process off the same home.
  if (!database->Exec("pragma journal_mode=wal; pragma synchronous=full; pragma locking_mode=exclusive; begin exclusive; commit;")
           .ok())
    return Status(Code::kIo, path + (sqlite3_errcode(database->db) == SQLITE_BUSY ? ": in use by another process? (" : ": (") +
                                 sqlite3_errmsg(database->db) + ")");
  int version = 0;
  {
    Query query(database->db, "pragma user_version");
    const Result<bool> row = query.Step();
    if (!row.ok()) return row.status();
    version = static_cast<int>(query.Int64(0));
  }
  if (version > kSchemaVersion)
    return Status(Code::kIo,
                  path + ": made by a newer trailsift (schema " + std::to_string(version) + "); use that one, or another --home");
  if (version == 0) {
    const std::string make =
        std::string("begin;") + kSchema + "pragma user_version=" + std::to_string(kSchemaVersion) + "; commit;";
    TRAILSIFT_RETURN_IF_ERROR(database->Exec(make.c_str()));
  } else {
    for (; version < kSchemaVersion; ++version) TRAILSIFT_RETURN_IF_ERROR(database->Exec(kUpgrades[version - 1]));
  }
  sqlite3_prepare_v3(database->db, "select 1 from objects where source=? and day=? and key=?", -1, SQLITE_PREPARE_PERSISTENT,
                     &database->finished, nullptr);
  std::unique_ptr<Checkpoint> checkpoint(new Checkpoint(std::move(database)));
  Query positions(checkpoint->database_->db, "select name, file, offset from positions");
  for (;;) {
    const Result<bool> row = positions.Step();
    if (!row.ok()) return row.status();
    if (!*row) break;
    FilePosition& position = positions.String(0) == "alerts" ? checkpoint->alerts_ : checkpoint->state_log_;
    position = {positions.String(1), static_cast<std::uint64_t>(positions.Int64(2))};
  }
  return checkpoint;
}

Result<std::int64_t> Checkpoint::EnsureSource(const std::string& name, std::int64_t from_day) {
  std::lock_guard lock(mutex_);
  TRAILSIFT_RETURN_IF_ERROR(Query(database_->db, "insert into sources (name, from_day) values (?, ?) on conflict do nothing")
                                .Text(name)
                                .Int(from_day)
                                .Run());
  Query query(database_->db, "select id from sources where name=?");
  const Result<bool> row = query.Text(name).Step();
  if (!row.ok()) return row.status();
  return query.Int64(0);
}

Result<std::vector<std::string>> Checkpoint::SourceNames() {
  std::lock_guard lock(mutex_);
  Query query(database_->db, "select name from sources order by id");
  std::vector<std::string> names;
  for (;;) {
    const Result<bool> row = query.Step();
    if (!row.ok()) return row.status();
    if (!*row) return names;
    names.push_back(query.String(0));
  }
}

Result<Stream> Checkpoint::EnsureStream(std::int64_t source, const std::string& account, const std::string& region) {
  std::lock_guard lock(mutex_);
  Query query(database_->db,
              "select s.from_day, t.done_day, t.start_after from sources s left join streams t on t.source=s.id and t.account=? "
              "and t.region=? "
              "where s.id=?");
  const Result<bool> row = query.Text(account).Text(region).Int(source).Step();
  if (!row.ok()) return row.status();
  if (!*row) return Status(Code::kInternal, "source " + std::to_string(source) + " is not known");
  Stream stream;
  stream.from_day = query.Int64(0);
  if (!query.IsNull(1)) stream.done_day = query.Int64(1);
  stream.start_after = query.String(2);
  return stream;
}

Status Checkpoint::BeginStream(std::int64_t source, const std::string& account, const std::string& region,
                               const std::string& start_after) {
  const Result<Stream> before = EnsureStream(source, account, region);
  if (!before.ok()) return before.status();
  if (before->done_day)
    return Status(Code::kInvalid, "account " + account + ", region " + region + " has been read by trailsift before");
  std::lock_guard lock(mutex_);
  return Query(database_->db, "insert or replace into streams (source, account, region, start_after) values (?, ?, ?, ?)")
      .Int(source)
      .Text(account)
      .Text(region)
      .Text(start_after)
      .Run();
}

Status Checkpoint::FinishStream(std::int64_t source, const std::string& account, const std::string& region, std::int64_t today) {
  std::lock_guard lock(mutex_);
  return Query(database_->db,
               "insert into streams (source, account, region, done_day) values (?, ?, ?, ?) "
               "on conflict (source, account, region) do update set done_day=excluded.done_day")
      .Int(source)
      .Text(account)
      .Text(region)
      .Int(today)
      .Run();
}

Status Checkpoint::ForgetBefore(std::int64_t source, std::int64_t day) {
  std::lock_guard lock(mutex_);
  return Query(database_->db, "delete from objects where source=? and day<?").Int(source).Int(day).Run();
}

Result<bool> Checkpoint::IsFinished(const FinishedObject& object) {
  std::lock_guard lock(mutex_);
  sqlite3_stmt* statement = database_->finished;
  sqlite3_bind_int64(statement, 1, object.source);
  sqlite3_bind_int64(statement, 2, object.day);
  sqlite3_bind_blob(statement, 3, object.key.bytes.data(), 16, SQLITE_STATIC);
  const int code = sqlite3_step(statement);
  sqlite3_reset(statement);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return Status(Code::kIo, std::string("state/trailsift.db: ") + sqlite3_errmsg(database_->db));
}

void Checkpoint::SetNotes(std::vector<Note> notes) {
  std::lock_guard lock(mutex_);
  for (Note& note : notes) notes_.push_back(std::move(note));
}

Result<std::map<std::string, std::string>> Checkpoint::ReadNotes(std::string_view prefix) {
  std::lock_guard lock(mutex_);
  std::map<std::string, std::string> notes;
  Query query(database_->db, "select name, value from notes where substr(name, 1, ?)=?");
  query.Int(static_cast<std::int64_t>(prefix.size())).Text(prefix);
  for (;;) {
    const Result<bool> row = query.Step();
    if (!row.ok()) return row.status();
    if (!*row) return notes;
    notes.emplace(query.String(0), query.String(1));
  }
}

Status Checkpoint::Commit(const std::vector<FinishedObject>& objects, const FilePosition& alerts, const FilePosition& state_log) {
  std::lock_guard lock(mutex_);
  const auto all = [&]() -> Status {
    TRAILSIFT_RETURN_IF_ERROR(database_->Exec("begin immediate"));
    Query insert(database_->db, "insert or ignore into objects (source, day, key) values (?, ?, ?)");
    for (const FinishedObject& object : objects)
      TRAILSIFT_RETURN_IF_ERROR(insert.Int(object.source).Int(object.day).Blob(object.key).Run());
    Query position(database_->db, "insert or replace into positions (name, file, offset) values (?, ?, ?)");
    TRAILSIFT_RETURN_IF_ERROR(position.Text("alerts").Text(alerts.file).Int(static_cast<std::int64_t>(alerts.offset)).Run());
    TRAILSIFT_RETURN_IF_ERROR(position.Text("state").Text(state_log.file).Int(static_cast<std::int64_t>(state_log.offset)).Run());
    if (!notes_.empty()) {
      Query write(database_->db, "insert or replace into notes (name, value) values (?, ?)");
      Query forget(database_->db, "delete from notes where name=?");
      for (const Note& note : notes_)
        TRAILSIFT_RETURN_IF_ERROR(note.value ? write.Text(note.name).Text(*note.value).Run() : forget.Text(note.name).Run());
    }
    return database_->Exec("commit");
  };
  if (Status status = all(); !status.ok()) {
    if (const Status undone = database_->Exec("rollback"); !undone.ok() && sqlite3_get_autocommit(database_->db) == 0)
      return undone;
    return status;
  }
  notes_.clear();
  alerts_ = alerts;
  state_log_ = state_log;
  return Status::Ok();
}

}  // namespace trailsift
