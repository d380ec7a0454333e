#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "follow/log_copy.h"
#include "follow/primary_address.h"
#include "mysql/client.h"

namespace sluice::follow {

/// How a follower makes itself known to its primary.
struct FollowerIdentity {
  std::uint32_t server_id = 0;  ///< unique among the primary's subscribers
  std::string uuid;             ///< the same
};

/// A primary as its follower sees it: a connection that streams its log, and one for questions. One thread; calls
/// block, but for the interruption.
class Primary : public PlaceFinder {
 public:
  Primary(const PrimaryAddress& address, FollowerIdentity identity,
          const std::shared_ptr<mysql::Interruption>& interruption);

  /// Logs in. Everything below needs it.
  [[nodiscard]] Result<void> connect();
  [[nodiscard]] const std::string& address() const { return primary_.address; }

  /// Where its log begins; {0, 0} while it has none.
  [[nodiscard]] Result<store::LogPosition> begin();
  /// Behind its last published byte; {0, 0} while it has none.
  [[nodiscard]] Result<store::LogPosition> end();

  /// The checksum (store/file_checksum.h) of the first `size` bytes of a file. ErrorKind::refused with code 1220 if it
  /// has no such file, or not so much of it.
  [[nodiscard]] Result<std::uint64_t> checksum(std::uint64_t file, std::uint64_t size);

  [[nodiscard]] Result<std::optional<SourcePlace>> find(const store::LogPosition& position) override;

  /// Asks for the log from `position` on; {0, 0}: from its beginning.
  [[nodiscard]] Result<void> begin_dump(const store::LogPosition& position);
  /// The next event of the stream, if one has come whole; never waits. The view lives until the next call.
  [[nodiscard]] Result<std::optional<ByteView>> available_event();
  /// As available_event(), but waits. ErrorKind::timeout: nothing at all has come for a second.
  [[nodiscard]] Result<ByteView> next_event();

 private:
  [[nodiscard]] Result<ByteView> event_in(ByteView payload);
  [[nodiscard]] Result<void> load_places(const store::LogPosition& from);

  PrimaryAddress primary_;
  std::shared_ptr<mysql::Interruption> interruption_;
  FollowerIdentity identity_;
  mysql::Client stream_;
  mysql::Client questions_;
  std::uint64_t places_file_ = 0;
  std::deque<SourcePlace> places_;  ///< of that file, not passed yet
  std::uint64_t asked_again_from_ = 0;
};

}  // namespace sluice::follow
