#pragma once

#include "base/bytes.h"

namespace sluice::server {

/// What a Binlog server does with a command of a client that has logged in for a tenant, while it has not been passed
/// on to the tenant's instance yet. Proxies log in like that too, to ask where the instance is, and a client library
/// may have settings of its own to make before.
enum class CommandPlace {
  here,               ///< a management statement, or one that does nothing
  here_and_instance,  ///< a setting: answered here, and made at the instance once the client is passed on
  forgets,            ///< answered here; the settings so far are void
  instance,           ///< the client is passed on, for good
};

/// Pure; `payload` is the command as it came.
[[nodiscard]] CommandPlace place_of(ByteView payload);

}  // namespace sluice::server
