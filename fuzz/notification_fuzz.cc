// A message of a queue that anybody may have filled: whatever the bytes, what is taken for an object can be asked for.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "source/notification.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using trailsift::Notification;
  const Notification notification = trailsift::ReadNotification({reinterpret_cast<const char*>(data), size});
  if ((notification.kind == Notification::Kind::kObjects) == notification.objects.empty()) std::abort();
  for (const trailsift::NotifiedObject& object : notification.objects)
    if (object.bucket.empty() || object.bucket.size() > 63 || object.key.empty() || object.key.size() > 1024) std::abort();
  return 0;
}
