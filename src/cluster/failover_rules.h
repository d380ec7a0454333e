#pragma once

#include "cluster/moment.h"

namespace sluice::cluster {

/// When a primary is replaced. See decision 12.
struct FailoverRules {
  /// A server that has sent nothing for so long may be gone: its primaries are asked directly. Longer than the pause
  /// between two beats.
  Milliseconds silent_after{1500};
  /// Who decides looks at the beats so often, or the MetaDB is slow. What a pause between two looks is longer is
  /// nobody's silence: the others may have been kept waiting as well.
  Milliseconds looks_apart{750};
  /// A tenant that has no other replica gets a new one elsewhere when its server has been silent for so long.
  Milliseconds takeover_after = std::chrono::seconds(4);
  /// A process that lives and answers nothing for so long is taken for stopped.
  Milliseconds frozen_after = std::chrono::seconds(5);
  /// A primary whose disk has taken nothing for so long gives way to a follower whose disk does.
  Milliseconds disk_patience = std::chrono::seconds(5);
  /// Who decides has been in contact with the MetaDB for so long: then whoever lives has beaten since.
  Milliseconds contact_needed = std::chrono::seconds(3);
};

}  // namespace sluice::cluster
