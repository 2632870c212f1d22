#include "pipeline/service_pages.h"

#include <algorithm>
#include <utility>

#include "formats/log_format.h"

namespace trailsift {
namespace {

// Beyond the numbers of buckets.
constexpr std::uint64_t kPageTag = std::uint64_t{1} << 62;

}  // namespace

ServicePages::ServicePages(const std::vector<ServiceSettings>& services, const std::shared_ptr<CredentialPool>& pool) {
  for (const ServiceSettings& settings : services) {
    Source& source = sources_.emplace_back();
    source.settings = &settings;
    source.feed = MakeServiceFeed(settings, pool);
  }
}
ServicePages::~ServicePages() = default;

Status ServicePages::Open(Checkpoint& checkpoint, std::int64_t today) {
  for (Source& source : sources_) {
    const Result<std::int64_t> id =
        checkpoint.EnsureSource(ServiceName(*source.settings), source.settings->only_logs_after.value_or(today));
    if (!id.ok()) return id.status();
    source.id = *id;
    const Result<Stream> stream = checkpoint.EnsureStream(*id, "", "");
    if (!stream.ok()) return stream.status();
    // A day that was written later counts where it is the later one, as in Wazuh.
    source.from = std::max(stream->from_day, source.settings->only_logs_after.value_or(0)) * kDay;
    source.notes = "service/" + std::to_string(*id) + '/';
  }
  return Status::Ok();
}

Status ServicePages::Begin(Checkpoint& checkpoint, Millis now) {
  at_ = 0;
  spoiled_.clear();
  {
    std::lock_guard lock(mutex_);
    fed_.clear();
  }
  for (Source& source : sources_) {
    Result<std::map<std::string, std::string>> notes = checkpoint.ReadNotes(source.notes);
    if (!notes.ok()) return notes.status();
    ServicePositions positions;
    for (auto& [name, position] : *notes) positions.emplace(name.substr(source.notes.size()), std::move(position));
    source.feed->Begin(std::move(positions), source.from, now);
  }
  return Status::Ok();
}

std::optional<FlowObject> ServicePages::Next() {
  for (; at_ < sources_.size(); ++at_) {
    const Source& source = sources_[at_];
    std::optional<ServicePage> page = source.feed->Next();
    if (!page) continue;
    auto envelope = std::make_shared<Envelope>();
    envelope->collector = Envelope::Collector::kService;
    envelope->log_file = page->place;
    FlowObject object;
    object.key = page->place;
    object.size = page->bytes.size();
    object.bytes = std::move(page->bytes);
    object.name_time = NowMillis();
    object.envelope = std::move(envelope);
    object.discard = &source.settings->discard;
    object.format = FormatOfService(source.settings->type);
    object.tag = kPageTag | at_;
    std::lock_guard lock(mutex_);
    fed_.push_back({at_, std::move(page->place), std::move(page->position)});
    return object;
  }
  return std::nullopt;
}

bool ServicePages::IsPage(const FlowObject& object) { return (object.tag & kPageTag) != 0; }

std::string ServicePages::QuarantineName(const FlowObject& object, Millis now) { return object.key + '@' + std::to_string(now); }

void ServicePages::Take(FlowObject& object, bool sound, Checkpoint& checkpoint) {
  Fed fed;
  {
    std::lock_guard lock(mutex_);
    fed = std::move(fed_.front());
    fed_.pop_front();
  }
  const Source& source = sources_[fed.source];
  object.tag = static_cast<std::uint64_t>(source.id);
  if (!sound) spoiled_.emplace_back(fed.source, fed.place);
  if (!fed.position.empty()) checkpoint.SetNotes({{source.notes + fed.place, std::move(fed.position)}});
}

bool ServicePages::Finish(Checkpoint& checkpoint) {
  for (const auto& [source, place] : spoiled_) sources_[source].feed->Spoiled(place);
  bool any = false;
  for (const Source& source : sources_) {
    for (const std::string& place : source.feed->Finish()) {
      checkpoint.SetNotes({{source.notes + place, std::nullopt}});
      any = true;
    }
  }
  return any;
}

void ServicePages::Cancel() {
  for (const Source& source : sources_) source.feed->Cancel();
}

void ServicePages::AddTraffic(std::map<std::string, ServiceTraffic>& traffic) const {
  for (const Source& source : sources_)
    if (source.feed != nullptr) traffic[source.settings->type] += source.feed->traffic();
}

bool ServicePages::Has(std::int64_t source) const {
  return std::any_of(sources_.begin(), sources_.end(), [source](const Source& each) { return each.id == source; });
}

Status ServicePages::failure() const {
  for (const Source& source : sources_)
    if (!source.feed->failure().ok()) return source.feed->failure();
  return Status::Ok();
}

}  // namespace trailsift
